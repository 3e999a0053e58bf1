"""Contexts of what the product records about its own use, and what the store says of itself."""

from datetime import datetime
from uuid import UUID

from compliance.gate import Identity
from compliance.ports import Ports
from domain import streams
from domain.errors import InvalidInputError
from domain.ledger.facts import Environment, LedgerOpened
from domain.people.person import Person
from domain.ports import Ledger
from domain.record import Authority, Context, Performer
from domain.times import Occurred


def plain_context(
    ports: Ports,
    *,
    event: UUID,
    identity: Identity,
    person: Person,
    role: str,
    authority: Authority,
    command_id: UUID,
    correlation: UUID,
    now: datetime,
) -> Context:
    """The context of what the product records about its own use: refusals, reads, report runs."""
    return Context(
        actor=identity.person,
        authority=authority,
        causation=None,
        clock_reading=now,
        command_id=command_id,
        correlation=correlation,
        event_id=event,
        occurred_at=Occurred.at(now, "UTC"),
        on_behalf_of=None,
        organisation=person.organisation or "unknown",
        originator=identity.originator,
        performer=Performer(person=identity.person, role=role),
        printed_name=person.printed_name or "unknown",
        protocol_version=None,
        reason_code=None,
        reason_text=None,
        role=role,
        salt=ports.ids.secret()[:16],
        session=identity.session,
        software_version=ports.software_version,
        source_kind="direct",
        source_ref=None,
        strength=identity.strength,
    )


def environment_of(ledger: Ledger) -> Environment:
    """What the first entry of the system ledger says, for ever; InvalidInputError when the store was never set up."""
    first = ledger.stream(streams.opening(streams.SYSTEM_LEDGER))
    if not first or not isinstance(first[0].fact, LedgerOpened):
        raise InvalidInputError(
            "not_set_up",
            "This store has no system ledger yet.",
            next_step="Set it up with `trialproof init --environment demonstration`.",
        )
    return first[0].fact.environment
