"""A process of its own that runs one report at given positions and writes its body."""

import json
import sys
from pathlib import Path

from adapters.registers import registers
from adapters.render import body_html, render
from adapters.wiring import open_store_at_its_time
from compliance.inquire import NOW, Inquire
from compliance.reporting import Reporting, Request
from compliance.reports.audit_filters import NO_FILTERS
from compliance.reports.catalogue import CATALOGUE
from tests.compliance.stores import known


def main() -> None:
    folder, name, out, positions = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), json.loads(sys.argv[4])
    listed = CATALOGUE[name]
    build = listed.builder(NO_FILTERS)
    request = Request(name, listed.action, build, "all", "a test", NOW, positions, listed.reads)
    reader = sys.argv[5]
    store = open_store_at_its_time(folder / "store", folder / "secret.key")
    run = Reporting(Inquire(store.ports), render, registers()).run(known(store, reader), "T1", request, body_html)
    store.close()
    out.write_bytes(body_html(run.report.body))
    print(json.dumps({source.ledger: source.size for source in run.report.body.sources}))  # noqa: T201 (for the parent)


if __name__ == "__main__":
    main()
