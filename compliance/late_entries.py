"""The late entry: what the key store recorded while the ledger could not write, entered once it can again.

Under the same command id, by the product itself, with the sender as performer and the original time; once, however
often it is tried. A write that was given up and landed all the same is found by its command id, and only marked.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, Protocol
from uuid import UUID

import msgspec

from compliance import gate
from compliance.conduct import DONE
from compliance.contexts import environment_of, plain_context
from compliance.emergency_record import EmergencyRecord, Noted
from compliance.emergency_room import Loaded, load
from compliance.gate import Identity
from compliance.histories import Histories
from compliance.ports import Ports
from compliance.setup import ITSELF, NOBODY
from domain import streams
from domain.command import Actor, Decided, Given, Reason
from domain.errors import ConflictError, DamagedLedgerError
from domain.people.person import PRODUCT
from domain.ports import CommandOutcome, NewEntry
from domain.record import Context, Performer
from domain.times import Occurred
from domain.unblinding.arm import disclosed
from domain.unblinding.emergency import BreakBlind
from domain.unblinding.facts import DisclosureEnteredLate, DisclosureRepeated, EmergencyUnblindingInvoked
from domain.unblinding.notice import notified

TRIES: Final = 50
RULE: Final = "enters-code-breaks-late"
State = Literal["entered", "matched", "there", "failed"]


class Entered(NamedTuple):
    """What became of one record: entered now, found to have landed, entered before, or not possible and why."""

    number: int
    state: State
    trial: str
    request: str
    why: str = ""


class Records(Protocol):
    """The key store's own log of code-breaks, to be read."""

    def records(self) -> Sequence[Noted]:
        """Every record, first to last."""
        ...


class LateEntries:
    """Enters records late."""

    def __init__(self, ports: Ports, log: Records) -> None:
        self.ports, self.log = ports, log
        self.histories = Histories(ports.ledger)

    def catch_up(self) -> tuple[Entered, ...]:
        """Enter what is missing; a service calls it each minute. The error of a ledger that cannot write goes out."""
        return tuple(self._entered(noted) for noted in self.log.records() if not noted.record.drill)

    def _entered(self, noted: Noted) -> Entered:
        record = noted.record
        for _ in range(TRIES):
            try:
                return Entered(noted.number, self._enter(noted), record.trial, record.request)
            except ConflictError:
                continue
            except DamagedLedgerError as error:
                return Entered(noted.number, "failed", record.trial, record.request, error.code)
        raise ConflictError("Others changed the unblinding again and again.", next_step="Enter it again.")

    def _enter(self, noted: Noted) -> State:
        record, ledger = noted.record, self.ports.ledger
        stream = streams.unblinding(record.trial, record.request)
        before = ledger.stream(stream)
        if any(isinstance(e.fact, DisclosureEnteredLate) and e.fact.number == noted.number for e in before):
            return "there"
        outcome = ledger.outcome(record.person, record.command_id)
        landed = outcome is not None and outcome.code == DONE
        sender = Identity(record.person, record.strength, record.session, record.originator)
        loaded = load(self.histories, command_of(record), record.trial, sender)
        decided = _decided(self._given(record, loaded), loaded, noted, landed=landed)
        own = CommandOutcome(record.person, record.command_id, bytes.fromhex(record.digest), DONE, ())
        entries = [
            NewEntry(one.stream, self._context(noted, loaded, one, decided[0], landed=landed), one.fact)
            for one in decided
        ]
        new = dict.fromkeys((entry.stream for entry in entries), 0)
        ledger.append(entries, expected={**new, **loaded.versions}, outcome=own if outcome is None else None)
        return "matched" if landed else "entered"

    def _given(self, record: EmergencyRecord, loaded: Loaded) -> Given:
        """What the facts need; the notice names the sender, whom the record names as actor."""
        return Given(
            trial=record.trial,
            environment=environment_of(self.ports.ledger),
            now=self.ports.clock(),
            occurred=Occurred(record.occurred),
            actor=Actor(record.person, record.person, _role(record), ""),
            performer=Performer(person=record.person, role=record.role),
            new_id=self.ports.ids.event_id,
            token=self.ports.ids.token,
            secret=self.ports.ids.secret,
            seals=self.ports.seals,
            randomiser=self.ports.randomiser,
            opens_list=self.ports.opens_list,
            key_scope=command_of(record).key_scope(loaded.room),
            signs=self.ports.signs,
            session=record.session,
            presented=(),
            strength=record.strength,
            limits=self.ports.limits,
        )

    def _context(self, noted: Noted, loaded: Loaded, one: Decided, first: Decided, *, landed: bool) -> Context:
        record = noted.record
        command_id: UUID = first.event_id if landed else record.command_id
        occurred = Occurred(record.occurred)
        plain = plain_context(
            self.ports,
            event=one.event_id,
            identity=ITSELF,
            person=NOBODY,
            role="none",
            authority=gate.of_the_product(RULE, loaded.system_position),
            command_id=command_id,
            correlation=record.command_id,
            now=self.ports.clock(),
        )
        wish = command_of(record)
        site = wish.at_own_site(loaded.room)
        return msgspec.structs.replace(
            plain,
            causation=None if one is first else first.event_id,
            occurred_at=occurred,
            originator=PRODUCT,
            performer=Performer(person=record.person, role=record.role),
            protocol_version=site.protocol_version(occurred.day.latest),
            reason_code=record.reason_code,
            source_kind="derived" if one.derived else "transferred",
            source_ref=f"emergency log of the key store, record {noted.number}",
        )


def command_of(record: EmergencyRecord) -> BreakBlind:
    """The code-break as it was sent, as far as the record tells."""
    desk = record.channel == "code_break_desk"
    return BreakBlind(
        channel=record.channel,
        participant=record.participant,
        reason=Reason(code=record.reason_code),
        recipient=record.recipient if desk else None,
    )


def _role(record: EmergencyRecord) -> Literal["investigator", "sub_investigator", "code_break_desk"]:
    match record.role:
        case "sub_investigator" | "code_break_desk":
            return record.role
        case _:
            return "investigator"


def _decided(given: Given, loaded: Loaded, noted: Noted, *, landed: bool) -> tuple[Decided, ...]:
    record, room = noted.record, loaded.room
    stream = streams.unblinding(record.trial, record.request)
    late = given.fact(
        stream,
        DisclosureEnteredLate(
            cause=record.cause, chain=noted.chain, disclosed_at=record.disclosed_at, number=noted.number
        ),
    )
    if landed:
        return (late,)
    if command_of(record).told_before(room):
        return (given.fact(stream, DisclosureRepeated(recipient=record.recipient)), late)
    invoked = EmergencyUnblindingInvoked(
        channel=record.channel,
        flags=record.flags,
        participant=record.participant,
        recipient=record.recipient,
        request=record.request,
    )
    first = given.fact(stream, invoked)
    own = command_of(record).own(room)
    told, vault = disclosed(given, room, own, recipient=record.recipient, request=record.request)
    notice = notified(given, "emergency", participant=record.participant, request=record.request)
    return (first, told, notice, late, vault)
