"""How the demonstration checks the criteria: coded rules, and readings for wording that leaves a question."""

from typing import Any

from adapters.demo.director import Director
from adapters.demo.people import DATA_MANAGER, INVESTIGATOR, MEDICAL_MONITOR, SPONSOR

Rule = dict[str, Any]
SLE, LN = "SLE", "LN"


def compare(fact: str, relation: str, value: str, unit: str) -> Rule:
    """A measured fact against a threshold."""
    return {"type": "compare", "fact": fact, "relation": relation, "threshold": {"value": value, "unit": unit}}


def holds(fact: str) -> Rule:
    """A stated fact."""
    return {"type": "holds", "fact": fact}


def both(*parts: Rule) -> Rule:
    """Every part."""
    return {"type": "all_of", "parts": list(parts)}


def either(*parts: Rule) -> Rule:
    """At least one part."""
    return {"type": "any_of", "parts": list(parts)}


def one_of(fact: str, *codes: str) -> Rule:
    """A chosen code of a list."""
    return {"type": "is_one_of", "fact": fact, "codes": list(codes)}


def nephritis_only(rule: Rule) -> Rule:
    """The rule binds the nephritis stratum; the other one is known to be outside it."""
    return either(one_of("stratum", SLE), rule)


JUDGED: Rule = {"type": "judged"}
UNRESOLVED: Rule = {"type": "unresolved"}
PRESSURE_BOTH = both(compare("systolic", ">=", "160", "mm[Hg]"), compare("diastolic", ">=", "100", "mm[Hg]"))
PRESSURE_EITHER = either(compare("systolic", ">=", "160", "mm[Hg]"), compare("diastolic", ">=", "100", "mm[Hg]"))

RULES: dict[str, tuple[Rule, str]] = {
    "I1": (holds("acr_1997_met"), "The investigator states that the 1997 ACR criteria are met."),
    "I2": (
        both(compare("age_at_consent", ">=", "18", "a"), compare("age_at_consent", "<", "61", "a")),
        "Completed years at consent; both ends count.",
    ),
    "I3": (both(), "Always met: the words exclude nobody."),
    "I4.1": (
        nephritis_only(
            both(
                holds("regular_treatment_over_6_months"),
                compare("urine_protein", ">=", "1.0", "g/(24.h)"),
                compare("creatinine", ">=", "1.5", "mg/dL"),
            )
        ),
        "Binds the nephritis stratum only.",
    ),
    "I4.2": (nephritis_only(one_of("biopsy_class", "III", "IV", "V")), "Binds the nephritis stratum only."),
    "I5": (compare("sledai", ">=", "10", "{score}"), "After conventional treatment, last value before grouping."),
    "I6": (UNRESOLVED, "The words say neither when the 12 months run nor for whom."),
    "I7": (holds("informed_consent_provided"), "Consent itself is an event of its own."),
    "E1": (UNRESOLVED, "160/100: both values, or either?"),
    "E2": (compare("alt", ">=", "3", "[ULN]"), "Multiple of the laboratory's upper limit of normal."),
    "E3": (compare("egfr", "<", "15", "mL/min/{1.73_m2}"), "As written."),
    "E4": (JUDGED, "A matter of clinical judgement."),
    "E5": (JUDGED, "A matter of clinical judgement."),
    "E6": (UNRESOLVED, "Read word for word it excludes everyone without recent biological agents."),
    "E7": (holds("pregnant_lactating_or_trying"), "Asked of everyone, whatever the sex."),
}


def code_rules(director: Director) -> None:
    """The data manager codes a rule for each criterion."""
    for criterion, (rule, note) in RULES.items():
        director.send(DATA_MANAGER, "code_rule", {"criterion": criterion, "rule": rule, "note": note})


def _interpret(director: Director, payload: dict[str, Any]) -> None:
    director.send(MEDICAL_MONITOR, "propose_interpretation", payload)
    for approver in (SPONSOR, INVESTIGATOR["01"]):
        identity = {"interpretation": payload["interpretation"]}
        director.send(approver, "approve_interpretation", identity)


def interpret(director: Director) -> None:
    """The readings that screening waits for."""
    common = {"change_judged_by": MEDICAL_MONITOR, "effective": "2027-01-05", "references": "fictional ethics note 1"}
    _interpret(
        director,
        {
            **common,
            "interpretation": "INT-E6",
            "criterion": "E6",
            "change": "substantial",
            "question": "Does the criterion exclude those without, or those with, biological agents in the last 6 months?",
            "options": [
                "literal: excludes everyone without recent biological agents",
                "excludes those who took biological agents in the last 6 months",
            ],
            "choice": "It excludes those who took biological agents in the last 6 months.",
            "rationale": "The literal reading would exclude nearly every candidate. Assumed for this demonstration.",
            "rule": holds("biologics_in_last_6_months"),
        },
    )
    _interpret(
        director,
        {
            **common,
            "interpretation": "INT-I6",
            "criterion": "I6",
            "change": "clarification",
            "question": "When do the 12 months run, and for whom?",
            "options": [
                "during the 12 months after enrolment, for those who can conceive or beget",
                "before enrolment",
            ],
            "choice": "Agreed contraception for 12 months after enrolment, where applicable.",
            "rationale": "The aim is the participant's safety under treatment. Assumed for this demonstration.",
            "rule": holds("contraception_agreed_or_not_applicable"),
        },
    )
    _interpret(
        director,
        {
            **common,
            "interpretation": "INT-E1-A",
            "criterion": "E1",
            "change": "clarification",
            "question": "Must both values be reached, or is one enough?",
            "options": ["both systolic and diastolic", "either systolic or diastolic"],
            "choice": "Both values.",
            "rationale": "First reading. Assumed for this demonstration.",
            "rule": PRESSURE_BOTH,
        },
    )


def interpret_again(director: Director, effective: str) -> None:
    """Midway the reading of blood pressure changes; made decisions stay as they were made."""
    _interpret(
        director,
        {
            "change_judged_by": MEDICAL_MONITOR,
            "effective": effective,
            "references": "fictional ethics note 2",
            "interpretation": "INT-E1-B",
            "criterion": "E1",
            "change": "substantial",
            "question": "Must both values be reached, or is one enough?",
            "options": ["both systolic and diastolic", "either systolic or diastolic"],
            "choice": "Either value is enough.",
            "rationale": "Safety: one value alone shows poor control. Assumed for this demonstration.",
            "rule": PRESSURE_EITHER,
        },
    )
