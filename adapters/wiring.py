"""The whole assembly, by constructor arguments: what is put together here is nowhere else.

A store is a folder: `ledger.sqlite`, `keys/`, `read-models/`, `reports/`, `locks/`. Seeded clock and
randomness open demonstration stores only.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapters.chance import FreshIds, system_clock
from adapters.keys.sealing import Opener, Sealer, VaultSealing
from adapters.keys.secret import read_secret, write_new_secret
from adapters.keys.store import KeyStore
from adapters.read_models.file import ViewFile
from adapters.read_models.follower import Follower
from adapters.storage.ledger import EventStoreLedger
from adapters.storage.locks import Locks
from adapters.storage.mapper import FactSealing
from adapters.storage.recorder import LedgerRecorder
from adapters.storage.sqlite import SqliteDialect
from adapters.storage.sqlite.looking import LedgerFile
from compliance.conduct import Conduct
from compliance.contexts import environment_of
from compliance.ports import Ports
from compliance.proofs.entry import read_recorded_at
from compliance.proofs.tree import root_of
from compliance.randomiser import RandV1
from domain import __version__
from domain.errors import InvalidInputError, NotFoundError
from domain.ports import Opens, Randomiser, Seals

LEDGER_FILE = "ledger.sqlite"
KEY_STORE_FILE = "keystore.sqlite"
SOFTWARE = f"trialproof/{__version__}"


@dataclass(frozen=True, slots=True)
class Sources:
    """Clock and randomness; `seeded` ones are refused by production stores."""

    clock: Callable[[], datetime] = system_clock
    randomness: Callable[[int], bytes] = os.urandom
    seeded: bool = False


@dataclass(frozen=True, slots=True)
class Sealing:
    """How texts, arms and vault payloads are sealed: real ciphers, or the ideal of the twin tests."""

    seals: Seals
    opens: Opens
    facts: FactSealing


@dataclass(frozen=True, slots=True)
class Store:
    """An open store."""

    folder: Path
    recorder: LedgerRecorder
    ledger: EventStoreLedger
    keys: KeyStore
    conduct: Conduct

    @property
    def ports(self) -> Ports:
        """What the compliance room was handed."""
        return self.conduct.ports

    def close(self) -> None:
        """Close the files."""
        self.recorder.close()
        self.keys.close()


def create_store(folder: Path, key_file: Path, sources: Sources = Sources()) -> Store:
    """Make a new store with a key store of its own; InvalidInputError where one is already."""
    if (folder / LEDGER_FILE).exists():
        raise InvalidInputError(
            "store_exists", f"There is a store in {folder} already.", next_step="Use it, or name another folder."
        )
    for part in ("", "keys", "read-models", "reports"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = read_secret(key_file) if key_file.exists() else write_new_secret(key_file, sources.randomness)
    keys = KeyStore.create(folder / "keys" / KEY_STORE_FILE, secret, clock=sources.clock, randomness=sources.randomness)
    return assemble(folder, keys, sources)


def open_store(folder: Path, key_file: Path, sources: Sources = Sources()) -> Store:
    """Open a store; NotFoundError where none is, InvalidInputError for seeded sources on production data."""
    if not (folder / LEDGER_FILE).exists():
        raise NotFoundError(
            f"There is no store in {folder}.",
            next_step="Set one up with `trialproof init --environment demonstration`.",
        )
    keys = KeyStore(
        folder / "keys" / KEY_STORE_FILE,
        read_secret(key_file),
        clock=sources.clock,
        randomness=sources.randomness,
    )
    store = assemble(folder, keys, sources)
    if sources.seeded and environment_of(store.ledger) != "demonstration":
        store.close()
        raise InvalidInputError(
            "seeded_sources",
            "A seeded clock or seeded randomness must not touch production data.",
            next_step="Open the store with the host's clock and randomness.",
        )
    return store


def open_store_at_its_time(folder: Path, key_file: Path) -> Store:
    """Open a store; one of a demonstration that was recorded ahead of the host's clock goes on at its own time."""
    store = open_store(folder, key_file)
    last = last_recorded(store)
    if last is None or last <= store.ports.clock() or environment_of(store.ledger) != "demonstration":
        return store
    store.close()
    return open_store(folder, key_file, Sources(clock=lambda: max(last, system_clock()), seeded=True))


def last_recorded(store: Store) -> datetime | None:
    """The latest recorded time of all ledgers."""
    ledger = store.ledger
    ends = (ledger.stored_page(name, after=ledger.head(name).size - 1) for name in ledger.ledgers())
    return max((read_recorded_at(end.recorded_at) for page in ends for end in page), default=None)


def assemble(
    folder: Path,
    keys: KeyStore,
    sources: Sources,
    *,
    sealing: Sealing | None = None,
    randomiser: Randomiser | None = None,
) -> Store:
    """Put the parts together."""
    sealing = sealing or Sealing(
        seals=Sealer(keys, sources.randomness), opens=Opener(keys), facts=VaultSealing(keys, sources.randomness)
    )
    recorder = LedgerRecorder(SqliteDialect(folder / LEDGER_FILE), sources.clock)
    ledger = EventStoreLedger(recorder, sealing.facts)
    ports = Ports(
        ledger=ledger,
        clock=sources.clock,
        ids=FreshIds(sources.randomness),
        seals=sealing.seals,
        randomiser=randomiser or RandV1(),
        digest=keys.command_digest,
        hold=Locks(folder / "locks").hold,
        opens=sealing.opens,
        leaves=lambda ledger, size: recorder.leaves(ledger, up_to=size),
        stream_root=lambda stream: stream_root(recorder, stream),
        software_version=SOFTWARE,
    )
    return Store(folder, recorder, ledger, keys, Conduct(ports))


def look_at(folder: Path) -> LedgerFile:
    """The ledger file of a store, for the verifier: no key store, no examination, no means to change it."""
    return LedgerFile(folder / LEDGER_FILE)


def read_models(store: Store) -> Follower:
    """The views of blinded readers, beside the ledger."""
    return Follower(store.ledger, ViewFile(store.folder / "read-models" / "blinded.sqlite"))


def stream_root(recorder: LedgerRecorder, stream: str) -> str:
    """The RFC 6962 root over a stream's own leaf hashes (decision 0005)."""
    return root_of([stored.leaf for stored in recorder.stream(stream)]).hex()
