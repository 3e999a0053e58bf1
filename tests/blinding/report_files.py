"""Every report that a reader may ask for, as the files that they get."""

from collections.abc import Iterator

from adapters.wiring import Store


def reports_for(store: Store, people: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    yield from ()
