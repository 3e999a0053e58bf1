"""Tries the code-break as it would go, with a key made for the drill, and records what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, Protocol
from uuid import UUID

from compliance.emergency import EmergencyLog
from compliance.emergency_record import EmergencyRecord, Noted
from compliance.gate import Identity
from compliance.inquire import Inquire
from domain import streams
from domain.access.facts import RecordRead
from domain.errors import Refusal, TrialproofError
from domain.fields import SealedArmEnvelope
from domain.times import Occurred

Channel = Literal["investigator", "code_break_desk"]
NOBODY: Final = "000"
"""The number in a drill's record: no participant has it."""


class DrillKeys(Protocol):
    """Envelopes for drills: under a key marked as a drill's, with words in them that are no arm."""

    def sealed(self, trial: str, receipt: UUID) -> SealedArmEnvelope:
        """A fresh one."""
        ...

    def opens(self, envelope: SealedArmEnvelope, trial: str, receipt: UUID) -> bool:
        """Open it through the key store's log, which quotes the receipt; whether the words came out."""
        ...

    def opens_recorded(self, envelope: SealedArmEnvelope, trial: str, receipt: UUID, noted: Noted) -> bool:
        """Open it for a record of the emergency log; whether the words came out."""
        ...


class Drilled(NamedTuple):
    """What a drill came to, to be recorded with `run_unblinding_drill`."""

    receipt: UUID
    milliseconds: int
    opened: bool
    through_fallback: bool


@dataclass(frozen=True, slots=True)
class Drills:
    """Tries one way at a time; `ticks` counts milliseconds."""

    inquire: Inquire
    log: EmergencyLog
    keys: DrillKeys
    ticks: Callable[[], int]

    def try_out(self, identity: Identity, trial: str, channel: Channel, *, through_fallback: bool) -> Drilled:
        """The gate, a durable record, the envelope: timed from the question to the words.

        A failure is what a drill is to find, and so a result; Refusal for who may not break the code at all.
        """
        receipt = self.inquire.ports.ids.event_id()
        envelope = self.keys.sealed(trial, receipt)
        started = self.ticks()
        try:
            if through_fallback:
                noted = self.log.record(self._record(identity, trial, channel, receipt, envelope))
                opened = self.keys.opens_recorded(envelope, trial, receipt, noted)
            else:
                allowed = self.inquire.allow(identity, "run_unblinding_drill", trial)
                read = RecordRead(scope=f"drill {receipt}", what="drill")
                self.inquire.record(identity, allowed, trial, "reading", read)
                opened = self.keys.opens(envelope, trial, receipt)
        except Refusal:
            raise
        except TrialproofError:
            opened = False
        return Drilled(receipt, self.ticks() - started, opened, through_fallback)

    def _record(
        self, identity: Identity, trial: str, channel: Channel, receipt: UUID, envelope: SealedArmEnvelope
    ) -> EmergencyRecord:
        ports, now = self.inquire.ports, self.inquire.ports.clock()
        allowed = self.inquire.allow(identity, "run_unblinding_drill", trial)
        return EmergencyRecord(
            allocation=None,
            cause="drill",
            channel=channel,
            command_id=receipt,
            digest=ports.digest(receipt.bytes).hex(),
            disclosed_at=now,
            drill=True,
            flags=(),
            grant=allowed.authority.grant,
            key=envelope.key.hex(),
            occurred=str(Occurred.at(now, "UTC")),
            originator=identity.originator,
            participant=NOBODY,
            person=identity.person,
            reason_code="drill",
            recipient=identity.person,
            repeated=False,
            request="drill",
            role=allowed.actor.role,
            session=identity.session,
            strength=identity.strength,
            system_position=allowed.authority.system_position,
            trial=trial,
            trial_position=ports.ledger.head(streams.trial_ledger(trial)).size,
        )
