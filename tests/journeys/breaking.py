"""A running trial with an allocated participant, and an investigator who holds an emergency credential."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.emergency import break_blind, late_entries, recorded_breaks
from adapters.wiring import Sources, Store, open_store
from compliance.emergency import Shown
from compliance.envelope import Envelope
from compliance.gate import Identity
from compliance.late_entries import Entered
from domain import streams
from domain.record import Entry
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk
from tests.identity.house import ORIGINATOR, SOURCE, House

REASON = {"code": "suspected_reaction"}
IN_TIME = 20.0
"""For tests about something else: a machine under load is no ledger that hangs."""


@dataclass
class Emergency:
    """The trial, participant `number`, and the emergency secrets by person."""

    desk: Desk
    house: House
    number: str
    secrets: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def store(self) -> Store:
        return self.desk.store

    def breaks(
        self,
        person: str = "inv01",
        *,
        envelope: Envelope | None = None,
        secret: str | None = None,
        seconds: float = IN_TIME,
        **payload: Any,
    ) -> Shown:
        """Break the code with the emergency credential."""
        self.house.later()
        given = secret or self.secrets[person]

        def enter(store: Store) -> Identity:
            door, of = store.authenticator, {"source": SOURCE, "originator": ORIGINATOR}
            return door.log_in_in_emergency(person, given, device="a console", **of).identity

        def prove(store: Store) -> Identity:
            return store.authenticator.prove_in_emergency(person, given, source=SOURCE, originator=ORIGINATOR)

        wish = envelope or self.wish(**payload)
        with self.apart() as apart:
            return break_blind(self.store, wish, "T1", enter=enter, prove=prove, apart=lambda: apart, seconds=seconds)

    def wish(self, **payload: Any) -> Envelope:
        whole = {"participant": self.number, "channel": "investigator", "reason": REASON} | payload
        return self.desk.envelope("break_blind", whole)

    @contextmanager
    def apart(self) -> Generator[Store]:
        """The same store over connections of its own."""
        key_file = self.store.folder.parent / "secret.key"
        store = open_store(self.store.folder, key_file, Sources(self.desk.clock, seeded=True))
        try:
            yield store
        finally:
            store.close()

    def records(self) -> int:
        return len(recorded_breaks(self.store).records())

    def enters_late(self) -> tuple[Entered, ...]:
        return late_entries(self.store).catch_up()

    def told(self) -> list[Entry]:
        """The trial ledger."""
        return list(self.store.ledger.page(streams.trial_ledger("T1"), limit=9999))

    def of_request(self, request: str) -> list[Entry]:
        return list(self.store.ledger.stream(streams.unblinding("T1", request)))

    def true_arm(self) -> str:
        """What the list gave."""
        page = self.store.ledger.page(streams.vault_ledger("T1"), limit=9999)
        return str(next(e.fact.arm for e in page if getattr(e.fact, "participant", None) == self.number))

    def prepares(self, person: str) -> None:
        """Give a person password, app and an emergency secret."""
        owner = self.house.settles(person, self.house.invited(person))
        token = self.house.log_in(person).token
        self.secrets[person] = self.house.door.set_emergency(
            token, owner.password, owner.code(self.house.now), source=SOURCE, originator=ORIGINATOR
        )
        self.house.later()


@contextmanager
def emergency(folder: Path) -> Generator[Emergency]:
    """One participant of site 01 is allocated."""
    with open_desk(folder) as desk:
        open_trial(desk, cap=6)
        number = enrolled(desk)
        desk.send("coo01", "allocate", {"participant": number})
        found = Emergency(desk, House(desk), number)
        found.prepares("inv01")
        yield found
