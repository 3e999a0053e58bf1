"""Facts with a value in every field, so that a test names only what it is about."""

from typing import Any

from domain import streams
from domain.adverse_event import facts as adverse_event
from domain.allocation import facts as allocation
from domain.deviation import facts as deviation
from domain.eligibility.rule import Chosen, FactValue, Measured, Stated
from domain.fields import SealedArmEnvelope
from domain.participant import conduct_facts as conduct
from domain.participant import facts as participant
from domain.site import facts as site
from domain.trial import facts as trial
from domain.unblinding import facts as unblinding
from domain.values import Number, PartialDate, Quantity, Unit
from tests.projections.entries import SEALED, START, TRIAL, event, sealed

SHA = "ab" * 32
TRIAL_STREAM = streams.trial(TRIAL)
UNSET = trial.DesignSettings(
    allow_over_enrolment=None, masked_roles=None, planned_enrolment=None, ratio=None, strata=None, zone=None
)


def person(number: str) -> str:
    """A participant's stream."""
    return streams.participant(TRIAL, number)


def case(number: str) -> str:
    """A case's stream."""
    return streams.adverse_event(TRIAL, number)


def request(number: str) -> str:
    """An unblinding's stream."""
    return streams.unblinding(TRIAL, number)


def measured(number: str, unit: Unit = "mg/dL") -> FactValue:
    return Measured(quantity=Quantity(value=Number(number), unit=unit))


def number_in(value: FactValue) -> str:
    """The digits of a measured value."""
    assert isinstance(value, Measured)
    return value.quantity.value.text


def known(fact: str, value: FactValue | None = None) -> participant.FactRecorded:
    return participant.FactRecorded(fact=fact, value=value or Stated(holds=True))


def chosen(fact: str, code: str) -> participant.FactRecorded:
    return participant.FactRecorded(fact=fact, value=Chosen(code=code))


def screened(number: str, at_site: str = "01", previous: str | None = None) -> participant.ScreeningOpened:
    return participant.ScreeningOpened(number=number, previous=previous, site=at_site)


def consent(*scopes: participant.ConsentScope, version: str = "1") -> participant.ConsentGiven:
    return participant.ConsentGiven(
        copy_handed_over=True,
        document="icf",
        informed_by="u1",
        language="zh",
        scopes=scopes or ("treatment", "follow_up"),
        signer="participant",
        version=version,
    )


def decided(*, eligible: bool, failed: tuple[str, ...] = ()) -> participant.EligibilityDecided:
    results = tuple(
        participant.CriterionResult(criterion=code, facts=(), interpretation=None, met="no", rule_version=1)
        for code in failed
    )
    return participant.EligibilityDecided(eligible=eligible, failed=failed, results=results)


def enrolled(stratum: str = "LN") -> participant.Enrolled:
    return participant.Enrolled(stratum=stratum, stratum_facts=())


def allocated(stratum: str = "LN", number: str = "R1") -> participant.Allocated:
    envelope = SealedArmEnvelope(
        ciphertext=SEALED * 3 + SEALED[:8], commitment=bytes(32), key=bytes(16), nonce=bytes(12)
    )
    return participant.Allocated(
        envelope=envelope, list_root=SHA, randomisation_number=number, seed_commitment=SHA, stratum=stratum
    )


def error(kind: Any, **given: Any) -> participant.AllocationErrorFound:
    fields: dict[str, Any] = {"other_participant": None, "stratum_used": None, "true_stratum": None}
    return participant.AllocationErrorFound(error=kind, **fields | given)


def vital(status: Any, date: str | None = None, **given: Any) -> conduct.VitalStatusRecorded:
    fields: dict[str, Any] = {"case": None, "explanation": None, "source": "hospital letter"}
    return conduct.VitalStatusRecorded(date=PartialDate(date) if date else None, status=status, **fields | given)


def registered_site(zone: str = "Asia/Shanghai") -> site.SiteRegistered:
    return site.SiteRegistered(country="CN", name="First Hospital", site="01", zone=zone)


def reported(**given: Any) -> adverse_event.AdverseEventReported:
    fields: dict[str, Any] = {
        "aware_at": None,
        "case": "A1",
        "criteria": ("hospitalisation",),
        "narrative": None,
        "onset": None,
        "participant": "007",
        "product": "study_treatment",
        "reporter": "Dr Wu",
        "serious": True,
        "severity": "severe",
        "term": sealed(256),
    }
    return adverse_event.AdverseEventReported(**fields | given)


def follow_up(version: int = 2, **given: Any) -> adverse_event.FollowUpReceived:
    fields: dict[str, Any] = {"ended": None, "narrative": None, "outcome": "recovering", "severity": None}
    return adverse_event.FollowUpReceived(version=version, **fields | given)


def received() -> adverse_event.ReceivedBySponsor:
    return adverse_event.ReceivedBySponsor(channel="portal")


def deviated(**given: Any) -> deviation.DeviationRecorded:
    fields: dict[str, Any] = {
        "about": (event(1),),
        "description": None,
        "deviation": "D1",
        "found": "rule",
        "important": False,
        "participant": "007",
        "rule": "act-before-consent",
        "site": "01",
    }
    return deviation.DeviationRecorded(**fields | given)


def asked(**given: Any) -> unblinding.UnblindingRequested:
    fields: dict[str, Any] = {
        "expires": START.replace(year=2028),
        "participant": "007",
        "purpose": "treatment_decision",
        "recipients": ("u9",),
        "request": "U1",
    }
    return unblinding.UnblindingRequested(**fields | given)


def invoked(**given: Any) -> unblinding.EmergencyUnblindingInvoked:
    fields: dict[str, Any] = {
        "channel": "investigator",
        "flags": ("trial_locked",),
        "participant": "007",
        "recipient": "u1",
        "request": "U1",
    }
    return unblinding.EmergencyUnblindingInvoked(**fields | given)


def disclosed(recipient: str = "u9") -> unblinding.ArmDisclosed:
    return unblinding.ArmDisclosed(recipient=recipient, vault_entry=event(999))


def question(code: str = "Q1") -> trial.QuestionRaised:
    return trial.QuestionRaised(
        code=code, field="ratio", options=(), question="Which ratio?", record_says="nothing", title="Ratio"
    )


def proposed(code: str = "Q1", **settings: Any) -> trial.DecisionProposed:
    given = {name: getattr(UNSET, name) for name in UNSET.__struct_fields__} | settings
    return trial.DecisionProposed(
        choice="2:1", option=None, question=code, rationale="usual", settings=trial.DesignSettings(**given)
    )


def approved(position: int, code: str = "Q1") -> trial.DecisionApproved:
    return trial.DecisionApproved(proposal=event(position), question=code)


def stratum(code: str = "LN", cap: int = 15) -> trial.Stratum:
    return trial.Stratum(cap=cap, code=code, definition="biopsy", label="lupus nephritis")


def committed(*codes: str) -> allocation.RandomisationCommitted:
    strata = tuple(allocation.CommittedStratum(cap=12, list_id="q7", site=None, stratum=code) for code in codes)
    return allocation.RandomisationCommitted(
        beacon_value=None,
        ratio=(2, 1),
        root=SHA,
        scheme="rand/v1",
        seed_commitment=SHA,
        strata=strata,
        version=1,
    )
