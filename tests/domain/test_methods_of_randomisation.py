"""Every method of randomisation: what it promises of chances, replay and the names of arms, and what it refuses."""

import json
from collections import Counter
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.allocation.facts import ListedArm, ListSealed, Parameter
from domain.allocation.slots import contents
from domain.errors import InvalidInputError
from domain.randomisation.method import ListMethod, Method, picked
from domain.randomisation.methods import METHODS, method_of
from domain.randomisation.rand_v1 import Stream

EXAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "published_worked_examples.json").read_bytes()
)
EQUAL: Final = {"big_stick", "biased_coin", "biased_coin_with_tolerance"}
NAMES = st.lists(st.text(min_size=1, max_size=12), min_size=6, max_size=6, unique=True)
seeds = st.binary(min_size=32, max_size=32)


def whole(least: int = 1, most: int = 5) -> st.SearchStrategy[tuple[str, ...]]:
    return st.integers(least, most).map(lambda number: (str(number),))


def probability(numerator: int = 51) -> st.SearchStrategy[tuple[str, ...]]:
    return st.integers(numerator, 99).map(lambda hundredths: (f"{hundredths}/100",))


@st.composite
def designs(draw: st.DrawFn) -> tuple[str, tuple[int, ...], dict[str, tuple[str, ...]]]:
    """Any method that lists, set to any design that it keeps."""
    name = draw(st.sampled_from(sorted(name for name, kind in METHODS.items() if kind.LISTED)))
    shares = st.lists(st.integers(1, 4), min_size=2, max_size=5)
    ratio = (1, 1) if name in EQUAL else tuple(draw(shares))
    if name == "wei_urn":
        ratio = (1,) * len(ratio)
    multiple = st.integers(1, 3).map(lambda times: str(times * sum(ratio)))
    strategies: dict[str, dict[str, st.SearchStrategy[tuple[str, ...]]]] = {
        "simple": {},
        "permuted_blocks": {"sizes": st.lists(multiple, min_size=1, max_size=3).map(tuple)},
        "shuffled_block_sizes": {"sizes": st.lists(multiple, min_size=1, max_size=3).map(tuple)},
        "random_allocation_rule": {"total": multiple.map(lambda size: (size,))},
        "block_urn": {"lambda": whole()},
        "big_stick": {"tolerance": whole()},
        "biased_coin": {"p": probability()},
        "biased_coin_with_tolerance": {"p": probability(50), "tolerance": whole()},
        "wei_urn": {"alpha": whole(0), "beta": whole()},
    }
    return name, ratio, {key: draw(values) for key, values in strategies[name].items()}


Design = tuple[str, tuple[int, ...], dict[str, tuple[str, ...]]]


def arms_of(ratio: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"arm-{number}" for number in range(len(ratio)))


def set_to(design: Design) -> ListMethod[Any]:
    name, ratio, parameters = design
    method = method_of(name, arms_of(ratio), ratio, parameters)
    assert isinstance(method, ListMethod)
    return method


def sealed(design: Design, seed: bytes, names: tuple[str, ...], length: int = 40) -> ListSealed:
    """A list as the vault holds it: seed, method and parameters, and never its slots."""
    name, ratio, parameters = design
    return ListSealed(
        arms=tuple(ListedArm(arm=arm, label=f"label of {arm}") for arm in names),
        first_leaf=1,
        length=length,
        list_id="q7",
        method=name,
        origin=None,
        parameters=tuple(Parameter(name=key, values=values) for key, values in parameters.items()),
        ratio=ratio,
        root="0" * 64,
        seed=seed,
        seed_commitment="0" * 64,
        site=None,
        slots=None,
        stratum="SLE",
        version=1,
    )


@given(design=designs(), seed=seeds)
def test_every_state_has_chances_that_sum_above_nothing_and_every_slot_had_one(design: Design, seed: bytes) -> None:
    method = set_to(design)

    states = {method.start()}
    for arm in method.drawn(Stream(seed, "T1", "list", "s"), 60):
        opened = {state for known in states for _, state in method.openings(known)}
        chances = {state: method.chances(state) for state in opened}
        assert all(len(each) == len(method.ratio) and min(each) >= 0 and sum(each) > 0 for each in chances.values())
        states = {method.after(state, arm) for state, each in chances.items() if each[arm]}
        assert states, "an arm was drawn that had no chance"


@given(design=designs(), seed=seeds, trial=st.sampled_from(["T1", "T2"]))
def test_i4_i5_a_list_replays_from_what_the_vault_holds_with_no_clock_and_no_chance(
    design: Design, seed: bytes, trial: str
) -> None:
    drawn = set_to(design).drawn(Stream(seed, trial, "list", "SLE"), 40)
    record = sealed(design, seed, arms_of(design[1]))

    with pytest.MonkeyPatch.context() as without:
        for source in ("time.time", "time.monotonic", "os.urandom", "secrets.token_bytes", "random.random"):
            without.setattr(source, forbidden)
        again, once_more = contents(record, trial), contents(record, trial)

    assert again == once_more == tuple(arms_of(design[1])[arm] for arm in drawn)


def forbidden(*_: object) -> None:
    raise AssertionError("a replay asked for time or chance")


@given(design=designs(), seed=seeds, names=NAMES)
def test_i23_other_names_for_the_arms_change_no_place_of_any_arm(design: Design, seed: bytes, names: list[str]) -> None:
    before, renamed = arms_of(design[1]), tuple(names[: len(design[1])])

    found = contents(sealed(design, seed, renamed), "T1")

    assert found == tuple(renamed[before.index(arm)] for arm in contents(sealed(design, seed, before), "T1"))


@given(design=designs(), seed=seeds)
def test_i3_no_slot_holds_an_arm_that_the_design_does_not_have(design: Design, seed: bytes) -> None:
    names = arms_of(design[1])

    assert set(contents(sealed(design, seed, names), "T1")) <= set(names)


@given(seed=seeds, ratio=st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple), times=st.integers(1, 4))
def test_i6_the_random_allocation_rule_is_exact_at_its_total_and_goes_on_with_another_block(
    seed: bytes, ratio: tuple[int, ...], times: int
) -> None:
    total = sum(ratio) * times

    found = set_to(("random_allocation_rule", ratio, {"total": (str(total),)})).drawn(
        Stream(seed, "T1", "s"), 3 * total
    )

    exact = {arm: share * times for arm, share in enumerate(ratio)}
    assert [Counter(found[start:end]) for start, end in pairwise(range(0, 3 * total + 1, total))] == [exact] * 3


@given(seed=seeds, ratio=st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple), sets=st.integers(1, 4))
def test_the_block_urn_never_drifts_further_than_its_sets(seed: bytes, ratio: tuple[int, ...], sets: int) -> None:
    found = set_to(("block_urn", ratio, {"lambda": (str(sets),)})).drawn(Stream(seed, "T1", "s"), 80)

    for end in range(81):
        counts = Counter(found[:end])
        rounds = min(counts[arm] // share for arm, share in enumerate(ratio))
        assert all(counts[arm] <= (rounds + sets) * share for arm, share in enumerate(ratio))


@given(seed=seeds, tolerance=st.integers(1, 5), p=st.integers(50, 99), name=st.sampled_from(["", "coin"]))
def test_no_arm_leads_by_more_than_the_tolerance(seed: bytes, tolerance: int, p: int, name: str) -> None:
    parameters: dict[str, tuple[str, ...]] = {"tolerance": (str(tolerance),)}
    design = ("biased_coin_with_tolerance", {**parameters, "p": (f"{p}/100",)}) if name else ("big_stick", parameters)

    found = set_to((design[0], (1, 1), design[1])).drawn(Stream(seed, "T1", "s"), 80)

    leads = list(accumulate((1, -1)[arm] for arm in found))
    assert max(map(abs, leads)) <= tolerance


def test_the_published_urn_gives_its_probabilities_and_its_sequence() -> None:
    example = EXAMPLES["block_urn_PMC3206733_table1"]
    method = set_to(("block_urn", (1, 1), {"lambda": (str(example["block_size"] // 2),)}))

    state, sequence, probabilities = method.start(), "", list[Fraction]()
    for uniform in example["U"]:
        chances = method.chances(state)
        probabilities.append(Fraction(chances[0], sum(chances)))
        arm = int(uniform >= probabilities[-1])
        state, sequence = method.after(state, arm), sequence + "AB"[arm]

    assert [float(p) for p in probabilities] == example["p_A"]
    assert sequence == example["sequence"]


def test_complete_randomisation_has_the_chances_of_the_ratio_whatever_came_before() -> None:
    method = set_to(("simple", (3, 2, 1), {}))

    assert method.chances(method.after(method.start(), 0)) == method.chances(method.start()) == (3, 2, 1)


def test_i5_a_slot_that_is_certain_uses_no_word_of_the_stream() -> None:
    asked: list[int] = []

    class Counting(Stream):
        def below(self, bound: int) -> int:
            asked.append(bound)
            return 0

    found = set_to(("big_stick", (1, 1), {"tolerance": ("1",)})).drawn(Counting(bytes(32), "T1"), 6)

    assert found == (0, 1, 0, 1, 0, 1)
    assert asked == [2, 2, 2]


def test_the_biased_coin_favours_the_arm_that_is_behind_with_its_probability() -> None:
    method = set_to(("biased_coin", (1, 1), {"p": ("2/3",)}))

    assert [method.chances(lead) for lead in (-5, -1, 0, 1, 5)] == [(2, 1), (2, 1), (1, 1), (1, 2), (1, 2)]


def test_weis_urn_adds_balls_of_the_other_arms() -> None:
    method = set_to(("wei_urn", (1, 1, 1), {"alpha": ("1",), "beta": ("2",)}))
    empty = set_to(("wei_urn", (1, 1), {"alpha": ("0",), "beta": ("1",)}))

    assert [method.chances(state) for state in ((0, 0, 0), (1, 0, 0), (2, 1, 0))] == [(1, 1, 1), (1, 3, 3), (3, 5, 7)]
    assert [empty.chances(state) for state in ((0, 0), (1, 0))] == [(1, 1), (0, 1)]


def test_blocks_may_begin_with_each_of_their_sizes() -> None:
    method = set_to(("permuted_blocks", (2, 1), {"sizes": ("3", "6")}))

    assert method.openings(method.start()) == ((1, (2, 1)), (1, (4, 2)))
    assert method.openings((1, 1)) == ((1, (1, 1)),)
    assert method.chances((1, 1)) == (1, 1)


# --- what is drawn agrees with the chances, and a wrong draw would be found -------------------------------------------


def chi_square(drawn: Counter[tuple[int, ...]], expected: dict[tuple[int, ...], Fraction], trials: int) -> float:
    """Far from what the chances say: 60 or more for tables as small as these."""
    return float(sum((drawn[row] - trials * p) ** 2 / (trials * p) for row, p in expected.items()))


def by_enumeration(method: ListMethod[Any], length: int) -> dict[tuple[int, ...], Fraction]:
    """The probability of every possible beginning of a list."""
    known: dict[tuple[tuple[int, ...], Any], Fraction] = {((), method.start()): Fraction(1)}
    for _ in range(length):
        following: dict[tuple[tuple[int, ...], Any], Fraction] = {}
        for (row, state), p in known.items():
            openings = method.openings(state)
            for weight, opened in openings:
                chances = method.chances(opened)
                for arm, chance in enumerate(chances):
                    at = ((*row, arm), method.after(opened, arm))
                    share = Fraction(weight * chance, sum(w for w, _ in openings) * sum(chances))
                    following[at] = (
                        following.get(at, Fraction()) + p * share if share else following.get(at, Fraction())
                    )
        known = {at: p for at, p in following.items() if p}
    rows: dict[tuple[int, ...], Fraction] = {}
    for (row, _), p in known.items():
        rows[row] = rows.get(row, Fraction()) + p
    return rows


DRAWN: Final[tuple[Design, ...]] = (
    ("simple", (2, 1), {}),
    ("permuted_blocks", (2, 1), {"sizes": ("3", "6")}),
    ("random_allocation_rule", (1, 1), {"total": ("6",)}),
    ("block_urn", (2, 1), {"lambda": ("2",)}),
    ("big_stick", (1, 1), {"tolerance": ("2",)}),
    ("biased_coin", (1, 1), {"p": ("2/3",)}),
    ("biased_coin_with_tolerance", (1, 1), {"p": ("3/4",), "tolerance": ("3",)}),
    ("wei_urn", (1, 1, 1), {"alpha": ("1",), "beta": ("1",)}),
)
TRIALS: Final = 3000
LENGTH: Final = 4


def drawn_lists(method: ListMethod[Any]) -> Counter[tuple[int, ...]]:
    return Counter(method.drawn(Stream(bytes(32), "T1", "chi", str(one)), LENGTH) for one in range(TRIALS))


@pytest.mark.parametrize("design", DRAWN, ids=lambda design: design[0])
def test_lists_come_up_as_often_as_their_chances_say(design: Design) -> None:
    method = set_to(design)
    expected = by_enumeration(method, LENGTH)
    drawn = drawn_lists(method)

    assert sum(expected.values()) == 1
    assert drawn.keys() <= expected.keys()
    assert chi_square(drawn, expected, TRIALS) < 3 * len(expected) + 10  # the seeds are fixed


class Favouring(Stream):
    """Draws of which a fifth always gives the first: what a broken stream might do unseen."""

    def below(self, bound: int) -> int:
        return super().below(bound) if super().below(5) else 0


@pytest.mark.parametrize("design", [DRAWN[0], DRAWN[2], DRAWN[5]], ids=lambda design: design[0])
def test_a_stream_that_favours_an_arm_is_found_by_the_same_measure(design: Design) -> None:
    method = set_to(design)
    expected = by_enumeration(method, LENGTH)
    drawn = Counter(method.drawn(Favouring(bytes(32), "T1", "chi", str(one)), LENGTH) for one in range(TRIALS))

    assert chi_square(drawn, expected, TRIALS) > 3 * len(expected) + 10


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "ratio", "parameters", "field", "reason"),
    [
        ("response_adaptive", (1, 1), {}, "method", "no such method"),
        ("simple", (1, 1), {"sizes": ("4",)}, "parameters", "it has none"),
        ("simple", (1,), {}, "arms", "at least two arms"),
        ("simple", (2, 0), {}, "ratio", "whole number from 1"),
        ("permuted_blocks", (2, 1), {}, "sizes", "whole numbers from 1"),
        ("permuted_blocks", (2, 1), {"sizes": ()}, "sizes", "whole numbers from 1"),
        ("permuted_blocks", (2, 1), {"sizes": ("3", "7")}, "sizes", "not a multiple"),
        ("permuted_blocks", (2, 1), {"sizes": ("0",)}, "sizes", "whole numbers from 1"),
        ("permuted_blocks", (2, 1), {"sizes": ("-3",)}, "sizes", "whole numbers from 1"),
        ("permuted_blocks", (2, 1), {"sizes": ("777777",)}, "sizes", "at most five digits"),
        (
            "permuted_blocks",
            (2, 1),
            {"sizes": ("3",), "reject_runs": ("7",)},
            "parameters",
            "no parameter of that name",
        ),
        ("random_allocation_rule", (2, 1), {"total": ("7",)}, "total", "not a multiple"),
        ("random_allocation_rule", (2, 1), {"total": ("3", "6")}, "total", "one value"),
        ("block_urn", (2, 1), {"lambda": ("0",)}, "lambda", "whole numbers from 1"),
        ("block_urn", (2, 1), {"lambda": ("2", "3")}, "lambda", "one value"),
        ("block_urn", (2, 1), {"lambda": ("\u0663",)}, "lambda", "whole numbers from 1"),
        ("big_stick", (2, 1), {"tolerance": ("3",)}, "ratio", "equal shares"),
        ("big_stick", (1, 1, 1), {"tolerance": ("3",)}, "ratio", "two arms"),
        ("big_stick", (1, 1), {"tolerance": ("0",)}, "tolerance", "whole numbers from 1"),
        ("big_stick", (1, 1), {"limit": ("3",)}, "parameters", "it has tolerance"),
        ("biased_coin", (2, 1), {"p": ("2/3",)}, "ratio", "equal shares"),
        ("biased_coin", (1, 1), {"p": ("1/2",)}, "p", "neither fair nor certain"),
        ("biased_coin", (1, 1), {"p": ("7/7",)}, "p", "neither fair nor certain"),
        ("biased_coin", (1, 1), {"p": ("0.7",)}, "p", "fractions"),
        ("biased_coin", (1, 1), {"p": ("2/0",)}, "p", "fractions"),
        ("biased_coin", (1, 1), {"p": ("0",)}, "p", "above nothing"),
        ("biased_coin", (1, 1), {"p": ("2/3", "3/4")}, "p", "one value"),
        ("biased_coin_with_tolerance", (1, 1), {"p": ("1",), "tolerance": ("3",)}, "p", "below one"),
        ("biased_coin_with_tolerance", (1, 1), {"p": ("1/7",), "tolerance": ("3",)}, "p", "at least a half"),
        ("biased_coin_with_tolerance", (1, 2), {"p": ("2/3",), "tolerance": ("3",)}, "ratio", "equal shares"),
        ("wei_urn", (2, 1), {"alpha": ("1",), "beta": ("1",)}, "ratio", "equal shares"),
        ("wei_urn", (1, 1), {"alpha": ("1",), "beta": ("0",)}, "beta", "whole numbers from 1"),
        ("wei_urn", (1, 1), {"alpha": ("-7",), "beta": ("1",)}, "alpha", "whole numbers from 0"),
    ],
)
def test_a_design_that_a_method_cannot_keep_is_refused_with_the_reason_and_no_figure(
    method: str, ratio: tuple[int, ...], parameters: dict[str, tuple[str, ...]], field: str, reason: str
) -> None:
    with pytest.raises(InvalidInputError, match=reason) as refused:
        method_of(method, arms_of(ratio), ratio, parameters)

    assert (refused.value.code, refused.value.field) == (f"randomisation_{field}", field)
    assert "7" not in str(refused.value)


@pytest.mark.parametrize(
    ("arms", "ratio", "field", "reason"),
    [
        (("a", "a"), (1, 1), "arms", "named twice"),
        ((), (), "arms", "at least two arms"),
        (("a", "b"), (2, 1, 1), "ratio", "one share for each arm"),
        (("a", "b"), (2,), "ratio", "one share for each arm"),
    ],
)
def test_arms_and_ratio_that_do_not_fit_are_refused(
    arms: tuple[str, ...], ratio: tuple[int, ...], field: str, reason: str
) -> None:
    with pytest.raises(InvalidInputError, match=reason) as refused:
        method_of("simple", arms, ratio, {})

    assert refused.value.field == field


def test_a_method_answers_for_itself_in_full() -> None:
    bare = ListMethod[Any]((1, 1))

    for unanswered in (bare.start, lambda: bare.chances(()), lambda: bare.after((), 0), lambda: Method.of((1, 1), {})):
        with pytest.raises(NotImplementedError):
            unanswered()
    with pytest.raises(AssertionError, match="below the sum"):
        picked(2, (1, 1))


def test_a_list_does_not_show_itself_in_a_log_or_a_trace() -> None:
    record = sealed(DRAWN[0], bytes(32), ("a", "b"))

    assert f"{record!r} {record}" == "ListSealed(concealed) ListSealed(concealed)"
