"""`trialproof trial`: import a registry record, decide what it leaves open, open to screening."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from adapters.cli.command import TrialOption, command
from adapters.cli.files import opened
from adapters.cli.run import Run, code_given
from adapters.cli.sending import built, repeatable_id, send, send_one, tell
from adapters.cli.trial_page import show
from adapters.importing import PREFIX, Wish, provenance_of, wishes
from compliance.envelope import strict_json
from compliance.registry.questions import criterion_questions
from compliance.registry.read import read_record
from compliance.registry.record import RegistryRecord

MAX_BYTES = 17 * 1024 * 1024
"""A little above what a registry record may have: the reader of records says that it is too large."""

CommandId = Annotated[
    UUID | None, typer.Option("--command-id", help="Send under this id: to learn the outcome of one in doubt.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Import a trial, decide what its record leaves open, open it.", no_args_is_help=True)
    command(group, "import", group="trial")(import_record)
    command(group, "show", group="trial")(show)
    command(group, "decide", group="trial")(decide)
    command(group, "open", group="trial")(open_screening)
    app.add_typer(group, name="trial")


def import_record(
    run: Run,
    file: Annotated[Path, typer.Argument(help='A ClinicalTrials.gov v2 record as JSON; "-" is standard input.')],
    trial: Annotated[
        str | None, typer.Option("--trial", metavar="ID", help="Id of the new trial (default: the registry's id)")
    ] = None,
    provenance: Annotated[
        str | None, typer.Option(help="Where the record comes from, in a sentence (default: the file and its hash)")
    ] = None,
) -> None:
    """Make a DRAFT trial of a registry record: its claims word for word, its criteria, its open questions.

    An import that was interrupted goes on where it stopped when it is sent again.
    """
    run.open()
    with opened(file) as source:
        record = read_record(source.read(MAX_BYTES))
    trial_id = code_given(trial or record.nct_id, "--trial")
    wanted = wishes(record, provenance=provenance or provenance_of(record, file.name))
    _send_all(run, trial_id, record, wanted)
    _tell_what_is_open(run, trial_id, record, wanted)


def _send_all(run: Run, trial: str, record: RegistryRecord, wanted: list[Wish]) -> None:
    """Read every command before the first is sent, so that a record that does not fit leaves nothing behind."""
    identity, ledger = run.identity(), run.store.ledger
    source = f"import/{trial}/{record.source_sha256}"
    envelopes = [
        built(
            run,
            wish.command,
            wish.payload,
            command_id=repeatable_id(ledger, identity.person, f"{source}/{wish.about}"),
        )
        for wish in wanted
    ]
    for wish, envelope in zip(wanted, envelopes, strict=True):
        tell(run, envelope, send(run, envelope, identity, trial), about=wish.about)


def _tell_what_is_open(run: Run, trial: str, record: RegistryRecord, wanted: list[Wish]) -> None:
    registered = wanted[0].payload
    questions = [{"code": one["code"], "question": one["question"]} for one in registered["questions"]]
    run.output.line(
        f"Trial {trial} is registered. Its record leaves {len(questions)} design questions open;"
        f" {len(wanted) - 1} criteria were recorded word for word. {registered['provenance']}",
        trial=trial,
        open_questions=len(questions),
        criteria=len(wanted) - 1,
        provenance=registered["provenance"],
    )
    for warning in registered["warnings"]:
        run.output.line(f"Warning: {warning}", warning=warning)
    run.output.table("Open questions", {"code": "code", "question": "question"}, questions, of="open question")
    columns = {"criterion": "criterion", "doubt": "doubt", "why": "why people must say how it is read"}
    run.output.table("Wordings in doubt", columns, _doubts(record), of="criterion doubt")


def _doubts(record: RegistryRecord) -> list[dict[str, str]]:
    return [
        {"criterion": f"{PREFIX.get(one.kind, '')}{one.ordinal}", "doubt": one.code, "why": one.why}
        for one in criterion_questions(record)
    ]


def decide(
    run: Run,
    question: Annotated[str, typer.Argument(help="Code of the question, such as D2.")],
    choice: Annotated[str | None, typer.Option(help="The answer proposed, in words.")] = None,
    rationale: Annotated[str | None, typer.Option(help="Why, and on what authority.")] = None,
    option: Annotated[str | None, typer.Option(help="Code of the option chosen, if it is one of those listed.")] = None,
    settings: Annotated[
        str | None, typer.Option(metavar="JSON", help="What it sets, such as the ratio, the strata, the zone.")
    ] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Approve the latest proposal instead.")] = False,
    trial: TrialOption = None,
    command_id: CommandId = None,
) -> None:
    """Propose how to answer a design question, or approve the proposal; two others must approve."""
    proposed = {"choice": choice, "rationale": rationale, "option": option, "settings": settings}
    given = {name: value for name, value in proposed.items() if value is not None}
    if approve and given:
        raise typer.BadParameter(f"--approve takes the proposal as it is, without --{' --'.join(given)}.")
    if not approve and not {"choice", "rationale"} <= given.keys():
        raise typer.BadParameter("Give --choice and --rationale to propose an answer, or --approve.")
    payload: dict[str, Any] = {"question": question, **given}
    if settings is not None:
        payload["settings"] = strict_json(settings.encode("utf-8", "surrogatepass"))
    send_one(
        run,
        "approve_decision" if approve else "propose_decision",
        payload,
        trial=run.trial(trial),
        command_id=command_id,
    )


def open_screening(run: Run, trial: TrialOption = None, command_id: CommandId = None) -> None:
    """Open the trial to screening, once every question and every criterion is decided."""
    send_one(run, "open_screening", {}, trial=run.trial(trial), command_id=command_id)
