"""Twin runs: the same story told to two stores, in which only the arms behind the allocations differ.

Sealing and commitments are ideal (chance of fixed length in the place of ciphertexts, seed commitment and
root), so that whatever still differs between two runs is a channel that tells an arm.

What this does not show: that the real ciphers and commitments hide (`test_sealing_hides_the_arm.py` and
`test_words_of_arms_are_in_no_file.py` look at those), and whatever tells an arm without this software:
effects that are seen at the bedside, packaging, smell and colour, what people say or write into free text
and source references, and how long the host's processor took.
"""

import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from hashlib import shake_256
from pathlib import Path
from traceback import format_exception
from typing import Any, NamedTuple

from adapters.chance import SeededBytes, SetClock
from adapters.cli.errors import told
from adapters.demo.director import START, TRIAL, Director
from adapters.demo.doors import ORIGINATOR, Doors
from adapters.demo.people import PHARMACIST
from adapters.identity.authenticator import LoggedIn
from adapters.keys.ideal import Aside, IdealOpener, IdealSealer, IdealVaultSealing
from adapters.keys.store import KeyStore
from adapters.logs import carried_out, open_log, places_of
from adapters.wiring import KEY_STORE_FILE, Sealing, Sources, Store, assemble
from compliance.conduct import Conduct, Done
from compliance.envelope import Envelope
from compliance.gate import Identity
from compliance.randomiser import RandV1
from domain import streams
from domain.allocation.facts import Level, ListSealed, SlotDrawn
from domain.allocation.slots import Slot
from domain.errors import TrialproofError
from domain.kits.facts import MappedKit
from domain.ports import Ledger

SECRET = bytes(range(32))
ARMS = ("k1", "k2")
DETAIL = (PHARMACIST, "record_treatment_detail")
Slots = tuple[str, ...]
Plan = Callable[[Slots], Slots]
Payload = dict[str, Any]


def as_drawn(slots: Slots) -> Slots:
    """The list as the seed gives it."""
    return slots


def exchanged(slots: Slots) -> Slots:
    """Each slot exchanged with the next one of another arm that is not exchanged yet."""
    found, waiting = list(slots), list[int]()
    for at, arm in enumerate(slots):
        if waiting and slots[waiting[0]] != arm:
            other = waiting.pop(0)
            found[at], found[other] = found[other], found[at]
        else:
            waiting.append(at)
    return tuple(found)


def mirrored(slots: Slots) -> Slots:
    """Every slot in the other arm, so that the totals differ, too."""
    return tuple(ARMS[1 - ARMS.index(arm)] for arm in slots)


class IdealCommitments(RandV1):
    """`rand/v1` with a plan for its slots, and with chance where commitments would stand."""

    def __init__(self, plan: Plan, length: int | None) -> None:
        self._plan = plan
        self._length = length

    def slots(self, sealed: ListSealed, trial: str) -> Slots:
        return self._plan(super().slots(sealed, trial)[: self._length])

    def next_kit(self, kits: Sequence[MappedKit], arm: str, gone: Collection[str]) -> str | None:
        """The next in order whatever the arm: that the real one's numbers tell nothing is shown on its own."""
        del arm
        return next((kit.kit for kit in kits if kit.kit not in gone), None)

    def next_slot(
        self, sealed: ListSealed, trial: str, earlier: Sequence[SlotDrawn], levels: Sequence[Level]
    ) -> Slot | None:
        del levels  # lists of the twins are fixed beforehand
        slots = self.slots(sealed, trial)
        return Slot(slots[len(earlier)], None) if len(earlier) < len(slots) else None

    def design_commitment(self, salt: bytes, canonical: bytes) -> str:
        del salt, canonical
        return _chance("design commitment")

    def seed_commitment(self, seed: bytes, trial: str) -> str:
        del seed
        return _chance("seed commitment", trial)

    def root(self, lists: Sequence[ListSealed], trial: str) -> str:
        return _chance("root", trial, *(f"{sealed.version}/{sealed.stratum}" for sealed in lists))


def _chance(*place: str) -> str:
    return shake_256("/".join(place).encode()).hexdigest(32)


class Dealt:
    """Chance dealt anew for each act: what the unblinded side does more often in one run shifts nothing else."""

    def __init__(self) -> None:
        self.deal("set-up")

    def deal(self, act: str) -> None:
        self._bytes = SeededBytes(f"twins/{act}")

    def __call__(self, length: int) -> bytes:
        return self._bytes(length)


def ideal(aside: Aside) -> Sealing:
    return Sealing(IdealSealer(aside), IdealOpener(aside), IdealVaultSealing(aside))


class Choices(NamedTuple):
    """What makes a run.

    The plan of its slots, and how many there are; what the pharmacist records of a dose in each arm; the ideal
    sealing (None: the real one, with real commitments and chance); other arms than the demonstration's.
    """

    plan: Plan
    given: Mapping[str, tuple[Payload, ...]]
    slots: int | None = None
    sealing: Callable[[Aside], Sealing] | None = ideal
    arms: tuple[Payload, ...] | None = None


class Heard(NamedTuple):
    """What the sender of a command was told."""

    person: str
    command: str
    answer: str


class Twin:
    """One of the runs: its store, its log, and what senders were told."""

    def __init__(self, folder: Path, choices: Choices, *, anew: bool = True) -> None:
        self.folder, self.log_file = folder / "store", folder / "log.jsonl"
        self.choices = choices
        self.clock, self.dealt = SetClock(START.astimezone(UTC)), Dealt()
        self.heard: list[Heard] = []
        self._chance = self.dealt if choices.sealing else os.urandom
        self._sources = Sources(self.clock, self._chance, seeded=True)
        self._sealing = choices.sealing(Aside(b"twins")) if choices.sealing else None
        if anew:
            self._make()
        self.store = self.open()
        self.doors = WatchedDoors(self.store, self.clock)

    def _make(self) -> None:
        for part in ("keys", "read-models", "reports"):
            (self.folder / part).mkdir(parents=True)
        KeyStore.create(self._key_store, SECRET, clock=self.clock, randomness=self._chance).close()

    @property
    def _key_store(self) -> Path:
        return self.folder / "keys" / KEY_STORE_FILE

    def open(self) -> Store:
        """The run's store, opened once more."""
        keys = KeyStore(self._key_store, SECRET, clock=self.clock, randomness=self._chance)
        randomiser = IdealCommitments(self.choices.plan, self.choices.slots) if self._sealing else None
        return assemble(self.folder, keys, self._sources, sealing=self._sealing, randomiser=randomiser)

    def arms(self) -> dict[str, str]:
        """The arm of each participant, as the vault has it."""
        return arms_of(self.store.ledger)


def arms_of(ledger: Ledger) -> dict[str, str]:
    """The arm of each participant, as the vault has it."""
    entries = ledger.page(streams.vault_ledger(TRIAL), limit=10_000)
    return {e.fact.participant: e.fact.arm for e in entries if isinstance(e.fact, SlotDrawn)}


class Logged(Conduct):
    """Carries out and logs, as the command line does."""

    def __init__(self, conduct: Conduct, log_file: Path) -> None:
        super().__init__(conduct.ports)
        self._conduct, self._log_file = conduct, log_file

    def carry_out(self, envelope: Envelope, identity: Identity, *, trial: str | None) -> Done:
        with open_log(str(self._log_file)) as log:
            return carried_out(self._conduct, envelope, identity, trial=trial, log=log)


class WatchedDoors(Doors):
    """Remembers every secret that anybody had, so that they can be looked for."""

    def __init__(self, store: Store, clock: SetClock) -> None:
        super().__init__(store, clock)
        self.secrets: list[str] = []
        self._devices: dict[str, str] = {}

    def let_in_by_key(self, person: str, device: str) -> None:
        """From now on this service account comes by its key; that keys are checked is shown elsewhere."""
        self._devices[person] = device

    def identity(self, person: str) -> Identity:
        if person not in self._devices:
            return super().identity(person)
        return self._recorded.started(
            person,
            strength="machine",
            components=("key",),
            device=self._devices[person],
            lasts=timedelta(hours=1),
            idle=timedelta(hours=1),
            originator=ORIGINATOR,
        )

    def activate(self, person: str, invitation: str) -> None:
        super().activate(person, invitation)
        held = self.held[person]
        self.secrets += (invitation, held.password, held.otp_secret)

    def prepare_for_emergency(self, person: str) -> None:
        super().prepare_for_emergency(person)
        self.secrets.append(self.held[person].emergency)

    def log_in_in_emergency(self, person: str) -> LoggedIn:
        logged_in = super().log_in_in_emergency(person)
        self.secrets.append(logged_in.token)
        return logged_in

    def log_in(self, person: str, *, password: str | None = None) -> LoggedIn:
        logged_in = super().log_in(person, password=password)
        self.secrets.append(logged_in.token)
        return logged_in


class Watched(Director):
    """Directs as the demonstration's director does, while the twin listens.

    The pharmacist records what belongs to the participant's arm; what an arm has more of than another is
    recorded as well, in the same moment, by means that leave the chance of all other acts as it is.
    """

    doors: WatchedDoors

    def __init__(self, twin: Twin) -> None:
        logged = Logged(twin.store.conduct, twin.log_file)
        super().__init__(replace(twin.store, conduct=logged), twin.clock)
        self.doors = twin.doors = WatchedDoors(twin.store, twin.clock)
        self._twin, self._shown = twin, twin.clock
        self._acts_sent = 0

    def carry(self, person: str, command: str, payload: Payload, **frame: Any) -> Done:
        self._acts_sent += 1
        self._twin.dealt.deal(str(self._acts_sent))
        first, *more = self._known_to_the_unblinded(person, command, payload)
        before = len(self.sent)
        try:
            done = super().carry(person, command, payload | first, **frame)
        except TrialproofError as error:
            self._hear(person, command, {**told(error), "printed": "".join(format_exception(error))})
            raise
        finally:
            for sent in self.sent[before:]:
                sent.line["payload"] = payload
        self._hear(person, command, {"done": places_of(done)})
        for number, extra in enumerate(more):
            self._carry_unheard(str(number), payload | extra)
        self._twin.dealt.deal(f"{self._acts_sent}/after")
        return done

    def _known_to_the_unblinded(self, person: str, command: str, payload: Payload) -> tuple[Payload, ...]:
        choices = self._twin.choices
        if command == "declare_design" and choices.arms and "arms" in payload:
            return ({"arms": list(choices.arms)},)
        if command == "supply_kits" and choices.arms and isinstance(payload.get("contents"), list):
            named = zip(choices.arms, payload["contents"], strict=True)
            return ({"contents": [{**kits, "arm": arm["arm"]} for arm, kits in named]},)
        if (person, command) != DETAIL:
            return ({},)
        arm = self._twin.arms().get(str(payload.get("participant")))
        return choices.given[arm or next(iter(choices.given))]

    def _carry_unheard(self, label: str, payload: Payload) -> None:
        self._twin.dealt.deal(f"{self._acts_sent}/{label}")
        self._shown.shows -= timedelta(seconds=1)
        listening, self.store = self.store, self._twin.store
        super().carry(*DETAIL, payload)
        self.store = listening
        self.sent.pop()

    def _hear(self, person: str, command: str, answer: Payload) -> None:
        self._twin.heard.append(Heard(person, command, json.dumps(answer)))
