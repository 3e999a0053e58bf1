"""`trialproof ask decisions`: every stored decision of the gate, decided again as of then."""

from typing import Final

import typer

from adapters.cli.command import TrialOption
from adapters.cli.errors import ExitCode
from adapters.cli.run import Run
from compliance.replay_auditor import audit
from domain import streams

COLUMNS: Final = {"entry": "entry", "what": "what", "stored": "stored", "now": "decided again"}


def decisions(run: Run, trial: TrialOption = None) -> None:
    """Decide every fact again at the position stored with it, and list what differs."""
    named, identity = run.trial(trial), run.identity()
    read, accesses = run.inquire, streams.access_ledger(named)
    system = read.ledger(identity, streams.SYSTEM_LEDGER, named)
    ledgers = {
        streams.trial_ledger(named): read.reading(identity, "read_ledger", named).entries,
        accesses: read.ledger(identity, accesses, named),
    }
    found = audit(system, ledgers)
    counts = {
        "decided again": found.decided,
        "the product's own": found.by_product,
        "differences": len(found.differences),
    }
    run.output.pairs("Decisions", counts, of="decisions")
    rows = (one._asdict() | {"entry": f"{one.ledger}@{one.position}"} for one in found.differences)
    run.output.table("Differences", COLUMNS, rows, of="difference")
    if found.differences:
        raise typer.Exit(ExitCode.NOT_VERIFIED)
