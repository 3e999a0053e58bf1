"""The knowledge ledger: who knows which participant's arm, since when and how (ICH E6(R3) 4.1.4).

It reads the trial ledger; with the system ledger beside it also who may know by clearance and who could judge instead,
with the access ledger also who read what tells arms. It never reads the vault. Drills tell nobody anything, and being
told again moves no date. Knowing an arm ends no role: what the person assesses is flagged (conduct rules, section 9).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Self

from msgspec.structs import replace

from domain.access.facts import RecordRead, ReportOpened, ReportProduced, ReportRequested
from domain.participant.facts import Allocated
from domain.people.facts import GrantEnded, GrantGiven, PersonDeactivated, PersonRegistered
from domain.record import Entry
from domain.release.facts import InterimDelivered, PackageDelivered, RandomisationRevealed
from projections.fold import State, moment, place
from projections.knowledge_assessed import assessment_of
from projections.knowledge_rows import Assessment, Held, How, KnowledgeView, Reach, Way
from projections.knowledge_view import Recorded, knowledge_view
from projections.persistent import PersistentList, PersistentMap
from projections.subjects import Subjects
from projections.unblinding_log import UnblindingLog, happened

WHOLE: frozenset[str] = frozenset({"interim-package", "release-package"})
"""What a look is called that may tell all arms; so may a look at a ledger where that is the vault."""


class Knowledge(State):
    """What was disclosed, handed over, read and granted, and what was assessed meanwhile."""

    allocated: PersistentMap[str, datetime]
    assessments: PersistentList[Assessment]
    ended: PersistentMap[str, datetime]
    held: PersistentMap[str, tuple[str | None, Held]]
    last: datetime | None
    ledgers: frozenset[str]
    looks: PersistentList[Way]
    names: PersistentMap[str, tuple[str, str]]
    reports: PersistentMap[str, bool]
    subjects: Subjects
    unblindings: UnblindingLog
    whole: PersistentList[Way]

    @classmethod
    def start(cls) -> Self:
        """Nobody knows anything."""
        return cls(
            allocated=PersistentMap(),
            assessments=PersistentList(),
            ended=PersistentMap(),
            held=PersistentMap(),
            last=None,
            ledgers=frozenset(),
            looks=PersistentList(),
            names=PersistentMap(),
            reports=PersistentMap(),
            subjects=Subjects.start(),
            unblindings=UnblindingLog.start(),
            whole=PersistentList(),
        )

    def after(self, entry: Entry) -> Self:
        """The knowledge after one more entry of any ledger of the trial, or of the system ledger."""
        ledger, recorded = entry.frame.ledger, entry.frame.recorded_at
        match ledger.partition(":")[0]:
            case "trial":
                changed = self._in_trial(entry)
            case "access":
                changed = self._in_access(entry)
            case "system":
                changed = self._in_system(entry)
            case _:
                return self
        last = recorded if self.last is None else max(self.last, recorded)
        return replace(changed, last=last, ledgers=self.ledgers | {ledger})

    def view(self) -> KnowledgeView:
        """Who knows, since when and how; and what was assessed by those who do."""
        trial = next((name.partition(":")[2] for name in sorted(self.ledgers) if ":" in name), None)
        return knowledge_view(
            Recorded(
                allocated=self.allocated,
                assessments=tuple(self.assessments),
                held=tuple(sorted(self._held(trial), key=_by_person)),
                last=self.last,
                looks=tuple(self.looks),
                reads_access=any(name.startswith("access:") for name in self.ledgers),
                reads_system="system" in self.ledgers,
                subjects=self.subjects,
                unblindings=self.unblindings,
                whole=tuple(self.whole),
            )
        )

    def _in_trial(self, entry: Entry) -> Self:
        assessment = assessment_of(entry)
        return replace(
            self._happened(entry),
            assessments=self.assessments if assessment is None else self.assessments.add(assessment),
            subjects=self.subjects.after(entry),
            unblindings=self.unblindings.after(entry),
        )

    def _happened(self, entry: Entry) -> Self:
        match entry.fact:
            case Allocated():
                name = place(entry.frame.stream)[1]
                return replace(self, allocated=self.allocated.put(name, entry.frame.recorded_at))
            case InterimDelivered(recipient=recipient):
                return self._told_all(entry, (recipient,), "interim", "allocated_by_then", certain=True)
            case PackageDelivered(recipient=recipient):
                return self._told_all(entry, (recipient,), "planned", "all", certain=True)
            case RandomisationRevealed(recipients=recipients):
                return self._told_all(entry, recipients, "authorised", "all", certain=False)
            case _:
                return self

    def _in_access(self, entry: Entry) -> Self:
        stream, reader = entry.frame.stream, (entry.body.actor,)
        match entry.fact:
            case ReportRequested(blinding=blinding):
                return replace(self, reports=self.reports.put(stream, blinding == "UNBLINDED"))
            case ReportProduced() | ReportOpened() if self.reports.get(stream, False):
                return self._told_all(entry, reader, "unblinded_report", "allocated_by_then", certain=False)
            case RecordRead(scope=request, what="disclosure"):
                look = _way(entry, entry.body.actor, "looked", "one", certain=True, request=request)
                return replace(self, looks=self.looks.add(look))
            case RecordRead(scope=scope, what=what) if what in WHOLE or (
                what == "ledger" and scope.startswith("vault:")
            ):
                return self._told_all(entry, reader, "vault_read", "allocated_by_then", certain=False)
            case _:
                return self

    def _in_system(self, entry: Entry) -> Self:
        match entry.fact:
            case PersonRegistered() as fact:
                return replace(self, names=self.names.put(fact.person, (fact.printed_name, fact.organisation)))
            case PersonDeactivated(person=person):
                return replace(self, ended=self.ended.put(person, entry.frame.recorded_at))
            case GrantGiven() as fact:
                return replace(self, held=self.held.put(fact.grant, (fact.trial, _held(fact, entry))))
            case GrantEnded(grant=grant) if (known := self.held.get(grant)) is not None:
                trial, held = known
                return replace(self, held=self.held.put(grant, (trial, _until(held, entry.frame.recorded_at))))
            case _:
                return self

    def _told_all(self, entry: Entry, people: Iterable[str], how: How, reach: Reach, *, certain: bool) -> Self:
        whole = self.whole
        for person in people:
            whole = whole.add(_way(entry, person, how, reach, certain=certain))
        return replace(self, whole=whole)

    def _held(self, trial: str | None) -> Iterator[Held]:
        """The roles in this trial; an account that has ended holds none any more."""
        for of, held in self.held.values():
            if of in (None, trial):
                over, name = self.ended.get(held.person), self.names.get(held.person)
                named = held if name is None else replace(held, printed_name=name[0], organisation=name[1])
                yield named if over is None else _until(named, over)


def _way(entry: Entry, person: str, how: How, reach: Reach, *, certain: bool, request: str | None = None) -> Way:
    behind = moment(entry)
    return Way(
        behind=behind,
        certain=certain,
        earliest=min(behind.recorded_at, behind.occurred_at.earliest),
        how=how,
        latest=happened(behind),
        ledger="access" if entry.frame.ledger.startswith("access:") else "trial",
        outside=False,
        participant=None,
        person=person,
        reach=reach,
        request=request,
    )


def _held(fact: GrantGiven, entry: Entry) -> Held:
    return Held(
        behind=moment(entry),
        clearance=fact.clearance,
        ends=fact.ends,
        grant=fact.grant,
        organisation=None,
        person=fact.person,
        printed_name=None,
        role=fact.role,
        sites=fact.sites,
        starts=fact.starts,
    )


def _until(held: Held, instant: datetime) -> Held:
    return replace(held, ends=instant if held.ends is None else min(held.ends, instant))


def _by_person(held: Held) -> tuple[str, datetime, str]:
    return held.person, held.starts, held.grant
