"""The lock: each participant's record signed off, the trial locked by two persons, unlocked by two for a time."""

from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, Field

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.errors import Refusal
from domain.fields import TrialTeam
from domain.input import Reference, Words1024, fault, reason_is_real
from domain.participant.base import ParticipantCommand, ParticipantNumber
from domain.participant.conduct_facts import SignedOff
from domain.participant.participant import Participant
from domain.plain import canonical, plain
from domain.refusals import not_in_order, same_person
from domain.trial.commands import Part, TrialCommand
from domain.trial.facts import LockRequested, OpenItem, OpenKind, TrialLocked, TrialUnlocked, UnlockRequested
from domain.trial.lock import LockView
from domain.trial.trial import LockWish

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


class WholeTrialCommand(TrialCommand):
    """A command over everything that the trial ledger holds."""

    SEES_WHOLE_TRIAL: ClassVar[bool] = True

    def whole(self, room: Room) -> LockView:
        """The trial ledger as it stands."""
        assert room.whole is not None, "the whole trial is handed to commands that see it"
        return room.whole


@command("request_lock")
class RequestLock(WholeTrialCommand):
    """Ask for the hard lock of the data as they stand; every open item is closed, or accepted with a reason.

    Also while a lock holds: the lock that follows takes in what was recorded since.
    """

    accepted: tuple[AcceptedPart, ...] = ()

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse while one item is open and not accepted with a real reason (conduct rules, section 10)."""
        self.trial(room)
        view = self.whole(room)
        accepted = {(part.kind, part.about): part.reason for part in self.accepted if reason_is_real(part.reason)}
        remaining = [item for item in view.open_items if (item.kind, item.about) not in accepted]
        if remaining:
            raise still_open(remaining)
        fact = LockRequested(
            data_digest=view.data_digest,
            open_items=view.open_items,
            position=view.position,
            reasons=given.text(_reasons(view, accepted), TrialTeam, REASONS_SIZE) if view.open_items else None,
            root=view.root,
        )
        return (given.fact(streams.trial(given.trial), fact),)


def _reasons(view: LockView, accepted: dict[tuple[OpenKind, str], str]) -> str:
    """Why each item may stay open, as one text."""
    listed: list[Any] = [
        {"about": item.about, "kind": item.kind, "reason": accepted[item.kind, item.about]} for item in view.open_items
    ]
    text = canonical(plain(listed))
    if len(text.encode()) > REASONS_SIZE - 4:
        raise fault_of_size()
    return text
