"""More of what ends a blind in the demonstration: a report to authorities, the desk, a request that is rejected, drills."""

from typing import Any, Final

from adapters.demo.director import TRIAL, Director, on_day, stream_named
from adapters.demo.events import Incidents
from adapters.demo.people import (
    DESK,
    INVESTIGATOR,
    MEDICAL_MONITOR,
    REVIEWER,
    SAFETY,
    SPONSOR,
    UNBLINDER,
)
from adapters.emergency import recorded_breaks
from adapters.keys.recorded import DrillEnvelopes
from compliance.drills import Channel, Drills
from compliance.inquire import Inquire

REPORTED, CALLED, REFUSED = "005", "014", "007"
"""Whose arm is disclosed for a safety report, through the desk, and not at all."""
DRILLS: Final = (80, 170, 260, 350, 440, 530, 620)
"""A drill each quarter."""


class Breaks:
    """What is told of them, beside the incidents."""

    def __init__(self, director: Director, incidents: Incidents) -> None:
        self.director, self.incidents = director, incidents

    def plan(self) -> None:
        """Put them on the calendar."""
        at = self.director.at
        for day in DRILLS:
            at(on_day(day, 3), self.drill)
        at(on_day(254, 9), self.release_narrative)
        at(on_day(255, 9), self.report_to_authorities)
        at(on_day(275, 9), self.reject)
        at(on_day(320, 2, 40), self.call_the_desk)

    def drill(self) -> None:
        """Both channels are tried with a key that opens nothing of anybody's; the demonstration's clock stands still."""
        for code, person in INVESTIGATOR.items():
            self._try_out(person, "investigator", site=code)
        self._try_out(DESK, "code_break_desk", site=None)

    def _try_out(self, person: str, channel: Channel, *, site: str | None) -> None:
        store = self.director.store
        keys = DrillEnvelopes(store.keys, store.sources.randomness)
        drills = Drills(Inquire(store.ports), recorded_breaks(store), keys, lambda: 0)
        tried = drills.try_out(self.director.doors.identity(person), TRIAL, channel, through_fallback=False)
        told = {"receipt": str(tried.receipt), "milliseconds": tried.milliseconds, "opened": tried.opened}
        where = {"channel": channel, "site": site, "through_fallback": tried.through_fallback}
        self.director.send(person, "run_unblinding_drill", {**told, **where})

    def release_narrative(self) -> None:
        """The unblinded reviewer releases the narrative of the serious case to blinded readers, with a name masked."""
        case = self.incidents.serious
        words = "Admitted to hospital days after treatment; cultures taken, antibiotics begun the same night."
        released = {"case": case, "of": self.incidents.reported[case], "masked": True, "text": words}
        self.director.send(REVIEWER, "release_narrative", released)

    def report_to_authorities(self) -> None:
        """The serious case counts as unexpected and related: one safety person learns the arm, and reports."""
        asked: dict[str, Any] = {
            "case": self.incidents.serious,
            "expires": on_day(262).isoformat(),
            "recipient": UNBLINDER,
        }
        request = stream_named(self.director.send(SAFETY, "trigger_susar_unblinding", asked), "unblinding")
        self.director.send(UNBLINDER, "disclose_arm", {"request": request, "recipient": UNBLINDER})
        self.director.send(UNBLINDER, "acknowledge_disclosure", {"request": request})
        sent = {
            "case": self.incidents.serious,
            "destination": "fictional authority",
            "reference": "fictional report 1",
            "sent": True,
        }
        self.director.send(UNBLINDER, "record_regulatory_submission", sent)
        self.finish(request, "One safety person knows; everybody at the site stays as before.", impact="none")

    def reject(self) -> None:
        """An investigator would like to know; the medical monitor sees no need."""
        site = self.incidents.site_of(REFUSED)
        asked: dict[str, Any] = {
            "participant": REFUSED,
            "purpose": "treatment_decision",
            "recipients": [INVESTIGATOR[site]],
            "expires": on_day(285).isoformat(),
            "reason": {
                "code": "treatment_decision",
                "text": "Knowing the arm would ease the planning of later visits.",
            },
        }
        request = stream_named(self.director.send(INVESTIGATOR[site], "request_unblinding", asked), "unblinding")
        reason = {"code": "not_needed", "text": "The treatment of the participant does not depend on the arm."}
        self.director.send(MEDICAL_MONITOR, "reject_unblinding", {"request": request, "reason": reason})

    def call_the_desk(self) -> None:
        """At night another hospital calls the desk, which calls back and breaks the blind for its physician."""
        asked = {
            "participant": CALLED,
            "channel": "code_break_desk",
            "recipient": "Physician on call (fictional hospital)",
            "reason": {"code": "surgery"},
        }
        request = stream_named(self.director.send(DESK, "break_blind", asked), "unblinding")
        self.director.send(DESK, "acknowledge_disclosure", {"request": request})
        told = "Emergency operation; the choice of immunosuppression depended on it. Called back on the ward's number."
        self.director.send(DESK, "record_unblinding_narrative", {"request": request, "narrative": told})
        self.finish(request, "Nobody of the trial learned anything.", impact="none")

    def finish(self, request: str, explanation: str, *, impact: str) -> None:
        """Judged and closed."""
        judged = {"request": request, "impact": impact, "explanation": explanation}
        self.director.send(MEDICAL_MONITOR, "assess_unblinding_impact", judged)
        self.director.send(SPONSOR, "close_unblinding", {"request": request})
