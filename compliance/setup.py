"""Setting a store up, once: its system ledger, the key that seals signatures, and the first administrator."""

from typing import Final

from compliance import gate
from compliance.contexts import plain_context
from compliance.gate import Identity
from compliance.ports import Ports
from domain import streams
from domain.errors import InvalidInputError
from domain.ledger.facts import Environment, LedgerOpened
from domain.people.commands import is_reserved
from domain.people.facts import GrantGiven, PersonRegistered, SignerKeyRegistered
from domain.people.person import PRODUCT, Person
from domain.people.roles import clearance_of
from domain.ports import NewEntry, Receipt
from domain.record import Fact

__all__ = ["ITSELF", "NOBODY", "PRODUCT", "set_up"]

ITSELF: Final = Identity(person=PRODUCT, strength="machine", session="none", originator=PRODUCT)
NOBODY: Final = Person.start()


def set_up(ports: Ports, *, person: str, environment: Environment, printed_name: str, organisation: str) -> Receipt:
    """Open the system ledger and register the first administrator; InvalidInputError when it was done before."""
    if ports.ledger.head(streams.SYSTEM_LEDGER).size:
        raise InvalidInputError(
            "already_set_up", "This store is set up already.", next_step="Use it, or name another folder."
        )
    if is_reserved(person):
        raise InvalidInputError(
            "id_reserved",
            f"{person} is the name under which the product records its own entries.",
            field="person",
            next_step="Choose another id.",
        )
    now, key = ports.clock(), ports.signs.key
    facts: list[tuple[str, Fact]] = [
        (
            streams.opening(streams.SYSTEM_LEDGER),
            LedgerOpened(environment=environment, kind="system", ledger_id=ports.ids.secret()[:16]),
        ),
        (streams.signer_key(key), SignerKeyRegistered(algorithm="Ed25519", key=key, public=ports.signs.public)),
        (
            streams.person(person),
            PersonRegistered(kind="person", organisation=organisation, person=person, printed_name=printed_name),
        ),
        (
            streams.person(person),
            GrantGiven(
                approved_by=PRODUCT,
                clearance=clearance_of("administrator"),
                ends=None,
                grant=ports.ids.token(),
                person=person,
                requested_by=PRODUCT,
                role="administrator",
                sites=None,
                starts=now,
                training=None,
                trial=None,
            ),
        ),
    ]
    command = ports.ids.event_id()
    entries = [
        NewEntry(
            stream,
            plain_context(
                ports,
                event=ports.ids.event_id(),
                identity=ITSELF,
                person=NOBODY,
                role="none",
                authority=gate.of_the_product("first-administrator", 0),
                command_id=command,
                correlation=command,
                now=now,
            ),
            fact,
        )
        for stream, fact in facts
    ]
    return ports.ledger.append(entries, expected=dict.fromkeys((stream for stream, _ in facts), 0), outcome=None)
