"""The written policy on signatures, version by version."""

from typing import Self

import msgspec

from domain.aggregate import Aggregate
from domain.people.facts import PolicyIssued
from domain.record import Entry


class Policy(Aggregate):
    """The version in force and all versions before it."""

    versions: tuple[str, ...]

    @classmethod
    def start(cls) -> Self:
        """No policy yet."""
        return cls(version=0, versions=())

    def after(self, entry: Entry) -> Self:
        """The policy after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case PolicyIssued(version=issued):
                return msgspec.structs.replace(new, versions=(*self.versions, issued))
            case _:
                return new

    @property
    def in_force(self) -> str | None:
        """The version that has to be acknowledged before anything is signed."""
        return self.versions[-1] if self.versions else None
