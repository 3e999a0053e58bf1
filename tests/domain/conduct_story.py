"""Where tests of what follows the allocation start: an allocated participant, a dose, a visit."""

from typing import Literal

from domain.participant.conduct import ChangeFollowUp, ChangeTreatmentState, RecordTreatment, RecordVisit
from tests.domain.harness import World
from tests.domain.story import allocated, open_trial

DOSE = RecordTreatment(participant="001", dose=1)
V2 = RecordVisit(participant="001", visit="V2")


def in_trial() -> World:
    """Participant 001, allocated on 3 March; a week later."""
    world = open_trial().at("2027-03-03T09:00")
    allocated(world)
    return world.at("2027-03-10T09:00")


def treating(state: Literal["on", "interrupted", "stopped", "completed"]) -> ChangeTreatmentState:
    return ChangeTreatmentState(participant="001", state=state)


def following(state: Literal["completed", "left", "lost", "found_again"]) -> ChangeFollowUp:
    return ChangeFollowUp(participant="001", state=state)
