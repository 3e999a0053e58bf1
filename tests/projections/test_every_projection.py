"""What holds for every projection, whatever was recorded in whatever order."""

from base64 import b64encode
from datetime import datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from domain.record import Entry
from domain.values import encode_hook
from projections.amendments import effective
from projections.catalogue import PROJECTIONS
from projections.fold import State, folded
from projections.replay import advance, replay
from projections.screening_log import ScreeningLog
from tests.projections.entries import SEALED, START
from tests.projections.histories import histories


def shown(state: State) -> bytes:
    return msgspec.json.encode(state.view(), enc_hook=encode_hook)


@given(history=histories(), data=st.data())
def test_two_halves_give_the_same_as_one_whole(history: tuple[Entry, ...], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(history)))

    for name, projection in PROJECTIONS.items():
        first = replay(projection, history[:cut])
        live = advance(first, history[:cut], history[cut:])

        assert live.view() == replay(projection, history).view(), name


@given(history=histories())
def test_rebuilt_is_the_same_as_live_entry_by_entry(history: tuple[Entry, ...]) -> None:
    for name, projection in PROJECTIONS.items():
        live = projection.start()
        for count, entry in enumerate(history):
            live = advance(live, history[:count], [entry])

        assert shown(live) == shown(replay(projection, history)), name


@given(history=histories())
def test_folding_on_changes_nothing_that_an_older_state_shows(history: tuple[Entry, ...]) -> None:
    for name, projection in PROJECTIONS.items():
        states = [projection.start()]
        for entry in history:
            states.append(states[-1].after(entry))

        again = [folded(projection.start(), history[:count]) for count in range(len(history) + 1)]
        assert [state.view() for state in states] == [state.view() for state in again], name


@given(history=histories(), data=st.data())
def test_an_older_state_can_be_folded_on_twice(history: tuple[Entry, ...], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(history)))
    since, backwards = history[cut:], history[: cut - len(history) - 1 : -1]

    for name, projection in PROJECTIONS.items():
        fork = folded(projection.start(), history[:cut])
        one = folded(fork, since)
        other = folded(fork, backwards)

        assert one.view() == folded(projection.start(), history).view(), name
        assert other.view() == folded(projection.start(), [*history[:cut], *backwards]).view(), name


@given(history=histories(), data=st.data())
def test_as_known_sees_nothing_recorded_later(history: tuple[Entry, ...], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(history)))

    for name, projection in PROJECTIONS.items():
        known = replay(projection, history, known=cut)

        assert known.view() == replay(projection, history[:cut]).view(), name


@given(history=histories(), data=st.data())
def test_as_true_is_the_same_fold_over_what_a_plain_reading_selects(
    history: tuple[Entry, ...], data: st.DataObject
) -> None:
    known = data.draw(st.integers(0, len(history)))
    instant = data.draw(st.sampled_from([START, START.replace(month=2), START.replace(year=2028)]))

    for name, projection in PROJECTIONS.items():
        true = replay(projection, history, known=known, true=instant)

        assert true.view() == folded(projection.start(), plainly_true(history, known, instant)).view(), name


def plainly_true(history: tuple[Entry, ...], known: int, instant: datetime) -> list[Entry]:
    """The rule of the design, spelled out entry by entry, apart from the product's way of doing it."""
    chosen: list[Entry] = []
    for entry in effective([entry for entry in history if entry.frame.position <= known]):
        happened = entry.body.occurred_at.earliest
        if happened <= instant:
            place = len([other for other in chosen if other.body.occurred_at.earliest <= happened])
            chosen.insert(place, entry)
    return chosen


@given(history=histories())
def test_every_view_can_be_stored_and_holds_nothing_sealed(history: tuple[Entry, ...]) -> None:
    for name, projection in PROJECTIONS.items():
        view = shown(replay(projection, history))

        assert b64encode(SEALED)[:8] not in view, name
        assert b"ciphertext" not in view, name


@given(history=histories(max_size=30))
def test_the_totals_of_the_screening_log_reconcile_for_every_history(history: tuple[Entry, ...]) -> None:
    view = replay(ScreeningLog, history).view()

    totals = view.totals
    assert totals.reconcile
    assert totals.screenings == len(view.rows)
    assert totals.persons <= totals.screenings
    assert bool(totals.persons) == bool(totals.screenings)
