"""Plays the whole demonstration into a new store: import, decisions, forty screenings, incidents, lock."""

import json
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

from adapters.chance import SeededBytes, SetClock
from adapters.demo import criteria, design, hiring, people
from adapters.demo.accounts import Accounts
from adapters.demo.breaks import Breaks
from adapters.demo.custody import hold_ceremony
from adapters.demo.director import START, Director
from adapters.demo.ending import Ending
from adapters.demo.events import Incidents
from adapters.demo.participants import Course
from adapters.demo.plan import plan
from adapters.demo.reveal import Reveal
from adapters.demo.supply import Supply
from adapters.importing import provenance_of, wishes
from adapters.wiring import Sources, Store, create_store
from compliance.registry.read import read_record
from compliance.setup import set_up

RECORD = Path(__file__).parents[1] / "seed" / "NCT03458156.json"
SEED = "the same demonstration every time"


def play(folder: Path, key_file: Path, *, progress: Callable[[int, int], None]) -> tuple[Store, Director]:
    """Make the store and play the story; the caller closes the store."""
    clock = SetClock(START.astimezone(UTC))
    store = create_store(folder, key_file, Sources(clock, SeededBytes(SEED), seeded=True))
    director = tell(store, clock, progress=progress)
    return store, director


def tell(store: Store, clock: SetClock, *, progress: Callable[[int, int], None]) -> Director:
    """Tell the story to an empty store."""
    set_up(
        store.ports,
        person=people.ADMINISTRATOR,
        environment="demonstration",
        printed_name=people.ADMINISTRATORS_NAME,
        organisation=people.SPONSORS,
    )
    director = Director(store, clock)
    hiring.begin(director)
    import_record(director)
    for prepare in (
        design.decide,
        design.sites,
        criteria.code_rules,
        criteria.interpret,
        design.seal_lists,
    ):
        prepare(director)
    director.parts = hold_ceremony(director)
    director.send(people.SPONSOR, "open_screening", {})
    rows = plan()
    courses = {row.number: Course(director, row) for row in rows}
    for course in courses.values():
        course.plan()
    incidents = Incidents(director, courses)
    incidents.plan()
    Accounts(director, courses).plan()
    Supply(director).plan()
    Breaks(director, incidents).plan()
    Reveal(director).plan()
    Ending(director, incidents, [row.number for row in rows if row.outcome == "enrolled"]).plan()
    director.play(progress)
    return director


def import_record(director: Director) -> None:
    """Import the seed record as `trialproof trial import` does."""
    record = read_record(RECORD.read_bytes())
    for wish in wishes(record, provenance=provenance_of(record, RECORD.name)):
        director.send(people.SPONSOR, wish.command, dict(wish.payload))


def lines(director: Director) -> bytes:
    """What was sent, when and by whom; each `line` as `trialproof apply` takes it, signatures among them."""
    rows = ({"at": sent.at.isoformat(), "as": sent.person, "line": sent.line} for sent in director.sent)
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
