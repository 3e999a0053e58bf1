"""Before the lock, still blind: the analysis plan, who is left out of which analysis set, and that all is decided."""

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.fields import TrialTeam
from domain.input import Code, Digest, Reference, Words1024
from domain.participant.base import ParticipantCommand
from domain.refusals import not_in_order
from domain.release.facts import AnalysisPlanRecorded, AnalysisSet, AnalysisSetsFixed, ExclusionDecided
from domain.release.state import AnalysisPlan, AnalysisSets, Reveal
from domain.signature.permission import refuse_unsigned, signed_acts
from domain.trial.commands import TrialCommand


@command("record_analysis_plan")
class RecordAnalysisPlan(TrialCommand):
    """Record a version of the statistical analysis plan by the SHA-256 of its document."""

    digest: Digest
    reference: Reference
    version: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the versions before."""
        return (*super().streams(room), streams.analysis_plan(room.trial))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a version that is there already: what was signed is not replaced."""
        self.trial(room)
        plan = room.get(AnalysisPlan, streams.analysis_plan(given.trial))
        if self.version in {one.version for one in plan.versions}:
            raise not_in_order(
                "plan_version_exists",
                f"Version {self.version} of the analysis plan is recorded already.",
                "Give an amended plan a version of its own.",
                rule="plan-versions-stay",
            )
        fact = AnalysisPlanRecorded(digest=self.digest, reference=self.reference, version=self.version)
        return (given.fact(streams.analysis_plan(given.trial), fact),)


@command("exclude_from_analysis_set")
class ExcludeFromAnalysisSet(ParticipantCommand):
    """Decide, blind and before the lock, that a participant is left out of an analysis set."""

    analysis_set: AnalysisSet
    rationale: Words1024

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the sets, and whether the arms are known."""
        return (*super().streams(room), streams.analysis_sets(room.trial), streams.reveal(room.trial))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse the intention-to-treat set, whoever was not allocated, twice, and once data or arms are fixed."""
        own, trial = self.known(room), self.trial(room)
        if self.analysis_set == "intention_to_treat":
            raise not_in_order(
                "everybody_counts",
                "Nobody is left out of the intention-to-treat set: everybody counts as allocated.",
                "Decide on another set, or record a deviation.",
                rule="intention-to-treat-is-complete",
            )
        if own.allocation is None:
            raise not_in_order(
                "never_allocated",
                f"Participant {self.participant} was never allocated and belongs to no analysis set.",
                "Check the number.",
                rule="analysis-sets-hold-the-allocated",
            )
        _still_blind(room, locked=trial.is_locked(given.now, self.participant))
        sets = room.get(AnalysisSets, streams.analysis_sets(given.trial))
        if (self.analysis_set, self.participant) in sets.excluded:
            raise not_in_order(
                "already_excluded",
                f"Participant {self.participant} is left out of that set already.",
                "Nothing needs to be done.",
                rule="excluded-once",
            )
        fact = ExclusionDecided(
            analysis_set=self.analysis_set,
            participant=self.participant,
            rationale=given.text(self.rationale, TrialTeam, 1024),
        )
        return (given.fact(streams.analysis_sets(given.trial), fact),)


@command("fix_analysis_sets")
class FixAnalysisSets(TrialCommand):
    """Declare, blind and before the lock, that every decision on the analysis sets is made."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the sets with their signatures, and whether the arms are known."""
        sets = streams.analysis_sets(room.trial)
        return (*super().streams(room), sets, streams.signatures(sets), streams.reveal(room.trial))

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The sets, entry by entry: each exclusion is looked at."""
        return (streams.analysis_sets(room.trial),)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse while an exclusion is not signed, twice, and once data or arms are fixed."""
        trial, stream = self.trial(room), streams.analysis_sets(given.trial)
        _still_blind(room, locked=trial.is_locked(given.now))
        sets = room.get(AnalysisSets, stream)
        if sets.fixed is not None:
            raise not_in_order(
                "already_fixed",
                "The analysis sets are fixed, and nobody was left out since.",
                "Nothing needs to be done.",
                rule="fixed-once",
            )
        signed = {entry.body.event_id for entry in signed_acts(room, stream, "analysis_exclusion")}
        decisions = [entry for entry in room.entries[stream] if isinstance(entry.fact, ExclusionDecided)]
        unsigned = (f"the exclusion of {e.fact.participant}" for e in decisions if e.body.event_id not in signed)
        refuse_unsigned("The analysis sets are not fixed", unsigned, code="exclusion_not_signed")
        return (given.fact(stream, AnalysisSetsFixed(exclusions=len(decisions))),)


def _still_blind(room: Room, *, locked: bool) -> None:
    if locked:
        raise not_in_order(
            "trial_locked",
            "The trial is locked: analysis sets are decided before the lock.",
            "Ask for an unlock, if the sets were decided wrongly and nobody has learned the arms.",
            rule="analysis-sets-before-the-lock",
        )
    if room.get(Reveal, streams.reveal(room.trial)).revealed:
        raise not_in_order(
            "arms_are_known",
            "The randomisation was revealed: nobody decides on analysis sets blind any more.",
            "Describe a change in the report of the trial, as decided after the reveal.",
            rule="analysis-sets-are-decided-blind",
        )
