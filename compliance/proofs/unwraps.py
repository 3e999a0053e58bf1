"""Reconciles the key store's own log with the ledgers: each row has one authorising entry, and each entry its rows.

A drill's row quotes the receipt that its entry carries, which is recorded after it; every other row comes after its
entry. A code-break that the ledger could not take stands in the emergency log, and its entry names that row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple
from uuid import UUID

from domain import streams
from domain.access.facts import RecordRead
from domain.escrow.facts import CustodyChecked, EmergencyAct, EscrowOpened, KeyAct, ParticipantKeyDestroyed
from domain.participant.facts import Allocated
from domain.record import Entry
from domain.release.facts import InterimApproved, InterimDelivered, PackageDelivered, RandomisationRevealed
from domain.unblinding.facts import ArmDisclosed, DisclosureEnteredLate, UnblindingDrillRun

RowState = Literal["authorised", "elsewhere", "no_entry", "other_kind", "other_key", "before_its_entry", "again"]
EntryState = Literal["opened", "by_emergency_log", "not_opened_yet", "missing", "differs"]
PACKAGES: Final = frozenset({"release-package", "interim-package"})
"""What is read when a package that was delivered is looked at again; its keys quote that reading."""
FINE_ROWS: Final = frozenset[RowState]({"authorised", "elsewhere"})
FINE_ENTRIES: Final = frozenset[EntryState]({"opened", "by_emergency_log", "not_opened_yet"})


class RowFound(NamedTuple):
    """A row of the key store's log, the entry that authorises it, and how the two stand together."""

    act: KeyAct
    entry: Entry | None
    state: RowState

    @property
    def is_gap(self) -> bool:
        """Whether it is not as it should be."""
        return self.state not in FINE_ROWS


class EntryFound(NamedTuple):
    """An entry that authorises an opening or a destruction, and the rows that quote it."""

    entry: Entry
    rows: int
    state: EntryState

    @property
    def is_gap(self) -> bool:
        """Whether it is not as it should be."""
        return self.state not in FINE_ENTRIES


class EmergencyFound(NamedTuple):
    """A row of the emergency log, and the entry that was made of it."""

    act: EmergencyAct
    entry: Entry | None
    state: Literal["entered", "not_entered", "differs"]

    @property
    def is_gap(self) -> bool:
        """Whether it is not as it should be."""
        return self.state != "entered"


class Reconciled(NamedTuple):
    """Both logs, side by side."""

    rows: tuple[RowFound, ...]
    entries: tuple[EntryFound, ...]
    emergencies: tuple[EmergencyFound, ...]

    @property
    def gaps(self) -> int:
        """How many rows and entries stand alone, or do not fit."""
        sides: tuple[Sequence[RowFound | EntryFound | EmergencyFound], ...] = (
            self.rows,
            self.entries,
            self.emergencies,
        )
        return sum(one.is_gap for side in sides for one in side)


def reconcile(checked: Sequence[CustodyChecked], trial: Iterable[Entry], access: Iterable[Entry]) -> Reconciled:
    """Join what the key store's records say with the entries that authorise; `access` as far as the reader has it."""
    sides = _Sides.of(checked, [*trial, *access])
    return Reconciled(
        rows=tuple(sides.row(number, act) for number, act in enumerate(sides.acts)),
        entries=tuple(sides.entry(entry) for entry in sides.entries if _asks_for_rows(entry)),
        emergencies=tuple(sides.emergency(act) for act in sides.emergencies),
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    """Everything by what it is looked up with."""

    acts: tuple[KeyAct, ...]
    emergencies: tuple[EmergencyAct, ...]
    entries: tuple[Entry, ...]
    by_id: Mapping[UUID, Entry]
    envelopes: Mapping[str, str]
    about: Mapping[str, str]
    late: Mapping[int, Entry]

    @classmethod
    def of(cls, checked: Sequence[CustodyChecked], entries: Sequence[Entry]) -> "_Sides":
        by_id = {entry.body.event_id: entry for entry in entries}
        drills = {e.fact.receipt: e for e in entries if isinstance(e.fact, UnblindingDrillRun)}
        return cls(
            acts=tuple(act for fact in checked for act in fact.acts),
            emergencies=tuple(act for fact in checked for act in fact.emergencies),
            entries=tuple(entries),
            by_id=by_id | drills,
            envelopes={
                e.fact.envelope.key.hex(): streams.name_of(e.frame.stream)
                for e in entries
                if isinstance(e.fact, Allocated)
            },
            about={
                e.frame.stream: number
                for e in entries
                if streams.kind_of(e.frame.stream) == "unblinding" and (number := getattr(e.fact, "participant", None))
            },
            late={e.fact.number: e for e in entries if isinstance(e.fact, DisclosureEnteredLate)},
        )

    def row(self, number: int, act: KeyAct) -> RowFound:
        entry = self.by_id.get(act.authorised_by)
        if entry is None:
            return RowFound(act, None, "no_entry" if act.found_in is None else "elsewhere")
        return RowFound(act, entry, self._row_state(number, act, entry))

    def _row_state(self, number: int, act: KeyAct, entry: Entry) -> RowState:
        own = (act.act, act.key, act.authorised_by)
        if any((one.act, one.key, one.authorised_by) == own for one in self.acts[:number]):
            return "again"
        if not _authorises(entry, act):
            return "other_kind"
        if isinstance(entry.fact, ArmDisclosed) and self.envelopes.get(act.key) != self.about.get(entry.frame.stream):
            return "other_key"
        comes_after = isinstance(entry.fact, UnblindingDrillRun)
        return "before_its_entry" if not comes_after and act.at < entry.frame.recorded_at else "authorised"

    def entry(self, entry: Entry) -> EntryFound:
        quoted = self._quoted(entry)
        rows = sum(act.authorised_by in quoted and _can_follow(entry, act) for act in self.acts)
        return EntryFound(entry, rows, self._entry_state(entry, rows))

    def _quoted(self, entry: Entry) -> frozenset[UUID]:
        """What the rows that belong to an entry quote: mostly the entry itself."""
        match entry.fact:
            case UnblindingDrillRun(receipt=other) | PackageDelivered(reveal=other):
                return frozenset({other})
            case EscrowOpened(authorised_by=other) if other is not None:
                return frozenset({other})
            case InterimDelivered(request=request):
                approvals = (e for e in self.entries if isinstance(e.fact, InterimApproved))
                return frozenset(e.body.event_id for e in approvals if e.fact.request == request)
            case _:
                return frozenset({entry.body.event_id})

    def _entry_state(self, entry: Entry, rows: int) -> EntryState:
        match entry.fact:
            case (
                EscrowOpened(keys=wanted) | PackageDelivered(allocations=wanted) | InterimDelivered(allocations=wanted)
            ):
                return "opened" if rows == wanted else "missing" if rows < wanted else "differs"
            case ArmDisclosed():
                in_stream = (late.frame.stream for late in self.late.values())
                unread: EntryState = "by_emergency_log" if entry.frame.stream in in_stream else "not_opened_yet"
                return "differs" if rows > 1 else "opened" if rows else unread
            case DisclosureEnteredLate(number=number, chain=chain):
                found = [act for act in self.emergencies if act.number == number]
                return "missing" if not found else "by_emergency_log" if found[0].chain == chain else "differs"
            case _:
                return "differs" if rows > 1 else "opened" if rows else "missing"

    def emergency(self, act: EmergencyAct) -> EmergencyFound:
        if act.drill:
            entry = self.by_id.get(act.command_id)
            return EmergencyFound(act, entry, "not_entered" if entry is None else "entered")
        entry = self.late.get(act.number)
        if entry is None:
            return EmergencyFound(act, None, "not_entered")
        return EmergencyFound(act, entry, "entered" if entry.fact.chain == act.chain else "differs")


def _authorises(entry: Entry, act: KeyAct) -> bool:
    """Whether an entry of that kind can stand behind such a row."""
    match entry.fact:
        case ParticipantKeyDestroyed():
            return act.act == "destroy"
        case EscrowOpened():
            return act.act == "escrow"
        case ArmDisclosed() | UnblindingDrillRun():
            return act.act == "unwrap"
        case RecordRead(what=what):
            return what in PACKAGES and act.act != "destroy"
        case RandomisationRevealed() | InterimApproved():
            return act.act != "destroy"
        case _:
            return False


def _can_follow(entry: Entry, act: KeyAct) -> bool:
    """Whether the row is of those that an entry asks for."""
    if isinstance(entry.fact, PackageDelivered | InterimDelivered):
        return act.act != "destroy"
    return _authorises(entry, act)


def _asks_for_rows(entry: Entry) -> bool:
    """Whether something has to stand in the key store for it. What a reveal opened, its packages count."""
    match entry.fact:
        case UnblindingDrillRun(opened=opened, through_fallback=through_fallback):
            return opened and not through_fallback
        case ArmDisclosed() | DisclosureEnteredLate() | EscrowOpened() | ParticipantKeyDestroyed():
            return True
        case PackageDelivered() | InterimDelivered():
            return True
        case _:
            return False
