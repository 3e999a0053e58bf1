import gc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.persistent import PersistentList, PersistentMap

KEYS = st.sampled_from("abcd")


def test_an_older_version_still_shows_what_it_showed() -> None:
    first = PersistentMap[str, int]().put("a", 1)
    second = first.put("a", 2).put("b", 3)

    assert dict(second) == {"a": 2, "b": 3}
    assert dict(first) == {"a": 1}
    assert (first["a"], first.get("b"), len(first), "b" in first) == (1, None, 1, False)


def test_a_missing_key_is_missing_in_new_and_old_versions() -> None:
    older = PersistentMap[str, int]().put("a", 1)
    older.put("b", 2)

    with pytest.raises(KeyError, match="b"):
        older["b"]
    assert older.get("b", 7) == 7


def test_keys_stand_in_the_order_of_their_first_value() -> None:
    older = PersistentMap[str, int]().put("b", 1).put("a", 2)
    newer = older.put("b", 3).put("c", 4)

    assert list(newer) == ["b", "a", "c"]
    assert list(older.items()) == [("b", 1), ("a", 2)]


@given(steps=st.lists(st.tuples(KEYS, st.integers(0, 9))), ask=st.lists(st.integers(0, 20)))
def test_every_version_of_a_map_equals_a_copied_dictionary(steps: list[tuple[str, int]], ask: list[int]) -> None:
    versions, copies = [PersistentMap[str, int]()], [dict[str, int]()]
    for key, value in steps:
        versions.append(versions[-1].put(key, value))
        copies.append(copies[-1] | {key: value})

    order = [number % len(versions) for number in ask]
    assert [list(versions[number].items()) for number in order] == [list(copies[number].items()) for number in order]
    assert [len(version) for version in versions] == [len(copy) for copy in copies]


def test_two_versions_can_grow_from_one() -> None:
    fork = PersistentMap[str, int]().put("a", 1)

    left, right = fork.put("a", 2), fork.put("b", 3)

    assert (dict(left), dict(right), dict(fork)) == ({"a": 2}, {"a": 1, "b": 3}, {"a": 1})


class GrownDuringTheCopy(dict[str, int]):
    """Stands for another thread, which folds on at the very moment when an older version is being copied."""

    newest: PersistentMap[str, int] | None = None

    def copy(self) -> dict[str, int]:
        newest, self.newest = self.newest, None
        if newest is not None:
            newest.put("late", 9)
        return dict(self)


def test_an_older_version_reads_the_same_while_the_newest_grows() -> None:
    held = GrownDuringTheCopy(a=1)
    older = PersistentMap(held)
    newest = older.put("a", 2)
    held.newest = newest

    assert dict(older) == {"a": 1}
    assert dict(newest) == {"a": 2}


def test_a_long_way_on_is_let_go_without_harm() -> None:
    kept = PersistentMap[int, int]().put(0, 0)
    newest = kept
    for number in range(50_000):
        newest = newest.put(number % 10, number)

    del kept

    assert newest[9] == 49_999


def test_a_kept_start_holds_nothing_back() -> None:
    start = PersistentMap[str, int]()

    newer = start.put("a", 1)

    assert not any(newer in gc.get_referents(held) for held in gc.get_referents(start))
    assert newer not in gc.get_referents(start)


def test_an_older_list_sees_its_own_part() -> None:
    first = PersistentList[int]().add(1)
    second = first.add(2)
    other = first.add(3)

    assert (list(first), list(second), list(other)) == ([1], [1, 2], [1, 3])
    assert (len(second), second[0], second[-1], list(second[1:])) == (2, 1, 2, [2])
    assert list(first[:5]) == [1]


def test_a_list_refuses_an_index_that_only_a_later_version_has() -> None:
    first = PersistentList[int]().add(1)
    first.add(2)

    with pytest.raises(IndexError):
        first[1]


@given(values=st.lists(st.integers()), forks=st.lists(st.integers(0, 9), max_size=5))
def test_every_version_of_a_list_equals_a_copied_list(values: list[int], forks: list[int]) -> None:
    versions = [PersistentList[int]()]
    for value in values:
        versions.append(versions[-1].add(value))
    for fork in forks:
        versions[fork % len(versions)].add(-1)

    assert [list(version) for version in versions] == [values[:count] for count in range(len(values) + 1)]


def test_collections_compare_by_what_they_show() -> None:
    one, other = PersistentList[int]().add(1), PersistentList[int]().add(1)

    assert one == other
    assert one != other.add(2)
    assert one != [1]
    assert PersistentMap[str, int]().put("a", 1) == {"a": 1}


@pytest.mark.parametrize(
    ("collection", "said"),
    [(PersistentMap[str, int]().put("a", 1), "PersistentMap({'a': 1})"), (PersistentList[int](), "PersistentList([])")],
)
def test_collections_say_what_they_hold(collection: Any, said: str) -> None:
    assert repr(collection) == said


def test_a_list_can_be_read_while_it_grows() -> None:
    older = PersistentList[int]().add(1).add(2)
    reading: Iterator[int] = iter(older)

    next(reading)
    older.add(3)

    assert list(reading) == [2]
