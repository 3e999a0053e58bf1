"""Minimisation (Pocock and Simon, Biometrics 1975; 31: 103-115): each draw favours what balances its factors best.

A draw looks at the participants with the same level of a factor: had the newcomer joined an arm, how uneven would
the arms' totals be? That, weighted and summed over the factors, is the arm's score; the arms of the lowest score
share the probability `p`, or what they would share by equal chances where that is more; the others share the rest.

Scores of range and variance are exact fractions. Standard deviations are irrational: they are computed to 60
digits and rounded to 40 places, and scores that agree in these are a tie.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from math import gcd, lcm
from typing import Final, NamedTuple, Self
from uuid import UUID

from domain.randomisation.method import Chances, DrawMethod, Earlier, Parameters, Weighed, fraction, fractions, only
from domain.randomisation.rand_v1 import refused

Totals = Sequence[Fraction]
Score = Fraction | Decimal
_DIGITS: Final = 60
_PLACES: Final = Decimal(1).scaleb(-40)


class Balance(NamedTuple):
    """What is balanced and how: one weight for each factor, one of `MEASURES`, and the favoured arms' probability."""

    factors: tuple[str, ...]
    weights: tuple[Fraction, ...]
    measure: str
    p: Fraction


class Minimisation(DrawMethod):
    """Parameters `factors`, `measure` and `p`; `weights` where the factors do not weigh the same.

    Equal arms; with `form` `fake_arms` any ratio: each arm stands for as many fake arms as its share, all fake
    arms are equal, and so each arm keeps its share at every single draw. Without that form unequal arms lose their
    ratio from draw to draw, and with `p` of 1 most draws are certain: both only where `allowed_by` names the event
    of an approved design decision.
    """

    NAME = "minimisation"

    def __init__(self, ratio: Sequence[int], balance: Balance, *, fake_arms: bool = False) -> None:
        super().__init__(ratio)
        self.balance = balance
        self.factors = balance.factors
        shares = [share // gcd(*ratio) for share in ratio]
        self._arms = tuple(arm for arm, share in enumerate(shares) for _ in range(share if fake_arms else 1))
        self._shares = (1,) * len(self._arms) if fake_arms else tuple(shares)

    @classmethod
    def of(cls, ratio: Sequence[int], parameters: Parameters) -> Self:
        """Refuse no random element, and unequal arms that would not keep their ratio, unless a decision allows it."""
        only(parameters, "allowed_by", "factors", "form", "measure", "p", "weights")
        fake_arms = _form(parameters) == ("fake_arms",)
        allowed = _allowed(parameters)
        if len(set(ratio)) > 1 and not (fake_arms or allowed):
            raise refused("ratio", "Plain minimisation does not keep an unequal ratio; the form `fake_arms` does.")
        method = cls(ratio, _balance(parameters), fake_arms=fake_arms)
        if method.balance.p == 1 and not allowed:
            raise refused("p", "Minimisation without a random element can be foretold; its probability is below one.")
        if not Fraction(1, len(method._arms)) < method.balance.p <= 1:
            raise refused("p", "The favoured arm's probability lies between its equal share and one.")
        return method

    def arm_of(self, place: int) -> int:
        """The arm that a fake arm stands for; itself in the plain form."""
        return self._arms[place]

    def weighed(self, earlier: Sequence[Earlier], levels: tuple[str, ...]) -> Weighed:
        """The scores and chances of all places: the arms, or the fake arms."""
        counts = [self._counts(earlier, factor, level) for factor, level in enumerate(levels)]
        scores = tuple(self._score(counts, place) for place in range(len(self._arms)))
        return Weighed(tuple(map(str, scores)), _chances(scores, self.balance.p))

    def _counts(self, earlier: Sequence[Earlier], factor: int, level: str) -> list[int]:
        places = [one.place for one in earlier if one.levels[factor] == level]
        return [places.count(place) for place in range(len(self._arms))]

    def _score(self, counts: Sequence[Sequence[int]], joined: int) -> Score:
        measure = MEASURES[self.balance.measure]
        totals = (
            [Fraction(count + (at == joined), self._shares[at]) for at, count in enumerate(row)] for row in counts
        )
        return measure([(weight, row) for weight, row in zip(self.balance.weights, totals, strict=True)])


def _form(parameters: Parameters) -> tuple[str, ...]:
    form = parameters.get("form", ())
    if form not in {(), ("fake_arms",)}:
        raise refused("form", "The only other form of minimisation is `fake_arms`.")
    return form


def _allowed(parameters: Parameters) -> bool:
    """Whether a decision is named; that it exists and is approved is seen where the design is declared."""
    named = parameters.get("allowed_by", ())
    try:
        return bool([UUID(text) for text in named])
    except ValueError:
        raise refused("allowed_by", "What allows it is named by the id of a decision's event.") from None


def _balance(parameters: Parameters) -> Balance:
    factors, measure = parameters.get("factors", ()), parameters.get("measure", ())
    if not factors or len(set(factors)) < len(factors):
        raise refused("factors", "The factors are the names of facts, each once.")
    if len(measure) != 1 or measure[0] not in MEASURES:
        raise refused("measure", f"The measure is one of {', '.join(MEASURES)}.")
    weights = fractions(parameters, "weights") if "weights" in parameters else (Fraction(1),) * len(factors)
    if len(weights) != len(factors):
        raise refused("weights", "There is one weight for each factor.")
    return Balance(factors, weights, measure[0], fraction(parameters, "p"))


Weighted = Sequence[tuple[Fraction, Totals]]
"""For each factor its weight, and the arms' totals had the newcomer joined."""


def _range(rows: Weighted) -> Fraction:
    return sum((weight * (max(totals) - min(totals)) for weight, totals in rows), Fraction())


def _variance(rows: Weighted) -> Fraction:
    return sum((weight * _variance_of(totals) for weight, totals in rows), Fraction())


def _sd(rows: Weighted) -> Decimal:
    with localcontext(Context(prec=_DIGITS)):
        return sum(map(_root, rows), Decimal()).quantize(_PLACES)


def _root(row: tuple[Fraction, Totals]) -> Decimal:
    weight, totals = row
    square = weight * weight * _variance_of(totals)
    return (Decimal(square.numerator) / Decimal(square.denominator)).sqrt()


def _variance_of(totals: Totals) -> Fraction:
    """Of a sample, as R has it."""
    mean = sum(totals, Fraction()) / len(totals)
    return sum(((total - mean) ** 2 for total in totals), Fraction()) / (len(totals) - 1)


MEASURES: Final[Mapping[str, Callable[[Weighted], Score]]] = {"range": _range, "sd": _sd, "variance": _variance}
"""How uneven totals are."""


def _chances(scores: Sequence[Score], p: Fraction) -> Chances:
    best = [score == min(scores) for score in scores]
    favoured, others = best.count(True), best.count(False)
    share = max(p, Fraction(favoured, len(scores)))
    each = share / favoured
    rest = (1 - share) / others if others else Fraction()
    unit = lcm(each.denominator, rest.denominator)
    chances = [int((each if is_best else rest) * unit) for is_best in best]
    return tuple(chance // gcd(*chances) for chance in chances)
