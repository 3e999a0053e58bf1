"""Facts of the system ledger about log-ins: what was proved, what failed, what looked unusual; never a secret."""

from typing import Literal

from domain.catalogue import Retention, recorded_as
from domain.fields import Open
from domain.record import Fact, Instant, Strength
from domain.values import Code, Name, Value

Component = Literal["password", "totp", "passkey", "emergency", "key", "provider"]
"""One thing that proves an identity; `provider` is a fresh authentication at an identity provider."""
Purpose = Literal["login", "signing", "activation", "emergency", "token"]
Why = Literal["log_out", "idle", "absolute", "deactivated", "credentials_changed", "revoked"]
Signal = Literal["concurrent_session", "new_device", "unusual_hour", "replayed_code", "passkey_counter"]


@recorded_as("session.started.v1", ledger="system", retention=Retention.ACCESS_RECORD, predicate="21 CFR 11.10(d)")
class SessionStarted(Fact):
    """Somebody proved who they are; `ends` is the absolute limit, `idle_minutes` the limit without use."""

    components: Open[tuple[Component, ...]]
    device: Open[Name]
    ends: Open[Instant]
    idle_minutes: Open[int]
    person: Open[Code]
    session: Open[Code]
    strength: Open[Strength]


@recorded_as("session.ended.v1", ledger="system", retention=Retention.ACCESS_RECORD, predicate="21 CFR 11.10(d)")
class SessionEnded(Fact):
    """The session is over and never opens again."""

    person: Open[Code]
    session: Open[Code]
    why: Open[Why]


@recorded_as(
    "session.signing_opened.v1",
    ledger="system",
    retention=Retention.ACCESS_RECORD,
    predicate="21 CFR 11.200(a)(1)(i)",
)
class SigningOpened(Fact):
    """The first signing of this continuous session: all components were proved."""

    components: Open[tuple[Component, ...]]
    person: Open[Code]
    session: Open[Code]


class FailedFor(Value):
    """How often it failed for an account that exists; what else was typed as an id is not kept."""

    count: int
    person: Code


@recorded_as(
    "authentication.failed.v1", ledger="system", retention=Retention.ACCESS_RECORD, predicate="21 CFR 11.300(d)"
)
class AuthenticationFailed(Fact):
    """Attempts from one source that proved nothing, since its last such entry; at most one entry a minute."""

    count: Open[int]
    persons: Open[tuple[FailedFor, ...]]
    purpose: Open[Purpose]
    since: Open[Instant]
    source: Open[Name]


@recorded_as(
    "authentication.locked.v1", ledger="system", retention=Retention.ACCESS_RECORD, predicate="21 CFR 11.300(d)"
)
class AuthenticationLocked(Fact):
    """Too many attempts failed in a row: until then no attempt for this account is looked at."""

    failures: Open[int]
    person: Open[Code]
    until: Open[Instant]


@recorded_as(
    "security.signal_raised.v1", ledger="system", retention=Retention.ACCESS_RECORD, predicate="21 CFR 11.300(d)"
)
class SignalRaised(Fact):
    """Something that the genuine owner of an account would hardly do; for people to look at, it refuses nothing."""

    detail: Open[Name]
    person: Open[Code]
    session: Open[Code | None]
    signal: Open[Signal]
