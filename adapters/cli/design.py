"""`trialproof design`: what a design would do, before it is committed; it needs no store and reads none."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.cli.command import command
from adapters.cli.design_asked import (
    Arms,
    Effect,
    Endpoint,
    File,
    Methods,
    Options,
    Ratio,
    Sham,
    Strata,
    choice_of,
    proposal_of,
    ratio_of,
    share_of,
)
from adapters.cli.private_files import write_private
from adapters.cli.run import Run
from adapters.render.canonical import canonical
from adapters.render.sheet import sheet_page
from compliance.design.as_data import data_of
from compliance.design.evaluation import Evaluated, Evaluation, evaluated
from compliance.design.leaks import public_estimate, simulated
from compliance.design.numerals import chance, decimal
from compliance.design.proposal import Choice, listing
from compliance.design.readings import readings
from compliance.design.sheet import FOR_WHOM, missing_words, sheet
from compliance.design.sheet_tables import in_ratio
from compliance.design.unknown import not_known
from domain.errors import InvalidInputError
from domain.randomisation.rand_v1 import Stream

FEWEST_TO_COMPARE: Final = 2
RUNS: Final = 500
_SEED: Final = sha256(b"trialproof design leaks").digest()
"""Of simulated lists alone: the same question gives the same figures, and no trial's list comes from it."""
_COLUMNS: Final = {
    "design": "design",
    "strata": "strata",
    "slots": "slots",
    "best_guess": "best guess",
    "baseline": "baseline",
    "imbalance": "expected imbalance",
    "deterministic": "deterministic share",
    "planned": "planned",
    "missed": "missed",
    "any_missed": "missed in any stratum",
}
Out = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the page, its data and its figures go.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(
        help="Exact properties of a design before it is committed: for the unblinded statistician.",
        no_args_is_help=True,
    )
    command(group, "evaluate", group="design")(evaluate)
    command(group, "compare", group="design")(compare)
    command(group, "leaks", group="design")(leaks)
    command(group, "readings", group="design")(feasible)
    app.add_typer(group, name="design")


def evaluate(
    run: Run,
    out: Out,
    file: File = None,
    arms: Arms = None,
    ratio: Ratio = None,
    stratum: Strata = None,
    method: Methods = None,
    endpoint: Endpoint = None,
    effect: Effect = None,
    sham: Sham = None,
) -> None:
    """How often the next arm is guessed, how far arms drift apart, and whether the planned totals are kept."""
    options = Options(arms, ratio, stratum, method, endpoint, effect, sham)
    proposal = proposal_of(file, options)
    if len(proposal.methods) > 1:
        raise _count("One method is evaluated at a time.", "Name one method, or use `trialproof design compare`.")
    _answer(run, evaluated(proposal), out)


def compare(
    run: Run,
    out: Out,
    file: File = None,
    arms: Arms = None,
    ratio: Ratio = None,
    stratum: Strata = None,
    method: Methods = None,
    endpoint: Endpoint = None,
    effect: Effect = None,
    sham: Sham = None,
) -> None:
    """The same for several methods, side by side, over the same strata."""
    proposal = proposal_of(file, Options(arms, ratio, stratum, method, endpoint, effect, sham))
    if len(proposal.methods) < FEWEST_TO_COMPARE:
        raise _count("Two methods at least are compared.", "Name more, or use `trialproof design evaluate`.")
    _answer(run, evaluated(proposal), out)


def leaks(
    run: Run,
    ratio: Annotated[str, typer.Option(metavar="A:B", help="The share of each arm, such as 2:1.")],
    cap: Annotated[int, typer.Option(min=2, max=60, help="How many slots the list has.")],
    known: Annotated[int, typer.Option(metavar="K", min=1, max=59, help="Up to how many known arms.")] = 5,
    method: Annotated[
        str | None,
        typer.Option("--method", metavar="NAME[:P=V,V;P=V]", help="The hidden design: for the unblinded alone."),
    ] = None,
) -> None:
    """How many others become certain to one reader who knows so many arms of a list.

    Without a method, from ratio and cap alone: public, the same whatever was drawn or disclosed. With one, over
    simulated lists of that design.
    """
    run.says("none")
    shares = ratio_of(ratio)
    columns = {"known": "arms known", "smallest": "if blocks were smallest", "one_block": "if only totals were fixed"}
    rows: list[dict[str, object]] = [
        {"known": row.known, "smallest": decimal(row.smallest_blocks), "one_block": decimal(row.one_block)}
        for row in public_estimate(shares, cap)[:known]
    ]
    if method is not None:
        choice = choice_of(method)
        run.output.line(FOR_WHOM)
        columns["design"] = f"{choice.words()} ({RUNS} lists)"
        rows = [{**row, "design": _leak(shares, choice, cap, number)} for number, row in enumerate(rows, 1)]
    run.output.table("Others made certain, on average", columns, rows, of="leak")


def feasible(
    run: Run,
    share: Annotated[str, typer.Option(metavar="S", help="Share of those who come that have the disease, as 1/2.")],
    per_group: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="Planned for each group.")] = 10,
) -> None:
    """How likely each reading, R1 to R6, of three groups, two of them named by disease, can be kept."""
    run.says("none")
    rows = [
        {
            "reading": row.reading,
            "rule": row.rule,
            "needs": row.needs,
            "chance": chance(row.chance),
            "violations": None if row.violations is None else decimal(row.violations, 1),
        }
        for row in readings(per_group, share_of(share))
    ]
    columns = {"reading": "reading", "rule": "rule", "needs": "needs", "chance": "chance", "violations": "violations"}
    run.output.table("Readings of the record, for those who come", columns, rows, of="reading")


def _leak(ratio: tuple[int, ...], choice: Choice, cap: int, known: int) -> str:
    method = listing(choice, ratio)
    return decimal(simulated(method, cap, known, RUNS, Stream(_SEED, choice.words(), str(cap), str(known))).mean)


def _answer(run: Run, evaluation: Evaluation, out: Path) -> None:
    run.says("none")
    run.output.line(FOR_WHOM)
    rows = [row for design in evaluation.designs for row in rows_of(evaluation, design)]
    run.output.table("Designs", _COLUMNS, rows, of="design")
    told = [*(missing_words(evaluation, design) for design in evaluation.designs), *not_known(evaluation.proposal)]
    for sentence in filter(None, told):
        run.output.line(sentence)
    for path in written(evaluation, out):
        run.output.line(str(path), file=str(path))


def rows_of(evaluation: Evaluation, design: Evaluated) -> list[dict[str, object]]:
    return [
        {
            "design": design.choice.words(),
            "strata": list(own.strata),
            "slots": own.cap,
            "best_guess": decimal(own.best_guess),
            "baseline": decimal(evaluation.baseline),
            "imbalance": decimal(own.final_imbalance),
            "deterministic": decimal(own.certain),
            "planned": in_ratio(own.planned) if own.planned else "none",
            "missed": chance(own.missing),
            "any_missed": chance(design.any_misses),
        }
        for own in design.lists
    ]


def written(evaluation: Evaluation, out: Path) -> list[Path]:
    """The page, the data and each figure; they hold what is hidden, so nobody else on the machine can read them."""
    found = sheet(evaluation)
    files = {
        f"{found.name}.html": sheet_page(found),
        f"{found.name}.json": canonical(data_of(evaluation)),
        **{f"{found.name}.{picture.id}.svg": picture.svg.encode() for picture in found.pictures},
    }
    for name, data in files.items():
        write_private(out / name, data)
    return [out / name for name in files]


def _count(what: str, next_step: str) -> InvalidInputError:
    return InvalidInputError("number_of_methods", what, field="--method", next_step=next_step)
