"""Facts about deviations."""

from typing import Literal
from uuid import UUID

from domain.catalogue import Retention, recorded_as
from domain.fields import Open, Prose1024, TrialTeam
from domain.record import Fact
from domain.values import Code


@recorded_as("deviation.recorded.v1", retention=Retention.PARTICIPANT_RECORD, predicate="ICH E6(R3) 2.5.2")
class DeviationRecorded(Fact):
    """A rule was broken: which, by what, found by a rule of the product or by a person."""

    about: Open[tuple[UUID, ...]]
    description: Prose1024[TrialTeam] | None
    deviation: Open[Code]
    found: Open[Literal["rule", "person"]]
    important: Open[bool]
    participant: Open[Code | None]
    rule: Open[Code]
    site: Open[Code | None]


@recorded_as("deviation.graded.v1", retention=Retention.PARTICIPANT_RECORD, predicate="ICH E6(R3) 3.9.3")
class DeviationGraded(Fact):
    """How important it is, for safety or rights, and for the data."""

    affects_data: Open[bool]
    affects_safety: Open[bool]
    important: Open[bool]


@recorded_as("deviation.closed.v1", retention=Retention.PARTICIPANT_RECORD, predicate="ICH E6(R3) 3.9.3")
class DeviationClosed(Fact):
    """What had to be done about it is done."""

    action: Prose1024[TrialTeam]
