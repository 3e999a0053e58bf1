"""The planned unblinding: one officer asks, another confirms, packages go to named recipients, one by one.

What it rests on was fixed before anybody knew an arm: the data are locked, and the analysis plan and the
analysis sets were signed before the lock (conduct rules, section 9).
"""

from datetime import datetime

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.input import Code, PublicText
from domain.record import Entry
from domain.refusals import not_in_order, same_person
from domain.release.base import Delivery, Recipients, recorded, refuse_unknown, signed_by
from domain.release.facts import PackageDelivered, PublicationDecided, RandomisationRevealed, RevealRequested
from domain.release.state import Act, AnalysisPlan, AnalysisSets, Reveal, RevealWish, act_of
from domain.signature.permission import is_signed, refuse_unsigned
from domain.trial.commands import TrialCommand
from domain.trial.facts import TrialLocked


class RevealCommand(TrialCommand):
    """A command about the planned unblinding."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, what is known of the reveal, and its signatures."""
        own = streams.reveal(room.trial)
        return (streams.trial(room.trial), own, streams.signatures(own))

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The reveal, entry by entry: what was signed of it is looked at."""
        return (streams.reveal(room.trial),)

    def reveal(self, room: Room) -> Reveal:
        """The planned unblinding so far."""
        self.trial(room)
        return room.get(Reveal, streams.reveal(room.trial))


@command("request_reveal")
class RequestReveal(RevealCommand):
    """Ask, as one of two officers, that the randomisation be revealed to named recipients."""

    recipients: Recipients

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also who is named."""
        return (*super().streams(room), *map(streams.person, self.recipients))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse recipients who are nobody here; a later request takes the place of one that was not confirmed."""
        self.reveal(room)
        refuse_unknown(room, self.recipients)
        return (given.fact(streams.reveal(given.trial), RevealRequested(recipients=self.recipients)),)


@command("confirm_reveal")
class ConfirmReveal(RevealCommand):
    """Confirm it as the second officer: the blind ends for the named recipients."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also what it rests on, each with its signatures."""
        return tuple(dict.fromkeys((*super().streams(room), *_evidence(room.trial))))

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """All of that entry by entry."""
        return (*super().entries_of(room), *_evidence(room.trial))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse the officer who asked, an unsigned request, and whatever was not fixed before the lock."""
        wish = self.reveal(room).wish
        if wish is None:
            raise not_in_order(
                "no_reveal_requested",
                "Nobody has asked for the reveal, or it was confirmed already.",
                "One officer asks with `request_reveal`, another confirms.",
                rule="reveal-needs-two-officers",
            )
        if given.actor.person == wish.act.by:
            raise same_person(f"{wish.act.by} asked for this reveal.", rule="reveal-needs-two-officers")
        lock, position = self._lock(given, room)
        _signed_request(given, room, wish)
        plan = _plan(given, room, position)
        _sets(given, room, position)
        fact = RandomisationRevealed(
            lock=lock.event, plan=plan.event, recipients=wish.recipients, request=wish.act.event
        )
        return (given.fact(streams.reveal(given.trial), fact),)

    def _lock(self, given: Given, room: Room) -> tuple[Act, int]:
        """The lock that holds, signed, and the position that it binds."""
        trial, stream = self.trial(room), streams.trial(given.trial)
        position = trial.locked_at
        if position is None or not trial.is_locked(given.now):
            raise not_in_order(
                "not_locked",
                "No hard lock is in force.",
                "Lock the trial first: `request_lock`, then `confirm_lock`.",
                rule="reveal-after-the-lock",
            )
        lock = act_of(_last_lock(room.entries[stream]))
        missing = () if is_signed(room, stream, "lock", lock.event) else (f"the lock by {lock.by}",)
        refuse_unsigned("Nothing is revealed", missing, code="lock_not_signed")
        return lock, position


def _last_lock(entries: tuple[Entry, ...]) -> Entry:
    return [entry for entry in entries if isinstance(entry.fact, TrialLocked)][-1]


def _evidence(trial: str) -> tuple[str, ...]:
    own = (streams.trial(trial), streams.analysis_plan(trial), streams.analysis_sets(trial))
    return (*own, *map(streams.signatures, own))


def _signed_request(given: Given, room: Room, wish: RevealWish) -> None:
    signed = is_signed(room, streams.reveal(given.trial), "reveal_request", wish.act.event)
    refuse_unsigned(
        "Nothing is revealed", () if signed else (f"the request by {wish.act.by}",), code="request_not_signed"
    )


def _plan(given: Given, room: Room, position: int) -> Act:
    stream = streams.analysis_plan(given.trial)
    plan = room.get(AnalysisPlan, stream).at(position)
    if plan is None or not signed_by(room, stream, "analysis_plan", plan, position):
        raise not_in_order(
            "plan_not_before_lock",
            "No analysis plan was recorded and signed before the lock.",
            "Unlock, record and sign the plan, and lock again: a plan that follows the lock does not count.",
            rule="plan-signed-before-the-lock",
        )
    return plan


def _sets(given: Given, room: Room, position: int) -> None:
    stream = streams.analysis_sets(given.trial)
    fixed = room.get(AnalysisSets, stream).fixed
    if fixed is None or not signed_by(room, stream, "analysis_sets", fixed, position):
        raise not_in_order(
            "sets_not_before_lock",
            "The analysis sets were not fixed and signed before the lock.",
            "Unlock, decide with `exclude_from_analysis_set` and `fix_analysis_sets`, and lock again.",
            rule="analysis-sets-before-the-lock",
        )


@command("deliver_release_package")
class DeliverReleasePackage(Delivery, RevealCommand):
    """Record that a named recipient is handed the package of a planned reveal; the file is written afterwards."""

    recipient: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the versions of the lists, and what was handed over before."""
        own = (streams.randomisation(room.trial), streams.released_lists(room.trial))
        return (*super().streams(room), *own)

    def permit(self, now: datetime, room: Room) -> Act:
        """The reveal that names the recipient, signed; Refusal for anybody else."""
        del now
        act = self.reveal(room).naming(self.recipient)
        if act is None:
            raise not_in_order(
                "not_a_recipient",
                f"No reveal names {self.recipient}.",
                "Two officers extend the reveal: `request_reveal`, then `confirm_reveal`.",
                rule="revealed-to-named-recipients",
            )
        signed = is_signed(room, streams.reveal(room.trial), "reveal", act.event)
        refuse_unsigned(
            "Nothing is handed over", () if signed else (f"the reveal by {act.by}",), code="reveal_not_signed"
        )
        return act

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse whoever no signed reveal names; each time it is handed over is an event."""
        act = self.permit(given.now, room)
        in_vault, commitment = recorded(given, room, self, recipient=self.recipient)
        fact = PackageDelivered(
            allocations=self.allocations,
            commitment=commitment,
            recipient=self.recipient,
            reveal=act.event,
            vault_entry=in_vault.event_id,
        )
        return (given.fact(streams.reveal(given.trial), fact), in_vault)


@command("decide_publication")
class DecidePublication(RevealCommand):
    """Decide that the randomisation may be made public."""

    rationale: PublicText

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse before the reveal, and twice."""
        reveal = self.reveal(room)
        if not reveal.revealed or reveal.published:
            raise not_in_order(
                "published_already" if reveal.published else "not_revealed",
                "That it may be made public is decided already."
                if reveal.published
                else "Nothing was revealed that could be made public.",
                "Nothing needs to be done." if reveal.published else "Two officers reveal it first.",
                rule="public-after-the-reveal",
            )
        return (given.fact(streams.reveal(given.trial), PublicationDecided(rationale=self.rationale)),)
