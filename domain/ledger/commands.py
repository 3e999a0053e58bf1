"""Corrections: made by whose record it is, proposed by everybody else; what was written stays as written."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain import streams
from domain.adverse_event.facts import AdverseEventReported
from domain.command import Decided, Given, Room, command
from domain.corrections import CHAIN, FIXED
from domain.deviation.facts import DeviationRecorded
from domain.deviation.found import found
from domain.ledger.base import RecordCommand, RecordStream
from domain.ledger.change import JsonGiven, Pointer, change, is_present
from domain.ledger.facts import CorrectionDeclined, CorrectionProposed, RecordCorrected, RecordVoided
from domain.participant.facts import ScreeningOpened
from domain.participant.judged_again import newly_broken
from domain.protocol.protocol import Protocol
from domain.record import Entry, Fact
from domain.refusals import not_in_order
from domain.site.facts import SiteRegistered
from domain.site.site import Site

NEVER_VOIDED: Final = (
    FIXED | CHAIN | frozenset[type[Fact]]((AdverseEventReported, DeviationRecorded, ScreeningOpened, SiteRegistered))
)
"""Facts that stand: signatures and disclosures, a record's own first entry, and corrections themselves."""


class ChangingCommand(RecordCommand):
    """A command after which an entry counts differently."""

    target: UUID

    def with_findings(self, given: Given, room: Room, main: Decided, after: Sequence[Entry]) -> tuple[Decided, ...]:
        """The change, and a deviation for everything that the record breaks only now; no decision changes."""
        number, site = self.number(room), self.concerned_site(room)
        if not self.stream.startswith("participant/") or site is None:
            return (main,)
        protocol = room.get(Protocol, streams.protocol(given.trial))
        at = room.get(Site, streams.site(given.trial, site))
        return (
            main,
            *(
                found(given, finding.rule, participant=number, site=site, about=(finding.about, main.event_id))
                for finding in newly_broken(self.entries(room), after, protocol, at)
            ),
        )


@command("correct_record", needs_reason=True)
class CorrectRecord(ChangingCommand):
    """Correct one value of an earlier entry; the entry stays as written and shows the correction.

    `old` is the value as it stands (of a sealed text its commitment is enough), `new` the right one (of a
    sealed text the new words, which are sealed as the old ones were).
    """

    new: JsonGiven
    old: JsonGiven
    pointer: Pointer
    proposal: UUID | None = None

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse what is never corrected, a value that has changed meanwhile, and a change of nothing."""
        entry = self.entry(room, self.target)
        self.not_locked(given, room)
        self._answers_proposal(room)
        if not is_present(entry, self.pointer, self.old):
            raise not_in_order(
                "stale_value",
                "The value is not, or no longer, what the correction says it was.",
                "Look at the present value with `trialproof show`, and correct that.",
                rule="a-correction-names-the-present-value",
            )
        changed = change(given, entry, self.pointer, self.new)
        fact = RecordCorrected(
            new=changed.new,
            old=changed.old,
            pointer=self.pointer,
            proposal=self.proposal,
            target=self.target,
            target_position=entry.frame.position,
        )
        after = [changed.entry if other is entry else other for other in self.entries(room)]
        return self.with_findings(given, room, self.in_own_stream(given, fact), after)

    def _answers_proposal(self, room: Room) -> None:
        if self.proposal is None:
            return
        proposed = self.open_proposal(room, self.proposal)
        if (proposed.target, proposed.pointer) != (self.target, self.pointer):
            raise not_in_order(
                "other_proposal",
                "The proposal is about another value.",
                "Correct the value that was proposed, or leave the proposal out.",
                rule="answer-needs-an-open-proposal",
            )


@command("void_record", needs_reason=True)
class VoidRecord(ChangingCommand):
    """Say that an earlier entry never held, such as one under the wrong participant; it stays visible there.

    `recorded_instead_in` names the record under which it stands rightly.
    """

    recorded_instead_in: RecordStream | None = None

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the record that holds it rightly."""
        instead = self._instead(room.trial)
        return super().streams(room) if instead is None else (*super().streams(room), instead)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse what stands for ever, and a link to nothing."""
        entry = self.entry(room, self.target)
        self.not_locked(given, room)
        _voidable(entry)
        instead = self._instead(given.trial)
        if instead is not None and (instead == self.own_stream(given.trial) or not room.aggregates[instead].exists):
            raise not_in_order(
                "no_such_record",
                f"{self.recorded_instead_in} is no other record of this trial.",
                "Record the fact under the right one first, or leave the link out.",
                rule="a-void-links-to-the-right-record",
            )
        fact = RecordVoided(recorded_instead_in=instead, target=self.target, target_position=entry.frame.position)
        after = [other for other in self.entries(room) if other is not entry]
        return self.with_findings(given, room, self.in_own_stream(given, fact), after)

    def _instead(self, trial: str) -> str | None:
        instead = self.recorded_instead_in
        return None if instead is None else f"{streams.trial_ledger(trial)}/{instead}"


def _voidable(entry: Entry) -> None:
    fact: Fact = entry.fact
    kind = type(fact)
    if kind in NEVER_VOIDED or entry.body.source_kind == "derived":
        raise not_in_order(
            "not_voidable",
            f"{kind.__name__} stands: it is annotated, never voided.",
            "Follow a wrong correction with a better one; nullify a case; close a deviation; record the rest anew.",
            rule="what-stands-is-annotated",
        )


@command("propose_correction", needs_reason=True)
class ProposeCorrection(RecordCommand):
    """Propose a correction of a record that is not one's own; the site corrects it, or declines."""

    new: JsonGiven
    pointer: Pointer
    target: UUID

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse what is never corrected and a change of nothing; a lock does not stop a proposal."""
        entry = self.entry(room, self.target)
        changed = change(given, entry, self.pointer, self.new)
        fact = CorrectionProposed(
            new=changed.new, pointer=self.pointer, target=self.target, target_position=entry.frame.position
        )
        return (self.in_own_stream(given, fact),)


@command("decline_correction", needs_reason=True)
class DeclineCorrection(RecordCommand):
    """Keep the record as it is, against a proposal."""

    proposal: UUID

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse what was never proposed, or was answered."""
        self.open_proposal(room, self.proposal)
        return (self.in_own_stream(given, CorrectionDeclined(proposal=self.proposal)),)
