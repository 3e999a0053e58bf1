"""What does not go by plan: safety, unblinding, withdrawal, correction, hold, a changed reading, the lock."""

from typing import Any, Final

from adapters.demo.criteria import interpret_again
from adapters.demo.director import Director, on_day, stream_named
from adapters.demo.participants import CORRECTED, LEFT_FOLLOW_UP, STOPPED, WRONG_STRATUM, Course
from adapters.demo.people import (
    COORDINATOR,
    INVESTIGATOR,
    MEDICAL_MONITOR,
    SAFETY,
    SPONSOR,
    UNBLINDER,
)
from compliance.conduct import Done
from domain.session.limits import Limits

NARRATIVE: Final = "Admitted to hospital days after the infusion; cultures taken, antibiotics begun the same night."


class Incidents:
    """The incidents of the demonstration."""

    def __init__(self, director: Director, courses: dict[str, Course]) -> None:
        self.director, self.courses = director, courses
        self.cases: list[str] = []
        self.reported: dict[str, str] = {}
        self.serious = ""
        self.narrated: Done | None = None

    def plan(self) -> None:
        """Put them on the calendar."""
        at = self.director.at
        at(on_day(60, 16), lambda: self.adverse_event("002", "Headache", "mild", serious=False, onset="2027-03-04"))
        at(on_day(145, 16), self.correct)
        at(on_day(146, 10), self.sign_again)
        at(on_day(130, 9), self.wrong_stratum)
        at(on_day(150, 16), lambda: self.adverse_event("007", "Fever", "moderate", serious=False, onset="2027-06-01"))
        at(on_day(200, 9), lambda: interpret_again(self.director, "2027-07-24"))
        at(on_day(212, 9), self.new_consent_version)
        at(on_day(225, 9), self.stop_treatment)
        at(on_day(250, 9), self.hold)
        at(on_day(252, 3), self.serious_event_at_held_site)
        at(on_day(252, 3, 20), self.break_blind)
        at(on_day(252, 9), self.sign_the_narrative)
        at(on_day(258, 9), self.release)
        at(on_day(270, 9), self.routine_unblinding)
        at(on_day(300, 16), lambda: self.adverse_event("015", "Rash", "mild", serious=False, onset="2027-10"))
        at(on_day(330, 9), self.leave_follow_up)
        at(on_day(360, 9), self.death)
        at(on_day(380, 16), lambda: self.adverse_event("026", "Nausea", "mild", serious=False, onset="2028-01-17"))

    def site_of(self, number: str) -> str:
        """The site of a participant."""
        return self.courses[number].row.site

    def adverse_event(self, number: str, term: str, severity: str | None, *, serious: bool, onset: str | None) -> str:
        """A report by the site, and both assessments."""
        site = self.site_of(number)
        case = self.report(number, term, severity, serious=serious, onset=onset, reporter=f"Site {site}")
        self.director.send(INVESTIGATOR[site], "assess_causality", {"case": case, "related": False})
        self.director.send(SAFETY, "record_sponsor_receipt", {"case": case, "channel": "safety mailbox"})
        self.director.send(SAFETY, "assess_seriousness", {"case": case, "serious": serious})
        self.director.send(SAFETY, "assess_causality", {"case": case, "related": False})
        self.director.send(SAFETY, "assess_expectedness", {"case": case, "expected": True, "reference": "RSI 1.0"})
        self.director.send(INVESTIGATOR[site], "assess_seriousness", {"case": case, "serious": serious})
        self.director.send(
            SAFETY,
            "code_adverse_event",
            {"case": case, "code": "fictional-1", "dictionary": "site-terms", "dictionary_version": "1"},
        )
        self.director.send(COORDINATOR[site], "follow_up_adverse_event", {"case": case, "outcome": "recovered"})
        return case

    def report(
        self, number: str, term: str, severity: str | None, *, serious: bool, onset: str | None, reporter: str
    ) -> str:
        payload = {
            "participant": number,
            "term": term,
            "severity": severity,
            "serious": serious,
            "criteria": ["hospitalisation"] if serious else [],
            "onset": onset,
            "reporter": reporter,
            "narrative": NARRATIVE if serious else None,
        }
        done = self.director.send(COORDINATOR[self.site_of(number)], "report_adverse_event", payload)
        case = stream_named(done, "adverse-event")
        self.cases.append(case)
        assert done.receipt is not None
        self.reported[case] = str(done.receipt.placed[0].event_id)
        return case

    def correct(self) -> None:
        """A laboratory value was copied wrongly; the site corrects its own record."""
        course = self.courses[CORRECTED]
        payload = {
            "stream": f"participant/{CORRECTED}",
            "target": course.events["egfr"],
            "pointer": "/payload/value/quantity/value",
            "old": str(48 + int(CORRECTED) % 50),
            "new": "84",
            "reason": {"code": "transcription", "text": "Digits were swapped when the laboratory sheet was copied."},
        }
        self.director.send(course.coordinator, "correct_record", payload)

    def sign_again(self) -> None:
        """The correction superseded the signature under the eligibility decision: the investigator signs once more."""
        course = self.courses[CORRECTED]
        assert course.decided is not None
        self.director.sign_owed(course.investigator, course.decided)

    def wrong_stratum(self) -> None:
        """The stratum recorded was wrong: the allocation stays, the truth stands beside it."""
        site = self.site_of(WRONG_STRATUM)
        true = "LN" if self.courses[WRONG_STRATUM].row.stratum == "SLE" else "SLE"
        payload = {"participant": WRONG_STRATUM, "error": "wrong_stratum", "true_stratum": true}
        self.director.send(INVESTIGATOR[site], "record_allocation_error", payload)

    def new_consent_version(self) -> None:
        """Version 2.0 of the consent document is approved at both sites."""
        for code in ("01", "02"):
            payload = {
                "site": code,
                "document": "ICF",
                "version": "2.0",
                "language": "zh",
                "approved": "2027-08-10",
                "reference": f"fictional ethics {code}/ICF-2",
            }
            self.director.send(SPONSOR, "approve_consent_version", payload)

    def stop_treatment(self) -> None:
        """One participant withdraws from treatment and stays in follow-up."""
        site = self.site_of(STOPPED)
        self.director.send(COORDINATOR[site], "withdraw_consent", {"participant": STOPPED, "scopes": ["treatment"]})
        self.director.send(INVESTIGATOR[site], "change_treatment_state", {"participant": STOPPED, "state": "stopped"})

    def hold(self) -> None:
        """Site 02 is held for a week."""
        reason = {"code": "monitoring", "text": "Temperature log of the store room is under review."}
        self.director.send(SPONSOR, "hold_site", {"site": "02", "reason": reason})

    def release(self) -> None:
        """And released."""
        reason = {"code": "monitoring", "text": "The temperature log was complete; nothing was affected."}
        self.director.send(SPONSOR, "release_site", {"site": "02", "reason": reason})

    def serious_event_at_held_site(self) -> None:
        """A serious event at the held site: accepted at once, and listed."""
        case = self.report("005", "Sepsis", "severe", serious=True, onset="2027-09-12", reporter="Site 02 on call")
        self.serious = case
        self.director.send(
            INVESTIGATOR["02"], "assess_seriousness", {"case": case, "serious": True, "criteria": ["hospitalisation"]}
        )
        self.director.send(INVESTIGATOR["02"], "assess_causality", {"case": case, "related": True})

    def break_blind(self) -> None:
        """The investigator, locked out after wrong passwords, breaks the blind all the same; nobody has to approve."""
        self.director.doors.fail(INVESTIGATOR["02"], Limits().failures_before_lock)
        self.director.doors.log_in_in_emergency(INVESTIGATOR["02"])
        payload = {"participant": "005", "channel": "investigator", "reason": {"code": "suspected_serious_reaction"}}
        done = self.director.send(INVESTIGATOR["02"], "break_blind", payload)
        request = stream_named(done, "unblinding")
        self.director.send(INVESTIGATOR["02"], "acknowledge_disclosure", {"request": request})
        narrative = "Sepsis within days of treatment; antibiotic and immunosuppressive treatment depended on it."
        told = {"request": request, "narrative": narrative}
        self.narrated = self.director.send(INVESTIGATOR["02"], "record_unblinding_narrative", told, signs=False)
        self.director.doors.log_out(INVESTIGATOR["02"])
        self._assess(request)

    def sign_the_narrative(self) -> None:
        """In the morning, with the usual credentials again: an emergency session signs nothing."""
        assert self.narrated is not None
        self.director.sign_owed(INVESTIGATOR["02"], self.narrated)

    def _assess(self, request: str) -> None:
        payload = {
            "request": request,
            "impact": "participant_data",
            "explanation": "Later assessments by this person are flagged.",
        }
        self.director.send(MEDICAL_MONITOR, "assess_unblinding_impact", payload)
        self.director.send(SPONSOR, "close_unblinding", {"request": request})

    def routine_unblinding(self) -> None:
        """A routine disclosure for a safety report: two approvals, one named recipient."""
        payload: dict[str, Any] = {
            "participant": "005",
            "purpose": "safety",
            "recipients": [UNBLINDER],
            "expires": on_day(280).isoformat(),
            "reason": {"code": "safety_report", "text": "The serious event must be reported with the treatment given."},
        }
        done = self.director.send(SAFETY, "request_unblinding", payload)
        request = stream_named(done, "unblinding")
        for approver in (MEDICAL_MONITOR, SPONSOR):
            self.director.send(approver, "approve_unblinding", {"request": request})
        self.director.send(UNBLINDER, "disclose_arm", {"request": request, "recipient": UNBLINDER})
        self.director.send(UNBLINDER, "acknowledge_disclosure", {"request": request})
        self._assess(request)

    def leave_follow_up(self) -> None:
        """One participant withdraws from everything."""
        site = self.site_of(LEFT_FOLLOW_UP)
        own = {"participant": LEFT_FOLLOW_UP}
        self.director.send(
            COORDINATOR[site], "withdraw_consent", {**own, "scopes": ["treatment", "follow_up", "samples"]}
        )
        self.director.send(COORDINATOR[site], "change_follow_up", {**own, "state": "left"})

    def death(self) -> None:
        """The death of that participant is learned of later; it is accepted all the same."""
        site = self.site_of(LEFT_FOLLOW_UP)
        payload = {
            "participant": LEFT_FOLLOW_UP,
            "status": "dead",
            "date": "2027-12",
            "learned_from": "letter of the family",
            "explanation": "Traffic accident according to the letter; no adverse event was known.",
        }
        self.director.send(COORDINATOR[site], "record_vital_status", payload)
