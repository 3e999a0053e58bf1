"""The answer to a proposal as a sheet: what was found, in words, figures, tables and pictures.

No ledger is read for it, so it is no report: it has no position and no root. It holds hidden parameters.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Final

from pydantic import Field

from compliance.design.evaluation import Evaluated, Evaluation, Properties
from compliance.design.numerals import chance, decimal
from compliance.design.pictures import certainty_picture, guess_picture, imbalance_picture
from compliance.design.sheet_tables import SUMMARY, in_ratio, summary, totals_table
from compliance.design.unknown import not_known
from compliance.reports.model import Attention, Figure, Picture, RowRef, Table
from compliance.reports.tables import Slug, Strict, Words

FOR_WHOM: Final = (
    "For the unblinded statistician only: it holds the hidden parameters of a design, and whoever reads it can guess "
    "allocations better. Keep it out of the trial master file's open part and away from sites."
)


class Sheet(Strict):
    """A page of findings that come from no ledger."""

    name: Slug
    title: Words
    answer: Words
    for_whom: Words
    figures: Annotated[tuple[Figure, ...], Field(min_length=4, max_length=6)]
    attention: tuple[Attention, ...]
    tables: Annotated[tuple[Table, ...], Field(min_length=1)]
    pictures: tuple[Picture, ...]


def sheet(evaluation: Evaluation) -> Sheet:
    """Lay an evaluation out."""
    drawn = (guess_picture(evaluation), certainty_picture(evaluation), imbalance_picture(evaluation))
    return Sheet(
        name="design",
        title=_title(evaluation),
        answer=_answer(evaluation),
        for_whom=FOR_WHOM,
        figures=_figures(evaluation),
        attention=(*_misses(evaluation), *_arrivals(evaluation), *_unknown(evaluation)),
        tables=(summary(evaluation), *(table for _, table in drawn), totals_table(evaluation)),
        pictures=tuple(picture for picture, _ in drawn),
    )


def missing_words(evaluation: Evaluation, design: Evaluated) -> str:
    """What a design that cannot keep the planned totals misses, and how likely; empty where it keeps them."""
    if not design.any_misses:
        return ""
    ratio = in_ratio(evaluation.proposal.ratio)
    parts = [f"{', '.join(own.strata)}: {_missed(own, ratio)}" for own in design.lists if own.missing]
    return (
        f"{design.choice.words()} cannot keep the planned totals. {'; '.join(parts)}. "
        f"At least one stratum misses: {chance(design.any_misses)}."
    )


def _missed(own: Properties, ratio: str) -> str:
    if own.planned is None:
        return f"{own.cap} slots cannot be divided {ratio}"
    return f"{in_ratio(own.planned)} at {own.cap} slots is missed with chance {chance(own.missing)}"


def _title(evaluation: Evaluation) -> str:
    ratio, designs = in_ratio(evaluation.proposal.ratio), evaluation.designs
    if len(designs) > 1:
        return f"{len(designs)} designs at {ratio} side by side, before one is committed"
    return f"{next(iter(designs)).choice.words()} at {ratio}, before it is committed"


def _answer(evaluation: Evaluation) -> str:
    kept = sum(1 for design in evaluation.designs if not design.any_misses)
    if len(evaluation.designs) > 1:
        lowest = min(evaluation.designs, key=lambda design: design.best_guess)
        return (
            f"{kept} of {len(evaluation.designs)} designs keep the planned totals for certain; the next arm is guessed "
            f"least under {lowest.choice.words()}, {chance(lowest.best_guess)} beside the baseline "
            f"{decimal(evaluation.baseline)}."
        )
    first = next(iter(evaluation.designs))
    held = "keeps the planned totals for certain"
    if not kept:
        held = f"misses the planned totals with chance {chance(first.any_misses)}"
    return (
        f"{first.choice.words()}: the best guesser names the next arm rightly {chance(first.best_guess)} of the time, "
        f"beside the baseline {decimal(evaluation.baseline)}; the design {held}."
    )


def _figures(evaluation: Evaluation) -> tuple[Figure, ...]:
    designs = evaluation.designs

    return (
        Figure(
            label="Baseline",
            value=decimal(evaluation.baseline),
            meaning="right by always naming the arm with the largest share",
        ),
        _spread("Best guess", [one.best_guess for one in designs], "right by who knows the design"),
        _spread("Deterministic share", [one.certain for one in designs], "slots certain to that guesser"),
        _spread(
            "Expected imbalance",
            [own.final_imbalance for one in designs for own in one.lists],
            "participants per share, when a list is full",
        ),
        _spread(
            "Planned totals missed",
            [one.any_misses for one in designs],
            "chance that at least one stratum misses",
        ),
    )


def _spread(label: str, values: Sequence[Fraction], meaning: str) -> Figure:
    ends = dict.fromkeys((decimal(min(values)), decimal(max(values))))
    return Figure(label=label, value=" to ".join(ends), meaning=meaning)


def _misses(evaluation: Evaluation) -> tuple[Attention, ...]:
    return tuple(
        Attention(severity="serious", sentence=said, rows=_rows_of(number, design))
        for number, design in enumerate(evaluation.designs, 1)
        if (said := missing_words(evaluation, design))
    )


def _rows_of(number: int, design: Evaluated) -> tuple[RowRef, ...]:
    return tuple(RowRef(table=SUMMARY, row=f"{number}.{own.cap}") for own in design.lists if own.missing)


def _arrivals(evaluation: Evaluation) -> tuple[Attention, ...]:
    if evaluation.strata_fill is None:
        return ()
    said = (
        f"With these shares of the strata, the first {sum(evaluation.proposal.caps)} who come fill every stratum and "
        f"nobody is turned away with chance {chance(evaluation.strata_fill)}; else a full stratum is closed while "
        "others wait."
    )
    return (Attention(severity="to note", sentence=said),)


def _unknown(evaluation: Evaluation) -> tuple[Attention, ...]:
    return tuple(Attention(severity="to note", sentence=said) for said in not_known(evaluation.proposal))
