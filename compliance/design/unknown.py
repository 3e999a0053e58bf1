"""What an evaluation does not know, said beside what it computed."""

from typing import Final

from compliance.design.proposal import Proposal

NO_POWER: Final = "power: not derivable from the record"
NO_TEST: Final = "power: not computed; an endpoint and an effect are given, but not how they are tested"
NO_SHAM: Final = "operator and participant cannot be masked without a sham: masked roles assessor, statistician"
SHAM_UNKNOWN: Final = "masked roles: not known, as nothing is said of what the control looks like"
LIMITS: Final = (
    "The guesses are those of somebody who sees the arms of earlier participants of the same list; what is seen at "
    "the bedside or said outside the software is not in them."
)


def not_known(proposal: Proposal) -> tuple[str, ...]:
    """The sentences that stand on every answer to a proposal."""
    power = NO_TEST if proposal.endpoint and proposal.effect else NO_POWER
    masking = {None: (SHAM_UNKNOWN,), False: (NO_SHAM,), True: ()}[proposal.sham]
    return (power, *masking, LIMITS)
