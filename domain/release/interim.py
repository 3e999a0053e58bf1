"""An interim analysis: a closed package for the committee's statistician alone, asked for by one, approved by two.

It holds arms up to a position of the trial ledger; no seed, and no slot that was not used by then.
"""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.input import Code, Reference
from domain.people.person import Person
from domain.refusals import not_in_order, same_person
from domain.release.base import Delivery, holds, recorded
from domain.release.facts import InterimApproved, InterimDelivered, InterimRequested
from domain.release.state import Act, Interim
from domain.signature.permission import refuse_unsigned, signed_acts
from domain.trial.commands import TrialCommand
from domain.trial.trial import APPROVERS_NEEDED


class InterimCommand(TrialCommand):
    """A command about one interim analysis."""

    analysis: Code

    def own_stream(self, trial: str) -> str:
        """The stream of the analysis."""
        return streams.interim(trial, self.analysis)

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial and the analysis."""
        return (streams.trial(room.trial), self.own_stream(room.trial))

    def own(self, room: Room) -> Interim:
        """The analysis, which may not be there."""
        self.trial(room)
        return room.get(Interim, self.own_stream(room.trial))

    def asked_for(self, now: datetime, room: Room) -> tuple[Interim, Act]:
        """The analysis and its request, in time; Refusal otherwise."""
        own = self.own(room)
        if own.request is None:
            raise not_in_order(
                "no_such_interim",
                f"Nobody asked for an interim analysis {self.analysis}.",
                "Ask for it with `request_interim`.",
                rule="interim-must-be-requested",
            )
        if own.is_over(now):
            raise not_in_order(
                "interim_expired",
                f"The request for the interim analysis {self.analysis} has expired.",
                "Ask for it again with `request_interim`.",
                rule="interim-within-its-time",
            )
        return own, own.request


@command("request_interim")
class RequestInterim(InterimCommand):
    """Ask for a closed package for an interim analysis, until a time; `up_to` is the position of its data cut-off."""

    committee: Reference
    expires: AwareDatetime
    recipient: Code
    up_to: Annotated[int, Field(ge=1)]

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also who is to receive it."""
        return (*super().streams(room), streams.person(self.recipient))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a time that is over, another than the committee's statistician, and one that runs or is done."""
        own = self.own(room)
        if self.expires <= given.now:
            raise not_in_order(
                "already_expired",
                "The request would expire before anyone could approve it.",
                "Give a time to come.",
                rule="interim-within-its-time",
            )
        refuse_no_committee_statistician(given.now, room, self.recipient)
        if own.request is not None and (own.delivered or not own.is_over(given.now)):
            raise not_in_order(
                "interim_exists",
                f"The interim analysis {self.analysis} was handed over, or waits for it.",
                "Give another interim analysis a code of its own.",
                rule="one-request-at-a-time",
            )
        fact = InterimRequested(
            analysis=self.analysis,
            committee=self.committee,
            expires=self.expires,
            recipient=self.recipient,
            up_to=self.up_to,
        )
        return (given.fact(self.own_stream(given.trial), fact),)


@command("approve_interim")
class ApproveInterim(InterimCommand):
    """Approve the interim package; two distinct persons are needed, neither of them the requester."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse the requester, a second approval by one person, and a request that is over."""
        own, request = self.asked_for(given.now, room)
        if given.actor.person == request.by:
            raise same_person(f"{request.by} asked for this package.", rule="requester-is-not-approver")
        if given.actor.person in {approval.by for approval in own.approvals}:
            raise same_person(f"{given.actor.person} has approved it already.", rule="two-distinct-approvers")
        return (given.fact(self.own_stream(given.trial), InterimApproved(request=request.event)),)


@command("deliver_interim_package")
class DeliverInterimPackage(Delivery, InterimCommand):
    """Record that the committee's statistician is handed the closed package; the file is written afterwards."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the signatures, who receives it, the versions of the lists, and what was handed over before."""
        own = self.own_stream(room.trial)
        about = (streams.signatures(own), streams.randomisation(room.trial), streams.released_lists(room.trial))
        recipient = room.get(Interim, own).recipient if own in room else ""
        return (*super().streams(room), *about, *((streams.person(recipient),) if recipient else ()))

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The analysis, entry by entry: each approval is looked at."""
        return (self.own_stream(room.trial),)

    def permit(self, now: datetime, room: Room) -> Act:
        """The approval that completed it; Refusal without two signed ones in time, or for another recipient."""
        own, request = self.asked_for(now, room)
        if self.up_to != own.up_to:
            raise not_in_order(
                "other_cut_off",
                "The package was not made at the position that was asked for and approved.",
                "Make it again with `trialproof release interim`.",
                rule="interim-as-approved",
            )
        if len(own.approvals) < APPROVERS_NEEDED:
            raise not_in_order(
                "interim_not_approved",
                f"The interim analysis {self.analysis} has {len(own.approvals)} of {APPROVERS_NEEDED} approvals.",
                "Two persons besides the requester approve it with `approve_interim`.",
                rule="two-distinct-approvers",
            )
        acts = signed_acts(room, self.own_stream(room.trial), "interim_approval")
        signed = {entry.body.actor for entry in acts if entry.fact.request == request.event}
        unsigned = [approval.by for approval in own.approvals if approval.by not in signed]
        if len(signed) < APPROVERS_NEEDED:
            named = (f"the approval by {person}" for person in unsigned)
            refuse_unsigned("No package is handed over", named, code="approval_not_signed")
        refuse_no_committee_statistician(now, room, own.recipient)
        return own.approvals[APPROVERS_NEEDED - 1]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse whatever was not approved like this; each time it is handed over is an event."""
        self.permit(given.now, room)
        own, request = self.asked_for(given.now, room)
        in_vault, commitment = recorded(given, room, self, recipient=own.recipient, analysis=self.analysis)
        fact = InterimDelivered(
            allocations=self.allocations,
            commitment=commitment,
            recipient=own.recipient,
            request=request.event,
            vault_entry=in_vault.event_id,
        )
        return (given.fact(self.own_stream(given.trial), fact), in_vault)


def refuse_no_committee_statistician(now: datetime, room: Room, person: str) -> None:
    """Refuse whoever is not the committee's statistician now."""
    if not holds(room.get(Person, streams.person(person)), "committee_statistician", room.trial, now):
        raise not_in_order(
            "not_the_committee_statistician",
            f"{person} is no committee statistician of this trial.",
            "Name the person who holds that role: nobody else receives an interim package.",
            rule="interim-to-the-committee-alone",
        )
