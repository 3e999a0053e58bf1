"""Constructors of facts check nothing; the write does, before anything is recorded."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from adapters.storage.verified import verified_body, verified_payload
from domain.allocation.facts import SlotDrawn
from domain.errors import InvalidInputError
from domain.participant.conduct_facts import TreatmentGiven, VisitRecorded, VitalStatusRecorded
from domain.participant.facts import ConsentGiven, CriterionJudged, FactRecorded
from domain.record import Fact
from domain.trial.facts import UnlockRequested
from domain.values import Number, PartialDate
from tests.codec.entries import MOMENT, context, sealed

TRIAL = "trial:DEMO"
ANY: Any = object()


def visit(code: Any = "V1", done: Any = True) -> VisitRecorded:
    return VisitRecorded(done=done, visit=code)


def consent(scopes: Any) -> ConsentGiven:
    return ConsentGiven(
        copy_handed_over=None,
        document="icf",
        informed_by=None,
        language="zh",
        scopes=scopes,
        signer="participant",
        version="1",
    )


def status(date: Any) -> VitalStatusRecorded:
    return VitalStatusRecorded(case=None, date=date, explanation=None, source="registry", status="dead")


def unlock(expires: datetime) -> UnlockRequested:
    return UnlockRequested(expires=expires, participants=None)


def dose(number: Any) -> TreatmentGiven:
    return TreatmentGiven(dose=number, randomisation_number=None)


def slot(arm: Any) -> SlotDrawn:
    return SlotDrawn(
        allocation=context().event_id, arm=arm, index=1, inputs=None, participant="007", randomisation_number="R1"
    )


@pytest.mark.parametrize(
    "fact",
    [
        visit(done="yes"),
        visit(done=1),
        visit(code=""),
        visit(code="x" * 65),
        visit(code=ANY),
        visit(code="e\u0301"),
        visit(code="half \ud800"),
        consent(["treatment"]),
        consent(("follow-up",)),
        status("2027-02"),
        status(Number("2027")),
        FactRecorded(fact="age", value=ANY),
        dose(True),
        dose(1.0),
        dose(float("nan")),
        dose(2**53),
        unlock(datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))),
    ],
    ids=lambda wrong: type(wrong).__name__,
)
def test_a_fact_that_would_not_read_back_as_the_same_is_refused(fact: Fact) -> None:
    with pytest.raises(InvalidInputError) as refused:
        verified_body(context(), fact, ledger=TRIAL)

    assert refused.value.code == "not_canonical"


@pytest.mark.parametrize(
    "changes", [{"actor": ""}, {"salt": bytes(15)}, {"strength": "strong"}, {"organisation": "A\u030angstr\u00f6m"}]
)
def test_a_context_that_would_not_read_back_as_the_same_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        verified_body(context(**changes), visit(), ledger=TRIAL)

    assert refused.value.code == "not_canonical"


def test_a_naive_time_is_refused_as_such_and_not_taken_for_the_time_of_the_host() -> None:
    naive = MOMENT.replace(tzinfo=None)

    with pytest.raises(InvalidInputError) as refused:
        verified_body(context(clock_reading=naive), visit(), ledger=TRIAL)

    assert refused.value.code == "naive_time"


def test_a_time_in_another_zone_is_written_in_utc() -> None:
    abroad = MOMENT.astimezone(timezone(timedelta(hours=8)))

    assert verified_body(context(clock_reading=abroad), visit(), ledger=TRIAL) == verified_body(
        context(clock_reading=MOMENT.astimezone(UTC)), visit(), ledger=TRIAL
    )


def test_text_in_normal_form_c_is_written_as_it_is() -> None:
    body = verified_body(context(organisation="\u00c5ngstr\u00f6m \u533b\u9662"), visit(), ledger=TRIAL)

    assert "\u00c5ngstr\u00f6m \u533b\u9662".encode() in body


def test_a_payload_for_the_vault_that_would_not_read_back_is_refused() -> None:
    with pytest.raises(InvalidInputError) as refused:
        verified_payload(slot(arm="e\u0301"), ledger="vault:DEMO")

    assert refused.value.code == "not_canonical"


@pytest.mark.parametrize("ledger", ["vault:DEMO", "access:DEMO", "system"])
def test_a_fact_of_the_trial_is_refused_in_every_other_ledger(ledger: str) -> None:
    with pytest.raises(InvalidInputError, match="trial") as refused:
        verified_body(context(), visit(), ledger=ledger)

    assert refused.value.code == "wrong_ledger"


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("ledger", ["trial:DEMO", "access:DEMO", "system"])
def test_a_fact_that_tells_an_arm_is_refused_outside_the_vault(ledger: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        verified_payload(slot(arm="A"), ledger=ledger)

    assert refused.value.code == "wrong_ledger"


@pytest.mark.parametrize(
    "rationale",
    [
        sealed(256),
        sealed(4096),
        sealed(1024, length=1039),
        sealed(1024, length=1041),
        sealed(1024, length=0),
        sealed(1024, audience="safety"),
    ],
    ids=["smaller", "larger", "short", "long", "empty", "to others"],
)
def test_a_text_that_is_not_sealed_as_its_field_asks_is_refused(rationale: Any) -> None:
    judged = CriterionJudged(criterion="I1", rationale=rationale, result="yes")

    with pytest.raises(InvalidInputError) as refused:
        verified_body(context(), judged, ledger=TRIAL)

    assert (refused.value.code, refused.value.field) == ("wrongly_sealed", "rationale")


@pytest.mark.parametrize("reason", [sealed(256), sealed(1024, length=20)], ids=["smaller", "short"])
def test_a_reason_that_is_not_sealed_at_its_size_is_refused(reason: Any) -> None:
    with pytest.raises(InvalidInputError) as refused:
        verified_body(context(reason_text=reason), visit(), ledger=TRIAL)

    assert (refused.value.code, refused.value.field) == ("wrongly_sealed", "reason_text")


@pytest.mark.parametrize("audience", ["trial_team", "safety", "administrators"])
def test_a_reason_may_be_sealed_to_any_audience(audience: str) -> None:
    assert audience.encode() in verified_body(context(reason_text=sealed(audience=audience)), visit(), ledger=TRIAL)


def test_a_partial_date_stays_partial() -> None:
    assert b'"date":"2027-02"' in verified_body(context(), status(PartialDate("2027-02")), ledger=TRIAL)
