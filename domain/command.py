"""What a command is: a wish, strictly read, that names the streams it needs and decides over them.

    read -> streams named and loaded -> gate -> decide -> one append

`decide` is pure: time, ids and the way to seal come in `Given`, the past comes in `Room`.
Permissions are refused when order or authority fails; facts that have happened never are, they are
recorded and open a deviation (conduct rules, section 1).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, NamedTuple, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.aggregate import Aggregate
from domain.fields import Audience, SealedText
from domain.input import Code, Reference, Words1024, reason_is_real
from domain.ledger.facts import Environment
from domain.people.roles import ActingRole
from domain.ports import OpensLists, Randomiser, Seals, Signs
from domain.record import Entry, Fact, Performer, SourceKind, Strength
from domain.session.facts import Component
from domain.session.limits import USUAL, Limits
from domain.times import Occurred
from domain.trial.lock import LockView

A = TypeVar("A", bound=Aggregate)
Reader = TypeVar("Reader", bound=Audience)


class Actor(NamedTuple):
    """Who is authenticated and sends, in the role that the gate found for this command."""

    person: str
    printed_name: str
    role: ActingRole
    organisation: str


class Decided(NamedTuple):
    """One fact that a command leads to. `derived` marks what a rule found by itself."""

    stream: str
    fact: Fact
    event_id: UUID
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """All that a decision may depend on besides the past.

    `presented` names the components that the actor proved with this very command; a session alone proves none.
    `strength` says how the actor's session was opened, `limits` what the deployment asks of credentials and reviews.
    """

    trial: str
    environment: Environment
    now: datetime
    occurred: Occurred
    actor: Actor
    performer: Performer
    new_id: Callable[[], UUID]
    token: Callable[[], str]
    secret: Callable[[], bytes]
    seals: Seals
    randomiser: Randomiser
    opens_list: OpensLists
    key_scope: str
    signs: Signs
    session: str
    presented: tuple[Component, ...]
    strength: Strength = "password_totp"
    limits: Limits = USUAL

    def text(self, words: str, audience: type[Reader], size: int) -> SealedText[Reader]:
        """The words, sealed under the key of what the command is about."""
        return self.seals.text(words, audience, size, scope=self.key_scope)

    def fact(self, stream: str, fact: Fact, *, derived: bool = False) -> Decided:
        """The fact, with an id of its own."""
        return Decided(stream, fact, self.new_id(), derived)


@dataclass(frozen=True, slots=True)
class Room:
    """The past that a command named: one aggregate per stream, at the versions that were read.

    `sender` is who sends the command.
    """

    trial: str
    aggregates: Mapping[str, Aggregate] = field(default_factory=dict[str, Aggregate])
    whole: LockView | None = None
    roots: Mapping[str, str] = field(default_factory=dict[str, str])
    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict[str, tuple[Entry, ...]])
    sender: str = ""

    def __contains__(self, stream: str) -> bool:
        return stream in self.aggregates

    def get(self, kind: type[A], stream: str) -> A:
        """The aggregate of a stream that the command named."""
        found = self.aggregates[stream]
        assert isinstance(found, kind), f"{stream} is not about a {kind.__name__}"
        return found


class Reason(BaseModel):
    """Why: a code of a list, and words where the rules ask for words."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    code: Code
    text: Words1024 | None = None


class Source(BaseModel):
    """Where a fact comes from, and where the original is."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    kind: SourceKind = "direct"
    ref: Reference | None = None


class Command(BaseModel):
    """The root of all commands; `NAME` is what an `apply` line and the API call it.

    What was submitted never stands in the message of an error, which may reach a log or a trace.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    NAME: ClassVar[str]
    SAFETY: ClassVar[bool] = False
    """A safety fact or an emergency: a clock fault or a lock never stops it."""
    NEEDS_REASON: ClassVar[bool] = False
    SYSTEM: ClassVar[bool] = False
    """It concerns the system ledger and no trial."""
    OWN: ClassVar[bool] = False
    """Every open account may do it about itself, and nobody about another."""
    SEES_WHOLE_TRIAL: ClassVar[bool] = False
    """Its decision needs the whole trial ledger, not only some streams: the hard lock."""

    reason: Reason | None = None
    source: Source | None = None
    on_behalf_of: Code | None = None

    def streams(self, room: Room) -> tuple[str, ...]:
        """The streams this command needs, given what is loaded so far; called until nothing new is named."""
        raise NotImplementedError(room.trial)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """The facts this command leads to; Refusal when it asks for a permission that cannot be given."""
        raise NotImplementedError(given.trial + room.trial)

    def concerned_trial(self, room: Room) -> str | None:
        """The trial it concerns, for the gate; None when it concerns people and no trial."""
        return room.trial or None

    def concerned_site(self, room: Room) -> str | None:
        """The site it concerns, for the gate; None when it concerns the trial as a whole."""
        del room
        return None

    def version_in_force(self, given: Given, room: Room) -> str | None:
        """The protocol version in force where it is performed, stored with every event."""
        del given, room
        return None

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The streams whose entries, as they count now, the decision looks at one by one: to correct one of them."""
        del room
        return ()

    def concerned_person(self) -> str | None:
        """The person it is about, for what everybody may do about oneself."""
        return None

    def vouched_stream(self, trial: str) -> str | None:
        """The stream whose root this command vouches for."""
        del trial
        return None

    def vouched_version(self) -> int | None:
        """Up to which version it vouches for that stream; None for all of it."""
        return None

    def lock(self, room: Room) -> str | None:
        """What must not run twice at once, such as drawing from one stratum's list."""
        del room
        return None

    def key_scope(self, room: Room) -> str:
        """Whose key seals the texts of this command: one erasure reaches all words about one participant."""
        return f"trial:{room.trial}"


COMMANDS: dict[str, type[Command]] = {}
C = TypeVar("C", bound=type[Command])


def command(name: str, *, safety: bool = False, needs_reason: bool = False) -> Callable[[C], C]:
    """Register a command under the name it is sent by."""

    def register(kind: C) -> C:
        assert name not in COMMANDS, f"two commands are called {name}"
        kind.NAME, kind.SAFETY, kind.NEEDS_REASON = name, safety, needs_reason
        COMMANDS[name] = kind
        return kind

    return register


def has_real_reason(wish: Command) -> bool:
    """Whether a reason stands that is more than a blank, "n/a" or "typo" (conduct rules, section 11)."""
    return wish.reason is not None and wish.reason.text is not None and reason_is_real(wish.reason.text)
