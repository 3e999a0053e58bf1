"""Commands that the command line builds itself, and the one way in which it sends any command."""

import json
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid5

from adapters.cli.owing import in_words, owed_by, row_of
from adapters.cli.run import Run
from adapters.logs import carried_out, place, places_of
from compliance.conduct import DONE, Done
from compliance.envelope import Envelope, read_envelope
from compliance.gate import Identity
from domain.errors import ConflictError, InDoubtError
from domain.ports import Ledger

NAMESPACE: Final = UUID("6f1ad1c8-8d70-5a31-9d1e-5a3a5d0d5a0e")
"""Under which the ids of repeatable commands are made."""


def built(run: Run, name: str, payload: Mapping[str, Any], *, command_id: UUID | None = None) -> Envelope:
    """An envelope read from strict bytes like any other, under the correlation of this invocation."""
    raw = json.dumps({"command": name, "command_id": str(command_id or run.new_id()), "payload": payload})
    return read_envelope(raw.encode())._replace(correlation=run.correlation)


def said(**fields: Any) -> dict[str, Any]:
    """A payload of what was said; an option that was left out is no field."""
    return {name: value for name, value in fields.items() if value is not None}


def send(run: Run, envelope: Envelope, identity: Identity, trial: str | None) -> Done:
    """Carry a command out; what concerns the system ledger belongs to no trial."""
    concerned = None if envelope.command.SYSTEM else trial
    conduct = run.store.conduct
    return carried_out(conduct, envelope, identity, trial=concerned, log=run.log.bind(causation=run.correlation))


def send_one(
    run: Run,
    name: str,
    payload: Mapping[str, Any],
    *,
    identity: Identity | None = None,
    trial: str | None = None,
    command_id: UUID | None = None,
) -> Done:
    """Send one command for who is logged in and print what it came to; one in doubt tells its id."""
    envelope = built(run, name, payload, command_id=command_id)
    try:
        done = send(run, envelope, identity or run.identity(), trial)
    except (ConflictError, InDoubtError) as error:
        error.next_step += f" Its id: --command-id {envelope.command_id}"
        raise
    tell(run, envelope, done)
    return done


def send_all(run: Run, wanted: Iterable[tuple[str, Mapping[str, Any]]], trial: str | None = None) -> None:
    """Send several commands, all read before the first is sent; sent again they go on where they were interrupted."""
    identity = run.identity()
    envelopes = [
        built(run, name, payload, command_id=_id_of(run, identity.person, name, payload)) for name, payload in wanted
    ]
    for envelope in envelopes:
        tell(run, envelope, send(run, envelope, identity, trial))


def _id_of(run: Run, person: str, name: str, payload: Mapping[str, Any]) -> UUID:
    """The same command with the same content has the same id."""
    return repeatable_id(run.store.ledger, person, f"{name}/{json.dumps(payload, sort_keys=True)}")


def tell(run: Run, envelope: Envelope, done: Done, **about: str) -> None:
    """Print that a command was carried out, now or before, and what is to be signed for it."""
    name, entries, owed = about.get("about") or envelope.command.NAME, places_of(done), list(owed_by(run, done))
    run.output.line(
        f"{name} done: {'; '.join((in_short(done), *map(in_words, owed)))}",
        command=envelope.command.NAME,
        command_id=str(envelope.command_id),
        **about,
        outcome=DONE,
        entries=entries,
        repeated=done.repeated,
        **({"to_sign": [row_of(one) for one in owed]} if owed else {}),
    )


def in_short(done: Done) -> str:
    """Where the entries stand, for people: positions that follow each other as one."""
    runs: list[tuple[str, int, int]] = []
    for ledger, position in sorted(done.placed):
        if runs and runs[-1][0] == ledger and runs[-1][2] == position - 1:
            runs[-1] = (ledger, runs[-1][1], position)
        else:
            runs.append((ledger, position, position))
    texts = dict.fromkeys(place(ledger, first) + _to(ledger, first, last) for ledger, first, last in runs)
    return " ".join(texts) + (" (carried out before)" if done.repeated else "")


def _to(ledger: str, first: int, last: int) -> str:
    return "" if first == last or place(ledger, last) == ledger else f"-{last}"


def repeatable_id(ledger: Ledger, person: str, name: str) -> UUID:
    """The same id for the same thing, so that what was interrupted goes on; a new one after a refusal."""
    for attempt in count():
        command_id = uuid5(NAMESPACE, f"{name}/{attempt}")
        earlier = ledger.outcome(person, command_id)
        if earlier is None or earlier.code == DONE:
            return command_id
    raise AssertionError(name)
