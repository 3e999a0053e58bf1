"""One report, four forms: a page for people, CSV and JSON lines for programs, a manifest for both.

All are pure functions from a report to bytes; writing them somewhere is another's task.
"""

from collections.abc import Mapping

from adapters.render.digests import Digests, data_forms, digests_of
from adapters.render.html import page
from adapters.render.html_body import body_html
from adapters.render.manifest import manifest_json
from adapters.render.names import manifest_name, page_name
from compliance.reports.model import Report

__all__ = ["Digests", "body_html", "data_forms", "digests_of", "render"]


def render(report: Report) -> Mapping[str, bytes]:
    """Give every form of the report by file name; only the page and the manifest know who asked and when."""
    forms = data_forms(report.body)
    body = body_html(report.body)
    digests = digests_of(body, forms)
    page_file = {page_name(report.body): page(report, body, digests)}
    manifest = manifest_json(report, digests, {**forms, **page_file})
    return {**page_file, **forms, manifest_name(report.body): manifest}
