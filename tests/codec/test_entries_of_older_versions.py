"""What an older version wrote is read for ever, as the fact it is today; its bytes stay as they are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.storage.codec import current_type, decode, decode_payload
from domain.catalogue import event_type
from domain.errors import DamagedLedgerError
from domain.participant.facts import ScreeningOpened
from domain.upcasts import STEPS, Step, current_name, upcast
from tests.codec.entries import entry_json, spelled

OLD = "participant.screening_opened.v1"
NOW = "participant.screening_opened.v2"
OPENED = {"number": "007", "site": "01"}


@pytest.mark.requirement("P11-06")
def test_a_screening_from_before_re_screenings_were_linked_has_no_earlier_one() -> None:
    found = decode(spelled(entry_json(OLD, OPENED)), OLD)

    assert found.fact == ScreeningOpened(number="007", previous=None, site="01")
    assert found.frame.type == OLD
    assert found.body.actor == "u12"


@pytest.mark.parametrize("payload", [{}, {"number": "007"}, {**OPENED, "arm": "A"}, {**OPENED, "number": 7}], ids=repr)
def test_an_old_entry_is_read_as_strictly_as_a_new_one(payload: dict[str, Any]) -> None:
    with pytest.raises(DamagedLedgerError, match=OLD):
        decode(spelled(entry_json(OLD, payload)), OLD)


def test_the_context_of_an_old_entry_is_read_as_strictly_as_a_new_one() -> None:
    entry = entry_json(OLD, OPENED)
    entry["body"]["colour"] = "red"

    with pytest.raises(DamagedLedgerError, match="colour"):
        decode(spelled(entry), OLD)


def test_an_old_payload_is_read_without_its_entry_too() -> None:
    assert decode_payload(b'{"number":"007","site":"01"}', OLD) == ScreeningOpened(
        number="007", previous=None, site="01"
    )


def test_an_old_payload_that_is_no_object_is_damaged() -> None:
    with pytest.raises(DamagedLedgerError, match=OLD):
        decode_payload(b"[]", OLD)


def test_an_old_name_stands_for_the_type_of_today() -> None:
    assert current_type(OLD) == current_type(NOW) == event_type(NOW)


def test_every_chain_begins_at_a_retired_name_and_ends_at_a_registered_one() -> None:
    for name in STEPS:
        assert event_type(name) is None, f"{name} is retired and registered at once"
        assert current_name(name) is not None, f"{name} leads nowhere"


def test_steps_follow_each_other_to_the_name_of_today() -> None:
    def at_the_only_site(payload: dict[str, Any]) -> dict[str, Any]:
        return {**payload, "site": "01"}

    steps = {"participant.screening_opened.v0": Step(OLD, at_the_only_site), **STEPS}

    assert current_name("participant.screening_opened.v0", steps=steps) == NOW
    assert upcast("participant.screening_opened.v0", {"number": "007"}, steps=steps) == {**OPENED, "previous": None}


@pytest.mark.parametrize("name", ["participant.levitated.v1", "", "participant.screening_opened.v3"])
def test_a_name_that_leads_nowhere_is_unknown(name: str) -> None:
    assert current_name(name) is None


def test_a_chain_that_ends_at_an_unregistered_name_is_unknown() -> None:
    steps = {"participant.flew.v1": Step("participant.flew.v2", dict)}

    assert current_name("participant.flew.v1", steps=steps) is None


@given(payload=st.dictionaries(st.text(max_size=8), st.none() | st.text(max_size=8)))
def test_a_payload_of_today_is_left_as_it_is_and_an_old_one_is_not_changed_in_place(payload: dict[str, Any]) -> None:
    before = dict(payload)

    assert upcast(NOW, payload) is payload
    assert upcast(OLD, payload) == {**before, "previous": None}
    assert payload == before
