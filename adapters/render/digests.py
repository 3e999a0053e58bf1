"""What a reader compares: the digest of the body, of every data file, and of all data files together."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from adapters.render.csv import csv_files
from adapters.render.jsonl import jsonl_file
from compliance.reports.model import Body


@dataclass(frozen=True)
class Digests:
    """`data` is the SHA-256 of one line per data file in name order, as `sha256sum` prints it."""

    body: str
    data: str
    files: Mapping[str, str]


def data_forms(body: Body) -> dict[str, bytes]:
    return {**jsonl_file(body), **csv_files(body)}


def digests_of(body: bytes, forms: Mapping[str, bytes]) -> Digests:
    files = {name: sha256(forms[name]).hexdigest() for name in sorted(forms)}
    lines = "".join(f"{digest}  {name}\n" for name, digest in files.items())
    return Digests(sha256(body).hexdigest(), sha256(lines.encode()).hexdigest(), files)
