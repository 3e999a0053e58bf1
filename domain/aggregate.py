"""The base of aggregates: a frozen value whose `after(entry)` gives the next value."""

from typing import Self

import msgspec

from domain.record import Entry
from domain.values import Value


class Aggregate(Value):
    """The state of one stream, as its rules need it; it never raises on what has been recorded."""

    version: int

    @classmethod
    def start(cls) -> Self:
        """The state before the first entry."""
        raise NotImplementedError(cls.__name__)

    def after(self, entry: Entry) -> Self:
        """The state after one more entry."""
        raise NotImplementedError(entry.frame.type)

    def at_version(self, version: int) -> Self:
        """The same state, at the version that the stream has (an entry left out still counts)."""
        return self if self.version == version else msgspec.structs.replace(self, version=version)

    @property
    def exists(self) -> bool:
        """Something was recorded in the stream."""
        return self.version > 0
