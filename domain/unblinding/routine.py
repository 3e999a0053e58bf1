"""Routine unblinding: asked for by one person, approved by two others, disclosed to named recipients one by one."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, AwareDatetime, Field

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.input import Code, fault
from domain.participant.base import ParticipantCommand
from domain.participant.participant import Participant
from domain.refusals import not_in_order, same_person
from domain.signature.permission import refuse_unsigned, signed_acts
from domain.trial.trial import APPROVERS_NEEDED
from domain.unblinding.arm import disclosed, list_streams
from domain.unblinding.base import RequestCommand
from domain.unblinding.facts import (
    Purpose,
    UnblindingApproved,
    UnblindingRejected,
    UnblindingRequested,
    UnblindingWithdrawn,
)
from domain.unblinding.notice import notified
from domain.unblinding.unblinding import Kind, Stage, Unblinding


def _each_once(given: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(given)) != len(given):
        raise fault("named_twice", "a recipient is named twice")
    return given


Recipients = Annotated[tuple[Code, ...], Field(min_length=1, max_length=20), AfterValidator(_each_once)]


@command("request_unblinding", needs_reason=True)
class RequestUnblinding(ParticipantCommand):
    """Ask that one participant's arm be disclosed to named recipients, until a time."""

    expires: AwareDatetime
    purpose: Purpose
    recipients: Recipients

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse where no arm was allocated, a request that is over before it begins, and after the lock."""
        _has_an_arm(self.known(room))
        if self.expires <= given.now:
            raise not_in_order(
                "already_expired",
                "The request would expire before anyone could approve it.",
                "Give a time to come.",
                rule="unblinding-within-its-time",
            )
        locked = self.trial(room).is_locked(given.now, self.participant)
        _not_after_lock(self.purpose, locked=locked)
        request = given.token()
        fact = UnblindingRequested(
            expires=self.expires,
            participant=self.participant,
            purpose=self.purpose,
            recipients=self.recipients,
            request=request,
        )
        return (given.fact(streams.unblinding(given.trial, request), fact),)


class RoutineCommand(RequestCommand):
    """A command about a routine request."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"routine"})

    def pending(self, given: Given, room: Room, *stages: Stage) -> Unblinding:
        """The request at one of these stages; Refusal otherwise."""
        own = self.known(room)
        stage = own.stage(given.now)
        if stage not in stages:
            raise not_in_order(
                f"unblinding_{stage.lower()}",
                f"The request {self.request} is {stage}; this needs {' or '.join(stages)}.",
                "Two persons besides the requester approve it first."
                if stage == "REQUESTED"
                else "Ask for a new one with `request_unblinding` if it is still needed.",
                rule="unblinding-in-order",
            )
        return own


@command("approve_unblinding")
class ApproveUnblinding(RoutineCommand):
    """Approve the request; two distinct persons are needed, neither of them the requester."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse the requester, a second approval by one person, and a request that is decided or over."""
        own = self.pending(given, room, "REQUESTED")
        if given.actor.person == own.by:
            raise same_person(f"{own.by} asked for this unblinding.", rule="requester-is-not-approver")
        if given.actor.person in own.approvers:
            raise same_person(f"{given.actor.person} has approved it already.", rule="two-distinct-approvers")
        return (self.in_request(given, UnblindingApproved()),)


@command("reject_unblinding", needs_reason=True)
class RejectUnblinding(RoutineCommand):
    """Reject the request; also after its approval, as long as nobody has learned the arm."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse the requester, who withdraws instead."""
        own = self.pending(given, room, "REQUESTED", "APPROVED")
        if given.actor.person == own.by:
            raise same_person(
                f"{own.by} asked for this unblinding and can withdraw it.", rule="requester-is-not-approver"
            )
        return (self.in_request(given, UnblindingRejected()),)


@command("withdraw_unblinding")
class WithdrawUnblinding(RoutineCommand):
    """Take one's own request back, as long as nobody has learned the arm."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse everybody but the requester."""
        own = self.pending(given, room, "REQUESTED", "APPROVED")
        if given.actor.person != own.by:
            raise not_in_order(
                "not_the_requester",
                "Only the person who asked for this unblinding can withdraw it.",
                "Reject it with `reject_unblinding`, or ask the requester.",
                rule="requester-withdraws",
            )
        return (self.in_request(given, UnblindingWithdrawn()),)


@command("disclose_arm")
class DiscloseArm(RoutineCommand):
    """Disclose the arm to one of the named recipients; every reader is an event of its own, a repeated one too."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"routine", "susar"})

    recipient: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also what leads to the arm."""
        named = super().streams(room)
        if not all(stream in room for stream in named):
            return named
        about = self.about(room)
        if about is None:
            return named
        told_before = (streams.disclosure(room.trial, self.request),) if self.own(room).disclosures else ()
        signatures = streams.signatures(streams.unblinding(room.trial, self.request))
        return (*named, signatures, *list_streams(room, about), *told_before)

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The request, entry by entry: each approval is looked at."""
        return (streams.unblinding(room.trial, self.request),)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse without two signed approvals, out of time, after the lock, and to anyone who is not named."""
        own = self.pending(given, room, "APPROVED", "TRIGGERED", "DISCLOSED")
        if own.expired(given.now):
            raise not_in_order(
                "unblinding_expired",
                f"The request {self.request} has expired; whoever has not learned the arm by now does not.",
                "Ask for a new one with `request_unblinding`.",
                rule="unblinding-within-its-time",
            )
        if self.recipient not in own.recipients:
            raise not_in_order(
                "not_a_recipient",
                f"{self.recipient} is not a recipient that was asked for and approved.",
                "Ask for a new disclosure that names this person.",
                rule="disclosed-to-named-recipients",
            )
        if own.kind == "susar":
            _another_than_the_trigger(given, own)
        else:
            self._approved_under_signature(given, room, own)
        about = self.about(room)
        assert about is not None, "a routine request names its participant"
        _not_after_lock(own.purpose, locked=self.trial(room).is_locked(given.now, about.number))
        told, vault = disclosed(given, room, about, recipient=self.recipient, request=self.request)
        notice = notified(
            given, "susar" if own.kind == "susar" else "routine", participant=about.number, request=self.request
        )
        return (told, notice, vault)

    def _approved_under_signature(self, given: Given, room: Room, own: Unblinding) -> None:
        record = streams.unblinding(given.trial, self.request)
        signed = {entry.body.actor for entry in signed_acts(room, record, "disclosure_approval")}
        unsigned = set(own.approvers) - signed if len(signed) < APPROVERS_NEEDED else ()
        refuse_unsigned(
            "No arm is disclosed", (f"the approval by {person}" for person in unsigned), code="approval_not_signed"
        )


def _another_than_the_trigger(given: Given, own: Unblinding) -> None:
    if given.actor.person == own.by:
        raise same_person(f"{own.by} asked for the arm of this case.", rule="discloser-is-not-the-trigger")


def _has_an_arm(own: Participant) -> None:
    if own.allocation is None:
        raise not_in_order(
            "never_allocated",
            f"Participant {own.number} was never allocated: there is nothing to disclose.",
            "Check the number.",
            rule="only-an-allocation-is-disclosed",
        )


def _not_after_lock(purpose: Purpose | None, *, locked: bool) -> None:
    """A routine disclosure is a permission and needs an unlock; the duties of safety go on (conduct rules, 10)."""
    if locked and purpose != "safety":
        raise not_in_order(
            "trial_locked",
            "The trial is locked for this participant: a routine disclosure needs an unlock.",
            "Ask for an unlock; in an emergency break the code, and for safety reporting name that purpose.",
            rule="permissions-after-the-lock-need-an-unlock",
        )
