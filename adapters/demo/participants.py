"""The participants' own course: screening to follow-up, each act at its moment."""

from typing import Any

from adapters.demo.criteria import LN
from adapters.demo.director import Director, claimed, on_day
from adapters.demo.people import COORDINATOR, INVESTIGATOR, PHARMACIST, SUB_INVESTIGATOR, sub_investigator
from adapters.demo.plan import Planned
from compliance.conduct import Done

VISITS = (("V1", 30), ("V2", 90), ("V3", 180))
STOPPED = "017"
"""Withdraws from treatment and stays in follow-up."""
LEFT_FOLLOW_UP = "022"
NEW_CONSENT_DAY = 230
"""From then on consent is given on version 2.0."""
LATE_VISIT = "010"
EARLY_PROCEDURE = "006"
CORRECTED = "013"
WRONG_STRATUM = "011"
LEFT_UNSIGNED = "029"
"""Decided by a sub-investigator who leaves before signing."""


def measured(value: str, unit: str) -> dict[str, Any]:
    """A measured value."""
    return {"type": "measured", "quantity": {"value": value, "unit": unit}}


def stated(holds: bool) -> dict[str, Any]:
    """Yes or no."""
    return {"type": "stated", "holds": holds}


def chosen(code: str) -> dict[str, Any]:
    """A code."""
    return {"type": "chosen", "code": code}


def facts_of(row: Planned) -> dict[str, dict[str, Any]]:
    """The facts of screening; the numbers vary from participant to participant, by rule."""
    n = int(row.number)
    facts = {
        "stratum": chosen(row.stratum),
        "age_at_consent": measured(str(22 + n * 7 % 38), "a"),
        "acr_1997_met": stated(True),
        "sledai": measured("7" if row.failing == "sledai" else str(10 + n % 9), "{score}"),
        "contraception_agreed_or_not_applicable": stated(True),
        "informed_consent_provided": stated(True),
        "systolic": measured("172" if row.failing == "pressure" else str(118 + n % 30), "mm[Hg]"),
        "diastolic": measured("108" if row.failing == "pressure" else str(70 + n % 20), "mm[Hg]"),
        "alt": measured("3.4" if row.failing == "alt" else f"0.{4 + n % 6}", "[ULN]"),
        "egfr": measured(str(48 + n % 50), "mL/min/{1.73_m2}"),
        "biologics_in_last_6_months": stated(row.failing == "biologics"),
        "pregnant_lactating_or_trying": stated(row.failing == "pregnant"),
    }
    if row.stratum == LN:
        facts |= {
            "regular_treatment_over_6_months": stated(True),
            "urine_protein": measured(f"1.{n % 9 + 1}", "g/(24.h)"),
            "creatinine": measured(f"1.{5 + n % 4}", "mg/dL"),
            "biopsy_class": chosen("VI" if row.failing == "biopsy_class" else ("III", "IV", "V")[n % 3]),
        }
    return facts


class Course:
    """One participant's course."""

    def __init__(self, director: Director, row: Planned) -> None:
        self.director, self.row = director, row
        self.coordinator, self.investigator = COORDINATOR[row.site], INVESTIGATOR[row.site]
        self.own: dict[str, Any] = {"participant": row.number}
        self.events: dict[str, str] = {}
        self.decided: Done | None = None

    def plan(self) -> None:
        """Put the acts on the calendar."""
        at, day = self.director.at, self.row.day
        if self.row.number == EARLY_PROCEDURE:
            at(on_day(day, 8, 30), self.screen)
            at(on_day(day, 9, 0), self.early_biopsy)
            at(on_day(day, 11, 0), self.consent)
        else:
            at(on_day(day, 9, 0), self.screen)
            at(on_day(day, 10, 0), self.consent)
        if self.row.outcome in ("left", "lost"):
            at(on_day(day + 9, 9), self.end_screening)
            return
        at(on_day(day + 3, 14), self.record_facts)
        if self.row.outcome == "pending":
            return
        at(on_day(day + 6, 15), self.decide)
        if self.row.outcome == "enrolled":
            at(on_day(day + 7, 9), self.enrol)
            at(on_day(day + 9, 10), self.treat)
            for visit, target in VISITS:
                self._plan_visit(visit, day + 9 + target)

    def _plan_visit(self, visit: str, day: int) -> None:
        late = self.row.number == LATE_VISIT and visit == "V1"
        occurred = on_day(day, 10)
        self.director.at(on_day(day + (40 if late else 1), 11), lambda: self.visit(visit, claimed(occurred)))

    def send(self, person: str, command: str, payload: dict[str, Any], **more: Any) -> Done:
        """Send a command about this participant."""
        return self.director.send(person, command, {**self.own, **payload}, **more)

    def screen(self) -> None:
        """The site opens a screening record."""
        payload = {"site": self.row.site, "expect": self.row.number, "previous": self.row.previous}
        self.director.send(self.coordinator, "open_screening_record", payload)

    def early_biopsy(self) -> None:
        """A procedure before consent: recorded, and a deviation."""
        self.send(self.coordinator, "record_procedure", {"procedure": "renal_biopsy"})

    def consent(self) -> None:
        """Consent, informed by the sub-investigator, transcribed by the coordinator."""
        informer = sub_investigator(self.row.site, on_day(self.row.day))
        version = "2.0" if self.row.day >= NEW_CONSENT_DAY else "1.0"
        payload = {
            "document": "ICF",
            "version": version,
            "language": "zh",
            "informed_by": informer,
            "copy_handed_over": True,
            "source": {"kind": "transcribed", "ref": f"consent form {self.row.number}, site file"},
        }
        self.send(
            self.coordinator, "record_consent", payload, performer={"person": informer, "role": "sub_investigator"}
        )

    def record_facts(self) -> None:
        """The facts of screening, from the site's source."""
        for fact, value in facts_of(self.row).items():
            payload = {
                "fact": fact,
                "value": value,
                "source": {"kind": "transcribed", "ref": f"chart {self.row.number}"},
            }
            done = self.send(self.coordinator, "record_fact", payload)
            assert done.receipt is not None
            self.events[fact] = str(done.receipt.placed[0].event_id)

    def end_screening(self) -> None:
        """The person left or was lost before a decision."""
        self.send(self.coordinator, "end_screening", {"how": self.row.outcome})

    def decide(self) -> None:
        """An investigator judges what is a matter of judgement, then decides and signs."""
        leaves = self.row.number == LEFT_UNSIGNED
        physician = SUB_INVESTIGATOR[self.row.site] if leaves else self.investigator
        for criterion in ("E4", "E5"):
            payload = {"criterion": criterion, "result": "no", "rationale": "Examined at screening; nothing found."}
            self.send(physician, "judge_criterion", payload)
        eligible = {"eligible": self.row.outcome == "enrolled"}
        self.decided = self.send(physician, "decide_eligibility", eligible, signs=not leaves)

    def enrol(self) -> None:
        """Enrolment and allocation."""
        self.send(self.coordinator, "enrol", {})
        self.send(self.coordinator, "allocate", {})

    def treat(self) -> None:
        """Treatment: the same event for every arm; what was given goes to the vault."""
        self.send(self.coordinator, "dispense_kit", {})
        self.send(self.investigator, "record_treatment", {"dose": 1})
        detail = {"dose": 1, "product": "study product as listed", "lot": f"LOT-{self.row.number}"}
        self.send(PHARMACIST, "record_treatment_detail", detail)

    def visit(self, visit: str, occurred: str) -> None:
        """A visit, recorded the day after (one of them forty days late)."""
        if self.row.number == LEFT_FOLLOW_UP and visit == "V3":
            return
        self.send(self.coordinator, "record_visit", {"visit": visit}, occurred=occurred)
        if visit == "V3":
            self.send(self.coordinator, "change_follow_up", {"state": "completed"})
