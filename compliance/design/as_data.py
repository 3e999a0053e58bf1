"""An evaluation as data: every number as a decimal text, and exactly where that is short enough to be read."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from compliance.design.balance import imbalances, totals_of_arm, variance_of_arm
from compliance.design.evaluation import Evaluated, Evaluation, Properties
from compliance.design.numerals import decimal, exact, root
from compliance.design.sheet import FOR_WHOM
from compliance.design.sheet_tables import in_ratio
from compliance.design.unknown import not_known

_PLACES: Final = 12
Data = dict[str, object]


def data_of(evaluation: Evaluation) -> Data:
    """The whole answer, the proposal included."""
    return {
        "for_whom": FOR_WHOM,
        "proposal": evaluation.proposal.model_dump(mode="json"),
        "baseline": _number(evaluation.baseline),
        "designs": [_design(evaluation, design) for design in evaluation.designs],
        "strata_fill": None if evaluation.strata_fill is None else _number(evaluation.strata_fill),
        "not_known": list(not_known(evaluation.proposal)),
    }


def _design(evaluation: Evaluation, design: Evaluated) -> Data:
    return {
        "design": design.choice.words(),
        "best_guess": _number(design.best_guess),
        "best_guesser": "infers what is hidden" if design.is_inferred else "sees what is hidden",
        "deterministic_share": _number(design.certain),
        "any_stratum_misses_planned_totals": _number(design.any_misses),
        "lists": [_list(evaluation.proposal.ratio, own) for own in design.lists],
    }


def _list(ratio: tuple[int, ...], own: Properties) -> Data:
    ends = own.guesses.ends
    return {
        "slots": own.cap,
        "strata": list(own.strata),
        "correct_by_counting": _number(own.guesses.by_counting),
        "correct_by_sight": _number(own.guesses.by_sight),
        "correct_inferred": _number(own.inferred.correct) if own.inferred else None,
        "certain_by_sight": _number(own.guesses.certain_by_sight),
        "certain_inferred": _number(own.inferred.certain) if own.inferred else None,
        "balanced_share": _number(own.guesses.balanced),
        "final_imbalance": {
            "expected": _number(own.final_imbalance),
            "root_mean_square": root(own.final_square, _PLACES),
            "chances": _chances(imbalances(ends, ratio)),
        },
        "largest_imbalance": {
            "expected": _number(own.on_the_way.expected),
            "possible": _number(own.on_the_way.largest),
            "chances": _chances(own.on_the_way.chances),
        },
        "planned_totals": in_ratio(own.planned) if own.planned else None,
        "planned_totals_missed": _number(own.missing),
        "totals": _chances({in_ratio(totals): chance for totals, chance in sorted(ends.items())}),
        "arms": [
            {"chances": _chances(totals_of_arm(ends, arm)), "deviation": root(variance_of_arm(ends, arm), _PLACES)}
            for arm in range(len(ratio))
        ],
    }


def _chances(spread: Mapping[str, Fraction] | Mapping[int, Fraction] | Mapping[Fraction, Fraction]) -> Data:
    return {str(value): _number(chance) for value, chance in spread.items()}


def _number(value: Fraction) -> Data:
    return {"decimal": decimal(value, _PLACES), "exact": exact(value)}
