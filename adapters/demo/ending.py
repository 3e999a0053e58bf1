"""The end of the demonstration: records signed off, open items accepted with a reason, the lock, one late safety fact."""

from typing import Any

from adapters.demo.director import TRIAL, Director, on_day
from adapters.demo.events import Incidents
from adapters.demo.people import (
    AUDITOR,
    COORDINATOR,
    DATA_MANAGER,
    INVESTIGATOR,
    MEDICAL_MONITOR,
    SAFETY,
    SPONSOR,
    STATISTICIAN,
)
from compliance.inquire import Inquire
from domain.deviation.facts import DeviationClosed, DeviationRecorded

LOCK_DAY = 640
REASONS = {
    "unsigned": "Not enrolled or followed only for safety; accepted by the trial team.",
    "eligibility_unknown": "Screening was not finished when the trial closed; nobody was enrolled on it.",
    "open_deviation": "Known to the team; it changes no analysis set.",
    "open_impact_assessment": "Will be assessed before the reveal.",
    "unreconciled_sae": "The serious case is with the safety desk; the reconciliation is scheduled.",
    "signature_owed": "The medical monitor graded and closed the deviation; that the grading is not signed changes no data.",
    "not_locked_softly": "The investigator has seen the record; nothing is missing.",
}


class Ending:
    """From the last visit to the lock and one fact after it."""

    def __init__(self, director: Director, incidents: Incidents, enrolled: list[str]) -> None:
        self.director, self.incidents, self.enrolled = director, incidents, enrolled
        self.inquire = Inquire(director.store.ports)
        self.left_unsigned: str | None = None

    def plan(self) -> None:
        """Put the end on the calendar."""
        at = self.director.at
        at(on_day(LOCK_DAY - 12, 9), self.close)
        at(on_day(LOCK_DAY - 11, 9), self.close_deviations)
        at(on_day(LOCK_DAY - 10, 9), self.finish_the_serious_case)
        at(on_day(LOCK_DAY - 9, 9), self.sign_off)
        at(on_day(LOCK_DAY, 10), self.request_lock)
        at(on_day(LOCK_DAY, 15), lambda: self.director.send(STATISTICIAN, "confirm_lock", {}))
        at(on_day(LOCK_DAY + 12, 9), self.after_the_lock)

    def close(self) -> None:
        """No further screening or enrolment."""
        reason = {"code": "completed", "text": "All planned participants are enrolled and followed."}
        self.director.send(SPONSOR, "close_trial", {"reason": reason})

    def close_deviations(self) -> None:
        """The medical monitor grades and closes what rules and people found; one signature stays owed until the lock."""
        reading = self.inquire.reading(self.director.doors.identity(AUDITOR), "read_ledger", TRIAL)
        found = [e.fact for e in reading.entries if isinstance(e.fact, DeviationRecorded)]
        closed = {e.frame.stream for e in reading.entries if isinstance(e.fact, DeviationClosed)}
        for fact in found:
            if f"trial:{TRIAL}/deviation/{fact.deviation}" in closed:
                continue
            own = {"deviation": fact.deviation}
            grade = {**own, "important": fact.important, "affects_safety": False, "affects_data": fact.important}
            signs = not (fact.important and self.left_unsigned is None)
            self.left_unsigned = self.left_unsigned or (None if signs else fact.deviation)
            self.director.send(MEDICAL_MONITOR, "grade_deviation", grade, signs=signs)
            action = {**own, "action": "Site retrained; file note written."}
            self.director.send(MEDICAL_MONITOR, "close_deviation", action, signs=signs)

    def finish_the_serious_case(self) -> None:
        """The sponsor's side of the serious case, and its coding."""
        case = self.incidents.serious
        send = self.director.send
        send(SAFETY, "record_sponsor_receipt", {"case": case, "channel": "safety mailbox"})
        send(SAFETY, "assess_seriousness", {"case": case, "serious": True, "criteria": ["hospitalisation"]})
        send(SAFETY, "assess_causality", {"case": case, "related": False})
        send(SAFETY, "assess_expectedness", {"case": case, "expected": False, "reference": "RSI 1.0"})
        coding = {"case": case, "code": "fictional-2", "dictionary": "site-terms", "dictionary_version": "1"}
        send(SAFETY, "code_adverse_event", coding)
        send(COORDINATOR["02"], "follow_up_adverse_event", {"case": case, "outcome": "recovered"})

    def sign_off(self) -> None:
        """Each investigator vouches for each enrolled participant's record."""
        for number in self.enrolled:
            site = self.incidents.site_of(number)
            self.director.send(INVESTIGATOR[site], "sign_off_participant", {"participant": number})

    def request_lock(self) -> None:
        """The data manager asks for the lock and accepts what is open, each item with its reason."""
        items = self.inquire.open_items(self.director.doors.identity(DATA_MANAGER), TRIAL)
        accepted: list[dict[str, Any]] = [
            {"about": item.about, "kind": item.kind, "reason": REASONS[item.kind]} for item in items
        ]
        self.director.send(DATA_MANAGER, "request_lock", {"accepted": accepted})

    def after_the_lock(self) -> None:
        """A serious event is learned of after the lock: a late safety fact, accepted."""
        self.incidents.report(
            "030", "Pneumonia", "severe", serious=True, onset="2028-09", reporter="Site follow-up call"
        )
