"""Narratives reach blinded readers only after somebody unblinded has read them: what could tell the arm is taken out.

A narrative is sealed to safety readers from the moment it is written, and stays so. The review is for every
narrative and every arm alike, so that neither a review nor its absence tells anything.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain import streams
from domain.adverse_event.base import CaseCommand
from domain.adverse_event.facts import NarrativeReleased, NarrativeReviewed
from domain.command import Decided, Given, Room, command
from domain.fields import TrialTeam
from domain.input import Words16384
from domain.refusals import not_in_order


@command("release_narrative", safety=True)
class ReleaseNarrative(CaseCommand):
    """Release a narrative to blinded readers, in words that do not tell the arm; `of` is the entry that holds it.

    `masked` says whether anything was taken out. That alone could tell the arm, so it goes to the vault.
    """

    masked: Annotated[bool, Field(repr=False)]
    of: UUID
    text: Annotated[Words16384, Field(repr=False)]

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The case, entry by entry: one of them holds the narrative."""
        return (streams.adverse_event(room.trial, self.case),)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse what holds no narrative, and a second release: the first has been read by then."""
        self.known_case(room)
        entries = room.entries[streams.adverse_event(room.trial, self.case)]
        narrated = {entry.body.event_id for entry in entries if getattr(entry.fact, "narrative", None) is not None}
        if self.of not in narrated:
            raise not_in_order(
                "no_such_narrative",
                f"No entry of case {self.case} with that id holds a narrative.",
                "Look at the case with `trialproof show adverse-events`.",
                rule="narratives-are-released-from-their-entry",
            )
        if self.of in self._released(room):
            raise not_in_order(
                "already_released",
                "The narrative of that entry has been released already.",
                "What became known later stands in a follow-up of the case, with a narrative of its own.",
                rule="narratives-are-released-once",
            )
        released = NarrativeReleased(of=self.of, text=given.text(self.text, TrialTeam, 16384))
        told = given.fact(streams.adverse_event(given.trial, self.case), released)
        reviewed = NarrativeReviewed(masked=self.masked, of=self.of, release=told.event_id)
        return (told, given.fact(streams.narrative_review(given.trial, str(self.of)), reviewed))

    def _released(self, room: Room) -> set[UUID]:
        entries = room.entries[streams.adverse_event(room.trial, self.case)]
        return {entry.fact.of for entry in entries if isinstance(entry.fact, NarrativeReleased)}
