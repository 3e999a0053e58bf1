"""The randomisation log, row by row (regulation, randomisation log): no arm, slot, block or seed in any column.

Both forms print these columns from the trial ledger; the unblinded one adds its own behind them.
"""

from datetime import UTC
from typing import Final

from compliance.reports.access_words import local
from compliance.reports.audit_shown import utc
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.model import Code, Table
from compliance.reports.randomisation_known import Drawn, Known
from compliance.reports.screening_words import at, eligible_words, entry_number
from compliance.reports.signature_known import STANDINGS, signature_words
from compliance.reports.wording import listed, spaced
from projections.participant_rows import AllocationError

ALLOCATIONS: Final = "allocations"
ERRORS: Final = "errors"
NOT_DECIDED: Final = "no decision"
DECIDED_ANEW: Final = "decided anew since"
NO_ERROR: Final = "none"
NO_KIT: Final = "none"
CONSENT: Final = (
    Code(code="given before", meaning="the first consent was given before, as claimed", tone="good"),
    Code(code="order unknown", meaning="the times do not say which came first; never assumed good", tone="watch"),
    Code(code="not before", meaning="the first consent was not given before the allocation", tone="bad"),
    Code(code="withdrawn before", meaning="consent to treatment was taken back before", tone="bad"),
    Code(code="none recorded", meaning="no consent is recorded", tone="bad"),
)
ROOT: Final = (
    Code(code="before enrolment", meaning="the root was public before this participant was enrolled", tone="good"),
    Code(code="before allocation", meaning="committed between enrolment and allocation, as a later version is"),
    Code(code="after allocation", meaning="committed only after the allocation", tone="bad"),
    Code(code="no such root", meaning="no commitment names the root that the allocation names", tone="bad"),
)
_SIGNED: Final = (
    *STANDINGS,
    Code(code=DECIDED_ANEW, meaning="signed then; a later decision took its place"),
    Code(code=NOT_DECIDED, meaning="no decision was recorded before", tone="bad"),
)


def columns(known: Known) -> tuple[Filled[Drawn], ...]:
    """The columns of both forms."""
    zone = known.zone
    return (
        shown("position", "Entry", "number", "Position in the trial ledger", lambda d: str(d.position)),
        shown("participant", "Participant", "id", "Screening number", lambda d: d.own.number),
        shown("site", "Site", "id", "Site that allocated", lambda d: d.own.site),
        shown(
            "reference",
            "Reference",
            "id",
            "Opaque allocation number; tells no arm",
            lambda d: d.fact.randomisation_number,
        ),
        shown("randomised", "Randomised", "time", "As claimed, local time with its offset", _claimed),
        folded("by", "By", "text", "Who allocated, as printed then", lambda d: d.entry.body.printed_name),
        shown("stratum", "Stratum", "text", "Stratum used; it stays for ever", lambda d: d.fact.stratum),
        shown(
            "eligibility_signature",
            "Eligibility signed",
            "status",
            "How the signature under the decision in force then stands",
            lambda d: signature_standing(known, d),
            codes=_SIGNED,
        ),
        shown(
            "consent_check", "Consent", "status", "Consent against allocation", lambda d: d.consent_check, codes=CONSENT
        ),
        shown("root_check", "Root public", "status", "Root against enrolment", lambda d: d.root_check, codes=ROOT),
        shown("errors", "Errors", "text", "Errors found around it, with the true stratum beside", _errors),
        folded(
            "kits",
            "Kits",
            "text",
            "Kit numbers handed out: random, they tell no arm",
            lambda d: listed(d.kits) or NO_KIT,
        ),
        folded("randomised_utc", "Randomised (UTC)", "time", "As claimed, in UTC", _claimed_utc),
        folded("recorded", "Recorded (UTC)", "time", "When it was recorded", lambda d: utc(d.entry.frame.recorded_at)),
        folded("by_role", "Role", "text", "Role in which it was done", lambda d: spaced(d.entry.body.role)),
        folded("by_account", "Account", "id", "Account that allocated", lambda d: d.entry.body.actor),
        folded(
            "true_stratum", "True stratum", "text", "Where an error was found: where the participant belongs", _true
        ),
        folded("handling", "Handling", "text", "What was done about the errors", _handling),
        folded("eligibility", "Eligibility", "text", "The decision in force then", _decision),
        folded("eligibility_signatures", "Signatures", "text", "Under that decision", lambda d: _signatures(known, d)),
        folded("consent", "Consent document", "text", "First consent: document, version, as claimed", _consent),
        folded("protocol_version", "Protocol", "text", "Version in force", lambda d: d.entry.body.protocol_version),
        folded("list_version", "Design version", "number", "Version of the lists it was drawn under", _version),
        folded("root", "Root", "id", "Committed root over all slots", lambda d: d.fact.list_root),
        folded("root_entry", "Root entry", "number", "Entry that committed to it", _root_entry),
        folded("root_recorded", "Root recorded", "time", "When that was", lambda d: _root_recorded(d, zone)),
    )


def allocations_table(known: Known, *more: Filled[Drawn]) -> Table:
    """One row per allocation, in the order of their entries; `more` are the columns of the unblinded form."""
    return table_of(
        ALLOCATIONS,
        "Allocations",
        "One line per allocation, in ledger order. The stratum is a fact of screening that everybody knows before "
        "the allocation; by the approved design it hides nothing, and so is printed.",
        (*columns(known), *more),
        known.rows,
        row_word="allocation",
        group=lambda d: d.own.number,
    )


def _claimed(drawn: Drawn) -> str:
    return drawn.entry.body.occurred_at.when


def _claimed_utc(drawn: Drawn) -> str | None:
    occurred = drawn.entry.body.occurred_at
    return occurred.earliest.astimezone(UTC).isoformat().replace("+00:00", "Z") if occurred.is_instant else None


def signature_standing(known: Known, drawn: Drawn) -> str | None:
    """How the signature under the decision in force stands; one that a later decision overtook was given in time."""
    if drawn.decision is None:
        return NOT_DECIDED
    event = drawn.decision.behind.event_id
    given = {one.status for one in known.signed.on(event)}
    return known.signed.standing_of(event) or (DECIDED_ANEW if "superseded" in given else None)


def _signatures(known: Known, drawn: Drawn) -> str | None:
    made = () if drawn.decision is None else known.signed.on(drawn.decision.behind.event_id)
    return "; ".join(signature_words(one) for one in made) or None


def _decision(drawn: Drawn) -> str | None:
    one = drawn.decision
    if one is None:
        return None
    return f"eligible: {eligible_words(one.eligible)}, by {one.by.printed_name}, entry {one.behind.position:,}"


def _consent(drawn: Drawn) -> str | None:
    given = drawn.consent
    return None if given is None else f"{given.document} {given.version}, {at(given.behind)}"


def error_words(error: AllocationError) -> str:
    """One error with the truth beside it."""
    truth = (
        None if error.true_stratum is None else f"true stratum {error.true_stratum}",
        None if error.other_participant is None else f"other participant {error.other_participant}",
    )
    beside = ", ".join(one for one in truth if one is not None)
    return f"{spaced(error.error)} ({beside})" if beside else spaced(error.error)


def _errors(drawn: Drawn) -> str:
    return "; ".join(map(error_words, drawn.own.allocation_errors)) or NO_ERROR


def _true(drawn: Drawn) -> str | None:
    found = [one.true_stratum for one in drawn.own.allocation_errors if one.true_stratum is not None]
    return found[-1] if found else None


def handling_words(drawn: Drawn) -> str:
    """What was done: allocation, slot and stratum stay; deviations, treatment and analysis beside them."""
    deviations = [f"deviation {one.deviation} {'open' if one.closed is None else 'closed'}" for one in drawn.deviations]
    left_out = [f"left out of the {spaced(one)} set" for one in drawn.exclusions]
    treatment = f"treatment {spaced(drawn.own.treatment)}, follow-up {spaced(drawn.own.follow_up)}"
    return "; ".join(["allocation and stratum used stay", *deviations, *left_out, treatment])


def _handling(drawn: Drawn) -> str | None:
    return handling_words(drawn) if drawn.own.allocation_errors else None


def _version(drawn: Drawn) -> str | None:
    return None if drawn.committed is None else str(drawn.committed.fact.version)


def _root_entry(drawn: Drawn) -> str | None:
    return None if drawn.committed is None else str(drawn.committed.frame.position)


def _root_recorded(drawn: Drawn, zone: str) -> str | None:
    return None if drawn.committed is None else local(drawn.committed.frame.recorded_at, zone)


def errors_table(known: Known) -> Table:
    """One row per error around an allocation; what was used stays."""
    found = [(drawn, error) for drawn in known.rows for error in drawn.own.allocation_errors]
    filled: tuple[Filled[tuple[Drawn, AllocationError]], ...] = (
        shown("participant", "Participant", "id", "Screening number", lambda e: e[0].own.number),
        shown("reference", "Reference", "id", "Allocation number", lambda e: e[0].fact.randomisation_number),
        shown("error", "Error", "text", "What was found", lambda e: spaced(e[1].error)),
        shown("stratum_used", "Stratum used", "text", "It stays for ever", lambda e: e[1].stratum_used),
        shown("true_stratum", "True stratum", "text", "As found; both go to the analysis", lambda e: e[1].true_stratum),
        shown("other", "Other participant", "id", "Whom it concerns too", lambda e: e[1].other_participant),
        shown("handling", "Handling", "text", "What was done", lambda e: handling_words(e[0])),
        shown("found", "Found", "time", "As claimed", lambda e: at(e[1].behind)),
        folded("entry", "Entry", "number", "Entry that tells of it", lambda e: entry_number(e[1].behind)),
    )
    return table_of(
        ERRORS,
        "Errors around allocations",
        "Nobody is allocated again and no slot is used twice: the error and the truth stand beside what was used.",
        filled,
        found,
        row_word="error",
        group=lambda e: e[0].own.number,
    )
