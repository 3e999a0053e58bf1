"""Collections that folds grow entry by entry: each change gives a new version, older ones stay as they were.

Copying a dictionary per entry would be quadratic. Here the newest version owns the one dictionary, and an older
one knows only what came next and what the changed key held before (Baker's trick). Growing the newest version
costs the same however large it is; an older version makes itself a copy when it is read or grown again.
So a state can be kept, compared and folded on twice, and a reader may go on reading an older version while
one thread folds: the way back is noted before the dictionary changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Generic, TypeVar, cast, final, overload

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")
ABSENT: Final[Any] = object()


@final
class PersistentMap(Mapping[K, V], Generic[K, V]):
    """A mapping in order of first insertion; `put` gives the next version."""

    __slots__ = ("_held", "_way_on")

    def __init__(self, held: dict[K, V] | None = None) -> None:
        self._held: dict[K, V] = {} if held is None else held
        self._way_on: tuple[PersistentMap[K, V], K, V] | None = None

    def put(self, key: K, value: V) -> "PersistentMap[K, V]":
        """The mapping with that value for that key."""
        held = self._held if self._way_on is None else self._own()
        if not held:  # an empty version needs no way on: a start that somebody keeps then holds nothing back
            return PersistentMap({key: value})
        newer = PersistentMap(held)
        before: Any = held.get(key, ABSENT)
        self._way_on = (newer, key, before)
        held[key] = value
        return newer

    @overload
    def get(self, key: K, default: None = None, /) -> V | None: ...
    @overload
    def get(self, key: K, default: V | D, /) -> V | D: ...
    def get(self, key: K, default: Any = None, /) -> Any:
        """The value of the key, or the default."""
        found = self._held.get(key, default)
        return found if self._way_on is None else self._own().get(key, default)

    def __getitem__(self, key: K) -> V:
        found: Any = self.get(key, ABSENT)
        if found is ABSENT:
            raise KeyError(key)
        return cast("V", found)

    def __iter__(self) -> Iterator[K]:
        keys = tuple(self._held)
        return iter(keys if self._way_on is None else tuple(self._own()))

    def __len__(self) -> int:
        size = len(self._held)
        return size if self._way_on is None else len(self._own())

    def __repr__(self) -> str:
        return f"PersistentMap({dict(self)!r})"

    def _own(self) -> dict[K, V]:
        """The dictionary of this version; an older one copies the newest and takes back what came since."""
        newest, since = self, list[tuple[K, V]]()
        held = newest._held
        while (step := newest._way_on) is not None:
            newest, key, before = step
            since.append((key, before))
            if newest._way_on is None:  # noqa: SLF001 (a version of the same map)
                held = newest._held.copy()  # noqa: SLF001 (the loop asks again: it may be grown during the copy)
        for key, before in reversed(since):
            if before is ABSENT:
                held.pop(key, None)
            else:
                held[key] = before
        self._held, self._way_on = held, None
        return held


@final
class PersistentList(Sequence[V], Generic[V]):
    """A list that only grows; `add` gives the next version, an older one sees its own part of the one list."""

    __slots__ = ("_held", "_size")

    def __init__(self) -> None:
        self._held: list[V] = []
        self._size = 0

    def add(self, value: V) -> "PersistentList[V]":
        """The list with one more item at its end."""
        newer: PersistentList[V] = PersistentList()
        if self._size:
            newer._held = self._held if len(self._held) == self._size else self._held[: self._size]
        newer._held.append(value)
        newer._size = self._size + 1
        return newer

    @overload
    def __getitem__(self, index: int) -> V: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[V]: ...
    def __getitem__(self, index: int | slice) -> V | Sequence[V]:
        if isinstance(index, slice):
            return self._held[: self._size][index]
        return self._held[range(self._size)[index]]

    def __iter__(self) -> Iterator[V]:
        return islice(self._held, self._size)

    def __len__(self) -> int:
        return self._size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PersistentList) and list(self) == list(cast("PersistentList[V]", other))

    __hash__ = None  # type: ignore[assignment]  # like every list

    def __repr__(self) -> str:
        return f"PersistentList({list(self)!r})"
