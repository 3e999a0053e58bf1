"""A deviation as its stream tells it: whom it concerns, how important it is, whether it is done with."""

from typing import Self

import msgspec

from domain.aggregate import Aggregate
from domain.deviation.facts import DeviationClosed, DeviationGraded, DeviationRecorded
from domain.record import Entry


class Deviation(Aggregate):
    """One broken rule."""

    rule: str
    participant: str | None
    site: str | None
    important: bool
    graded: bool
    closed: bool

    @classmethod
    def start(cls) -> Self:
        """Nothing recorded yet."""
        return cls(version=0, rule="", participant=None, site=None, important=False, graded=False, closed=False)

    def after(self, entry: Entry) -> Self:
        """The deviation after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case DeviationRecorded() as fact:
                return msgspec.structs.replace(
                    new, rule=fact.rule, participant=fact.participant, site=fact.site, important=fact.important
                )
            case DeviationGraded(important=important):
                return msgspec.structs.replace(new, important=important, graded=True)
            case DeviationClosed():
                return msgspec.structs.replace(new, closed=True)
            case _:
                return new

    @property
    def recorded(self) -> bool:
        """A rule is named: the deviation stands."""
        return self.rule != ""
