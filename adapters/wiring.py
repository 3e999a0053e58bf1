"""The whole assembly, by constructor arguments: what is put together here is nowhere else.

A store is a folder: `ledger.sqlite`, `keys/`, `identity/`, `read-models/`, `reports/`, `locks/`. Seeded clock and
randomness open demonstration stores only.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from adapters.chance import FreshIds, system_clock
from adapters.identity.authenticator import Authenticator
from adapters.identity.file import CredentialFile
from adapters.identity.hashing import Hashing
from adapters.keys.emergency_log import EmergencyLog
from adapters.keys.list_import import ListImportKey
from adapters.keys.sealing import Opener, Sealer, VaultSealing
from adapters.keys.secret import read_secret, write_new_secret
from adapters.keys.signer import SignerKey, verifies
from adapters.keys.store import KeyStore
from adapters.read_models.file import ViewFile
from adapters.read_models.follower import Follower
from adapters.storage.ledger import EventStoreLedger
from adapters.storage.locks import Locks
from adapters.storage.mapper import FactSealing
from adapters.storage.recorder import LedgerRecorder
from adapters.storage.sqlite import SqliteDialect
from adapters.storage.sqlite.looking import LedgerFile
from adapters.tokens.assertions import ServiceLogins
from adapters.tokens.door import Door
from adapters.tokens.doors import TokenDoors
from adapters.tokens.id_tokens import Provider
from adapters.tokens.provider import ProviderLogins
from adapters.tokens.taken import TakenTokens
from adapters.vault import escrow_key
from compliance.authentication import Authentication
from compliance.conduct import Conduct
from compliance.contexts import environment_of
from compliance.ports import Ports
from compliance.proofs.entry import read_recorded_at
from compliance.proofs.tree import root_of
from compliance.randomiser import RandV1
from domain import __version__
from domain.errors import InvalidInputError, NotFoundError, TrialproofError
from domain.ports import Opens, Randomiser, Seals
from domain.session.limits import Limits

LEDGER_FILE = "ledger.sqlite"
KEY_STORE_FILE = "keystore.sqlite"
CREDENTIAL_FILE = "credentials.sqlite"
TAKEN_FILE = "tokens.sqlite"
LATER = timedelta(seconds=30)
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
    """An open store; `alone` where a full disk lets nobody else open it meanwhile."""

    folder: Path
    recorder: LedgerRecorder
    ledger: EventStoreLedger
    keys: KeyStore
    conduct: Conduct
    authenticator: Authenticator
    sources: Sources
    limits: Limits
    alone: bool = False

    @property
    def ports(self) -> Ports:
        """What the compliance room was handed."""
        return self.conduct.ports

    @property
    def list_import(self) -> ListImportKey:
        """The key to which lists made outside are sealed."""
        return ListImportKey(self.keys)

    def close(self) -> None:
        """Close the files."""
        self.authenticator.close()
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
    _make_room_for_emergencies(folder, keys)
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
    _make_room_for_emergencies(folder, keys)
    store = assemble(folder, keys, sources)
    if sources.seeded and environment_of(store.ledger) != "demonstration":
        store.close()
        raise InvalidInputError(
            "seeded_sources",
            "A seeded clock or seeded randomness must not touch production data.",
            next_step="Open the store with the host's clock and randomness.",
        )
    return store


def _make_room_for_emergencies(folder: Path, keys: KeyStore) -> None:
    """While the disk has some; a store that cannot be written now is opened all the same."""
    with suppress(TrialproofError):
        EmergencyLog(folder / "keys", keys).prepare()


def open_store_at_its_time(folder: Path, key_file: Path) -> Store:
    """Open a store; one of a demonstration that was recorded ahead of the host's clock goes on at its own time.

    That time runs, and begins `LATER` than the last entry, so that every log-in finds a code not used before.
    """
    store = open_store(folder, key_file)
    last = last_recorded(store)
    if last is None or last <= store.ports.clock() or environment_of(store.ledger) != "demonstration":
        return store
    store.close()
    opened = system_clock()

    def clock() -> datetime:
        now = system_clock()
        return max(last + LATER + (now - opened), now)

    return open_store(folder, key_file, Sources(clock=clock, seeded=True))


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
        seals=Sealer(keys, sources.randomness, lambda trial: escrow_key(ledger, trial)),
        opens=Opener(keys),
        facts=VaultSealing(keys, sources.randomness),
    )
    dialect = SqliteDialect(folder / LEDGER_FILE)
    recorder = LedgerRecorder(dialect, sources.clock)
    ledger = EventStoreLedger(recorder, sealing.facts)
    limits = Limits()
    ports = Ports(
        ledger=ledger,
        clock=sources.clock,
        ids=FreshIds(sources.randomness),
        seals=sealing.seals,
        randomiser=randomiser or RandV1(),
        opens_list=ListImportKey(keys),
        digest=keys.command_digest,
        hold=Locks(folder / "locks").hold,
        opens=sealing.opens,
        leaves=lambda ledger, size: recorder.leaves(ledger, up_to=size),
        stream_root=lambda stream, version: stream_root(recorder, stream, version),
        signs=SignerKey(keys),
        verifies=verifies,
        software_version=SOFTWARE,
        limits=limits,
    )
    conduct = Conduct(ports)
    authenticator = Authenticator(
        conduct,
        CredentialFile(folder / "identity" / CREDENTIAL_FILE),
        keys,
        hashing=Hashing(sources.randomness, light=sources.seeded),
        randomness=sources.randomness,
        limits=limits,
    )
    return Store(folder, recorder, ledger, keys, conduct, authenticator, sources, limits, dialect.alone)


def token_doors(store: Store, providers: Sequence[Provider] = ()) -> TokenDoors:
    """Where services come in by their keys and persons by the sponsor's providers; whoever serves them closes it."""
    entrance = Door(Authentication(store.ports), store.authenticator.issue, store.authenticator.note_failure)
    taken = TakenTokens(store.folder / "identity" / TAKEN_FILE)
    by_issuer = {provider.issuer: ProviderLogins(entrance, provider, taken) for provider in providers}
    return TokenDoors(ServiceLogins(entrance, taken), by_issuer, taken)


def look_at(folder: Path) -> LedgerFile:
    """The ledger file of a store, for the verifier: no key store, no examination, no means to change it."""
    return LedgerFile(folder / LEDGER_FILE)


def read_models(store: Store) -> Follower:
    """The views of blinded readers, beside the ledger."""
    return Follower(store.ledger, ViewFile(store.folder / "read-models" / "blinded.sqlite"))


def stream_root(recorder: LedgerRecorder, stream: str, version: int | None = None) -> str:
    """The RFC 6962 root over a stream's own leaf hashes, up to a version (decision 0005)."""
    return root_of([stored.leaf for stored in recorder.stream(stream)][:version]).hex()
