"""The end of the blind in the demonstration: plan and analysis sets before the lock, the reveal by two officers after it."""

from hashlib import sha256
from typing import Final

from adapters.demo.director import Director, on_day
from adapters.demo.ending import LOCK_DAY
from adapters.demo.participants import STOPPED
from adapters.demo.people import MEDICAL_MONITOR, OFFICERS, SPONSOR, STATISTICIAN

PLAN_TEXT: Final = "Fictional statistical analysis plan, version 1."
RECIPIENT: Final = STATISTICIAN
REVEAL_DAY: Final = LOCK_DAY + 20


class Reveal:
    """From the analysis plan to the decision on publication."""

    def __init__(self, director: Director) -> None:
        self.director = director

    def plan(self) -> None:
        """Put it on the calendar."""
        at = self.director.at
        at(on_day(LOCK_DAY - 30, 9), self.record_plan)
        at(on_day(LOCK_DAY - 20, 9), self.decide_sets)
        at(on_day(REVEAL_DAY, 9), self.ask)
        at(on_day(REVEAL_DAY, 14), self.confirm)
        at(on_day(REVEAL_DAY + 7, 9), self.publish)

    def record_plan(self) -> None:
        """The plan is signed while everybody is blind."""
        plan = {"version": "1.0", "reference": PLAN_TEXT, "digest": sha256(PLAN_TEXT.encode()).hexdigest()}
        self.director.send(STATISTICIAN, "record_analysis_plan", plan)

    def decide_sets(self) -> None:
        """One participant is left out of one set, by a blind and signed decision; then the sets are fixed."""
        left_out = {
            "participant": STOPPED,
            "analysis_set": "per_protocol",
            "rationale": "Treatment was stopped before the second visit.",
        }
        self.director.send(MEDICAL_MONITOR, "exclude_from_analysis_set", left_out)
        self.director.send(STATISTICIAN, "fix_analysis_sets", {})

    def ask(self) -> None:
        """One officer asks, and names who may know."""
        self.director.send(OFFICERS[0], "request_reveal", {"recipients": [RECIPIENT]})

    def confirm(self) -> None:
        """Another confirms: after the lock, and the plan that was signed before it."""
        self.director.send(OFFICERS[1], "confirm_reveal", {})

    def publish(self) -> None:
        """The sponsor decides that the lists may be public."""
        why = "The demonstration shows how anyone checks the lists."
        self.director.send(SPONSOR, "decide_publication", {"rationale": why})
