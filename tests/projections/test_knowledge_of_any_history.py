"""What holds for the knowledge ledger over histories of all three ledgers, whatever was recorded in whatever order."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from domain import streams
from domain.catalogue import EventType, event_types
from domain.record import Entry, Performer
from domain.values import encode_hook
from projections.fold import folded
from projections.knowledge import Knowledge
from projections.knowledge_rows import KnowledgeView
from tests.projections.entries import TRIAL, Book
from tests.projections.facts import disclosed, invoked, request
from tests.projections.histories import TIMES, facts_of

TRIAL_FACTS = (
    "unblinding.invoked", "unblinding.requested", "unblinding.disclosed", "unblinding.entered_late",
    "unblinding.repeated", "unblinding.accident_reported", "unblinding.susar_triggered", "unblinding.drill_run",
    "participant.allocated", "participant.screening_opened", "participant.signed_off", "participant.visit_recorded",
    "adverse_event.reported", "adverse_event.causality_assessed", "interim.delivered", "reveal.package_delivered",
    "randomisation.revealed", "analysis_set.exclusion_decided",
)  # fmt: skip
ACCESS_FACTS = ("record.read", "report.requested", "report.produced", "report.opened")
SYSTEM_FACTS = ("person.registered", "person.deactivated", "grant.given", "grant.ended")
HOMES = {
    "unblinding": [request(name) for name in ("A", "001")],
    "participant": [streams.participant(TRIAL, number) for number in ("001", "002")],
    "adverse_event": [streams.adverse_event(TRIAL, "A")],
    "report": [streams.report(TRIAL, "r1")],
    "record": [streams.reading(TRIAL, "1")],
    "person": [streams.person("u1")],
    "grant": [streams.person("u1")],
}


def _rows(names: tuple[str, ...]) -> list[EventType]:
    return [row for row in event_types() if row.name.rpartition(".")[0] in names]


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[tuple[Entry, ...], ...]:
    """Entries of trial, access and system ledger, each in its own order."""
    return tuple(_written(draw, names) for names in (TRIAL_FACTS, ACCESS_FACTS, SYSTEM_FACTS))


def _written(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[Entry, ...]:
    book = Book()
    for _ in range(draw(st.integers(0, 10))):
        row = draw(st.sampled_from(_rows(names)))
        home = HOMES.get(row.name.partition(".")[0], [streams.reveal(TRIAL)])
        actor = draw(st.sampled_from(["u1", "001", "A"]))
        book.write(draw(st.sampled_from(home)), draw(facts_of(row)), draw(TIMES), actor=actor)
    return tuple(book.entries)


def view(*entries: Entry) -> KnowledgeView:
    return folded(Knowledge.start(), entries).view()


@given(told=ledgers(), data=st.data())
def test_it_is_the_same_in_whatever_order_the_ledgers_are_read(
    told: tuple[tuple[Entry, ...], ...], data: st.DataObject
) -> None:
    trial, access, system = told
    queues = [list(entries) for entries in told]
    mixed: list[Entry] = []
    while any(queues):
        mixed.append(data.draw(st.sampled_from([queue for queue in queues if queue])).pop(0))

    assert view(*mixed) == view(*trial, *access, *system) == view(*system, *access, *trial)


@given(told=ledgers(), data=st.data())
def test_two_halves_give_the_same_as_one_whole_over_all_ledgers(
    told: tuple[tuple[Entry, ...], ...], data: st.DataObject
) -> None:
    whole = [entry for entries in told for entry in entries]
    cut = data.draw(st.integers(0, len(whole)))

    half = folded(Knowledge.start(), whole[:cut])
    before = half.view()

    assert folded(half, whole[cut:]).view() == view(*whole)
    assert half.view() == before


@given(told=ledgers())
def test_whoever_is_flagged_knew_or_may_have_known_and_is_offered_nobody_who_did(
    told: tuple[tuple[Entry, ...], ...],
) -> None:
    shown = view(*(entry for entries in told for entry in entries))
    known = {row.first.person for row in shown.known} | {held.person for held in shown.cleared}

    for flag in shown.flags:
        assert flag.person in known
        assert not set(flag.others) & {row.first.person for row in shown.known if row.first.reach == "all"}


@given(told=ledgers())
def test_each_person_stands_once_for_each_participant_and_sureness(told: tuple[tuple[Entry, ...], ...]) -> None:
    rows = view(*(entry for entries in told for entry in entries)).known

    keys = [(row.first.participant, row.first.person, row.first.certain, row.first.reach) for row in rows]
    assert len(keys) == len(set(keys))


@given(told=ledgers())
def test_more_entries_never_move_a_date_of_knowledge_to_a_later_day(told: tuple[tuple[Entry, ...], ...]) -> None:
    book = Book()
    sender: dict[str, Any] = {"actor": "u7", "performer": Performer(person="u7", role="investigator")}
    book.write(request("Z"), invoked(request="Z", participant="077", recipient="u7"), **sender)
    book.write(request("Z"), disclosed("u7"), **sender)
    (before,) = view(*book.entries).known
    more = [entry for entries in told for entry in entries]

    rows = [row for row in view(*book.entries, *more).known if row.first.participant == "077"]

    assert [(row.first.person, row.since) for row in rows] == [("u7", before.since)]


@given(told=ledgers())
def test_the_view_can_be_stored(told: tuple[tuple[Entry, ...], ...]) -> None:
    shown = view(*(entry for entries in told for entry in entries))

    assert msgspec.json.encode(shown, enc_hook=encode_hook)
