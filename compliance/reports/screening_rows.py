"""The log itself (regulation, screening and enrolment log): one row per screening number, no arm in any of them."""

from collections.abc import Callable
from typing import Final, NamedTuple

from compliance.reports.model import Column, Detail, Row, Table
from compliance.reports.screening_deviations import by_participant, deviation_words
from compliance.reports.screening_known import Known
from compliance.reports.screening_words import (
    ELIGIBLE_CODES,
    NOW_CODES,
    RESULT_CODES,
    RESULTS,
    age_band,
    at,
    column,
    day,
    eligible_words,
    entry_number,
    folded,
    now_words,
    unknown_criteria,
    yes_no,
)
from compliance.reports.signature_known import STANDINGS, OneSigned, signature_words
from compliance.reports.wording import listed, spaced
from domain.protocol.facts import CriterionRecorded
from projections.deviations import DeviationRow
from projections.fold import Moment
from projections.participant_rows import ConsentAct, ParticipantRow
from projections.screening_log import ScreeningRow

SCREENINGS: Final = "screenings"


class Screening(NamedTuple):
    """A row of the log, the participant's record behind it, and the deviations beside it.

    `decision` says how the signature under the eligibility decision stands; `signatures` are all on the record.
    """

    row: ScreeningRow
    own: ParticipantRow
    deviations: tuple[DeviationRow, ...]
    decision: str | None
    signatures: tuple[OneSigned, ...]


Cell = Callable[[Screening], str | None]


class Filled(NamedTuple):
    """A column, and where its cells come from."""

    column: Column
    cell: Cell


def _filled(shown: Column, cell: Cell) -> Filled:
    return Filled(shown, cell)


def _of_consent(cell: Callable[[ConsentAct], str | None]) -> Cell:
    return lambda s: None if s.row.consent is None else cell(s.row.consent)


def _consent(given: ConsentAct) -> str:
    return f"{given.document} {given.version}"


def _not_met(s: Screening) -> str | None:
    named = (*s.row.failed, *(f"{code} unknown" for code in unknown_criteria(s.row)))
    return None if s.row.decided is None else ", ".join(named) or "none"


def _withdrawn(s: Screening) -> Moment | None:
    return s.row.withdrawals[-1].behind if s.row.withdrawals else None


def _scopes(s: Screening) -> str | None:
    return listed(spaced(scope) for scope in s.row.withdrawals[-1].scopes) if s.row.withdrawals else None


IN_LINE: Final = (
    _filled(column("screening", "Screening", "id", "Screening number"), lambda s: s.row.number),
    _filled(
        column("participant", "Participant", "id", "First screening number of the same person"),
        lambda s: s.row.person,
    ),
    _filled(column("site", "Site", "id", "Site that screened"), lambda s: s.row.site),
    _filled(
        column("screened", "Screened", "time", "Claimed day of screening, at the site"), lambda s: day(s.row.screened)
    ),
    _filled(column("consent", "Consent", "text", "First consent given: document and version"), _of_consent(_consent)),
    _filled(
        column("eligible", "Eligible", "status", "Last decision of the investigator", codes=ELIGIBLE_CODES),
        lambda s: eligible_words(s.row.eligible),
    ),
    _filled(column("not_met", "Not met", "text", "Criteria not met, as decided; worded in the table below"), _not_met),
    _filled(column("enrolled", "Enrolled", "time", "Claimed day of enrolment"), lambda s: day(s.row.enrolled)),
    _filled(
        column("allocated", "Allocated", "time", "Day of allocation; no arm is shown"), lambda s: day(s.row.allocated)
    ),
    _filled(
        column("now", "Status now", "status", "How the screening stands at the end of the scope", codes=NOW_CODES),
        lambda s: now_words(s.row, s.own),
    ),
    _filled(
        column("deviations", "Deviations", "number", "Broken rules recorded for this number"),
        lambda s: str(len(s.deviations)),
    ),
)
FOLDED: Final = (
    _filled(folded("screened_at", "Screened at", "time", "As claimed, with offset"), lambda s: at(s.row.screened)),
    _filled(
        folded("consent_at", "Consent given", "time", "First consent, as claimed"), _of_consent(lambda c: at(c.behind))
    ),
    _filled(
        folded("consent_language", "Language", "text", "Language of the document"), _of_consent(lambda c: c.language)
    ),
    _filled(folded("consent_signer", "Given by", "text", "Who gave consent"), _of_consent(lambda c: c.signer)),
    _filled(
        folded("consent_informed_by", "Informed by", "id", "Account of who informed"),
        _of_consent(lambda c: c.informed_by),
    ),
    _filled(
        folded("consent_copy", "Copy handed over", "text", "Whether a copy was handed over"),
        _of_consent(lambda c: yes_no(c.copy_handed_over)),
    ),
    _filled(folded("consents", "Consents", "number", "Consents recorded in all"), lambda s: str(len(s.own.consents))),
    _filled(
        folded("age_band", "Age band", "text", "Age at consent, in bands", unit="a"), lambda s: age_band(s.row.age)
    ),
    _filled(folded("sex", "Sex", "text", "As recorded, where the protocol asks"), lambda s: _sex(s.row)),
    _filled(folded("decided_at", "Decided at", "time", "When eligibility was decided"), lambda s: at(s.row.decided)),
    _filled(
        folded("decided_by", "Decided by", "text", "Who decided, as printed at that time"),
        lambda s: None if s.row.decided_by is None else s.row.decided_by.printed_name,
    ),
    _filled(
        folded(
            "decision_signed",
            "Decision signed",
            "status",
            "How the signature under the eligibility decision stands",
            codes=STANDINGS,
        ),
        lambda s: s.decision,
    ),
    _filled(
        folded("signatures", "Signatures", "text", "All signatures on this record, with their state"),
        lambda s: "; ".join(signature_words(one) for one in s.signatures) or None,
    ),
    _filled(
        folded("failure_reason", "Reason code", "text", "Coded reason of the decision"),
        lambda s: None if s.row.decided is None else s.row.decided.reason_code,
    ),
    _filled(folded("previous", "Screened before as", "id", "Earlier number of this person"), lambda s: s.row.previous),
    _filled(
        folded("next", "Screened again as", "text", "Later numbers of this person"),
        lambda s: ", ".join(s.row.next) or None,
    ),
    _filled(folded("enrolled_at", "Enrolled at", "time", "As claimed, with offset"), lambda s: at(s.row.enrolled)),
    _filled(folded("allocated_at", "Allocated at", "time", "As claimed, with offset"), lambda s: at(s.row.allocated)),
    _filled(
        folded("allocation", "Allocation", "id", "Opaque allocation reference; it tells no arm"),
        lambda s: None if s.own.allocation is None else s.own.allocation.randomisation_number,
    ),
    _filled(
        folded("stratum", "Stratum", "text", "Stratum used at enrolment"),
        lambda s: None if s.own.enrolment is None else s.own.enrolment.stratum,
    ),
    _filled(folded("treatment", "Treatment", "text", "State of treatment"), lambda s: spaced(s.own.treatment)),
    _filled(folded("follow_up", "Follow-up", "text", "State of follow-up"), lambda s: spaced(s.own.follow_up)),
    _filled(folded("vital", "Vital status", "text", "Alive, dead or unknown"), lambda s: s.own.vital),
    _filled(folded("withdrawn_at", "Withdrawn at", "time", "Last withdrawal of consent"), lambda s: at(_withdrawn(s))),
    _filled(folded("withdrawn_scope", "Withdrawn from", "text", "What consent was withdrawn for"), _scopes),
    _filled(folded("completed_at", "Completed at", "time", "Follow-up completed"), lambda s: at(s.row.completed)),
    _filled(
        folded("entry", "Entry", "number", "Entry that opened the screening"), lambda s: entry_number(s.row.screened)
    ),
)


def _sex(row: ScreeningRow) -> str | None:
    """The chosen code; another kind of value is no sex."""
    return None if row.sex is None else getattr(row.sex.value, "code", None)


def screenings_table(known: Known) -> Table:
    """One row per screening number, in order of number."""
    filled = (*IN_LINE, *FOLDED, *(_of_criterion(number, fact) for number, fact in enumerate(known.criteria, 1)))
    beside = by_participant(known.deviations)
    signed: dict[str, list[OneSigned]] = {}
    for each in known.signed.made:
        if each.row.record_type == "participant":
            signed.setdefault(each.row.record_id, []).append(each)
    found = [
        Screening(
            row=row,
            own=known.participants.rows[row.number],
            deviations=tuple(beside.get(row.number, ())),
            decision=None if row.decided is None else known.signed.standing_of(row.decided.event_id),
            signatures=tuple(signed.get(row.number, ())),
        )
        for row in known.rows
    ]
    return Table(
        id=SCREENINGS,
        title="Screenings",
        note="One line per screening number. A re-screening is a line of its own, linked both ways.",
        columns=tuple(one.column for one in filled),
        rows=tuple(_row(number, one, filled) for number, one in enumerate(found, 1)),
        row_word="screening",
    )


def _row(number: int, one: Screening, filled: tuple[Filled, ...]) -> Row:
    return Row(
        key=str(number),
        group=one.row.person,
        cells=tuple(each.cell(one) for each in filled),
        details=tuple(Detail(column="deviations", text=deviation_words(deviation)) for deviation in one.deviations),
    )


def _of_criterion(number: int, fact: CriterionRecorded) -> Filled:
    code = fact.criterion
    shown = folded(f"criterion_{number}", code, "status", f"{fact.kind}: {fact.verbatim}", codes=RESULT_CODES)
    return _filled(shown, lambda s: _result(s.row, code))


def _result(row: ScreeningRow, code: str) -> str | None:
    return next((RESULTS[result.met] for result in row.results if result.criterion == code), None)
