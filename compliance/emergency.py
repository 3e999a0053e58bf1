"""The emergency code-break, whatever happens to the ledger: the ordinary way first, for two seconds.

    log in -> command -> ledger -> envelope opened               the ordinary way
    prove  -> gate and rule on what can be read -> key store's   the fallback: where the ledger cannot write,
              own record, on the disk -> envelope opened         or not in time

Either way it is recorded before anything is shown, and one participant is shown. Nothing else is asked: no approval,
no mail, no read model, no second person. A ledger that cannot be read at all leaves the code-break desk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Protocol, TypeVar
from uuid import UUID

from compliance import gate
from compliance.conduct import Conduct
from compliance.emergency_record import Cause, EmergencyRecord, Noted
from compliance.emergency_room import Loaded, load
from compliance.envelope import Envelope
from compliance.gate import Allowed, Identity
from compliance.histories import Histories
from compliance.inquire import Inquire
from compliance.ports import Ports
from domain import streams
from domain.allocation.lists import SealedList
from domain.command import Room
from domain.errors import (
    ConflictError,
    DamagedLedgerError,
    InDoubtError,
    InvalidInputError,
    StorageFullError,
    StorageUnavailableError,
    TrialproofError,
)
from domain.fields import SealedArmEnvelope
from domain.participant.parts import Allocation
from domain.people.person import Person
from domain.session.session import Session
from domain.times import Occurred
from domain.unblinding.arm import list_streams
from domain.unblinding.breaking import Sender, request_of
from domain.unblinding.emergency import BreakBlind

T = TypeVar("T")
SECONDS: Final = 2.0
"""How long the ledger is waited for (conduct rules, section 9)."""
CAUSES: Final[tuple[tuple[type[TrialproofError], Cause], ...]] = (
    (StorageFullError, "storage_full"),
    (StorageUnavailableError, "storage_unavailable"),
    (InDoubtError, "in_doubt"),
    (ConflictError, "conflict"),
    (DamagedLedgerError, "damaged"),
)
"""What keeps the ledger from recording; every other error is an answer."""
UNREAD: Final = "unknown"


class TooSlowError(StorageUnavailableError):
    """The ledger did not answer in time; whether it will still write is open."""

    code = "too_slow"

    def __init__(self) -> None:
        super().__init__(
            f"The ledger did not record it within {SECONDS:g} seconds.",
            next_step="Nothing needs to be sent again: the key store's record is entered later.",
        )


class Shown(NamedTuple):
    """One participant's arm for one reader; it never shows in a message or a trace.

    `noted`: the key store's own record, where the ledger did not take it. `at`: since when the narrative's time runs.
    """

    participant: str
    recipient: str
    arm: str
    label: str
    request: str
    at: datetime
    noted: Noted | None

    def __repr__(self) -> str:
        return f"Shown(participant={self.participant!r})"


class EmergencyLog(Protocol):
    """The key store's own log of code-breaks."""

    def record(self, record: EmergencyRecord) -> Noted:
        """Write it; on the disk when this returns."""
        ...


class OpensRecorded(Protocol):
    """Opens an envelope for which a record stands in the emergency log; nothing else is written for it."""

    def __call__(
        self,
        envelope: SealedArmEnvelope,
        *,
        trial: str,
        event_id: UUID,
        participant: str,
        list_root: str,
        noted: Noted,
    ) -> str:
        """The arm."""
        ...


@dataclass(frozen=True, slots=True)
class OrdinaryWay:
    """Through the ledger."""

    conduct: Conduct
    inquire: Inquire

    def __call__(self, envelope: Envelope, identity: Identity, trial: str) -> Shown:
        """Record it, then open the envelope for its recipient."""
        wish = breaking(envelope)
        self.conduct.carry_out(envelope, identity, trial=trial)
        request = request_of(trial, wish.participant, identity.person, wish.recipient)
        told = self.inquire.disclosure(identity, trial, request)
        first = self.conduct.ports.ledger.stream(streams.unblinding(trial, request))[0]
        return Shown(
            told.participant, told.recipient, told.arm, told.label, request, first.frame.recorded_at, noted=None
        )


@dataclass(frozen=True, slots=True)
class FallbackWay:
    """Through the key store's own log; the ledgers are read and not written."""

    ports: Ports
    log: EmergencyLog
    opens: OpensRecorded

    def __call__(self, envelope: Envelope, identity: Identity, trial: str, cause: Cause) -> Shown:
        """Decide on what can be read, record, then open the envelope; Refusal as in the ordinary way."""
        wish, now = breaking(envelope), self.ports.clock()
        loaded = load(Histories(self.ports.ledger), wish, trial, identity)
        allowed = _allowed(identity, loaded, wish, now)
        occurred = envelope.occurred_at or Occurred.at(now, loaded.zone(wish))
        found = wish.judge(Sender(allowed.actor, identity.strength, self.ports.limits, now, occurred), loaded.room)
        allocation = wish.own(loaded.room).allocation
        assert allocation is not None and wish.reason is not None, "judged: allocated, and the reason's code is given"  # noqa: PT018 (one judgement)
        noted = self.log.record(
            EmergencyRecord(
                allocation=allocation.event,
                cause=cause,
                channel=wish.channel,
                command_id=envelope.command_id,
                digest=self.ports.digest(envelope.identified_in(trial)).hex(),
                disclosed_at=now,
                drill=False,
                flags=found.flags,
                grant=allowed.authority.grant,
                key=allocation.fact.envelope.key.hex(),
                occurred=str(occurred),
                originator=identity.originator,
                participant=wish.participant,
                person=identity.person,
                reason_code=wish.reason.code,
                recipient=found.recipient,
                repeated=found.repeated,
                request=found.request,
                role=allowed.actor.role,
                session=identity.session,
                strength=identity.strength,
                system_position=allowed.authority.system_position,
                trial=trial,
                trial_position=loaded.position,
            )
        )
        arm = self._opened(allocation, wish.participant, trial, noted)
        label = _label(loaded.room, wish, arm)
        return Shown(wish.participant, found.recipient, arm, label, found.request, now, noted)

    def _opened(self, allocation: Allocation, participant: str, trial: str, noted: Noted) -> str:
        return self.opens(
            allocation.fact.envelope,
            trial=trial,
            event_id=allocation.event,
            participant=participant,
            list_root=allocation.fact.list_root,
            noted=noted,
        )


def shown_whatever(ordinary: Callable[[], Shown], fallback: Callable[[Cause], Shown]) -> Shown:
    """The ordinary way, which is to end in time by itself (TooSlowError); the fallback where the ledger cannot."""
    try:
        return ordinary()
    except TooSlowError:
        return fallback("too_slow")
    except (StorageFullError, StorageUnavailableError, InDoubtError, ConflictError, DamagedLedgerError) as error:
        return fallback(cause_of(error))


def cause_of(error: TrialproofError) -> Cause:
    """The word for what kept the ledger from recording."""
    return next(cause for kind, cause in CAUSES if isinstance(error, kind))


def breaking(envelope: Envelope) -> BreakBlind:
    """The command, which is a code-break and nothing else."""
    if not isinstance(envelope.command, BreakBlind):
        raise InvalidInputError(
            "not_a_code_break",
            f"{envelope.command.NAME} is no emergency code-break.",
            field="command",
            next_step="Send `break_blind`.",
        )
    return envelope.command


def _allowed(identity: Identity, loaded: Loaded, wish: BreakBlind, now: datetime) -> Allowed:
    """The gate's answer; without a session for who has just proved the emergency credential."""
    person = loaded.room.get(Person, streams.person(identity.person))
    trial, site, position = loaded.room.trial, wish.concerned_site(loaded.room), loaded.system_position
    if identity.session == gate.NO_SESSION and identity.strength == "emergency":
        return gate.decide_code_break(person, wish.NAME, trial=trial, site=site, now=now, system_position=position)
    session = loaded.room.get(Session, streams.session(identity.session))
    return gate.decide(identity, person, session, wish.NAME, trial=trial, site=site, now=now, system_position=position)


def _label(room: Room, wish: BreakBlind, arm: str) -> str:
    """The list's words for the arm, as far as the vault can be read."""
    named = [stream for stream in list_streams(room, wish.own(room)) if streams.kind_of(stream) == "list"]
    lists = (room.get(SealedList, stream).sealed for stream in named if stream in room)
    words = (listed.label for sealed in lists if sealed for listed in sealed.arms if listed.arm == arm)
    return next(words, UNREAD)
