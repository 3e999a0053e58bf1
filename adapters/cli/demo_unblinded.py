"""What `trialproof demo` makes for the unblinded, in a folder of their own: design, logs, custody, kits, the reveal."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from adapters.cli import design, release, report
from adapters.cli.design_asked import Options, proposal_of
from adapters.cli.run import Run
from adapters.demo.design import CAP, METHOD
from adapters.demo.director import Director
from adapters.demo.people import LIST_MAKER, OFFICERS, PHARMACIST, REVIEWER
from adapters.demo.reveal import RECIPIENT
from adapters.officer_files import write_parts
from compliance.design.evaluation import evaluated
from compliance.design.unknown import not_known

FOLDER: Final = "unblinded"
PURPOSE: Final = "to show the product"
REPORTS: Final = ((OFFICERS[0], "custody-log"), (PHARMACIST, "kit-reconciliation"), (REVIEWER, "functional-unblinding"))
TWINS: Final = ("randomisation-log", "unblinding-log")
PACKAGE, VERIFIER = "package.json", "verify_randomisation.py"


def tell_the_unblinded(run: Run, director: Director, folder: Path) -> None:
    """Each thing by somebody who may know it; the list maker sees the design, an officer hands the reveal over."""
    own = folder / FOLDER
    own.mkdir(mode=0o700)
    write_parts(director.parts, own / "escrow")
    run.number_by(run.store.ports.ids.event_id)
    run.act_as(director.doors.identity(LIST_MAKER))
    _tell_design(run, own)
    for person, name in REPORTS:
        run.act_as(director.doors.identity(person))
        report.whole(run, name, PURPOSE, own)
    run.act_as(director.doors.identity(OFFICERS[0]))
    for name in TWINS:
        report.twin(run, name, PURPOSE, own)
    release.package(run, RECIPIENT, own / PACKAGE)
    release.verifier(run, own / VERIFIER)
    _verify(run, own)
    for person in (LIST_MAKER, PHARMACIST, REVIEWER, OFFICERS[0]):
        director.doors.log_out(person)


def _tell_design(run: Run, own: Path) -> None:
    """The design as it was declared: how often the next arm is guessed, beside the baseline, and what is not known."""
    strata = [f"{code}={CAP}@0.5" for code in ("SLE", "LN")]
    asked = Options(None, "2:1", strata, [METHOD], None, None, sham=False)
    evaluation = evaluated(proposal_of(None, asked))
    for row in design.rows_of(evaluation, evaluation.designs[0]):
        run.output.line(
            f"The declared design, for the unblinded alone: {row['design']}: the next arm is guessed with chance"
            f" {row['best_guess']} at best, beside the baseline {row['baseline']}; deterministic share"
            f" {row['deterministic']}; {row['planned']} is missed with chance {row['missed']} in a stratum,"
            f" {row['any_missed']} in any.",
            **row,
        )
    for sentence in not_known(evaluation.proposal):
        run.output.line(sentence)
    for path in design.written(evaluation, own / "design"):
        run.output.line(str(path))


def _verify(run: Run, own: Path) -> None:
    """The stand-alone program, in a process that knows nothing of the product."""
    asked = [sys.executable, "-I", "-S", str(own / VERIFIER), str(own / PACKAGE)]
    made = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=own)  # noqa: S603 (a fixed program on a file made above)
    told = own / "verification.txt"
    told.write_text(made.stdout)
    verdict = next((line for line in made.stdout.splitlines() if line.startswith(("PASS:", "FAIL:"))), "no verdict")
    run.output.line(f"{own / VERIFIER} on {own / PACKAGE}: {verdict}", verified=made.returncode == 0)
    run.output.line(str(told))
