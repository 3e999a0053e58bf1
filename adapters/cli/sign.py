"""`trialproof sign`: what needs signing, by whom, until when; and signing it."""

from collections import defaultdict
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from adapters.cli.asking import Asking, SecretsFrom
from adapters.cli.command import TrialOption, command
from adapters.cli.owing import row_of
from adapters.cli.run import Run
from adapters.cli.sending import send_one
from adapters.cli.signing import Signing
from compliance.signing import ToSign, owed
from domain import streams
from domain.errors import NotFoundError
from domain.record import Entry
from domain.signature.facts import SuccessorNamed

COLUMNS: Final = {
    "entry": "entry",
    "record": "record",
    "kind": "what",
    "meaning": "meaning",
    "signer": "to be signed by",
    "successors": "or by",
    "due": "until",
}
DEFAULT: Final = "record"

Record = Annotated[str, typer.Argument(metavar="RECORD", help="The record, such as participant/007 or trial.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")]


class Spoken(TyperGroup):
    """A group whose first command may be left unsaid: `sign 17` is `sign record 17`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in where none is named."""
        said = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if said else [DEFAULT, *args])


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(
        help="List what needs signing, by whom, until when; sign it. `record` may be left unsaid.", cls=Spoken
    )
    command(group, DEFAULT, group="sign")(sign)
    command(group, "withdraw", group="sign")(withdraw)
    command(group, "successor", group="sign")(successor)
    app.add_typer(group, name="sign")


def sign(
    run: Run,
    entry: Annotated[
        int | None, typer.Argument(min=1, metavar="[ENTRY]", help="The entry to be signed, by its position.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print what is displayed to the signer, and sign nothing.")
    ] = False,
    mine: Annotated[bool, typer.Option("--mine", help="List only what is yours to sign.")] = False,
    review: Annotated[
        str | None, typer.Option("--review", metavar="RECORD", help="Sign that you reviewed this record.")
    ] = None,
    trial: TrialOption = None,
    secrets_from: SecretsFrom = None,
) -> None:
    """List what needs signing; or show one record with its attestation, ask for your components, and sign it.

    Password and code are asked for at the first signing of a session, the password at each later one.
    """
    if (entry is not None and review is not None) or (show and entry is None and review is None):
        raise typer.BadParameter("Give an ENTRY or --review RECORD; --show shows one of them.")
    named = run.trial(trial)
    records, signing = Records(run, named), Signing(run, Asking(secrets_from))
    if review is not None:
        stream = records.stream(review)
        signing.show_for_review(stream) if show else signing.review(named, stream)
    elif entry is not None:
        wanted = records.asked_by(entry)
        signing.show(wanted) if show else signing.sign(named, wanted)
    else:
        records.tell("To be signed", signer=run.identity().person if mine else None)


class Records:
    """The records of a trial as far as the reader may see them, with their signatures."""

    def __init__(self, run: Run, trial: str) -> None:
        self._run, self._ledger = run, streams.trial_ledger(trial)
        self._entries: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in run.inquire.reading(run.identity(), "read_trial", trial).entries:
            self._entries[entry.frame.stream].append(entry)

    def stream(self, record: str) -> str:
        """The stream of a record by its name; NotFoundError where the reader knows none."""
        stream = f"{self._ledger}/{record}"
        if stream not in self._entries:
            raise NotFoundError(f"No record {record} is known here.", next_step="Name one such as participant/007.")
        return stream

    def owed(self) -> list[ToSign]:
        """What needs signing, the earliest due first."""
        found = [one for stream in list(self._entries) for one in self._owed_in(stream)]
        return sorted(found, key=lambda one: (one.due, one.record))

    def asked_by(self, position: int) -> ToSign:
        """What an entry asks to be signed; NotFoundError where it asks for nothing any more."""
        for one in self.owed():
            if self.position(one) == position:
                return one
        raise NotFoundError(
            f"Entry {position} waits for no signature.", next_step="List what needs signing with `trialproof sign`."
        )

    def tell(self, title: str, *, signer: str | None) -> None:
        """Print what needs signing: all of it, or what one person has to sign."""
        rows = [
            {**row_of(one, self.position(one)), "successors": self._successors(one)}
            for one in self.owed()
            if signer in (None, one.signer, *self._successors(one))
        ]
        self._run.output.table(title, COLUMNS, rows, of="to sign")

    def position(self, one: ToSign) -> int:
        """Where the entry stands that asks."""
        return next(e.frame.position for e in self._entries[one.stream] if e.body.event_id == one.target)

    def _successors(self, one: ToSign) -> tuple[str, ...]:
        """Who was named to sign instead of whoever owes it."""
        beside = (entry.fact for entry in self._entries.get(streams.signatures(one.stream), ()))
        return tuple(fact.successor for fact in beside if isinstance(fact, SuccessorNamed) and fact.of == one.signer)

    def _owed_in(self, stream: str) -> tuple[ToSign, ...]:
        if streams.kind_of(stream) == "signature":
            return ()
        return owed(self._entries[stream], self._entries.get(streams.signatures(stream), ()))


def withdraw(
    run: Run,
    record: Record,
    signature: Annotated[str, typer.Argument(metavar="SIGNATURE", help="Its id.")],
    reason: Reason,
    trial: TrialOption = None,
) -> None:
    """Take a signature of your own back; it stays visible with the reason."""
    payload = {"record": record, "signature": signature, "reason": {"code": "withdrawn", "text": reason}}
    send_one(run, "withdraw_signature", payload, trial=run.trial(trial))


def successor(
    run: Run,
    record: Record,
    of: Annotated[str, typer.Option("--of", metavar="PERSON", help="Who cannot sign any more.")],
    successor: Annotated[str, typer.Option("--successor", metavar="PERSON", help="Who signs instead, as successor.")],
    reason: Reason,
    trial: TrialOption = None,
) -> None:
    """Name who signs, as successor, what somebody who left can no longer sign."""
    payload = {"record": record, "of": of, "successor": successor, "reason": {"code": "left", "text": reason}}
    send_one(run, "name_successor", payload, trial=run.trial(trial))
