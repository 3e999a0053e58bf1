"""The pictures of an evaluation, each with the table of the numbers it draws."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final

from compliance.design.balance import imbalances
from compliance.design.bars import Bar, Group, drawing
from compliance.design.evaluation import Evaluated, Evaluation, Properties
from compliance.design.numerals import chance, decimal
from compliance.reports.model import Column, Picture, Row, Table
from compliance.reports.tables import Kind

_MOST: Final = 8
"""Bars of one list; what lies beyond is one bar more."""
Drawn = tuple[Picture, Table]
_DESIGN: Final = Column(key="design", heading="Design", kind="text", meaning="Method and hidden parameters")
_LIST: Final = Column(key="slots", heading="List", kind="number", unit="slots", meaning="Cap of the stratum")


def guess_picture(evaluation: Evaluation) -> Drawn:
    """How often the next arm is guessed, beside the baseline."""
    groups = [
        Group(
            design.choice.words(),
            (
                Bar("by counting", design.overall({own.cap: own.guesses.by_counting for own in design.lists})),
                Bar("best guess", design.best_guess, strong=True),
            ),
        )
        for design in evaluation.designs
    ]
    title = "Correct guesses of the next arm, beside the baseline"
    said = "; ".join(f"{group.heading}: best guess {chance(group.bars[1].value)}" for group in groups)
    sentence = f"{said}. Baseline {decimal(evaluation.baseline)}: always naming the arm with the largest share."
    svg = drawing("guesses", title, sentence, groups, ("baseline", evaluation.baseline))
    return Picture(id="guesses", title=title, svg=svg, table="guesses"), _guess_table(evaluation, title)


def certainty_picture(evaluation: Evaluation) -> Drawn:
    """The share of slots whose arm is certain beforehand."""
    groups = [
        Group(
            design.choice.words(),
            (
                Bar("hidden seen", design.overall({own.cap: own.guesses.certain_by_sight for own in design.lists})),
                Bar("hidden inferred" if design.is_inferred else "not computed", design.certain, strong=True),
            ),
        )
        for design in evaluation.designs
    ]
    title = "Deterministic share: slots whose arm is certain beforehand"
    said = "; ".join(f"{group.heading}: {chance(group.bars[1].value)}" for group in groups)
    sentence = f"{said}, for somebody who knows the design, all earlier arms, and infers what is hidden."
    svg = drawing("certainty", title, sentence, groups, None)
    return Picture(id="certainty", title=title, svg=svg, table="certainty"), _certainty_table(evaluation, title)


def imbalance_picture(evaluation: Evaluation) -> Drawn:
    """How far the arms are apart when a list is used up."""
    rows = list(_lists(evaluation))
    groups = [
        Group(
            f"{design.choice.words()} ({own.cap} slots)",
            _bars(imbalances(own.guesses.ends, evaluation.proposal.ratio)),
        )
        for design, own in rows
    ]
    title = "Imbalance at the end of a full list"
    said = "; ".join(
        f"{group.heading}: expected {decimal(own.final_imbalance)}"
        for group, (_, own) in zip(groups, rows, strict=True)
    )
    sentence = f"{said}. In participants for one share of the ratio; black bars are exact balance."
    svg = drawing("imbalance", title, sentence, groups, None)
    return Picture(id="imbalance", title=title, svg=svg, table="imbalance"), _imbalance_table(evaluation, title)


def _bars(spread: Mapping[Fraction, Fraction]) -> tuple[Bar, ...]:
    """A bar for each imbalance; the rare large ones together."""
    values = list(spread)
    bars = tuple(Bar(str(value), spread[value], strong=not value) for value in values[:_MOST])
    rest = sum((spread[value] for value in values[_MOST:]), Fraction())
    return (*bars, Bar(f"{values[_MOST]} or more", rest)) if rest else bars


def _guess_table(evaluation: Evaluation, title: str) -> Table:
    return Table(
        id="guesses",
        title=title,
        note="By counting: names the arm that has fewest for its share so far. By sight: knows the design and what is "
        "hidden in it. Inferred: knows the design, sees all earlier arms, and infers what is hidden, exactly. "
        "Of all slots of a list, on average.",
        columns=(
            _DESIGN,
            _LIST,
            _column("baseline", "Baseline", "number", "Right by always naming the arm with the largest share"),
            _column("counting", "By counting", "number", "Right by naming the arm that has fewest for its share"),
            _column("inferred", "Inferred", "number", "Right by the best guesser who infers what is hidden"),
            _column("sight", "By sight", "number", "Right by the best guesser who sees what is hidden"),
        ),
        rows=tuple(
            Row(
                key=f"{number}.{own.cap}",
                group=str(number),
                cells=(
                    design.choice.words(),
                    str(own.cap),
                    decimal(evaluation.baseline),
                    decimal(own.guesses.by_counting),
                    decimal(own.inferred.correct) if own.inferred else None,
                    decimal(own.guesses.by_sight),
                ),
            )
            for number, (design, own) in enumerate(_lists(evaluation), 1)
        ),
        row_word="list",
    )


def _certainty_table(evaluation: Evaluation, title: str) -> Table:
    return Table(
        id="certainty",
        title=title,
        note="For somebody who knows the design and all earlier arms of the list, as an open trial shows them.",
        columns=(
            _DESIGN,
            _LIST,
            _column("seen", "Hidden seen", "number", "Share of slots that are certain to one who sees what is hidden"),
            _column("inferred", "Hidden inferred", "number", "Share of slots certain to one who infers it"),
        ),
        rows=tuple(
            Row(
                key=f"{number}.{own.cap}",
                group=str(number),
                cells=(
                    design.choice.words(),
                    str(own.cap),
                    decimal(own.guesses.certain_by_sight),
                    decimal(own.inferred.certain) if own.inferred else None,
                ),
            )
            for number, (design, own) in enumerate(_lists(evaluation), 1)
        ),
        row_word="list",
    )


def _imbalance_table(evaluation: Evaluation, title: str) -> Table:
    return Table(
        id="imbalance",
        title=title,
        note="In participants for one share of the ratio; with equal shares, the largest arm less the smallest.",
        columns=(
            _DESIGN,
            _LIST,
            _column("imbalance", "Imbalance", "number", "How far apart the arms are"),
            _column("chance", "Chance", "text", "How likely"),
        ),
        rows=tuple(
            Row(
                key=f"{number}.{own.cap}.{at}",
                group=str(number),
                cells=(design.choice.words(), str(own.cap), decimal(value), chance(likely)),
            )
            for number, (design, own) in enumerate(_lists(evaluation), 1)
            for at, (value, likely) in enumerate(imbalances(own.guesses.ends, evaluation.proposal.ratio).items(), 1)
        ),
    )


def _lists(evaluation: Evaluation) -> Iterator[tuple[Evaluated, Properties]]:
    for design in evaluation.designs:
        for own in design.lists:
            yield design, own


def _column(key: str, heading: str, kind: Kind, meaning: str) -> Column:
    return Column(key=key, heading=heading, kind=kind, meaning=meaning)
