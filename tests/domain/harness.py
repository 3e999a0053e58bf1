"""A world in memory for tests of rules: given what is recorded, when a command comes, then these facts.

`World` holds the recorded entries of every stream, loads a `Room` as conduct does (the command names streams
until nothing new is named), hands in a clock that a test sets, seeded ids and seals that can be looked into,
and folds on what was decided. Every fact and context is written and read back before it counts.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
import pytest

from compliance.histories import AGGREGATES
from compliance.proofs.tree import root_of
from compliance.randomiser import RandV1
from domain import streams
from domain.aggregate import Aggregate
from domain.catalogue import type_of
from domain.command import Actor, Command, Decided, Given, Room
from domain.deviation.facts import DeviationRecorded
from domain.errors import Refusal
from domain.fields import Audience, SealedArmEnvelope, SealedText
from domain.ledger.facts import Environment
from domain.participant.participant import Participant
from domain.people.roles import Role
from domain.record import Authority, Body, Context, Entry, Fact, Frame, Performer, Recorded, Strength
from domain.session.facts import Component
from domain.signature.facts import SignatureMade
from domain.signature.meanings import ATTESTATIONS
from domain.signature.signatures import Signatures
from domain.signature.standing import Need, needs, standing
from domain.times import Occurred, zone
from domain.trial.lock import LockView
from domain.values import Code, decode_hook, encode_hook
from projections.amendments import effective
from tests.domain.stand_ins import TestSigner, UnsealedLists

TRIAL = "T1"
ZONE = "Asia/Shanghai"
A = TypeVar("A", bound=Aggregate)
F = TypeVar("F", bound=Fact)
Reader = TypeVar("Reader", bound=Audience)


class Anything(Aggregate):
    """The state of a stream that no rule asks about: its version alone."""

    @classmethod
    def start(cls) -> "Anything":
        return cls(version=0)

    def after(self, entry: Entry) -> "Anything":
        return Anything(version=entry.frame.version)


def persona(person: str, role: Role, organisation: str = "Site 01") -> Actor:
    return Actor(person=person, printed_name=person.title(), role=role, organisation=organisation)


INVESTIGATOR = persona("investigator-01", "investigator")
SUB_INVESTIGATOR = persona("sub-01", "sub_investigator")
COORDINATOR = persona("coordinator-01", "site_coordinator")
SPONSOR = persona("sponsor-01", "sponsor_lead", "Sponsor")
SECOND_SPONSOR = persona("sponsor-02", "sponsor_lead", "Sponsor")
MEDICAL_MONITOR = persona("monitor-01", "medical_monitor", "Sponsor")
DATA_MANAGER = persona("data-01", "data_manager", "CRO")
STATISTICIAN = persona("statistician-01", "statistician", "CRO")
RANDOMISATION_STATISTICIAN = persona("randomiser-01", "randomisation_statistician", "CRO")
OFFICER = persona("officer-01", "unblinding_officer", "Key Office")
ADMINISTRATOR = persona("admin-01", "administrator", "Sponsor")
NOBODY_KNOWN = Performer(person=None, role=None)


def session_of(actor: Actor) -> str:
    """The session in which a test's person acts, unless the world has another one for the person."""
    return f"session-{actor.person}"


class OpenSeals:
    """Seals that hide nothing from the test: what was sealed is kept aside under its nonce."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.kept: dict[bytes, str] = {}
        self.scopes: dict[bytes, str] = {}

    def text(self, words: str, audience: type[Reader], size: int, *, scope: str) -> SealedText[Reader]:
        assert len(words.encode()) <= size - 4, "a text longer than its field was sealed"
        nonce = self._keep(words, scope)
        return msgspec.convert(
            {
                "audience": audience.name,
                "ciphertext": self._chance.randbytes(size + 16),
                "commitment": self._chance.randbytes(32),
                "key": sha256(scope.encode()).digest()[:16],
                "nonce": nonce,
                "size": size,
            },
            SealedText[Reader],
        )

    def arm(self, arm: str, *, trial: str, event_id: UUID, participant: str, list_root: str) -> SealedArmEnvelope:
        nonce = self._keep(arm, f"{trial}/{event_id}/{participant}/{list_root}")
        return SealedArmEnvelope(
            ciphertext=self._chance.randbytes(80),
            commitment=self._chance.randbytes(32),
            key=self._chance.randbytes(16),
            nonce=nonce,
        )

    def _keep(self, words: str, scope: str) -> bytes:
        nonce = self._chance.randbytes(12)
        self.kept[nonce], self.scopes[nonce] = words, scope
        return nonce


class World:
    """All that is recorded, and a clock; `when` and `refuses` let a command come."""

    def __init__(self, trial: str = TRIAL, *, seed: int = 1, environment: Environment = "demonstration") -> None:
        self.trial = trial
        self.environment: Environment = environment
        self.now = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
        self.zone = ZONE
        self.by = INVESTIGATOR
        self.chance = random.Random(seed)
        self.seals = OpenSeals(self.chance)
        self.randomiser = RandV1()
        self.opens_list = UnsealedLists()
        self.signs = TestSigner()
        self.presented: tuple[Component, ...] = ("password", "totp")
        self.strength: Strength = "password_totp"
        self.entries: dict[str, list[Entry]] = {}
        self.positions: dict[str, int] = {}
        self.whole: LockView | None = None
        self.last_given: Given | None = None
        self.signs_itself = True
        self.sessions: dict[str, str] = {}
        self._folded: dict[str, tuple[int, Aggregate]] = {}

    def at(self, moment: str) -> "World":
        """Set the clock, by a claimed time such as `2027-03-01T10:00` in the world's zone."""
        self.now = on(moment, self.zone).earliest
        return self

    def later(self, **span: float) -> "World":
        self.now += timedelta(**span)
        return self

    def when(
        self,
        wish: Command,
        *,
        by: Actor | None = None,
        occurred: Occurred | str | None = None,
        performer: Performer | None = None,
    ) -> tuple[Entry, ...]:
        """Let the command come: decided, recorded, folded on; the new entries."""
        actor = by or self.by
        claimed = occurred if isinstance(occurred, Occurred) else self.claimed(occurred)
        room = self.room(wish, actor)
        given = self.given(wish, actor, claimed, performer or self.performer(actor), room)
        decided = wish.decide(given, room)
        return tuple(self.record(one, given, wish.version_in_force(given, room)) for one in decided)

    def refuses(self, wish: Command, **how: Any) -> Refusal:
        """Let the command come, to be refused; the refusal names code, rule and next step, and nothing is written."""
        before = {name: len(held) for name, held in self.entries.items()}
        with pytest.raises(Refusal) as caught:
            self.when(wish, **how)
        assert before == {name: len(held) for name, held in self.entries.items()}
        assert caught.value.rule
        assert caught.value.next_step.endswith(".")
        return caught.value

    def claimed(self, moment: str | None) -> Occurred:
        """A claimed time: the present, or as written, with the world's zone added."""
        return Occurred.at(self.now, self.zone) if moment is None else on(moment, self.zone)

    def performer(self, actor: Actor) -> Performer:
        """The actor as the one who did it."""
        return Performer(person=actor.person, role=actor.role)

    def given(
        self, wish: Command, actor: Actor, occurred: Occurred, performer: Performer, room: Room | None = None
    ) -> Given:
        self.last_given = Given(
            trial=self.trial,
            environment=self.environment,
            now=self.now,
            occurred=occurred,
            actor=actor,
            performer=performer,
            new_id=self.new_id,
            token=lambda: f"{self.chance.getrandbits(40):010x}",
            secret=lambda: self.chance.randbytes(32),
            seals=self.seals,
            randomiser=self.randomiser,
            opens_list=self.opens_list,
            key_scope=f"trial:{self.trial}" if room is None else wish.key_scope(room),
            signs=self.signs,
            session=self.session(actor),
            presented=self.presented,
            strength=self.strength,
        )
        return self.last_given

    def new_id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def room(self, wish: Command, actor: Actor = INVESTIGATOR) -> Room:
        """Load who sends, and what the command names, until it names nothing new, as conduct does."""
        own = (streams.person(actor.person), streams.session(self.session(actor)))
        loaded: dict[str, Aggregate] = {stream: self.aggregate(stream) for stream in own}
        while True:
            named = wish.streams(Room(self.trial, loaded, sender=actor.person))
            new = [stream for stream in named if stream not in loaded]
            if not new:
                break
            loaded |= {stream: self.aggregate(stream) for stream in new}
        vouched = wish.vouched_stream(self.trial)
        roots = {} if vouched is None else {vouched: self.root(vouched, wish.vouched_version())}
        room = Room(self.trial, loaded, self.whole if wish.SEES_WHOLE_TRIAL else None, roots, sender=actor.person)
        looked_at = {stream: tuple(effective(self.entries.get(stream, []))) for stream in wish.entries_of(room)}
        return replace(room, entries=looked_at)

    def session(self, actor: Actor) -> str:
        """The session in which a person acts now."""
        return self.sessions.get(actor.person, session_of(actor))

    def aggregate(self, stream: str) -> Aggregate:
        """The state of a stream, corrections applied and voided entries dropped."""
        held = self.entries.get(stream, [])
        known = self._folded.get(stream)
        if known is None or known[0] != len(held):
            state = AGGREGATES.get(streams.kind_of(stream), Anything).start()
            for entry in effective(held):
                state = state.after(entry)
            state = state.at_version(len(held))
            known = self._folded[stream] = (len(held), state)
        return known[1]

    def get(self, kind: type[A], stream: str) -> A:
        found = self.aggregate(stream)
        assert isinstance(found, kind)
        return found

    def participant(self, number: str = "001") -> Participant:
        return self.get(Participant, streams.participant(self.trial, number))

    def root(self, stream: str, version: int | None = None) -> str:
        leaves = (sha256(repr(entry).encode()).digest() for entry in self.entries.get(stream, [])[:version])
        return root_of(leaves).hex()

    def facts(self, stream: str) -> tuple[Fact, ...]:
        return tuple(entry.fact for entry in self.entries.get(stream, []))

    def every(self, kind: type[F]) -> tuple[F, ...]:
        """All facts of one type, in any stream."""
        return tuple(entry.fact for held in self.entries.values() for entry in held if isinstance(entry.fact, kind))

    def happened(self, stream: str, fact: Fact, *, by: Actor = INVESTIGATOR, occurred: str | None = None) -> Entry:
        """Put a fact into the past without a command."""
        given = self.given(Command(), by, self.claimed(occurred), self.performer(by))
        return self.record(Decided(stream, fact, self.new_id()), given, None)

    def record(self, decided: Decided, given: Given, version_in_force: str | None) -> Entry:
        """Frame a decided fact as the ledger would, after it was written and read back."""
        assert streams.ledger_of(decided.stream).partition(":")[0] in type_of(type(decided.fact)).ledgers
        body = Body[Any](payload=read_back(decided.fact), **context_of(self, decided, given, version_in_force))
        ledger = streams.ledger_of(decided.stream)
        position = self.positions[ledger] = self.positions.get(ledger, 0) + 1
        held = self.entries.setdefault(decided.stream, [])
        frame = Frame(
            ledger=ledger,
            position=position,
            recorded_at=self.now,
            schema="entry/1",
            stream=decided.stream,
            type=type_of(type(decided.fact)).name,
            version=len(held) + 1,
        )
        entry: Entry = Recorded(body=body, frame=frame)
        held.append(entry)
        if self.signs_itself:
            self._sign_owed(entry, given)
        return entry

    def _sign_owed(self, entry: Entry, given: Given) -> None:
        """Sign what this entry asks to be signed, as who sent the act would."""
        stream = entry.frame.stream
        if streams.ledger_of(stream) != streams.trial_ledger(self.trial) or streams.kind_of(stream) == "signature":
            return
        known = effective(self.entries[stream])
        made = self.get(Signatures, streams.signatures(stream)).made
        for need in needs(known):
            new = need.since.body.event_id == entry.body.event_id
            if new and standing(need, made, known) == "owed":
                self.signed(need, given)

    def signed(self, need: Need, given: Given, **changes: Any) -> Entry:
        """Put a signature over the record as it stands into the past; `changes` replace parts of it."""
        stream, by = need.entry.frame.stream, need.entry.body
        actor = Actor(by.actor, by.printed_name, cast("Role", by.role), by.organisation)
        fields: dict[str, Any] = {
            "attestation": ATTESTATIONS[need.row.meaning],
            "components": ("password", "totp"),
            "display_digest": "d" * 64,
            "first_in_session": True,
            "key": self.signs.key,
            "local_offset": "+08:00",
            "meaning": need.row.meaning,
            "printed_name": by.printed_name,
            "purpose": need.purpose,
            "record_digest": self.root(stream),
            "seal": bytes(64),
            "signature": f"{self.chance.getrandbits(40):010x}",
            "signed_at": self.now,
            "signer": by.actor,
            "stream": stream,
            "successor_of": None,
            "version": len(self.entries[stream]),
        }
        decided = Decided(streams.signatures(stream), SignatureMade(**fields | changes), self.new_id())
        return self.record(decided, replace(given, actor=actor, performer=self.performer(actor)), None)


def context_of(world: World, decided: Decided, given: Given, version_in_force: str | None) -> dict[str, Any]:
    context = Context(
        actor=given.actor.person,
        authority=Authority(grant="g1", rule="test", system_position=1, table_version="test"),
        causation=None,
        clock_reading=world.now,
        command_id=decided.event_id,
        correlation=decided.event_id,
        event_id=decided.event_id,
        occurred_at=given.occurred,
        on_behalf_of=None,
        organisation=given.actor.organisation,
        originator="test",
        performer=given.performer,
        printed_name=given.actor.printed_name,
        protocol_version=version_in_force,
        reason_code=None,
        reason_text=None,
        role=given.actor.role,
        salt=bytes(16),
        session=None,
        software_version="test",
        source_kind="derived" if decided.derived else "direct",
        source_ref=None,
        strength="asserted",
    )
    return {name: getattr(context, name) for name in Context.__struct_fields__}


def read_back(fact: F) -> F:
    """The fact as its own bytes tell it: a value that its type would not read never counts."""
    text = msgspec.json.encode(fact, enc_hook=encode_hook)
    again = msgspec.json.decode(text, type=type(fact), dec_hook=decode_hook)
    assert again == fact
    return again


def on(moment: str, zone_name: str = ZONE) -> Occurred:
    """A claimed time: `2027-03`, `2027-03-01`, or `2027-03-01T10:00` on the zone's own clock."""
    if "[" in moment:
        return Occurred(moment)
    if "T" not in moment:
        return Occurred(f"{moment}[{zone_name}]")
    return Occurred.at(datetime.fromisoformat(moment).replace(tzinfo=zone(zone_name)), zone_name)


def facts_of(entries: Sequence[Entry]) -> tuple[Fact, ...]:
    return tuple(entry.fact for entry in entries)


def one(entries: Sequence[Entry], kind: type[F]) -> F:
    """The only fact of that type among the entries."""
    (found,) = [entry.fact for entry in entries if isinstance(entry.fact, kind)]
    return found


def deviations(entries: Sequence[Entry]) -> tuple[Code, ...]:
    """The rules that the entries name as broken, in order."""
    return tuple(entry.fact.rule for entry in entries if isinstance(entry.fact, DeviationRecorded))
