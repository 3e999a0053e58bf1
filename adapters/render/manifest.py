"""The manifest: what every file is, what its columns mean, how many rows it has, and its digest."""

from collections.abc import Mapping
from hashlib import sha256

from adapters.render import csv, jsonl
from adapters.render.canonical import canonical
from adapters.render.describing import described
from adapters.render.digests import Digests
from adapters.render.names import flat_name, lines_name, page_name
from compliance.reports.model import Body, Envelope, Report

_DIGESTS = (
    "body_sha256 is over the bytes of the page from <main through </main>; data_sha256 is over one line per data "
    "file (.csv and .jsonl) in name order: digest, two spaces, name, line feed, as sha256sum prints them. "
    "Both are the same for every run over the same sources; the page as a whole is not, for it holds the envelope."
)


def manifest_json(report: Report, digests: Digests, files: Mapping[str, bytes]) -> bytes:
    body = report.body
    rows = _rows(body)
    return canonical(
        {
            "body_sha256": digests.body,
            "data_sha256": digests.data,
            "digests": _DIGESTS,
            "environment": body.environment,
            "envelope": _envelope(report.envelope),
            "files": [
                {
                    "bytes": len(files[name]),
                    "environment": body.environment,
                    "media_type": _media_type(name),
                    "name": name,
                    "rows": rows[name],
                    "sha256": sha256(files[name]).hexdigest(),
                }
                for name in sorted(files)
            ],
            "forms": {"csv": csv.RULES, "jsonl": jsonl.RULES},
            "report": described(body),
        }
    )


def _rows(body: Body) -> dict[str, int]:
    flat = {flat_name(body, table): len(table.rows) for table in body.tables}
    return {**flat, lines_name(body): body.rows_printed, page_name(body): body.rows_printed}


def _media_type(name: str) -> str:
    kind = name.rpartition(".")[2]
    return {
        "csv": "text/csv; charset=utf-8; header=present",
        "html": "text/html; charset=utf-8",
        "jsonl": "application/jsonl; charset=utf-8",
    }[kind]


def _envelope(envelope: Envelope) -> dict[str, object]:
    return envelope.model_dump(mode="json")
