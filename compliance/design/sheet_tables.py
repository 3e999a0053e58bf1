"""The tables of the sheet: designs beside each other, and what a full list can end with."""

from collections.abc import Sequence
from typing import Final

from compliance.design.evaluation import Evaluation
from compliance.design.numerals import chance, decimal, root
from compliance.reports.model import Column, Row, Table
from compliance.reports.tables import Kind

SUMMARY: Final = "designs"


def summary(evaluation: Evaluation) -> Table:
    """One row for each design and length of list."""
    return Table(
        id=SUMMARY,
        title="Designs",
        note="Exact, for full lists. Best guess and deterministic share are those of somebody who knows the design, "
        "sees all earlier arms of the list and infers what is hidden, such as block sizes.",
        columns=(
            _column("design", "Design", "text", "Method and hidden parameters"),
            _column("strata", "Strata", "text", "Whose lists have this length"),
            _column("slots", "List", "number", "Cap of the stratum", unit="slots"),
            _column("guess", "Best guess", "number", "Correct guesses of the next arm, of all slots"),
            _column("baseline", "Baseline", "number", "Correct by always naming the arm with the largest share"),
            _column("certain", "Deterministic", "number", "Share of slots whose arm is certain beforehand"),
            _column("final", "Final imbalance", "number", "Expected, in participants for one share"),
            _column("deviation", "Its root mean square", "number", "Of the final imbalance"),
            _column("worst", "Largest, expected", "number", "Imbalance at the worst slot, expected"),
            _column("limit", "Largest, possible", "number", "Imbalance at the worst slot of the worst list"),
            _column("balanced", "Balanced", "number", "Share of slots after which all arms have exactly their share"),
            _column("planned", "Planned", "text", "Totals at the cap in the ratio"),
            _column("missed", "Missed", "text", "Chance of other totals at the cap"),
        ),
        rows=tuple(
            Row(
                key=f"{number}.{own.cap}",
                group=str(number),
                cells=(
                    design.choice.words(),
                    ", ".join(own.strata),
                    str(own.cap),
                    decimal(own.best_guess),
                    decimal(evaluation.baseline),
                    decimal(own.certain),
                    decimal(own.final_imbalance),
                    root(own.final_square),
                    decimal(own.on_the_way.expected),
                    decimal(own.on_the_way.largest, 2),
                    decimal(own.guesses.balanced),
                    in_ratio(own.planned) if own.planned else "none",
                    chance(own.missing),
                ),
            )
            for number, design in enumerate(evaluation.designs, 1)
            for own in design.lists
        ),
        row_word="design",
    )


def totals_table(evaluation: Evaluation) -> Table:
    """Every outcome of a full list."""
    return Table(
        id="totals",
        title="Totals of the arms when a list is full",
        note="Every outcome that a full list can have; arms in the order of the ratio.",
        columns=(
            _column("design", "Design", "text", "Method and hidden parameters"),
            _column("slots", "List", "number", "Cap of the stratum", unit="slots"),
            _column("totals", "Totals", "text", "Participants in each arm, in the order of the ratio"),
            _column("chance", "Chance", "text", "How likely"),
        ),
        rows=tuple(
            Row(
                key=f"{number}.{own.cap}.{'-'.join(map(str, totals))}",
                group=str(number),
                cells=(design.choice.words(), str(own.cap), in_ratio(totals), chance(likely)),
            )
            for number, design in enumerate(evaluation.designs, 1)
            for own in design.lists
            for totals, likely in sorted(own.guesses.ends.items(), reverse=True)
        ),
    )


def _column(key: str, heading: str, kind: Kind, meaning: str, unit: str = "") -> Column:
    return Column(key=key, heading=heading, kind=kind, meaning=meaning, unit=unit)


def in_ratio(totals: Sequence[int]) -> str:
    """Totals as they are written: 10:5."""
    return ":".join(map(str, totals))
