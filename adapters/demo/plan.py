"""Who is screened when and with what outcome: forty screenings, thirty enrolments, two strata of fifteen."""

from typing import Literal, NamedTuple

from adapters.demo.criteria import LN, SLE

Outcome = Literal["enrolled", "failed", "left", "lost", "pending"]
DAYS_BETWEEN = 10.5
"""Forty screenings over fourteen months."""


class Planned(NamedTuple):
    """One screening of the plan; `failing` changes one fact so that a criterion is not met."""

    number: str
    day: int
    site: str
    stratum: str
    outcome: Outcome
    failing: str | None = None
    previous: str | None = None


FAILING = {"004": "sledai", "008": "pressure", "012": "sledai", "016": "alt", "019": "biopsy_class", "024": "biologics", "029": "pregnant"}  # fmt: skip
ENDED: dict[str, Outcome] = {"027": "left", "033": "lost", "040": "pending"}
RESCREENED = {"021": "004"}
NEPHRITIS_FAILURES = frozenset({"019"})


def plan() -> tuple[Planned, ...]:
    """The screenings in order; strata alternate among those who will be enrolled."""
    rows: list[Planned] = []
    enrolled = 0
    for index in range(40):
        number = f"{index + 1:03d}"
        failing = FAILING.get(number)
        outcome: Outcome = "failed" if failing else ENDED.get(number, "enrolled")
        stratum = LN if number in NEPHRITIS_FAILURES else SLE
        if outcome == "enrolled":
            stratum = SLE if enrolled % 2 == 0 else LN
            enrolled += 1
        site = "01" if index % 3 != 1 else "02"
        previous = RESCREENED.get(number)
        if previous is not None:
            site = next(row.site for row in rows if row.number == previous)
        rows.append(Planned(number, 7 + int(index * DAYS_BETWEEN), site, stratum, outcome, failing, previous))
    return tuple(rows)
