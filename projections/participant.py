"""Every participant as the ledger tells it: four independent states, and the entry behind each value.

A state is what was last claimed to hold, not what was last recorded: a death entered late does not lose
against an earlier "alive" entered after it, and a consent entered late does not undo a later withdrawal.
"""

from typing import Self

from msgspec.structs import replace

from domain.ledger.facts import RecordCorrected
from domain.participant import conduct_facts as conduct
from domain.participant import facts
from domain.record import Entry
from projections.fold import Moment, State, in_order, is_later, moment, place, sender
from projections.participant_rows import (
    Act,
    AllocationError,
    AllocationRef,
    ConsentAct,
    CorrectionNote,
    Decision,
    Dose,
    Enrolment,
    FactEntry,
    FollowUpChange,
    Judgement,
    KnownFact,
    ParticipantRow,
    ScopeState,
    Screening,
    ScreeningEnd,
    SignOff,
    TreatmentChange,
    VitalRecord,
    Withdrawal,
    unknown,
)
from projections.persistent import PersistentMap


class Participants(State):
    """All participants, by screening number."""

    rows: PersistentMap[str, ParticipantRow]

    @classmethod
    def start(cls) -> Self:
        """Nobody was screened."""
        return cls(rows=PersistentMap())

    def after(self, entry: Entry) -> Self:
        """The participants after one more entry."""
        kind, number = place(entry.frame.stream)
        if kind != "participant":
            return self
        row = self.rows.get(number) or unknown(number)
        changed = _until_allocation(row, entry)
        return self if changed is row else type(self)(rows=self.rows.put(number, changed))

    def of(self, number: str) -> ParticipantRow | None:
        """One participant."""
        return self.rows.get(number)

    def view(self) -> tuple[ParticipantRow, ...]:
        """All participants, by number."""
        return tuple(self.rows[number] for number in sorted(self.rows))


def _until_allocation(row: ParticipantRow, entry: Entry) -> ParticipantRow:
    match entry.body.payload:
        case facts.FactRecorded() as fact:
            return _with_value(row, fact, moment(entry))
        case facts.ScreeningOpened() as fact:
            screening = Screening(behind=moment(entry), previous=fact.previous, site=fact.site)
            return replace(row, screening=screening)
        case facts.Rescreened(next=following):
            return replace(row, next=(*row.next, following))
        case facts.ConsentGiven() as fact:
            return _with_consent(row, fact, moment(entry))
        case facts.ConsentWithdrawn(scopes=scopes):
            withdrawal = Withdrawal(behind=moment(entry), scopes=scopes)
            row = replace(row, withdrawals=in_order(row.withdrawals, withdrawal))
            return _with_scopes(row, tuple(_withdrawn(scope, withdrawal.behind) for scope in scopes))
        case facts.CriterionJudged(criterion=criterion, result=result):
            judged = Judgement(behind=moment(entry), by=sender(entry), criterion=criterion, result=result)
            return replace(row, judgements=in_order(row.judgements, judged))
        case facts.EligibilityDecided() as fact:
            return replace(row, decisions=in_order(row.decisions, _decision(fact, entry)))
        case facts.ScreeningEnded(how=how):
            return replace(row, screening_end=ScreeningEnd(behind=moment(entry), how=how))
        case facts.Enrolled(stratum=stratum, stratum_facts=behind):
            enrolment = Enrolment(behind=moment(entry), facts=behind, stratum=stratum)
            return _in_follow_up(replace(row, enrolment=enrolment))
        case facts.Allocated() as fact:
            return replace(row, allocation=_allocation(fact, entry))
        case facts.AllocationErrorFound() as fact:
            return replace(row, allocation_errors=in_order(row.allocation_errors, _error(fact, entry)))
        case _:
            return _after_allocation(row, entry)


def _after_allocation(row: ParticipantRow, entry: Entry) -> ParticipantRow:
    match entry.body.payload:
        case conduct.VisitRecorded(done=done, visit=visit):
            return replace(row, acts=in_order(row.acts, Act(behind=moment(entry), code=visit, done=done, kind="visit")))
        case facts.ProcedurePerformed(procedure=procedure):
            act = Act(behind=moment(entry), code=procedure, done=True, kind="procedure")
            return replace(row, acts=in_order(row.acts, act))
        case conduct.TreatmentGiven(dose=dose):
            doses = in_order(row.doses, Dose(behind=moment(entry), dose=dose))
            return _on_treatment(replace(row, doses=doses))
        case conduct.TreatmentStateChanged(state=state):
            change = TreatmentChange(behind=moment(entry), state=state)
            return _on_treatment(replace(row, treatment_changes=in_order(row.treatment_changes, change)))
        case conduct.FollowUpChanged(state=state):
            left = FollowUpChange(behind=moment(entry), state=state)
            return _in_follow_up(replace(row, follow_up_changes=in_order(row.follow_up_changes, left)))
        case conduct.VitalStatusRecorded() as fact:
            records = in_order(row.vital_records, _vital(fact, entry))
            return replace(row, vital_records=records, vital=records[-1].status)
        case conduct.SignedOff(record_digest=digest, record_version=version):
            signed = SignOff(behind=moment(entry), by=sender(entry), record_digest=digest, record_version=version)
            return replace(row, sign_offs=in_order(row.sign_offs, signed))
        case RecordCorrected(pointer=pointer, target=target):
            return _with_correction(row, CorrectionNote(behind=moment(entry), pointer=pointer, target=target))
        case _:
            return row


def _with_consent(row: ParticipantRow, fact: facts.ConsentGiven, behind: Moment) -> ParticipantRow:
    act = ConsentAct(
        behind=behind,
        copy_handed_over=fact.copy_handed_over,
        document=fact.document,
        informed_by=fact.informed_by,
        language=fact.language,
        scopes=fact.scopes,
        signer=fact.signer,
        version=fact.version,
    )
    row = replace(row, consents=in_order(row.consents, act))
    return _with_scopes(row, tuple(ScopeState(behind=behind, scope=scope, state="given") for scope in fact.scopes))


def _withdrawn(scope: facts.ConsentScope, behind: Moment) -> ScopeState:
    return ScopeState(behind=behind, scope=scope, state="withdrawn")


def _with_scopes(row: ParticipantRow, states: tuple[ScopeState, ...]) -> ParticipantRow:
    """Each scope keeps what was claimed last for it."""
    known = {state.scope: state for state in row.consent}
    for state in states:
        before = known.get(state.scope)
        if before is None or not is_later(before.behind, state.behind):
            known[state.scope] = state
    return replace(row, consent=tuple(known.values()))


def _with_value(row: ParticipantRow, fact: facts.FactRecorded, behind: Moment) -> ParticipantRow:
    corrections = _corrections_of(row, behind) if row.corrections else ()
    value = FactEntry(behind=behind, corrections=corrections, value=fact.value)
    for index, known in enumerate(row.facts):
        if known.fact == fact.fact:
            more = replace(known, entries=in_order(known.entries, value))
            return replace(row, facts=(*row.facts[:index], more, *row.facts[index + 1 :]))
    return replace(row, facts=(*row.facts, KnownFact(entries=(value,), fact=fact.fact)))


def _corrections_of(row: ParticipantRow, behind: Moment) -> tuple[Moment, ...]:
    return tuple(note.behind for note in row.corrections if note.target == behind.event_id)


def _with_correction(row: ParticipantRow, note: CorrectionNote) -> ParticipantRow:
    row = replace(row, corrections=(*row.corrections, note))
    return replace(row, facts=tuple(_noted(known, note) for known in row.facts))


def _noted(known: KnownFact, note: CorrectionNote) -> KnownFact:
    return replace(
        known,
        entries=tuple(
            replace(value, corrections=(*value.corrections, note.behind))
            if value.behind.event_id == note.target
            else value
            for value in known.entries
        ),
    )


def _decision(fact: facts.EligibilityDecided, entry: Entry) -> Decision:
    return Decision(
        behind=moment(entry), by=sender(entry), eligible=fact.eligible, failed=fact.failed, results=fact.results
    )


def _allocation(fact: facts.Allocated, entry: Entry) -> AllocationRef:
    return AllocationRef(
        behind=moment(entry),
        by=sender(entry),
        randomisation_number=fact.randomisation_number,
        stratum=fact.stratum,
    )


def _error(fact: facts.AllocationErrorFound, entry: Entry) -> AllocationError:
    return AllocationError(
        behind=moment(entry),
        error=fact.error,
        other_participant=fact.other_participant,
        stratum_used=fact.stratum_used,
        true_stratum=fact.true_stratum,
    )


def _vital(fact: conduct.VitalStatusRecorded, entry: Entry) -> VitalRecord:
    return VitalRecord(
        behind=moment(entry),
        case=fact.case,
        date=fact.date,
        is_explained=fact.explanation is not None,
        source=fact.source,
        status=fact.status,
    )


def _on_treatment(row: ParticipantRow) -> ParticipantRow:
    """The last stated state, else `on` from the first dose."""
    if row.treatment_changes:
        return replace(row, treatment=row.treatment_changes[-1].state)
    return replace(row, treatment="on")


def _in_follow_up(row: ParticipantRow) -> ParticipantRow:
    """The last stated state, else `in` from the enrolment."""
    if row.follow_up_changes:
        return replace(row, follow_up=row.follow_up_changes[-1].state)
    return replace(row, follow_up="in")
