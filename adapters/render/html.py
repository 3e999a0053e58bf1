"""The page: a thin envelope band, the body as it is, and a foot with digests and how to check them."""

from datetime import datetime

from adapters.render.digests import Digests
from adapters.render.html_words import esc, pairs
from adapters.render.style import policy_for, style_of
from compliance.reports.model import Body, Envelope, Person, Report

_WATERMARKS = 3


def page(report: Report, body: bytes, digests: Digests) -> bytes:
    """Put envelope and foot around the bytes of the body."""
    return b"".join((_before(report).encode(), body, _after(report, digests).encode()))


def _before(report: Report) -> str:
    body, envelope = report.body, report.envelope
    style = style_of(body, envelope.report_id)
    words = f"{body.environment} · {body.blinding_class}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{esc(policy_for(style))}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{esc(body.title)} ({words})</title>\n<style>{style}</style>\n</head>\n"
        f'<body class="{body.environment} {body.blinding_class.lower()}">\n'
        '<a class="skip" href="#report">Skip to the report</a>\n'
        f'<div class="edge" aria-hidden="true"><span>{words}</span></div>\n'
        f"{_watermark(body, envelope)}"
        f'<header class="envelope"><dl>{pairs(_envelope_lines(body, envelope))}</dl></header>\n'
    )


def _envelope_lines(body: Body, envelope: Envelope) -> tuple[tuple[str, str], ...]:
    return (
        ("Report", f"{body.name} {envelope.report_id}"),
        ("Environment", body.environment),
        ("Class", body.blinding_class),
        ("Requested by", _person(envelope.requested_by)),
        *((("Delivered to", _person(envelope.delivered_to)),) if envelope.delivered_to else ()),
        ("Purpose", envelope.purpose or "not recorded"),
        ("Generated", _moment(envelope.generated_at)),
        ("Local", f"{_moment(envelope.generated_local)} ({envelope.zone})"),
        ("Software", envelope.software_version),
    )


def _watermark(body: Body, envelope: Envelope) -> str:
    """Name the recipient on every unblinded sheet, so that a stray copy tells whose it was."""
    if body.blinding_class != "UNBLINDED":
        return ""
    lines = f"<span>{esc(envelope.recipient.name)} · UNBLINDED</span>" * _WATERMARKS
    return f'<div class="watermark" aria-hidden="true">{lines}</div>\n'


def _after(report: Report, digests: Digests) -> str:
    envelope = report.envelope
    files = "".join(
        f'<tr><th scope="row">{esc(name)}</th><td><code>{digest}</code></td></tr>'
        for name, digest in digests.files.items()
    )
    signatures = "".join(f"<li>{esc(line)}</li>" for line in envelope.signatures)
    anchors = "".join(f"<li>{esc(line)}</li>" for line in envelope.anchors)
    return (
        '\n<footer id="foot"><h2>Data form and how to check it</h2>\n'
        f"<dl>{pairs(_digest_lines(report.body, digests))}</dl>\n"
        '<table><caption>Data files</caption><thead><tr><th scope="col">File</th>'
        f'<th scope="col">SHA-256</th></tr></thead><tbody>{files}</tbody></table>\n'
        "<p>The data files hold the same rows in the same order. The body digest is over the bytes of this file "
        "from <code>&lt;main</code> through <code>&lt;/main&gt;</code>; the data digest is what "
        "<code>sha256sum</code> gives over its own lines for these files in this order. Asked again at the same "
        "ledger sizes, both come out the same.</p>\n"
        f"<h3>Signatures on this report</h3>{f'<ul>{signatures}</ul>' if signatures else '<p>None.</p>'}\n"
        f"<h3>Anchors</h3>{f'<ul>{anchors}</ul>' if anchors else '<p>None given with this run.</p>'}\n"
        "</footer>\n</body>\n</html>\n"
    )


def _digest_lines(body: Body, digests: Digests) -> tuple[tuple[str, str], ...]:
    return (
        ("Body SHA-256", digests.body),
        ("Data SHA-256", digests.data),
        ("Environment", body.environment),
        ("Class", body.blinding_class),
    )


def _person(person: Person) -> str:
    return f"{person.name}, {person.role}, {person.organisation}"


def _moment(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC")
