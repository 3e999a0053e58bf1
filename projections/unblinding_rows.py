"""What is known of one unblinding, in the blinded form: who, when, why, to whom; never the arm, never the vault."""

from datetime import datetime
from typing import Literal

from domain.record import Instant
from domain.unblinding.facts import Flag, Purpose
from domain.values import Code, Name, Value
from projections.fold import Moment, Person
from projections.participant_rows import TreatmentState

Kind = Literal["routine", "emergency", "accident", "susar"]
Channel = Literal["investigator", "code_break_desk"]
Impact = Literal["none", "participant_data", "site", "trial"]
UnblindingState = Literal[
    "UNKNOWN", "REQUESTED", "APPROVED", "TRIGGERED", "REJECTED", "WITHDRAWN", "EXPIRED", "INVOKED", "DISCLOSED",
    "NARRATIVE_DUE", "COMPLETED", "REPORTED", "ACKNOWLEDGED", "IMPACT_ASSESSED", "CLOSED",
]  # fmt: skip


class Step(Value):
    """Somebody did something about the unblinding; `performer` did what the product entered late."""

    behind: Moment
    by: Person
    performer: Name | None


class Disclosure(Value):
    """One recipient learned the arm."""

    behind: Moment
    by: Person
    performer: Name | None
    recipient: Name


class Acknowledgement(Value):
    """A recipient confirmed."""

    behind: Moment
    recipient: Name


class Repeat(Value):
    """Who had been told already asked again: a look, no new knowledge."""

    behind: Moment
    recipient: Name


class LateEntry(Value):
    """The key store recorded and disclosed while the ledger could not write; this is how that came in afterwards."""

    behind: Moment
    cause: Name
    disclosed_at: Instant
    number: int

    @property
    def gap(self) -> int:
        """Seconds from the disclosure to its entry here."""
        return int((self.behind.recorded_at - self.disclosed_at).total_seconds())


class Drill(Value):
    """The code-break was tried with a key that opens nothing of anybody's."""

    behind: Moment
    by: Person
    channel: Channel
    drill: Code
    milliseconds: int
    opened: bool
    site: Code | None
    through_fallback: bool


class ImpactRow(Value):
    """What it means for the data and the trial, as assessed once."""

    behind: Moment
    by: Person
    impact: Impact


class Unblinding(Value):
    """One unblinding, from request, emergency or accident to its closure."""

    request: Code
    acknowledged: tuple[Acknowledgement, ...]
    approvals: tuple[Step, ...]
    case: Code | None
    channel: Channel | None
    closed: Step | None
    disclosures: tuple[Disclosure, ...]
    expires: Instant | None
    flags: tuple[Flag, ...]
    impacts: tuple[ImpactRow, ...]
    kind: Kind | None
    late: LateEntry | None
    learned_by: tuple[Name, ...]
    narrative: Step | None
    notices: tuple[Step, ...]
    opened: Step | None
    participant: Code | None
    purpose: Purpose | None
    recipients: tuple[Name, ...]
    rejected: Step | None
    repeats: tuple[Repeat, ...]
    withdrawn: Step | None

    @property
    def approved(self) -> bool:
        """Two distinct persons, neither the requester, approved."""
        requester = self.opened.by.actor if self.opened else ""
        return len({step.by.actor for step in self.approvals} - {requester}) >= 2  # noqa: PLR2004 (four eyes)

    @property
    def all_acknowledged(self) -> bool:
        """Everybody who was told confirmed it."""
        told = {disclosure.recipient for disclosure in self.disclosures}
        return bool(told) and told <= {acknowledged.recipient for acknowledged in self.acknowledged}

    @property
    def assessed(self) -> bool:
        """The impact was judged after the last disclosure: one more reader asks for one more judgement."""
        if not self.impacts:
            return False
        last = max((disclosure.behind.position for disclosure in self.disclosures), default=0)
        return max(impact.behind.position for impact in self.impacts) > last

    @property
    def state(self) -> UnblindingState:
        """Where it stands; whether a request has expired meanwhile, `state_at` tells."""
        if self.kind is None:
            return "UNKNOWN"
        if self.closed is not None:
            return "CLOSED"
        if self.kind == "accident":
            return "IMPACT_ASSESSED" if self.assessed else "REPORTED"
        return self._after_disclosure() if self.disclosures else self._before_disclosure()

    def state_at(self, instant: datetime) -> UnblindingState:
        """The state at an instant: a request that nobody was told about ends with its time."""
        over = self.expires is not None and self.expires <= instant
        return "EXPIRED" if over and self.state in {"REQUESTED", "APPROVED", "TRIGGERED"} else self.state

    def _before_disclosure(self) -> UnblindingState:
        if self.kind == "emergency":
            return "INVOKED"
        if self.kind == "susar":
            return "TRIGGERED"
        if self.withdrawn is not None:
            return "WITHDRAWN"
        if self.rejected is not None:
            return "REJECTED"
        return "APPROVED" if self.approved else "REQUESTED"

    def _after_disclosure(self) -> UnblindingState:
        if self.kind == "emergency" and self.narrative is None:
            return "NARRATIVE_DUE"
        if self.assessed:
            return "IMPACT_ASSESSED"
        if self.kind == "emergency":
            return "COMPLETED"
        return "ACKNOWLEDGED" if self.all_acknowledged else "DISCLOSED"


class UnblindingRow(Value):
    """One line of the log."""

    narrative_due: Instant | None
    seconds_to_disclosure: int | None
    site: Code | None
    state: UnblindingState
    treatment: TreatmentState | None
    unblinding: Unblinding


class UnblindingTotal(Value):
    """How many of a kind there are at a site, and how many participants became known by them."""

    kind: Kind | None
    participants_disclosed: int
    purpose: Purpose | None
    site: Code | None
    unblindings: int


class UnblindingView(Value):
    """The log, its totals, and the allocated per site that they are a share of."""

    allocated: tuple[tuple[Code | None, int], ...]
    drills: tuple[Drill, ...]
    rows: tuple[UnblindingRow, ...]
    totals: tuple[UnblindingTotal, ...]


def unknown_unblinding(request: str) -> Unblinding:
    """Nothing is recorded under this request yet."""
    return Unblinding(
        request=request,
        acknowledged=(),
        approvals=(),
        case=None,
        channel=None,
        closed=None,
        disclosures=(),
        expires=None,
        flags=(),
        impacts=(),
        kind=None,
        late=None,
        learned_by=(),
        narrative=None,
        notices=(),
        opened=None,
        participant=None,
        purpose=None,
        recipients=(),
        rejected=None,
        repeats=(),
        withdrawn=None,
    )
