"""What a correction does to one entry, and what no correction can do."""

import json
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import EventType
from domain.corrections import CHAIN, FIXED, corrected, pointed_at
from domain.eligibility.rule import Judged, Measured
from domain.errors import InvalidInputError
from domain.fields import SealedFact
from domain.plain import written
from domain.protocol.facts import RuleCoded
from domain.record import Entry, Fact, Performer
from domain.times import Occurred
from domain.trial.facts import UnlockRequested
from domain.values import Number, PartialDate
from tests.projections.entries import SEALED, START, Book, at, event, sealed
from tests.projections.facts import TRIAL_STREAM, allocated, known, measured, person, proposed, reported
from tests.projections.histories import ROWS, facts_of


def laboratory_value(number: str = "88") -> Entry:
    return Book().write(person("007"), known("creatinine", measured(number)), source_ref="chart 12")


def entry_of(fact: Fact, **changes: Any) -> Entry:
    return Book().write(person("007"), fact, **changes)


def refusal(entry: Entry, pointer: str, new: str) -> str:
    with pytest.raises(InvalidInputError) as refused:
        corrected(entry, pointer, new)
    assert refused.value.field == pointer
    return refused.value.code


def test_one_value_of_the_payload_is_replaced_and_nothing_else() -> None:
    entry = laboratory_value("88")

    new = corrected(entry, "/payload/value/quantity/value", '"8.8"')

    assert new.fact.value == measured("8.8")
    assert entry.fact.value == measured("88")
    assert msgspec.structs.replace(new, body=msgspec.structs.replace(new.body, payload=entry.fact)) == entry


def test_a_value_is_replaced_as_a_whole_by_another_of_its_types() -> None:
    entry = laboratory_value()

    new = corrected(entry, "/payload/value", '{"code":"positive","type":"chosen"}')

    assert not isinstance(new.fact.value, Measured)


def test_an_item_of_a_list_is_replaced_in_its_place() -> None:
    entry = entry_of(proposed(strata=None, ratio=(2, 1)))

    new = corrected(entry, "/payload/settings/ratio/0", "3")

    assert new.fact.settings.ratio == (3, 1)


@pytest.mark.parametrize(
    ("pointer", "new", "expected"),
    [
        ("/occurred_at", '"2027-03-02[Asia/Shanghai]"', Occurred("2027-03-02[Asia/Shanghai]")),
        ("/performer", '{"person":"u3","role":null}', Performer(person="u3", role=None)),
        ("/performer/person", "null", Performer(person=None, role="investigator")),
        ("/source_ref", "null", None),
        ("/source_kind", '"transcribed"', "transcribed"),
    ],
)
def test_the_correctable_parts_of_the_context_are_replaced(pointer: str, new: str, expected: object) -> None:
    changed = corrected(laboratory_value(), pointer, new)

    assert getattr(changed.body, pointer.split("/")[1]) == expected


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/payload/value/quantity", '{"unit":"mg/dL","value":"88"}'),
        ("/payload/fact", '"creatinine"'),
        ("/occurred_at", '"2027-03-01T10:01:00+08:00[Asia/Shanghai]"'),
        ("/actor", '"u1"'),
        ("/clock_reading", '"2027-03-01T02:01:00.000000Z"'),
        ("/reason_code", "null"),
        ("/authority/system_position", "4"),
    ],
)
def test_the_present_value_is_given_as_the_ledger_writes_it(pointer: str, expected: str) -> None:
    assert pointed_at(laboratory_value(), pointer) == expected


@pytest.mark.parametrize(
    "pointer",
    [
        "",
        "payload/fact",
        "/",
        "/nothing",
        "/payload/nothing",
        "/payload/fact/0",
        "/payload/value/quantity/x",
        "/payload/",
    ],
)
def test_a_pointer_to_nothing_is_refused(pointer: str) -> None:
    entry = laboratory_value()

    assert refusal(entry, pointer, '"x"') == "bad_pointer"
    with pytest.raises(InvalidInputError, match="Point at one value"):
        pointed_at(entry, pointer)


@pytest.mark.parametrize("index", ["2", "-", "-1", "00", "\u0661", "x"])
def test_an_index_that_no_item_has_is_refused(index: str) -> None:
    entry = entry_of(proposed(ratio=(2, 1)))

    assert refusal(entry, f"/payload/settings/ratio/{index}", "3") == "bad_pointer"


def test_escaped_signs_of_a_pointer_are_read() -> None:
    assert refusal(laboratory_value(), "/payload/~01~1", '"x"') == "bad_pointer"


@pytest.mark.requirement("P11-09")
@pytest.mark.parametrize("part", ["actor", "authority", "event_id", "role", "salt", "session", "clock_reading"])
def test_what_the_ledger_vouches_for_is_never_corrected(part: str) -> None:
    entry = laboratory_value()

    assert refusal(entry, f"/{part}", pointed_at(entry, f"/{part}")) == "not_correctable"


@pytest.mark.parametrize("row", [row for row in ROWS if row.fact in FIXED | CHAIN], ids=lambda row: row.name)
@given(data=st.data())
def test_allocations_disclosures_signatures_and_corrections_are_never_corrected(
    row: EventType, data: st.DataObject
) -> None:
    entry = entry_of(data.draw(facts_of(row)))

    for name in row.fact.__struct_fields__:
        pointer = f"/payload/{name}"
        assert refusal(entry, pointer, pointed_at(entry, pointer)) == "not_correctable"


def test_a_fact_is_not_replaced_as_a_whole() -> None:
    entry = laboratory_value()

    assert refusal(entry, "/payload", pointed_at(entry, "/payload")) == "not_correctable"


def test_a_fact_that_is_sealed_as_a_whole_is_not_corrected_here() -> None:
    entry = laboratory_value()
    vault = SealedFact(ciphertext=SEALED, commitment=bytes(32), key=bytes(16), nonce=bytes(12))
    sealed_whole: Entry = msgspec.structs.replace(entry, body=msgspec.structs.replace(entry.body, payload=vault))

    assert refusal(sealed_whole, "/payload/nonce", '"AAAA"') == "not_correctable"


@pytest.mark.parametrize(
    "new",
    ["", "null ", "[[" * 30_000, '{"b":1,"a":2}', '{"a":1,"a":1}', "1e2", '"\\u0041"', "NaN", '"e\u0301"'],
    ids=range(9),
)
def test_a_value_that_is_not_canonical_is_refused(new: str) -> None:
    assert refusal(laboratory_value(), "/payload/value/quantity/value", new) == "value_not_canonical"


@pytest.mark.parametrize(
    ("pointer", "new"),
    [
        ("/payload/value/quantity/value", "88"),
        ("/payload/value/quantity/value", '"1e5"'),
        ("/payload/value/quantity/unit", '"stone"'),
        ("/payload/value/type", '"chosen"'),
        ("/payload/fact", "null"),
        ("/payload/fact", '""'),
        ("/payload/value", '{"quantity":{"unit":"mg/dL","value":"1"},"type":"measured","x":1}'),
        ("/occurred_at", '"2027-02-31[Asia/Shanghai]"'),
        ("/source_kind", '"heard"'),
    ],
)
def test_a_value_that_does_not_fit_its_place_is_refused(pointer: str, new: str) -> None:
    assert refusal(laboratory_value(), pointer, new) == "value_does_not_fit"


def test_an_integer_that_other_readers_would_round_is_refused() -> None:
    entry = entry_of(proposed(planned_enrolment=30))

    assert corrected(entry, "/payload/settings/planned_enrolment", str(2**53 - 1)) is not None
    assert refusal(entry, "/payload/settings/planned_enrolment", str(2**53)) == "value_does_not_fit"
    assert refusal(entry, "/payload/settings/planned_enrolment", "1.5") == "value_does_not_fit"


def test_an_instant_is_written_in_one_way_only() -> None:
    unlock = UnlockRequested(expires=START, participants=None)
    entry = Book().write(TRIAL_STREAM, unlock)

    new = corrected(entry, "/payload/expires", '"2027-03-02T02:00:00.000000Z"')

    assert new.fact.expires == START.replace(day=2)
    assert refusal(entry, "/payload/expires", '"2027-03-02T02:00:00Z"') == "value_does_not_fit"
    assert refusal(entry, "/payload/expires", '"2027-03-02T10:00:00.000000+08:00"') == "value_does_not_fit"


def test_a_rule_nested_beyond_reading_is_refused() -> None:
    fact = RuleCoded(criterion="E1", note="as worded", rule=Judged(), rule_version=1)
    entry = Book().write(TRIAL_STREAM, fact)
    deep = '{"part":' * 700 + '{"type":"judged"}' + ',"type":"not"}' * 700

    assert refusal(entry, "/payload/rule", deep) in {"value_not_canonical", "value_does_not_fit"}


def test_a_sealed_text_is_replaced_as_a_whole() -> None:
    entry = Book().write("trial:DEMO/adverse-event/A1", reported())
    other = msgspec.structs.replace(sealed(256), nonce=bytes(range(12)))

    new = corrected(entry, "/payload/term", written(other))

    assert new.fact.term == other
    assert refusal(entry, "/payload/term/nonce", '"AAECAwQFBgcICQoL"') == "not_correctable"


@pytest.mark.parametrize("other", [sealed(1024), sealed(256, "safety")])
def test_a_correction_is_sealed_as_its_target_is(other: Any) -> None:
    entry = Book().write("trial:DEMO/adverse-event/A1", reported())

    assert refusal(entry, "/payload/term", written(other)) == "value_does_not_fit"


def test_a_missing_sealed_text_is_added_in_the_size_of_its_field() -> None:
    entry = Book().write("trial:DEMO/adverse-event/A1", reported(narrative=None))
    narrative = sealed(16384, "safety")

    assert corrected(entry, "/payload/narrative", written(narrative)).fact.narrative == narrative
    assert refusal(entry, "/payload/narrative", written(sealed(256, "safety"))) == "value_does_not_fit"


def test_a_reason_is_replaced_in_its_own_size_and_added_where_there_was_none() -> None:
    without = laboratory_value()
    with_reason = entry_of(known("age"), reason_text=sealed())

    assert corrected(without, "/reason_text", written(sealed(256))).body.reason_text == sealed(256)
    assert corrected(with_reason, "/reason_text", "null").body.reason_text is None
    assert refusal(with_reason, "/reason_text", written(sealed(256))) == "value_does_not_fit"
    assert refusal(with_reason, "/reason_text/size", "256") == "not_correctable"


def test_the_size_of_an_allocation_is_out_of_reach() -> None:
    assert refusal(entry_of(allocated()), "/payload/stratum", '"SLE"') == "not_correctable"


@given(data=st.data())
def test_a_present_value_put_back_changes_nothing(data: st.DataObject) -> None:
    row = data.draw(st.sampled_from([row for row in ROWS if row.fact not in FIXED | CHAIN and row.fields]))
    entry = entry_of(data.draw(facts_of(row)))
    pointer = f"/payload/{data.draw(st.sampled_from(row.fact.__struct_fields__))}"

    assert corrected(entry, pointer, pointed_at(entry, pointer)) == entry


@given(data=st.data())
def test_values_are_written_as_any_other_writer_of_json_would(data: st.DataObject) -> None:
    fact = data.draw(facts_of(data.draw(st.sampled_from(ROWS))))

    text = written(fact)

    assert json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False) == text


def test_plain_words_ids_and_dates_are_written_as_texts() -> None:
    texts = [written(value) for value in (UUID(int=1), PartialDate("2027-03"), Number("1.50"), START, at("2027-03-01"))]

    assert [json.loads(text) for text in texts] == [
        str(event(1)),
        "2027-03",
        "1.50",
        "2027-03-01T02:00:00.000000Z",
        "2027-03-01T10:00:00+08:00[Asia/Shanghai]",
    ]
