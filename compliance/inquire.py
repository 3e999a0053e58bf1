"""How a question is answered: the only place that reads for someone.

The same gate as for commands decides, and what it allows is all that is read: a site reader sees its own
site. Reads of what only some may know leave an event in the access ledger before they are answered.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from compliance.access_scope import by_people_of
from compliance.admission import Admission
from compliance.contexts import environment_of
from compliance.gate import AllowedReading, Identity
from compliance.lock_view import lock_view
from compliance.pages import all_entries
from compliance.scope import visible
from compliance.sealed import is_sealed
from compliance.system_scope import concerning
from domain import streams
from domain.access.facts import RecordRead
from domain.allocation.facts import DisclosureRecorded
from domain.errors import DamagedLedgerError, InvalidInputError, NotFoundError
from domain.ledger.facts import Environment
from domain.participant.participant import Participant
from domain.people.person import PRODUCT
from domain.record import Entry, Fact
from domain.trial.facts import OpenItem
from domain.trial.trial import Trial
from domain.unblinding.facts import ArmDisclosed
from domain.values import YEARS
from projections.amendments import effective
from projections.fold import State
from projections.replay import known_position, last_instant, replay

S = TypeVar("S", bound=State)


class Axes(NamedTuple):
    """As known on, as true on: an instant, or a day of the named zone (its end); None is now."""

    known: date | datetime | None = None
    true: date | datetime | None = None
    zone: str | None = None


NOW = Axes()
FOR_SOME: Final[Mapping[str, str]] = {"safety": "read_safety_text", "need_to_know": "read_break_notice"}
"""The action of the gate that opens a text sealed to some readers only; each such opening is an event."""


class Reading(NamedTuple):
    """What a reader may see of a trial ledger at a position, and on which time axes."""

    entries: list[Entry]
    position: int
    true: datetime | None
    zone: str
    environment: Environment
    allowed: AllowedReading


class Answer(NamedTuple, Generic[S]):
    """A projection's state, with the reading behind it."""

    state: S
    reading: Reading


class Disclosure(NamedTuple):
    """An arm as disclosed to one recipient; it never shows in a message or a trace."""

    participant: str
    recipient: str
    arm: str
    label: str

    def __repr__(self) -> str:
        return f"Disclosure(participant={self.participant!r})"


def instant_of(when: date | datetime, zone: str) -> datetime:
    """The instant asked for; a bare date means the end of that day in the zone."""
    if when.year not in YEARS:
        raise _unreadable("bad_date", f"{when} lies outside the years {YEARS[0]} to {YEARS[-1]}.")
    if isinstance(when, datetime) and when.tzinfo is None:
        raise _unreadable("naive_time", f"{when} has no offset from UTC, so it is no instant.")
    return when if isinstance(when, datetime) else last_instant(when, zone)


def zone_in(trial: str, entries: Sequence[Entry]) -> str:
    """The trial's zone as decided in these entries, UTC until then: the same entries always mean the same days."""
    if not entries:
        raise NotFoundError(f"There is no trial {trial} here.", next_step="List the trials with `trialproof doctor`.")
    aggregate = Trial.start()
    for entry in effective(entry for entry in entries if entry.frame.stream == streams.trial(trial)):
        aggregate = aggregate.after(entry)
    return aggregate.zone


def _unreadable(code: str, what: str) -> InvalidInputError:
    next_step = "Give a day such as 2027-03-03, or a time with its offset."
    return InvalidInputError(code, what, field="axes", next_step=next_step)


def _tells_of(fact: Fact, vault_entry: UUID) -> bool:
    return isinstance(fact, ArmDisclosed) and fact.vault_entry == vault_entry


def _contradicted(what: str) -> DamagedLedgerError:
    return DamagedLedgerError(
        f"{what}.",
        next_step="Call the code-break desk and the randomisation statistician; then verify both ledgers.",
    )


class Inquire(Admission):
    """Answers questions."""

    def reading(self, identity: Identity, action: str, trial: str, axes: Axes = NOW) -> Reading:
        """Read what the person may see of the trial ledger, on the axes asked for."""
        allowed = self.allow(identity, action, trial)
        return self.at(allowed, trial, axes, self.ports.ledger.head(streams.trial_ledger(trial)).size)

    def at(self, allowed: AllowedReading, trial: str, axes: Axes, position: int) -> Reading:
        """Read up to a position what the gate allowed."""
        entries = all_entries(self.ports.ledger, streams.trial_ledger(trial), up_to=position)
        zone = axes.zone or zone_in(trial, entries)
        if axes.known is not None:
            position = known_position(entries, instant_of(axes.known, zone))
        true = None if axes.true is None else instant_of(axes.true, zone)
        seen = visible(entries[:position], allowed.sites)
        return Reading(seen, position, true, zone, environment_of(self.ports.ledger), allowed)

    def ask(self, identity: Identity, action: str, trial: str, projection: type[S], axes: Axes = NOW) -> Answer[S]:
        """Fold a projection over what the person may see."""
        reading = self.reading(identity, action, trial, axes)
        return Answer(replay(projection, reading.entries, true=reading.true), reading)

    def open_items(self, identity: Identity, trial: str) -> tuple[OpenItem, ...]:
        """What a hard lock would have to accept now, in all sites: for who may ask for the lock of the whole trial."""
        self.allow(identity, "request_lock", trial, whole=True)
        ledger, name = self.ports.ledger, streams.trial_ledger(trial)
        return lock_view(all_entries(ledger, name), lambda size: ledger.head(name, at=size).root.hex()).open_items

    def ledger(self, identity: Identity, name: str, trial: str) -> list[Entry]:
        """The entries of the system ledger or of a trial's access ledger, as far as they concern the reader.

        Of the system ledger: what concerns the trial; with no trial named, all of it, for who keeps all trials.
        Of the access ledger: what its readers' own people did; all of it for who reads all sites. NEUTRAL: no
        entry of either tells an arm, and sealed texts stay sealed. Each look at a trial's is an event.
        """
        action = {streams.SYSTEM_LEDGER: "read_system_ledger", streams.access_ledger(trial): "read_access_ledger"}
        if name not in action:
            raise NotFoundError(
                f"There is no ledger {name} to read here.", next_step="Name `system` or `access:TRIAL`."
            )
        allowed = self.allow(identity, action[name], trial)
        system = all_entries(self.ports.ledger, streams.SYSTEM_LEDGER)
        if not trial:
            return system
        accesses = all_entries(self.ports.ledger, streams.access_ledger(trial))
        seen = by_people_of(accesses, system, trial, allowed.sites)
        if name == streams.SYSTEM_LEDGER:
            own = visible(all_entries(self.ports.ledger, streams.trial_ledger(trial)), allowed.sites)
            seen = concerning(system, trial, allowed.sites, [*own, *seen])
        self.record(identity, allowed, trial, "reading", RecordRead(scope=name, what="ledger"))
        return seen

    def disclosure(self, identity: Identity, trial: str, request: str) -> Disclosure:
        """The arm that was disclosed to this person under a request; every look is an event.

        It comes out of the envelope of the participant's allocation, whose key the key store gives on the authority of
        the disclosure's own entry: looked at again, the same disclosure and no other opening.
        """
        allowed = self.allow(identity, "read_disclosure", trial)
        entries = self.ports.ledger.stream(streams.disclosure(trial, request))
        own = [e for e in entries if self._is_for(e, identity) and self._is_at(e, trial, allowed.sites)]
        if not own:
            raise NotFoundError(
                f"Nothing was disclosed to {identity.person} under {request}.",
                next_step="A disclosure is made to named recipients; ask for one of your own.",
            )
        fact: DisclosureRecorded = own[-1].fact
        self.record(identity, allowed, trial, "reading", RecordRead(scope=request, what="disclosure"))
        if self._in_envelope(trial, request, own[-1]) != fact.arm:
            raise _contradicted(f"The envelope of participant {fact.participant} and the vault do not agree")
        return Disclosure(fact.participant, fact.recipient, fact.arm, fact.label)

    def _is_for(self, entry: Entry, identity: Identity) -> bool:
        """For its named recipient; and for the desk that acted for one who has no account here."""
        fact, body = entry.fact, entry.body
        late = body.actor == PRODUCT  # entered for who had sent it, whom the product names as performer
        sender, role = (body.performer.person, body.performer.role) if late else (body.actor, body.role)
        through_desk = role == "code_break_desk" and sender == identity.person
        return isinstance(fact, DisclosureRecorded) and (fact.recipient == identity.person or through_desk)

    def _in_envelope(self, trial: str, request: str, recorded: Entry) -> str:
        """The arm in the envelope of the allocation that the disclosure is about."""
        told = self.ports.ledger.stream(streams.unblinding(trial, request))
        authority = next((e for e in told if _tells_of(e.fact, recorded.body.event_id)), None)
        number = recorded.fact.participant
        self.histories.follow(streams.trial_ledger(trial))
        allocation = self.histories.load(streams.participant(trial, number)).of(Participant).allocation
        if authority is None or allocation is None:
            raise _contradicted(f"The trial ledger knows nothing of a disclosure about participant {number}")
        return self.ports.opens.arm(
            allocation.fact.envelope,
            trial=trial,
            event_id=allocation.event,
            participant=number,
            list_root=allocation.fact.list_root,
            authorised_by=authority.body.event_id,
        )

    def _is_at(self, entry: Entry, trial: str, sites: frozenset[str] | None) -> bool:
        """Whether the participant is one of those sites'."""
        if sites is None:
            return True
        about = self.histories.load(streams.participant(trial, entry.fact.participant))
        return about.of(Participant).site in sites

    def text(self, identity: Identity, trial: str, event_id: UUID, field: str) -> str:
        """Open one sealed text that the person may read; recorded where it is for some readers only."""
        action = "read_text"
        reading = self.reading(identity, action, trial)
        entry = next((e for e in reading.entries if e.body.event_id == event_id), None)
        sealed: Any = None if entry is None else getattr(entry.fact, field, None) or getattr(entry.body, field, None)
        unreadable = NotFoundError(
            f"No sealed text {field} of that entry is readable here.",
            next_step="Look the entry up with `trialproof show`.",
        )
        if entry is None or not is_sealed(sealed):
            raise unreadable
        if sealed.audience in FOR_SOME:
            allowed = self.allow(identity, FOR_SOME[sealed.audience], trial)
            if entry not in visible(reading.entries, allowed.sites):
                raise unreadable
            what = RecordRead(scope=f"entry {entry.frame.position}", what=field)
            self.record(identity, allowed, trial, "reading", what)
        return self.ports.opens.text(sealed)
