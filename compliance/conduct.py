"""How a command is carried out: the only place that loads and appends.

    known id? -> load the streams it names -> gate -> the rules decide -> one append over all ledgers

A conflict starts again at loading. A refusal leaves one event without the submitted values. Everything that
is not pure (ledger, clock, ids, randomness, sealing, locks) is handed in.
"""

from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from compliance import gate
from compliance.contexts import environment_of, plain_context
from compliance.envelope import Envelope
from compliance.gate import Allowed, Identity
from compliance.histories import Histories, History
from compliance.lock_view import lock_view
from compliance.pages import all_entries
from compliance.ports import Ports
from domain import streams
from domain.access.facts import CommandRefused
from domain.command import Actor, Decided, Given, Room, has_real_reason
from domain.errors import ConflictError, InvalidInputError, Refusal
from domain.fields import Administrators, SealedText, TrialTeam
from domain.ledger.facts import Environment
from domain.people.person import Person
from domain.ports import CommandOutcome, NewEntry, Placed, Receipt
from domain.record import Authority, Context, Performer
from domain.session.session import Session
from domain.site.site import Site
from domain.times import Occurred
from domain.trial.lock import LockView
from domain.trial.trial import Trial
from projections.amendments import effective

DONE = "done"
TRIES = 50
"""How often a command is tried again when another one changed its streams first."""


class Done(NamedTuple):
    """What became of a command: where its entries stand; `repeated` when its id had been carried out before."""

    command_id: UUID
    placed: tuple[tuple[str, int], ...]
    receipt: Receipt | None
    repeated: bool


class Conduct:
    """Carries commands out."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.histories = Histories(ports.ledger)

    @cached_property
    def environment(self) -> Environment:
        """What the store said in its first entry; it never changes."""
        return environment_of(self.ports.ledger)

    def carry_out(self, envelope: Envelope, identity: Identity, *, trial: str | None) -> Done:
        """Carry the command out once, however often it is sent.

        Raises Refusal (recorded), InvalidInputError (nothing written), ConflictError when it never came
        through, InDoubtError when the outcome is unknown.
        """
        if not trial and not envelope.command.SYSTEM:
            raise InvalidInputError(
                "trial_missing",
                f"{envelope.command.NAME} concerns a trial, and none is named.",
                field="trial",
                next_step="Name the trial.",
            )
        digest = self.ports.digest(envelope.identified_in(trial or ""))
        for _ in range(TRIES):
            earlier = self.ports.ledger.outcome(identity.person, envelope.command_id)
            if earlier is not None:
                return _again(envelope, earlier, digest)
            attempt = _Attempt(self, envelope, identity, trial or "", digest)
            try:
                return attempt.run()
            except ConflictError:
                continue
        raise ConflictError(
            f"The command was overtaken {TRIES} times by others.",
            next_step="Send it again with the same command id.",
        )


def _again(envelope: Envelope, earlier: CommandOutcome, digest: bytes) -> Done:
    if earlier.digest != digest:
        raise InvalidInputError(
            "command_id_reused",
            f"The command id {envelope.command_id} has been used for another command.",
            field="command_id",
            next_step="Give every command an id of its own.",
        )
    if earlier.code != DONE:
        code, _, rule = earlier.code.partition("@")
        raise Refusal(
            code,
            "This command was refused when it was first sent; a refusal is final for its id.",
            rule=rule,
            next_step="Send a new command with a new id once the cause is removed.",
        )
    return Done(envelope.command_id, earlier.placed, None, repeated=True)


class _Attempt:
    """One try at one command."""

    def __init__(self, conduct: Conduct, envelope: Envelope, identity: Identity, trial: str, digest: bytes) -> None:
        self.ports, self.histories = conduct.ports, conduct.histories
        self.envelope, self.wish, self.identity = envelope, envelope.command, identity
        self.trial, self.digest = trial, digest
        self.now = self.ports.clock()
        self.environment: Environment = conduct.environment
        self._begin()

    def _begin(self) -> None:
        self.loaded: dict[str, History] = {}
        self.followed: set[str] = {streams.SYSTEM_LEDGER}
        self.system_position = self.histories.follow(streams.SYSTEM_LEDGER)

    def run(self) -> Done:
        """Decide and append, with a lock where the command asks for one; a refusal is recorded before it is raised."""
        try:
            room = self._room()
            name = self.wish.lock(room)
            if name is None:
                return self._carried_out(room)
            with self.ports.hold(name):
                self._begin()
                return self._carried_out(self._room())
        except Refusal as refusal:
            self._record(refusal)
            raise

    def _carried_out(self, read: Room) -> Done:
        room = self._furnished(read)
        allowed = self._allow(room)
        given = self._given(room, allowed)
        self._check_claims(given, room)
        decided = self.wish.decide(given, room)
        receipt = self._append(given, room, allowed, decided)
        return Done(self.envelope.command_id, _positions(receipt.placed), receipt, repeated=False)

    def _room(self) -> Room:
        self._read(self._own())
        while True:
            room = Room(
                trial=self.trial,
                aggregates={stream: history.aggregate for stream, history in self.loaded.items()},
                sender=self.identity.person,
            )
            if not self._read(self.wish.streams(room)):
                return room

    def _own(self) -> tuple[str, str]:
        """What the gate decides on: the account with its grants, and the session."""
        return streams.person(self.identity.person), streams.session(self.identity.session)

    def _read(self, named: tuple[str, ...]) -> bool:
        new = [stream for stream in dict.fromkeys(named) if stream not in self.loaded]
        for ledger in {streams.ledger_of(stream) for stream in new} - self.followed:
            self.histories.follow(ledger)
            self.followed.add(ledger)
        for stream in new:
            self.loaded[stream] = self.histories.load(stream)
        return bool(new)

    def _furnished(self, room: Room) -> Room:
        vouched = self.wish.vouched_stream(self.trial)
        return Room(
            trial=self.trial,
            aggregates=room.aggregates,
            whole=self._whole() if self.wish.SEES_WHOLE_TRIAL else None,
            roots={vouched: self.ports.stream_root(vouched, self.wish.vouched_version())} if vouched else {},
            entries={stream: tuple(effective(self.loaded[stream].entries)) for stream in self.wish.entries_of(room)},
            sender=self.identity.person,
        )

    def _whole(self) -> LockView:
        ledger, name = self.ports.ledger, streams.trial_ledger(self.trial)
        return lock_view(all_entries(ledger, name), lambda size: ledger.head(name, at=size).root.hex())

    def _allow(self, room: Room) -> Allowed:
        person = room.get(Person, streams.person(self.identity.person))
        session = room.get(Session, streams.session(self.identity.session))
        self.system_position = max(self.system_position, *(self.loaded[stream].position for stream in self._own()))
        if self.wish.OWN:
            return gate.decide_own(
                self.identity,
                person,
                session,
                self.wish.NAME,
                about=self.wish.concerned_person(),
                now=self.now,
                system_position=self.system_position,
            )
        return gate.decide(
            self.identity,
            person,
            session,
            self.wish.NAME,
            trial=self.wish.concerned_trial(room),
            site=self.wish.concerned_site(room),
            now=self.now,
            system_position=self.system_position,
        )

    def _given(self, room: Room, allowed: Allowed) -> Given:
        occurred = self.envelope.occurred_at or Occurred.at(self.now, self._zone(room))
        return Given(
            trial=self.trial,
            environment=self.environment,
            now=self.now,
            occurred=occurred,
            actor=allowed.actor,
            performer=self._performer(allowed.actor),
            new_id=self.ports.ids.event_id,
            token=self.ports.ids.token,
            secret=self.ports.ids.secret,
            seals=self.ports.seals,
            randomiser=self.ports.randomiser,
            opens_list=self.ports.opens_list,
            key_scope=self.wish.key_scope(room),
            signs=self.ports.signs,
            session=self.identity.session,
            presented=self.identity.presented,
            strength=self.identity.strength,
            limits=self.ports.limits,
        )

    def _performer(self, actor: Actor) -> Performer:
        named = self.envelope.performer
        if named is None:
            return Performer(person=actor.person, role=actor.role)
        if named.person is not None:
            stream = streams.person(named.person)
            self._read((stream,))
            if not self.loaded[stream].aggregate.exists:
                raise Refusal(
                    "unknown_performer",
                    f"Nobody is registered as {named.person}.",
                    rule="performer-must-be-registered",
                    next_step="Register the person, or say that the performer is unknown.",
                )
        return named

    def _zone(self, room: Room) -> str:
        """The zone of the site concerned, else of the trial."""
        site = self.wish.concerned_site(room)
        stream = streams.site(self.trial, site) if site else ""
        if stream in room and room.get(Site, stream).exists:
            return room.get(Site, stream).zone
        stream = streams.trial(self.trial)
        return room.get(Trial, stream).zone if stream in room else "UTC"

    def _check_claims(self, given: Given, room: Room) -> None:
        """A future time and an empty reason are no facts yet: nothing is written."""
        if given.occurred.earliest > given.now and not self.wish.SAFETY:
            raise InvalidInputError(
                "future_time",
                f"{given.occurred} lies in the future ({Occurred.at(given.now, self._zone(room))} now).",
                field="occurred_at",
                next_step="Give the time at which it happened.",
            )
        if self.wish.NEEDS_REASON and not has_real_reason(self.wish):
            raise InvalidInputError(
                "reason_needed",
                f"{self.wish.NAME} needs a reason in words.",
                field="payload.reason.text",
                next_step='Say why in a sentence; "n/a" and "typo" are no reasons.',
            )

    def _append(self, given: Given, room: Room, allowed: Allowed, decided: tuple[Decided, ...]) -> Receipt:
        version = self.wish.version_in_force(given, room)
        reason = self._sealed_reason(given)
        entries = [
            NewEntry(item.stream, self._context(given, allowed, item, decided[0], version, reason), item.fact)
            for item in decided
        ]
        new = dict.fromkeys((entry.stream for entry in entries), 0)
        whole = {} if room.whole is None else {streams.trial_ledger(self.trial): room.whole.position}
        return self.ports.ledger.append(
            entries, expected={**new, **self._read_versions(), **whole}, outcome=self._outcome(DONE)
        )

    def _read_versions(self) -> dict[str, int]:
        return {stream: history.version for stream, history in self.loaded.items()}

    def _outcome(self, code: str) -> CommandOutcome:
        return CommandOutcome(self.identity.person, self.envelope.command_id, self.digest, code, ())

    def _sealed_reason(self, given: Given) -> "SealedText[TrialTeam] | SealedText[Administrators] | None":
        reason = self.wish.reason
        if reason is None or reason.text is None:
            return None
        if self.trial:
            return given.text(reason.text, TrialTeam, 1024)
        return given.text(reason.text, Administrators, 1024)

    def _context(
        self,
        given: Given,
        allowed: Allowed,
        item: Decided,
        first: Decided,
        version: str | None,
        reason: "SealedText[TrialTeam] | SealedText[Administrators] | None",
    ) -> Context:
        source = self.wish.source
        return Context(
            actor=allowed.actor.person,
            authority=allowed.authority,
            causation=None if item is first else first.event_id,
            clock_reading=given.now,
            command_id=self.envelope.command_id,
            correlation=self.envelope.correlation,
            event_id=item.event_id,
            occurred_at=given.occurred,
            on_behalf_of=self.wish.on_behalf_of,
            organisation=allowed.actor.organisation,
            originator=self.identity.originator,
            performer=given.performer,
            printed_name=allowed.actor.printed_name,
            protocol_version=version,
            reason_code=self.wish.reason.code if self.wish.reason else None,
            reason_text=reason,
            role=allowed.actor.role,
            salt=self.ports.ids.secret()[:16],
            session=self.identity.session,
            software_version=self.ports.software_version,
            source_kind="derived" if item.derived else source.kind if source else "direct",
            source_ref=source.ref if source else None,
            strength=self.identity.strength,
        )

    def _record(self, refusal: Refusal) -> None:
        """One event for a refusal: code, rule and command type, and nothing that was submitted.

        It is final for its id, so it holds only if what it was decided on still stands. Where nobody's open
        session asked it is not: nobody uses up another's command ids, and who logs in again goes on.
        """
        ledger = streams.access_ledger(self.trial)
        if not self.trial or self.ports.ledger.head(ledger).size == 0:
            ledger = streams.SYSTEM_LEDGER
        event = self.ports.ids.event_id()
        stream = streams.refusal(ledger, str(event))
        fact = CommandRefused(code=refusal.code, command=self.wish.NAME, rule=refusal.rule)
        entry = NewEntry(stream, self._refused_context(event, gate.refused(refusal.rule, self.system_position)), fact)
        final = refusal.rule not in gate.NOBODY_ASKED
        outcome = self._outcome(f"{refusal.code}@{refusal.rule}") if final else None
        self.ports.ledger.append([entry], expected={stream: 0, **self._read_versions()}, outcome=outcome)

    def _refused_context(self, event: UUID, authority: Authority) -> Context:
        person, session = (self.histories.load(stream) for stream in self._own())
        return plain_context(
            self.ports,
            event=event,
            identity=gate.as_refused(self.identity, session.of(Session)),
            person=person.of(Person),
            role="none",
            authority=authority,
            command_id=self.envelope.command_id,
            correlation=self.envelope.correlation,
            now=self.now,
        )


def _positions(placed: tuple[Placed, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((place.ledger, place.position) for place in placed)
