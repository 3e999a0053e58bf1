"""A process of its own: conducts the same small trial each time and tells what its store and a report came to."""

import json
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import adapters.cli.main  # noqa: F401  # pyright: ignore[reportUnusedImport]  # so that every library is loaded
from adapters.render import body_html, render
from adapters.wiring import look_at
from compliance.inquire import NOW, Inquire
from compliance.proofs.verify import verify_ledger
from compliance.reporting import Reporting, Request
from compliance.reports.audit_trail import audit_trail
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import open_desk


def main() -> None:
    folder = Path(sys.argv[1])
    with open_desk(folder) as desk:
        open_trial(desk, cap=6)
        desk.send("coo01", "allocate", {"participant": enrolled(desk)})
        desk.hire("aud", "auditor")
        request = Request("audit-trail", "report_audit_trail", audit_trail, "all", "a test", NOW, {})
        run = Reporting(Inquire(desk.store.ports), render).run(desk.identity("aud"), "T1", request, body_html)
    with closing(look_at(folder / "store")) as file:
        verdicts = [verify_ledger(name, file.rows(name), file.head(name)) for name in file.ledgers()]
    told = {
        "files": sorted(path.name for path in (folder / "store").iterdir()),
        "ledgers": {found.ledger: [found.size, found.root, found.level] for found in verdicts},
        "report": {name: sha256(data).hexdigest() for name, data in run.files.items()},
    }
    print(json.dumps(told))  # noqa: T201 (what the parent compares)


main()
