"""The lock: each participant's record signed off, the trial locked by two persons, unlocked by two for a time."""

from collections.abc import Container, Iterable
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, AwareDatetime, Field

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.fields import TrialTeam
from domain.input import Reference, Words1024, fault, reason_is_real
from domain.participant.base import ParticipantCommand, ParticipantNumber
from domain.participant.conduct_facts import SignedOff
from domain.participant.participant import Participant
from domain.plain import canonical
from domain.refusals import not_in_order, same_person
from domain.signature.permission import is_signed, refuse_unsigned
from domain.trial.commands import Part, TrialCommand
from domain.trial.facts import LockRequested, OpenItem, OpenKind, TrialLocked, TrialUnlocked, UnlockRequested
from domain.trial.lock import LockView
from domain.trial.trial import LockWish, Trial

LISTED = 10
"""How many open items a refusal names."""
REASONS_SIZE = 16384
NEVER_BLIND_AGAIN = "An unlock never restores blindness: whoever has learned an arm goes on knowing it."


@command("sign_off_participant")
class SignOffParticipant(ParticipantCommand):
    """The investigator vouches for one participant's record as it stands: the soft lock.

    `record_version` is the version that was looked at; a record that has moved on since is not signed unseen.
    """

    record_version: Annotated[int, Field(ge=1)] | None = None

    def vouched_stream(self, trial: str) -> str | None:
        """The participant's record."""
        return streams.participant(trial, self.participant)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a record that was not looked at, one signed already, and any after the lock."""
        own = self.known(room)
        if self.record_version not in (None, own.version):
            raise not_in_order(
                "record_moved_on",
                f"The record of {self.participant} stands at version {own.version}, not {self.record_version}.",
                "Look at the record again, then sign it off.",
                rule="signed-as-displayed",
            )
        if own.is_soft_locked:
            raise not_in_order(
                "already_signed_off",
                f"Nothing was recorded about {self.participant} since the last sign-off.",
                "Nothing needs to be done.",
                rule="signs-off-once",
            )
        if self.trial(room).is_locked(given.now, self.participant):
            raise not_in_order(
                "trial_locked",
                "The trial is locked for this participant.",
                "Ask for an unlock with `request_unlock`.",
                rule="permissions-after-the-lock-need-an-unlock",
            )
        digest = room.roots[streams.participant(given.trial, self.participant)]
        return (self.in_own_stream(given, SignedOff(record_digest=digest, record_version=own.version)),)


class AcceptedPart(Part):
    """An open item that is accepted as open, and why."""

    about: Reference
    kind: OpenKind
    reason: Words1024


def _reasons(accepted: Iterable[AcceptedPart]) -> str:
    """Why each item may stay open, as one text."""
    return canonical([{"about": part.about, "kind": part.kind, "reason": part.reason} for part in accepted])


def _sealable(given: tuple[AcceptedPart, ...]) -> tuple[AcceptedPart, ...]:
    if len(_reasons(given).encode()) > REASONS_SIZE - 4:
        raise fault("text_too_long", "the reasons are too long to be sealed together; close some of the items first")
    return given


class WholeTrialCommand(TrialCommand):
    """A command over everything that the trial ledger holds."""

    SEES_WHOLE_TRIAL: ClassVar[bool] = True

    def whole(self, room: Room) -> LockView:
        """The trial ledger as it stands."""
        self.trial(room)
        assert room.whole is not None, "the whole trial is handed to commands that see it"
        return room.whole


@command("request_lock")
class RequestLock(WholeTrialCommand):
    """Ask for the hard lock of the data as they stand; every open item is closed, or accepted with a reason.

    Also while a lock holds: the lock that follows takes in what was recorded since.
    """

    accepted: Annotated[tuple[AcceptedPart, ...], AfterValidator(_sealable)] = ()

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse while one item is open and not accepted with a real reason (conduct rules, section 10)."""
        view = self.whole(room)
        accepted = {(part.kind, part.about): part for part in self.accepted if reason_is_real(part.reason)}
        _all_accepted(view.open_items, accepted)
        reasons = _reasons(accepted[item.kind, item.about] for item in view.open_items)
        fact = LockRequested(
            data_digest=view.data_digest,
            open_items=view.open_items,
            position=view.position,
            reasons=given.text(reasons, TrialTeam, REASONS_SIZE) if view.open_items else None,
            root=view.root,
        )
        return (given.fact(streams.trial(given.trial), fact),)


def _all_accepted(items: Iterable[OpenItem], accepted: Container[tuple[OpenKind, str]]) -> None:
    remaining = [item for item in items if (item.kind, item.about) not in accepted]
    if remaining:
        named = ", ".join(f"{item.kind} {item.about}" for item in remaining[:LISTED])
        more = f" and {len(remaining) - LISTED} more" if len(remaining) > LISTED else ""
        raise not_in_order(
            "open_items",
            f"The trial cannot be locked: {len(remaining)} open ({named}{more}).",
            "Close each item, or ask for the lock again and accept it with a reason in words.",
            rule="lock-closes-or-accepts-every-open-item",
        )


@command("confirm_lock")
class ConfirmLock(WholeTrialCommand):
    """Lock the trial as it was asked for: the second of data manager and statistician confirms."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse the person who asked, the same role, and data or open items that are no longer those asked for."""
        view = self.whole(room)
        asked = self.trial(room).lock_wish
        if asked is None:
            raise not_in_order(
                "no_lock_requested",
                "Nobody has asked for a lock.",
                "Ask for it with `request_lock`.",
                rule="lock-needs-two-persons",
            )
        wish, request = asked
        _second_person(given.actor.person, wish, "lock")
        if given.actor.role == wish.role:
            raise not_in_order(
                "same_role",
                f"A {wish.role} asked for the lock; the second person must hold the other role.",
                "Let the other of data manager and statistician confirm.",
                rule="lock-needs-data-manager-and-statistician",
            )
        if view.data_digest != request.data_digest:
            raise not_in_order(
                "data_changed",
                "The data have changed since the lock was asked for.",
                "Ask for the lock again, of the data as they are now.",
                rule="lock-binds-the-data-asked-for",
            )
        _all_accepted(view.open_items, {(item.kind, item.about) for item in request.open_items})
        fact = TrialLocked(
            data_digest=request.data_digest, position=request.position, request=wish.event, root=request.root
        )
        return (given.fact(streams.trial(given.trial), fact),)


@command("request_unlock", needs_reason=True)
class RequestUnlock(TrialCommand):
    """Ask to unlock some participants, or the whole trial (null), until a time.

    An unlock never restores blindness: whoever has learned an arm goes on knowing it.
    """

    NOTICE: ClassVar[str] = NEVER_BLIND_AGAIN
    """What whoever sends it is told."""

    expires: AwareDatetime
    participants: Annotated[tuple[ParticipantNumber, ...], Field(min_length=1)] | None = None

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, and the participants of the scope."""
        named = (streams.participant(room.trial, number) for number in self.participants or ())
        return (*super().streams(room), *named)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse where no lock was ever set, a time that is over, and participants who are not there."""
        _ever_locked(self.trial(room))
        _in_time(self.expires, given)
        unknown = [
            number
            for number in self.participants or ()
            if not room.get(Participant, streams.participant(given.trial, number)).exists
        ]
        if unknown:
            raise not_in_order(
                "no_such_participant",
                f"Nobody was screened here under {', '.join(unknown)}.",
                "Check the numbers.",
                rule="participant-must-be-screened",
            )
        fact = UnlockRequested(expires=self.expires, participants=self.participants)
        return (given.fact(streams.trial(given.trial), fact),)


@command("confirm_unlock")
class ConfirmUnlock(TrialCommand):
    """Unlock as it was asked for, by another person; when its time is over the lock holds again by itself.

    An unlock never restores blindness: whoever has learned an arm goes on knowing it.
    """

    NOTICE: ClassVar[str] = NEVER_BLIND_AGAIN
    """What whoever sends it is told."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial and its signatures."""
        return (*super().streams(room), streams.signatures(streams.trial(room.trial)))

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The trial, entry by entry: what was signed of it is looked at."""
        return (streams.trial(room.trial),)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse the person who asked, a request that is not signed, and one whose time is over."""
        asked = self.trial(room).unlock_wish
        if asked is None:
            raise not_in_order(
                "no_unlock_requested",
                "Nobody has asked for an unlock.",
                "Ask for it with `request_unlock`.",
                rule="unlock-needs-two-persons",
            )
        wish, request = asked
        _second_person(given.actor.person, wish, "unlock")
        signed = is_signed(room, streams.trial(given.trial), "unlock_request", wish.event)
        missing = () if signed else (f"the request by {wish.by}",)
        refuse_unsigned("The trial is not unlocked", missing, code="request_not_signed")
        _in_time(request.expires, given)
        fact = TrialUnlocked(expires=request.expires, participants=request.participants, request=wish.event)
        return (given.fact(streams.trial(given.trial), fact),)


def _second_person(person: str, wish: LockWish, what: str) -> None:
    if person == wish.by:
        raise same_person(f"{person} asked for this {what}.", rule=f"{what}-needs-two-persons")


def _ever_locked(trial: Trial) -> None:
    if trial.locked_at is None:
        raise not_in_order(
            "not_locked", "The trial is not locked.", "Nothing needs to be unlocked.", rule="only-a-lock-is-unlocked"
        )


def _in_time(expires: datetime, given: Given) -> None:
    if expires <= given.now:
        raise not_in_order(
            "already_expired",
            f"The unlock would be over before it began. {NEVER_BLIND_AGAIN}",
            "Ask for it with a time to come.",
            rule="unlock-ends-by-itself",
        )
