"""The page of a sheet: findings that come from no ledger, laid out as those of a report, without its envelope."""

from adapters.render.html_body import findings
from adapters.render.html_words import esc
from adapters.render.style import policy_for, style_with
from compliance.design.sheet import Sheet

_MARK = "UNBLINDED"


def sheet_page(sheet: Sheet) -> bytes:
    """The same bytes for the same sheet; it holds hidden parameters, and says so on every sheet of paper."""
    style = style_with(sheet.tables, _MARK, "for the unblinded statistician", sheet.name)
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{esc(policy_for(style))}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{esc(sheet.title)} ({_MARK})</title>\n<style>{style}</style>\n</head>\n"
        '<body class="unblinded">\n<a class="skip" href="#report">Skip to the findings</a>\n'
        f'<div class="edge" aria-hidden="true"><span>{_MARK}</span></div>\n'
        f'<div class="watermark" aria-hidden="true"><span>{_MARK}</span></div>\n'
        f'<main id="report">\n<div class="scope"><p class="marks"><b class="class">{_MARK}</b></p>'
        f"<p>{esc(sheet.for_whom)} No ledger was read.</p></div>\n"
    )
    return f"{head}{''.join(findings(sheet))}</main>\n</body>\n</html>\n".encode()
