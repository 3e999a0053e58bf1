"""`trialproof emergency`: break the code of one participant, now, with one command; whatever else is down or closed."""

from contextlib import ExitStack
from typing import Annotated, Final
from uuid import UUID

import typer

from adapters.cli.answers import local
from adapters.cli.asking import Asking, SecretsFrom
from adapters.cli.command import TrialOption, command
from adapters.cli.door import device, source
from adapters.cli.run import ORIGINATOR, Run, code_given, words_given
from adapters.cli.sending import built, said
from adapters.emergency import break_blind as broken
from adapters.wiring import Store, open_store
from compliance.emergency import Shown
from compliance.gate import Identity
from domain.unblinding.unblinding import NARRATIVE_DUE

ZONE: Final = "UTC"
EXPLAIN: Final = "record_unblinding_narrative"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Break the code of one participant in an emergency.", no_args_is_help=True)
    command(group, "break-blind", group="emergency")(break_blind)
    app.add_typer(group, name="emergency")

    @group.callback()
    def only() -> None:  # pyright: ignore[reportUnusedFunction]  # typer calls it: one command alone would lose its name
        """Break the code of one participant in an emergency."""


def break_blind(
    run: Run,
    participant: Annotated[str, typer.Argument(metavar="PARTICIPANT", help="The screening number.")],
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, as one code; words can follow later.")],
    person: Annotated[str, typer.Option("--as", metavar="PERSON", help="Your id; your emergency secret is asked for.")],
    physician: Annotated[
        str | None,
        typer.Option("--physician", metavar="NAME", help="For the code-break desk: the physician it has called back."),
    ] = None,
    trial: TrialOption = None,
    secrets_from: SecretsFrom = None,
    command_id: Annotated[UUID | None, typer.Option("--command-id", help="To send an earlier one again.")] = None,
) -> None:
    """Learn the arm of one participant, with your emergency secret, at once; it is recorded before it is shown.

    Overdue training, a lock-out, a pause, a hold, a lock, a full disk: none of it stops this. Where the ledger does
    not take it within two seconds, the key store's own log does, and the ledger follows.
    """
    run.open()
    asked = {
        "participant": participant,
        "channel": "investigator" if physician is None else "code_break_desk",
        "reason": {"code": code_given(reason, "--reason")},
        "recipient": None if physician is None else words_given(physician, "--physician"),
    }
    envelope = built(run, "break_blind", said(**asked), command_id=command_id)
    concerned, secret = run.trial(trial), Asking(secrets_from).ask("secret")

    def enter(store: Store) -> Identity:
        opened = store.authenticator.log_in_in_emergency(
            person, secret, source=source(), device=device(), originator=ORIGINATOR
        )
        return opened.identity

    def prove(store: Store) -> Identity:
        return store.authenticator.prove_in_emergency(person, secret, source=source(), originator=ORIGINATOR)

    with ExitStack() as stack:

        def apart() -> Store:
            """The same files over other connections; alone with a full disk there is nobody to wait for."""
            if run.store.alone:
                return run.store
            own = open_store(run.settings.folder, run.settings.secret, run.store.sources)
            stack.callback(own.close)
            return own

        shown = broken(run.store, envelope, concerned, enter=enter, prove=prove, apart=apart)
        tell(run, shown)
    run.log.info("emergency.ended", came_to=shown.noted.record.cause if shown.noted else "recorded")


def tell(run: Run, shown: Shown) -> None:
    """The one arm, for the terminal alone, with what happened and what is still due."""
    told = {
        "participant": shown.participant,
        "arm": shown.arm,
        "label": shown.label,
        "recipient": shown.recipient,
        "request": shown.request,
        "recorded_by": "the ledger" if shown.noted is None else "the key store",
        "recorded_at": local(shown.at, ZONE),
        "number": None if shown.noted is None else shown.noted.number,
        "ledger": None if shown.noted is None else shown.noted.record.cause,
        "narrative_due": local(shown.at + NARRATIVE_DUE, ZONE),
    }
    run.output.pairs("Disclosure", {name: value for name, value in told.items() if value is not None}, of="disclosure")
    if shown.noted is not None:
        run.output.line(
            f"The ledger did not take it ({shown.noted.record.cause}). It stands in the key store's own log as record"
            f" {shown.noted.number}; `trialproof vault enter-late` enters it once the ledger writes again.",
            still_due="late_entry",
        )
    due = local(shown.at + NARRATIVE_DUE, ZONE)
    run.output.line(
        f"Explain it by {due}, without naming the arm: {EXPLAIN} for {shown.request}.",
        still_due="narrative",
        request=shown.request,
    )
