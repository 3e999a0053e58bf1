"""Log-ins and what came of attempts: sessions, failures, lock-outs, signals, credentials (access log (d))."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from compliance.reports import frame
from compliance.reports.access_known import Access, SessionKnown
from compliance.reports.access_words import local, recorded, sender
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.material import Material
from compliance.reports.model import Code, Table
from compliance.reports.wording import counted, listed, spaced
from domain.credentials.facts import (
    CredentialRevoked,
    CredentialSet,
    RecoveryApproved,
    RecoveryNoticed,
    RecoveryRequested,
)
from domain.record import Entry
from domain.session.facts import AuthenticationFailed, AuthenticationLocked, SignalRaised

SESSIONS: Final = "sessions"
ATTEMPTS: Final = "attempts"
CREDENTIALS: Final = "credentials"
NOBODY: Final = "nobody known"
_ENDS: Final = (
    Code(code="log out", meaning="the owner logged out"),
    Code(code="idle", meaning="not used for as long as the limit allows"),
    Code(code="absolute", meaning="as old as the limit allows"),
    Code(code="deactivated", meaning="the account ended", tone="watch"),
    Code(code="credentials changed", meaning="credentials were changed or replaced"),
    Code(code="revoked", meaning="ended by an administrator, or with a lost credential", tone="watch"),
    Code(code="open", meaning="no end is recorded, and the limit is not reached"),
    Code(code="over", meaning="no end is recorded; it was over at its limit"),
)
_KINDS: Final = (
    Code(code="failed", meaning="attempts that proved nothing", tone="watch"),
    Code(code="locked", meaning="the account was locked for a while", tone="bad"),
    Code(code="signal", meaning="something that the genuine owner would hardly do; it refuses nothing", tone="watch"),
)
SIGNALS: Final = {
    "concurrent_session": "a second session at the same time",
    "new_device": "a device not seen before",
    "unusual_hour": "an hour at which the owner is never active",
    "replayed_code": "a one-time code that was used before",
    "passkey_counter": "a passkey whose counter went back: it may have been copied",
}


class Attempt(NamedTuple):
    """Failed attempts of one account from one source, a lock-out, or a signal."""

    kind: str
    person: str
    times: int
    what: str
    where: str | None
    entry: Entry


def attempts(system: Iterable[Entry]) -> Iterator[Attempt]:
    """All of them, in order of their entries; under ids that no account has, together."""
    for entry in system:
        match entry.fact:
            case AuthenticationFailed() as fact:
                nobodys = fact.count - sum(one.count for one in fact.persons)
                for person, times in (*((one.person, one.count) for one in fact.persons), (NOBODY, nobodys)):
                    if times:
                        yield Attempt("failed", person, times, spaced(fact.purpose), fact.source, entry)
            case AuthenticationLocked(person=person, failures=failures):
                yield Attempt("locked", person, failures, f"after {counted(failures, 'failure')}", None, entry)
            case SignalRaised(person=person, signal=signal, detail=detail):
                yield Attempt("signal", person, 1, SIGNALS[signal], detail, entry)
            case _:
                pass


def sessions_table(material: Material, access: Access) -> Table:
    """One line per session."""
    zone = material.zone
    columns: tuple[Filled[SessionKnown], ...] = (
        shown("user", "User", "id", "Account", lambda s: s.started.fact.person),
        shown("session", "Session", "id", "Id of the session; entries name it", lambda s: s.started.fact.session),
        shown("started", "Logged in", "time", "When it began", lambda s: recorded(s.started, zone)),
        shown("ended", "Ended", "time", "When its end was recorded", lambda s: recorded(s.ended, zone)),
        shown("why", "Why", "status", "How it ended", lambda s: _why(s, access), codes=_ENDS),
        shown(
            "strength", "Proved by", "text", "How the identity was proved", lambda s: spaced(s.started.fact.strength)
        ),
        shown("device", "Device", "text", "As the client named it", lambda s: s.started.fact.device),
        shown("signing", "Signed from", "time", "First signing of the session", lambda s: recorded(s.signing, zone)),
        folded(
            "components",
            "Components",
            "text",
            "What was proved at log-in",
            lambda s: listed(spaced(one) for one in s.started.fact.components),
        ),
        folded("through", "Through", "text", "System it came through", lambda s: s.started.body.originator),
        folded("limit", "Ends at the latest", "time", "Its absolute limit", lambda s: local(s.started.fact.ends, zone)),
        folded("idle", "Idle limit", "number", "Without use", lambda s: str(s.started.fact.idle_minutes), unit="min"),
        folded("entry", "Entry", "text", "Entry of the log-in", lambda s: frame.handle(material, s.started)),
    )
    return table_of(
        SESSIONS,
        "Log-ins",
        "Sessions of the users above, in the order in which they began; what was done in them stands in the audit "
        "trail under the session's id.",
        columns,
        access.sessions,
        row_word="session",
        group=lambda s: s.started.fact.person,
    )


def _why(session: SessionKnown, access: Access) -> str:
    if session.ended is not None:
        return spaced(session.ended.fact.why)
    return "open" if access.now < session.started.fact.ends else "over"


def attempts_table(material: Material, access: Access) -> Table:
    """Failures, lock-outs and signals."""
    columns: tuple[Filled[Attempt], ...] = (
        shown("user", "User", "id", f"Account; {NOBODY}: an id that no account has", lambda a: a.person),
        shown("kind", "Kind", "status", "What happened", lambda a: a.kind, codes=_KINDS),
        shown("times", "Times", "number", "How often, since the last such entry", lambda a: str(a.times)),
        shown("what", "For", "text", "What was attempted, or what was noticed", lambda a: a.what),
        shown("where", "From", "text", "Source or device, as seen by the product", lambda a: a.where),
        shown("recorded", "Recorded", "time", "When", lambda a: recorded(a.entry, material.zone)),
        folded("entry", "Entry", "text", "Entry that tells of it", lambda a: frame.handle(material, a.entry)),
    )
    return table_of(
        ATTEMPTS,
        "Failed attempts, lock-outs and signals",
        "Attempts are counted per source and written at most once a minute; ids that no account has are counted "
        "and not kept.",
        columns,
        attempts(access.system),
        row_word="line",
    )


_CREDENTIAL_FACTS: Final = (CredentialSet, CredentialRevoked, RecoveryRequested, RecoveryApproved, RecoveryNoticed)


def credentials_table(material: Material, access: Access) -> Table:
    """Credentials set, revoked and recovered; the secrets are in no ledger."""
    columns: tuple[Filled[Entry], ...] = (
        shown("user", "User", "id", "Account", lambda e: e.fact.person),
        shown("what", "What", "text", "What happened", _credential_words),
        shown("kind", "Credential", "text", "Which kind", _kind),
        shown("recorded", "Recorded", "time", "When", lambda e: recorded(e, material.zone)),
        shown("by", "By", "text", "Who did it, as printed then", sender),
        folded("expires", "Expires", "time", "When it stops counting", lambda e: _expires(e, material.zone)),
        folded("entry", "Entry", "text", "Entry that tells of it", lambda e: frame.handle(material, e)),
    )
    return table_of(
        CREDENTIALS,
        "Credentials",
        "What proves the users above: set, revoked, replaced. No secret and nothing made from one is in a ledger.",
        columns,
        [entry for entry in access.system if isinstance(entry.fact, _CREDENTIAL_FACTS)],
        row_word="line",
        group=lambda e: e.fact.person,
    )


def _credential_words(entry: Entry) -> str:
    match entry.fact:
        case CredentialSet():
            return "set"
        case CredentialRevoked(why=why):
            return f"revoked: {spaced(why)}"
        case RecoveryRequested():
            return "recovery asked for by one administrator"
        case RecoveryApproved():
            return "recovery approved by a second administrator"
        case _:
            return "owner was told of the recovery"


def _kind(entry: Entry) -> str:
    fact = entry.fact
    return spaced(fact.kind) if isinstance(fact, CredentialSet | CredentialRevoked) else "all"


def _expires(entry: Entry, zone: str) -> str | None:
    return local(entry.fact.expires, zone) if isinstance(entry.fact, CredentialSet) else None
