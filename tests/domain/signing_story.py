"""People who can sign, and wishes to sign: where a test of signatures begins."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain import streams
from domain.command import Actor, Command
from domain.participant.eligibility import DecideEligibility
from domain.people.facts import IdentityVerified, PersonRegistered, PolicyAcknowledged, PolicyIssued
from domain.record import Entry, Strength
from domain.session.facts import SessionStarted
from domain.signature.commands import SignRecord, SignReview
from domain.signature.facts import SignatureMade, SignatureWithdrawn
from domain.signature.meanings import ATTESTATIONS
from domain.signature.signatures import Signatures
from domain.signature.standing import Need, needs, standing
from projections.amendments import effective
from tests.domain.harness import ADMINISTRATOR, INVESTIGATOR, TRIAL, World, persona
from tests.domain.story import assessed, consented, open_trial, screened

SHOWN = "d" * 64
VERIFIER = persona("verifier-01", "administrator", "Sponsor")
POLICY = "1"


def issued(world: World, version: str = POLICY) -> None:
    """A version of the policy on signatures is in force."""
    fact = PolicyIssued(document_sha256="0" * 64, reference="a policy", version=version)
    world.happened(streams.policy(), fact, by=ADMINISTRATOR)


def can_sign(world: World, *actors: Actor, strength: Strength = "password_totp") -> World:
    """Registered, verified by another, with the policy acknowledged, and logged in."""
    if streams.policy() not in world.entries:
        issued(world)
    for actor in actors:
        register(world, actor)
        verify(world, actor)
        acknowledge(world, actor)
        log_in(world, actor, strength=strength)
    return world


def register(world: World, actor: Actor, kind: Any = "person") -> None:
    fact = PersonRegistered(
        kind=kind, organisation=actor.organisation, person=actor.person, printed_name=actor.printed_name
    )
    world.happened(streams.person(actor.person), fact, by=ADMINISTRATOR)


def verify(world: World, actor: Actor, by: Actor = VERIFIER) -> None:
    fact = IdentityVerified(document="passport", method="in_person", person=actor.person, verified_by=by.person)
    world.happened(streams.person(actor.person), fact, by=by)


def acknowledge(world: World, actor: Actor, version: str = POLICY) -> None:
    fact = PolicyAcknowledged(person=actor.person, version=version)
    world.happened(streams.person(actor.person), fact, by=actor)


def log_in(world: World, actor: Actor, *, strength: Strength = "password_totp") -> None:
    """The session in which a test's person acts begins."""
    fact = SessionStarted(
        components=("password", "totp"),
        device="a test",
        ends=world.now.replace(year=world.now.year + 1),
        idle_minutes=15,
        person=actor.person,
        session=world.session(actor),
        strength=strength,
    )
    world.happened(streams.session(world.session(actor)), fact, by=actor)


def need_of(world: World, record: str, kind: str) -> Need:
    """The last thing of that kind that a record asks to be signed."""
    known = effective(world.entries[stream_of(record)])
    return [need for need in needs(known) if need.row.kind == kind][-1]


def stream_of(record: str) -> str:
    return f"{streams.trial_ledger(TRIAL)}/{record}"


def signing(world: World, record: str, target: Entry | UUID, **changed: Any) -> SignRecord:
    """The wish to sign what an entry of a record asks for, over all of the record; `changed` replaces parts."""
    held = world.entries.get(stream_of(record), [])
    event = target if isinstance(target, UUID) else target.body.event_id
    row = next((need.row for need in needs(effective(held)) if need.entry.body.event_id == event), None)
    meaning = changed.get("meaning", row.meaning if row else "approval")
    version = changed.get("version", len(held))
    wish: dict[str, Any] = {
        "attestation": ATTESTATIONS[meaning],
        "display_digest": SHOWN,
        "meaning": meaning,
        "record": record,
        "record_digest": world.root(stream_of(record), version),
        "target": event,
        "version": version,
    }
    return SignRecord.model_validate(wish | changed)


def reviewing(world: World, record: str, **changed: Any) -> SignReview:
    """The wish to sign a review of all of a record."""
    wish: dict[str, Any] = {
        "attestation": ATTESTATIONS["review"],
        "display_digest": SHOWN,
        "meaning": "review",
        "record": record,
        "record_digest": world.root(stream_of(record)),
        "version": len(world.entries.get(stream_of(record), [])) or 1,
    }
    return SignReview.model_validate(wish | changed)


def unsigned(world: World, wish: Command, **how: Any) -> Entry:
    """Let a command come whose act nobody signs; its first entry."""
    world.signs_itself = False
    first = world.when(wish, **how)[0]
    world.signs_itself = True
    return first


def signatures(world: World, record: str) -> Signatures:
    return world.get(Signatures, streams.signatures(stream_of(record)))


def made(entries: Sequence[Entry]) -> SignatureMade:
    """The one signature among the entries."""
    (found,) = [entry.fact for entry in entries if isinstance(entry.fact, SignatureMade)]
    return found


def decided_unsigned() -> World:
    """A decision on 001 that nobody has signed, and an investigator who can."""
    world = can_sign(open_trial().at("2027-03-03T10:00"), INVESTIGATOR)
    consented(world, screened(world))
    assessed(world.later(hours=1), "001")
    unsigned(world, DecideEligibility(eligible=True, participant="001"))
    return world


def decision(world: World) -> UUID:
    """The decision in force on 001."""
    found = world.participant().eligibility
    assert found is not None
    return found.event


def signed(world: World) -> SignatureMade:
    """The investigator signs the decision in force on 001."""
    return made(world.when(signing(world, "participant/001", decision(world))))


def sign_late(world: World, record: str, *, by: Actor | None = None) -> int:
    """Whoever owes a record a signature gives it (or one person alone does); how many were given."""
    stream = stream_of(record)
    known = effective(world.entries[stream])
    given = signatures(world, record).made
    waiting = [need for need in needs(known) if standing(need, given, known) != "given"]
    chosen = [need for need in waiting if by is None or need.entry.body.actor == by.person]
    for need in chosen:
        assert world.last_given is not None
        world.signed(need, world.last_given)
    return len(chosen)


def withdraw(world: World, record: str) -> None:
    """The last signature on a record is taken back."""
    last = signatures(world, record).standing()[-1].signature
    world.happened(streams.signatures(stream_of(record)), SignatureWithdrawn(signature=last))
