"""Which entries a site may read: its own, and what concerns the trial as a whole."""

import pytest
from hypothesis import given

from compliance.scope import TRIAL_WIDE, SiteScope, visible
from domain import streams
from domain.allocation.facts import PlaceTaken
from domain.ledger.facts import LedgerOpened
from domain.participant.facts import ScreeningNumberIssued
from domain.record import Entry
from domain.signature.facts import SignatureWithdrawn
from domain.streams import kind_of
from tests.projections import facts as told
from tests.projections.entries import TRIAL, Book
from tests.projections.histories import histories

NUMBERS = streams.screening_numbers(TRIAL)


def two_sites() -> Book:
    """Participant 001 at site 01 and 002 at site 02, with everything that can be about them."""
    book = Book()
    opening = LedgerOpened(environment="demonstration", kind="trial", ledger_id=bytes(16))
    book.write(streams.opening(streams.trial_ledger(TRIAL)), opening)
    book.write(told.TRIAL_STREAM, told.question())
    for number, site in (("001", "01"), ("002", "02")):
        book.write(told.person(number), told.screened(number, site))
        book.write(NUMBERS, ScreeningNumberIssued(number=number))
        book.write(told.person(number), told.consent())
        book.write(streams.stratum(TRIAL, "LN"), PlaceTaken(participant=number, stratum="LN"))
        book.write(told.case(f"A{number}"), told.reported(case=f"A{number}", participant=number))
        book.write(told.case(f"A{number}"), told.follow_up())
        book.write(told.request(f"U{number}"), told.invoked(request=f"U{number}", participant=number))
        book.write(streams.deviation(TRIAL, f"V{number}"), told.deviated(participant=number, site=None))
        book.write(streams.site(TRIAL, site), told.registered_site())
    return book


def positions(entries: list[Entry]) -> list[int]:
    return [entry.frame.position for entry in entries]


@pytest.mark.parametrize(("site", "own"), [("01", range(3, 12)), ("02", range(12, 21))])
def test_a_site_reads_everything_about_its_own_participants_and_the_trial(site: str, own: range) -> None:
    book = two_sites()

    assert positions(visible(book.entries, {site})) == [1, 2, *own]


def test_screening_numbers_and_places_of_strata_are_told_apart_though_their_streams_are_shared() -> None:
    shared = {NUMBERS, streams.stratum(TRIAL, "LN")}

    for site, number in (("01", "001"), ("02", "002")):
        seen = [e.fact for e in visible(two_sites().entries, {site}) if e.frame.stream in shared]
        assert seen == [ScreeningNumberIssued(number=number), PlaceTaken(participant=number, stratum="LN")]


@pytest.mark.parametrize("site", ["01", "02"])
def test_signatures_are_read_by_the_site_of_the_record_that_they_stand_beside(site: str) -> None:
    book, number = two_sites(), "001" if site == "01" else "002"
    own = [told.person(number), told.case(f"A{number}"), told.request(f"U{number}"), streams.site(TRIAL, site)]
    for record in (*own, streams.deviation(TRIAL, f"V{number}")):
        book.write(streams.signatures(record), SignatureWithdrawn(signature="s1"))
    signatures = {entry.frame.stream for entry in visible(book.entries, {site}) if about(entry) in own}

    other = visible(book.entries, {"02" if site == "01" else "01"})

    assert {streams.signatures(record) for record in own} <= signatures
    assert not [entry for entry in other if streams.kind_of(entry.frame.stream) == "signature"]


def about(entry: Entry) -> str:
    return streams.about(entry.frame.stream)


@pytest.mark.parametrize("record", [streams.trial(TRIAL), streams.protocol(TRIAL)])
def test_signatures_on_trial_and_protocol_are_read_by_every_site(record: str) -> None:
    book = two_sites()
    entry = book.write(streams.signatures(record), SignatureWithdrawn(signature="s1"))

    assert entry in visible(book.entries, {"01"})
    assert entry in visible(book.entries, {"02"})


def test_signatures_on_a_record_that_nobody_knows_are_read_by_no_site() -> None:
    book = two_sites()
    entry = book.write(streams.signatures(told.person("999")), SignatureWithdrawn(signature="s1"))

    assert entry not in visible(book.entries, {"01", "02"})
    assert entry in visible(book.entries, None)


def test_what_names_nobody_known_is_read_by_no_site() -> None:
    book = two_sites()
    book.write(told.case("A9"), told.reported(case="A9", participant="999"))
    book.write(streams.deviation(TRIAL, "V9"), told.deviated(participant=None, site=None))

    assert positions(visible(book.entries, {"01", "02"})) == list(range(1, 21))


def test_a_deviation_at_a_site_that_names_nobody_is_that_sites() -> None:
    book = two_sites()
    entry = book.write(streams.deviation(TRIAL, "V9"), told.deviated(participant=None, site="02"))

    assert entry in visible(book.entries, {"02"})
    assert entry not in visible(book.entries, {"01"})


@given(history=histories(max_size=30))
def test_no_entry_beyond_the_trial_as_a_whole_is_read_by_two_sites(history: tuple[Entry, ...]) -> None:
    sites = sorted({site for site in map(SiteScope().site_of, history) if site is not None})

    seen = [visible(history, {site}) for site in sites]
    for entry in history:
        readers = sum(entry in entries for entries in seen)
        if kind_of(streams.about(entry.frame.stream)) in TRIAL_WIDE:
            assert readers == len(sites)
        else:
            assert readers <= 1
