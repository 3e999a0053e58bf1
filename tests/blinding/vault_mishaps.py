"""What goes wrong around custody, drills, reports to authorities and the reveal: each act out of order, and twice."""

from hashlib import sha256
from typing import Any, Final

from adapters.demo import hiring
from adapters.demo.director import TRIAL, on_day, stream_named
from adapters.demo.people import (
    ADMINISTRATOR,
    COORDINATOR,
    DESK,
    INVESTIGATOR,
    LIST_MAKER,
    MEDICAL_MONITOR,
    OFFICERS,
    REVIEWER,
    SAFETY,
    SPONSOR,
    STATISTICIAN,
    SUB_INVESTIGATOR,
    UNBLINDER,
    Cast,
)
from adapters.vault import established_by, make_parts
from domain import streams
from domain.kits.facts import KitsSupplied
from domain.people.roles import Role
from tests.blinding.mishaps import REASON, Mishaps

CUSTODIAN, COMMITTEE = "u60", "u61"
PLAN: Final = {"version": "1.0", "reference": "A plan", "digest": sha256(b"a plan").hexdigest()}
RECEIPT: Final = "6f1ad1c8-8d70-4a31-9d1e-5a3a5d0d5a0f"


def tell_vault(mishaps: Mishaps) -> None:
    """All of it."""
    for day, act in enumerate((hire, keep, drill, report, repeat, plan, look_in_between, reveal), 30):
        mishaps.director.show(on_day(day))
        act(mishaps)


def hire(mishaps: Mishaps) -> None:
    """Who keeps keys, and who reads for the committee."""
    roles: tuple[tuple[str, Role], ...] = ((CUSTODIAN, "key_custodian"), (COMMITTEE, "committee_statistician"))
    for person, role in roles:
        hiring.hire(mishaps.director, Cast(person, f"{person} (fictional)", "Fictional Office", role, None))
    mixed = {"person": STATISTICIAN, "role": "committee_statistician", "trial": TRIAL, "requested_by": SPONSOR}
    mishaps.personal(ADMINISTRATOR, "grant_role", {**mixed, "training": hiring.TRIAL_TRAINING})


def keep(mishaps: Mishaps) -> None:
    """Escrow for others than the officers, twice, opened by strangers; a list nobody sealed; a key that ends."""
    made = established_by(make_parts(TRIAL, OFFICERS, lambda length: bytes(range(length))))
    strangers = established_by(make_parts(TRIAL, (*OFFICERS[:2], UNBLINDER), lambda length: bytes(range(length))))
    for payload in (strangers, made, made):
        mishaps.attempt(OFFICERS[0], "establish_escrow", dict(payload))
    for officers in (OFFICERS[:2], (OFFICERS[0], UNBLINDER)):
        opened = {"keys": 3, "officers": list(officers), "reason": REASON}
        mishaps.attempt(OFFICERS[0], "open_escrow", opened)
    mishaps.attempt(LIST_MAKER, "import_lists", {"sealed": "bm8gbGlzdA=="})
    for number in ("010", "010", "999"):
        mishaps.attempt(CUSTODIAN, "destroy_participant_key", {"participant": number, "reason": REASON})
    supplied = mishaps.director.store.ledger.stream(streams.kits(TRIAL, "01"))
    kits = [kit for entry in supplied if isinstance(entry.fact, KitsSupplied) for kit in entry.fact.kits]
    for kit in (kits[0], kits[0], "01-000000"):
        mishaps.attempt(COORDINATOR["01"], "return_kit", {"site": "01", "kit": kit, "state": "unused"})


def drill(mishaps: Mishaps) -> None:
    """Drills that opened and that did not, by those who may break the blind and by others."""
    told: dict[str, Any] = {"receipt": RECEIPT, "milliseconds": 12, "through_fallback": False}
    for person, channel, site in (
        (INVESTIGATOR["01"], "investigator", "01"),
        (DESK, "code_break_desk", None),
        (SPONSOR, "investigator", "02"),
    ):
        for opened in (True, False):
            drilled = {**told, "channel": channel, "site": site, "opened": opened}
            mishaps.attempt(person, "run_unblinding_drill", drilled)


def report(mishaps: Mishaps) -> None:
    """A serious case is reported with its arm; a mild one, one of nobody's, and a second time are refused."""
    told = {"participant": "004", "term": "Sepsis", "reporter": "Ward", "severity": "severe", "serious": True}
    narrated = {**told, "criteria": ["hospitalisation"], "narrative": "Fever and low pressure after the infusion."}
    done = mishaps.director.send(COORDINATOR["01"], "report_adverse_event", narrated)
    case = stream_named(done, "adverse-event")
    assert done.receipt is not None
    expires = on_day(60).isoformat()
    for recipient in (SAFETY, INVESTIGATOR["01"], UNBLINDER):
        asked = {"case": case, "recipient": recipient, "expires": expires}
        triggered = mishaps.attempt(SAFETY, "trigger_susar_unblinding", asked)
        if triggered is not None:
            request = stream_named(triggered, "unblinding")
            for person in (SAFETY, UNBLINDER, UNBLINDER):
                mishaps.attempt(person, "disclose_arm", {"request": request, "recipient": UNBLINDER})
            mishaps.attempt(UNBLINDER, "acknowledge_disclosure", {"request": request})
    mishaps.attempt(SAFETY, "trigger_susar_unblinding", {"case": "none", "recipient": UNBLINDER, "expires": expires})
    sent = {"case": case, "destination": "an authority", "reference": None, "sent": False}
    for person in (UNBLINDER, SAFETY):
        mishaps.attempt(person, "record_regulatory_submission", sent)
    released = {"case": case, "masked": False, "text": "Fever and low pressure at night."}
    for of in (str(done.receipt.placed[0].event_id), RECEIPT):
        mishaps.attempt(REVIEWER, "release_narrative", {**released, "of": of})


def repeat(mishaps: Mishaps) -> None:
    """The same physician asks again, and a second one of the site; the desk names another physician."""
    own = {"participant": "005", "channel": "investigator", "reason": {"code": "surgery"}}
    for person in (SUB_INVESTIGATOR["02"], SUB_INVESTIGATOR["02"], INVESTIGATOR["02"]):
        mishaps.attempt(person, "break_blind", own)
    for physician in ("Dr A (fictional)", "Dr A (fictional)", "Dr B (fictional)"):
        named = {**own, "participant": "006", "channel": "code_break_desk", "recipient": physician}
        mishaps.attempt(DESK, "break_blind", named)


def plan(mishaps: Mishaps) -> None:
    """Plans of one version twice; exclusions from every set, of nobody, and after the sets are fixed."""
    for _ in range(2):
        mishaps.attempt(STATISTICIAN, "record_analysis_plan", PLAN)
    for analysis_set, number in (
        ("intention_to_treat", "001"),
        ("per_protocol", "001"),
        ("per_protocol", "001"),
        ("safety", "999"),
        ("safety", "009"),
    ):
        left_out = {"participant": number, "analysis_set": analysis_set, "rationale": "Left before the first dose."}
        mishaps.attempt(MEDICAL_MONITOR, "exclude_from_analysis_set", left_out)
    for _ in range(2):
        mishaps.attempt(STATISTICIAN, "fix_analysis_sets", {})


def look_in_between(mishaps: Mishaps) -> None:
    """An interim look: approved by one twice, by the requester, by two; packages handed to others."""
    wish = {"analysis": "A1", "committee": "A committee", "expires": on_day(60).isoformat(), "recipient": COMMITTEE}
    for recipient in (STATISTICIAN, COMMITTEE):
        asked = {**wish, "recipient": recipient, "up_to": 100}
        mishaps.attempt(STATISTICIAN, "request_interim", asked)
    for person in (STATISTICIAN, MEDICAL_MONITOR, MEDICAL_MONITOR, SPONSOR):
        mishaps.attempt(person, "approve_interim", {"analysis": "A1"})
    for person in (OFFICERS[0], STATISTICIAN):
        handed = {"analysis": "A1", "allocations": 4, "digest": "0" * 64, "salt": "1" * 64, "up_to": 100}
        mishaps.attempt(person, "deliver_interim_package", handed)


def reveal(mishaps: Mishaps) -> None:
    """No lock, no reveal: asked for by one officer, confirmed by the same and by another, handed over all the same."""
    for recipients in (["nobody"], [STATISTICIAN]):
        mishaps.attempt(OFFICERS[0], "request_reveal", {"recipients": recipients})
    for officer in OFFICERS[:2]:
        mishaps.attempt(officer, "confirm_reveal", {})
    handed = {"recipient": STATISTICIAN, "allocations": 4, "digest": "0" * 64, "salt": "1" * 64, "up_to": 100}
    mishaps.attempt(OFFICERS[0], "deliver_release_package", handed)
    mishaps.attempt(SPONSOR, "decide_publication", {"rationale": "Nothing is revealed yet."})
