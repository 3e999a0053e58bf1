"""Everything that is computed of a method for a plan: once for each length of list that the plan has."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from compliance.design.balance import OnTheWay, expected, imbalance, on_the_way
from compliance.design.guessing import Guesses, Totals, baseline, guesses
from compliance.design.inferring import Inferred, inferred
from compliance.design.plan import chance_any_misses, chance_of_missing, chance_strata_fill, planned_totals
from compliance.design.proposal import Choice, Proposal, listing


class Properties(NamedTuple):
    """A method's properties for lists of one length."""

    cap: int
    strata: tuple[str, ...]
    """Whose lists have this length."""
    guesses: Guesses
    inferred: Inferred | None
    """None where the exact guesser would hold too many beliefs."""
    on_the_way: OnTheWay
    final_imbalance: Fraction
    """Expected."""
    final_square: Fraction
    """The expected square of the final imbalance."""
    planned: Totals | None
    missing: Fraction

    @property
    def best_guess(self) -> Fraction:
        """Right by the best guesser whose share is known: who infers hidden choices, else who sees them."""
        return self.inferred.correct if self.inferred else self.guesses.by_sight

    @property
    def certain(self) -> Fraction:
        """Slots certain to that guesser."""
        return self.inferred.certain if self.inferred else self.guesses.certain_by_sight


class Evaluated(NamedTuple):
    """A method's properties for all lists of a plan."""

    choice: Choice
    lists: tuple[Properties, ...]
    any_misses: Fraction
    """How likely at least one stratum, when full, has other totals than planned."""

    def overall(self, value: Mapping[int, Fraction]) -> Fraction:
        """The mean of a share over all slots of all lists; given by length of list."""
        slots = {own.cap: own.cap * len(own.strata) for own in self.lists}
        return sum((value[cap] * count for cap, count in slots.items()), Fraction()) / sum(slots.values())

    @property
    def best_guess(self) -> Fraction:
        """Right by the best guesser, over all slots."""
        return self.overall({own.cap: own.best_guess for own in self.lists})

    @property
    def certain(self) -> Fraction:
        """Slots certain to that guesser, of all slots."""
        return self.overall({own.cap: own.certain for own in self.lists})

    @property
    def is_inferred(self) -> bool:
        """Whether the best guesser infers the hidden choices, on every list."""
        return all(own.inferred for own in self.lists)


class Evaluation(NamedTuple):
    """The answer to a proposal."""

    proposal: Proposal
    baseline: Fraction
    designs: tuple[Evaluated, ...]
    strata_fill: Fraction | None
    """How likely arrivals fill all strata with nobody turned away; None where shares are unknown."""


def evaluated(proposal: Proposal) -> Evaluation:
    """Evaluate every method of a proposal; InvalidInputError where one cannot be."""
    shares = proposal.shares
    return Evaluation(
        proposal,
        baseline(proposal.ratio),
        tuple(_evaluated(proposal, choice) for choice in proposal.methods),
        None if shares is None else chance_strata_fill(proposal.caps, shares),
    )


def _evaluated(proposal: Proposal, choice: Choice) -> Evaluated:
    lists = {cap: _properties(proposal, choice, cap) for cap in dict.fromkeys(proposal.caps)}
    return Evaluated(choice, tuple(lists.values()), chance_any_misses([lists[cap].missing for cap in proposal.caps]))


def _properties(proposal: Proposal, choice: Choice, cap: int) -> Properties:
    method, ratio = listing(choice, proposal.ratio), proposal.ratio
    found = guesses(method, cap)
    return Properties(
        cap=cap,
        strata=tuple(stratum.code for stratum in proposal.strata if stratum.cap == cap),
        guesses=found,
        inferred=inferred(method, cap),
        on_the_way=on_the_way(method, cap),
        final_imbalance=expected(found.ends, lambda totals: imbalance(totals, ratio)),
        final_square=expected(found.ends, lambda totals: imbalance(totals, ratio) ** 2),
        planned=planned_totals(ratio, cap),
        missing=chance_of_missing(found.ends, ratio, cap),
    )
