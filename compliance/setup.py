"""Setting a store up, once: its system ledger, and the first administrator."""

from uuid import UUID

from compliance import gate
from compliance.contexts import plain_context
from compliance.gate import Identity
from compliance.ports import Ports
from domain import streams
from domain.errors import InvalidInputError
from domain.ledger.facts import Environment, LedgerOpened
from domain.people.facts import GrantGiven, PersonRegistered
from domain.people.person import Person
from domain.ports import NewEntry, Receipt
from domain.record import Context, Fact


def check_environment(environment: Environment) -> None:
    """Refuse what this version cannot hold: production data under identities that nothing proves."""
    if environment == "production":
        raise InvalidInputError(
            "production_needs_credentials",
            "A production store needs authenticated identities, which this version does not have yet.",
            next_step="Set a demonstration store up with --environment demonstration.",
        )


def set_up(
    ports: Ports, identity: Identity, *, environment: Environment, printed_name: str, organisation: str
) -> Receipt:
    """Open the system ledger and register the first administrator; InvalidInputError when it was done before."""
    if ports.ledger.head(streams.SYSTEM_LEDGER).size:
        raise InvalidInputError(
            "already_set_up", "This store is set up already.", next_step="Use it, or name another folder."
        )
    check_environment(environment)
    person, now = identity.person, ports.clock()
    facts: list[tuple[str, Fact]] = [
        (
            streams.opening(streams.SYSTEM_LEDGER),
            LedgerOpened(environment=environment, kind="system", ledger_id=ports.ids.secret()[:16]),
        ),
        (
            streams.person(person),
            PersonRegistered(kind="person", organisation=organisation, person=person, printed_name=printed_name),
        ),
        (
            streams.person(person),
            GrantGiven(
                approved_by=person,
                clearance="none",
                ends=None,
                grant=ports.ids.token(),
                person=person,
                requested_by=person,
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
        NewEntry(stream, _context(ports, identity, command, printed_name, organisation), fact) for stream, fact in facts
    ]
    return ports.ledger.append(entries, expected=dict.fromkeys((stream for stream, _ in facts), 0), outcome=None)


def _context(ports: Ports, identity: Identity, command: UUID, printed_name: str, organisation: str) -> Context:
    return plain_context(
        ports,
        event=ports.ids.event_id(),
        identity=identity,
        person=Person(
            version=0,
            person=identity.person,
            printed_name=printed_name,
            organisation=organisation,
            is_service=False,
            active=True,
            grants=(),
        ),
        role="administrator",
        authority=gate.first_administrator(),
        command_id=command,
        correlation=command,
        now=ports.clock(),
    )
