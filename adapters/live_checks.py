"""Looks at the deployment that is running, for a compliance report: one value found per look, recorded as an event.

Each look says what it found in words that stand in a ledger afterwards; it never says how large a ledger is that
not everybody may know, and nothing of what a ledger holds.
"""

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, NamedTuple

import domain.facts  # noqa: F401  # pyright: ignore[reportUnusedImport]  # fills the register of event types
from adapters.chance import system_clock
from adapters.storage.sqlite.files import connect
from adapters.storage.sqlite.schema import names
from adapters.wiring import LEDGER_FILE, SOFTWARE, Store, last_recorded, look_at
from compliance.contexts import environment_of
from compliance.gate_table import TABLE_VERSION
from compliance.proofs.verify import verify_ledger
from domain import streams
from domain.access.facts import CheckFound, DeploymentChecked
from domain.catalogue import event_types
from domain.errors import TrialproofError
from domain.people.facts import SignerKeyRegistered
from domain.upcasts import STEPS

State = Literal["ok", "note", "wrong"]
FOR_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
DRIFT: Final = timedelta(minutes=1)
LONGEST: Final = 256
MOMENT: Final = "%Y-%m-%d %H:%M:%SZ"
FULL: Final = 2
"""PRAGMA synchronous: a commit is on the disk before it is acknowledged."""
KNOWN_TYPES: Final = frozenset({*STEPS, *(row.name for row in event_types())})


class Deployment(NamedTuple):
    """What is looked at: an open store, its key file, and the trial that the report is about."""

    store: Store
    key_file: Path
    trial: str


Found = tuple[State, str]


def look(deployment: Deployment) -> DeploymentChecked:
    """Look at one thing after the other; a look that fails says why, and hinders no other."""
    return DeploymentChecked(checks=tuple(_all(deployment)), trial=deployment.trial)


def _all(deployment: Deployment) -> Iterator[CheckFound]:
    for check, one in _LOOKS.items():
        try:
            state, found = one(deployment)
        except (TrialproofError, OSError, sqlite3.Error) as error:
            state, found = "wrong", f"It could not be looked at: {type(error).__name__}."
        yield CheckFound(check=check, found=found[:LONGEST], state=state)


def _environment(deployment: Deployment) -> Found:
    ledger = deployment.store.ledger
    kinds = ("trial", "access")
    first = [ledger.stream(streams.opening(f"{kind}:{deployment.trial}"))[0].fact.environment for kind in kinds]
    says = environment_of(ledger)
    if set(first) != {says}:
        return "wrong", f"The ledgers of the trial say {', '.join(sorted(set(first)))}, the system ledger {says}."
    return "ok", f"{says}, as the first entry of each ledger says."


def _software(_: Deployment) -> Found:
    return "ok", f"{SOFTWARE}, table of the gate {TABLE_VERSION}."


def _own_sources(deployment: Deployment) -> Found:
    if deployment.store.sources.seeded or deployment.store.sources.clock is not system_clock:
        return "note", "Clock or randomness are set from outside, as demonstrations may."
    return "ok", "The host's own clock and randomness; no seeded source."


def _clock(deployment: Deployment) -> Found:
    """The store's own clock: the host's in production; a demonstration's, so that its reports repeat byte for byte."""
    now, last = deployment.store.ports.clock(), last_recorded(deployment.store)
    if last is None or last - now <= DRIFT:
        return "ok", f"The clock shows {now:{MOMENT}}, not behind the last recorded time."
    state: State = "note" if environment_of(deployment.store.ledger) == "demonstration" else "wrong"
    return (
        state,
        f"The clock shows {now:{MOMENT}}, behind the last recorded {last:{MOMENT}}.",
    )


def _append_only(deployment: Deployment) -> Found:
    """The names alone: what each trigger does, tests of this release show."""
    with closing(sqlite3.connect(f"{_ledger_file(deployment).absolute().as_uri()}?mode=ro", uri=True)) as connection:
        there = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")}
    wanted = {name for name in names() if "_no_" in name}
    missing = sorted(wanted - there)
    if missing:
        return "wrong", f"{len(missing)} of {len(wanted)} triggers are missing: {', '.join(missing)}."
    return "ok", f"All {len(wanted)} triggers that refuse change, removal, replacement and gaps are in the ledger file."


def _durable(deployment: Deployment) -> Found:
    with closing(connect(_ledger_file(deployment))) as connection:
        journal = connection.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    found = f"Journal mode {journal}, synchronous {'FULL' if synchronous == FULL else synchronous}."
    return ("ok" if (journal, synchronous) == ("wal", FULL) else "wrong"), found


def _verified(deployment: Deployment) -> Found:
    """Every ledger of the trial and the system ledger; which positions, their own readers may ask."""
    wanted = (*(f"{kind}:{deployment.trial}" for kind in ("trial", "access", "vault")), streams.SYSTEM_LEDGER)
    with closing(look_at(deployment.store.folder)) as file:
        verdicts = [verify_ledger(one, file.rows(one), file.head(one), known_types=KNOWN_TYPES) for one in wanted]
    bad = [verdict.ledger.partition(":")[0] for verdict in verdicts if not verdict.ok]
    if bad:
        return "wrong", f"Not verified: {', '.join(bad)}. `trialproof ledger verify` names the first bad position."
    levels = {verdict.level for verdict in verdicts}
    return "ok", f"Trial, access, vault and system ledger verified whole, level {', '.join(sorted(levels))}, no anchor."


def _signer_key(deployment: Deployment) -> Found:
    key = deployment.store.ports.signs.key
    told = deployment.store.ledger.stream(streams.signer_key(key))
    registered = [entry.fact for entry in told if isinstance(entry.fact, SignerKeyRegistered)]
    if not any(fact.public == deployment.store.ports.signs.public for fact in registered):
        return "wrong", f"The key in use, {key[:16]}, is not registered in the system ledger."
    return "ok", f"The key that seals signatures, {key[:16]}, is the one registered in the system ledger."


def _key_log(deployment: Deployment) -> Found:
    deployment.store.keys.verify_log()
    return "ok", "The log of opened allocation keys is an unbroken chain."


def _private_files(deployment: Deployment) -> Found:
    paths = {"store folder": deployment.store.folder, "key file": deployment.key_file}
    open_ = [name for name, path in paths.items() if stat.S_IMODE(path.stat().st_mode) & FOR_OTHERS]
    if open_:
        return "wrong", f"Others on this host can reach the {' and the '.join(open_)}."
    return "ok", "Store folder and key file are for their owner alone."


def _session_limits(deployment: Deployment) -> Found:
    limits = deployment.store.limits
    return "ok", (
        f"Sessions end after {_minutes(limits.idle)} min without use and {_minutes(limits.absolute) // 60} h at most; "
        f"services {_minutes(limits.service_session)} min, emergency {_minutes(limits.emergency_session)} min."
    )


def _credential_limits(deployment: Deployment) -> Found:
    limits = deployment.store.limits
    age = "without limit" if limits.password_age is None else f"{limits.password_age.days} d"
    return "ok", (
        f"Locked after {limits.failures_before_lock} failures, {_minutes(limits.first_lock)} to "
        f"{_minutes(limits.longest_lock)} min; passwords {limits.password_length} characters, strength "
        f"{limits.password_strength} of 4, last {limits.password_history} kept apart, age {age}; "
        f"invitation {_minutes(limits.invitation) // 60} h."
    )


def _interfaces(_: Deployment) -> Found:
    return "ok", "Command line on this host alone; this version opens no network interface, so it is a closed system."


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds()) // 60


def _ledger_file(deployment: Deployment) -> Path:
    return deployment.store.folder / LEDGER_FILE


_LOOKS: Final[dict[str, Callable[[Deployment], Found]]] = {
    "environment": _environment,
    "software": _software,
    "interfaces": _interfaces,
    "ledgers-verify": _verified,
    "append-only": _append_only,
    "durable-writes": _durable,
    "signer-key": _signer_key,
    "key-log": _key_log,
    "private-files": _private_files,
    "own-sources": _own_sources,
    "clock": _clock,
    "session-limits": _session_limits,
    "credential-limits": _credential_limits,
}
