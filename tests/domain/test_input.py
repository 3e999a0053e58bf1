"""What commands take in: strict text, typed values; each fault has a stable code, nothing is mended."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.command import COMMANDS, Command, Reason, Room, Source, has_real_reason
from domain.commands import COMMANDS as ALL_COMMANDS
from domain.eligibility.rule import AllOf, Chosen, Compare, Unresolved
from domain.errors import InvalidInputError, Refusal, TrialproofError
from domain.input import (
    Code,
    DateGiven,
    Digest,
    FactGiven,
    NumberGiven,
    OccurredGiven,
    PublicText,
    QuantityGiven,
    Reference,
    RuleGiven,
    Words256,
    Words1024,
    Words4096,
    Words16384,
    Zone,
    reason_is_real,
)
from domain.participant.screening import OpenScreeningRecord, RecordConsent
from domain.trial.commands import PauseTrial
from domain.values import Number, PartialDate
from tests.domain.harness import World


def read(kind: Any, given: Any) -> Any:
    return TypeAdapter(kind).validate_python(given)


def fault_of(kind: Any, given: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        read(kind, given)
    return caught.value.errors()[0]["type"]


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        (Words256, "  \n ", "blank_text"),
        (Words256, "e\u0301tude", "not_nfc"),
        (Words256, "a\x00b", "control_character"),
        (Words256, "a\tb", "control_character"),
        (Words256, "a\ud800b", "control_character"),
        (Words256, "a" * 253, "text_too_long"),
        (Words1024, "é" * 511, "text_too_long"),
        (Words4096, "a" * 4093, "text_too_long"),
        (Words16384, "a" * 16381, "text_too_long"),
        (Words256, 7, "string_type"),
        (Code, "has space", "string_pattern_mismatch"),
        (Code, "a" * 65, "string_pattern_mismatch"),
        (Code, "", "string_pattern_mismatch"),
        (Code, "ok\n", "string_pattern_mismatch"),
        (Reference, "", "string_too_short"),
        (Reference, " ", "blank_text"),
        (Reference, "x" * 257, "string_too_long"),
        (PublicText, "x" * 8193, "string_too_long"),
        (Digest, "AB" * 32, "string_pattern_mismatch"),
        (Zone, "CST6", "unknown_zone"),
        (DateGiven, 20270303, "bad_date"),
        (DateGiven, "3 March", "bad_date"),
        (NumberGiven, 1.5, "bad_number"),
        (NumberGiven, "1e3", "bad_number"),
        (OccurredGiven, "2027-03-03T10:15:00+08:00", "bad_time"),
        (OccurredGiven, 1_800_000_000, "bad_time"),
        (OccurredGiven, "2027-03-03T10:15:00+09:00[Asia/Shanghai]", "wrong_offset"),
        (QuantityGiven, {"unit": "stone", "value": "1"}, "bad_quantity"),
        (FactGiven, {"type": "measured"}, "bad_fact_value"),
        (FactGiven, {"type": "guessed", "holds": True}, "bad_fact_value"),
        (RuleGiven, {"type": "compare", "fact": "age"}, "bad_rule"),
        (RuleGiven, "eligible", "bad_rule"),
    ],
)
def test_malformed_input_is_refused_with_a_stable_code(kind: Any, given: Any, code: str) -> None:
    assert fault_of(kind, given) == code


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Words256, "Two lines\nof words: 狼疮"),
        (Words256, "a" * 252),
        (Code, "ICF-1.0_a:b+c"),
        (Reference, "EC 2027/12"),
        (Digest, "ab" * 32),
        (Zone, "Asia/Shanghai"),
    ],
)
def test_well_formed_text_passes_unchanged(kind: Any, given: str) -> None:
    assert read(kind, given) == given


def test_typed_values_are_read_from_plain_data_and_pass_as_they_are() -> None:
    rule = {"type": "all_of", "parts": [{"type": "unresolved"}]}

    assert read(DateGiven, "2027-03") == PartialDate("2027-03")
    assert read(DateGiven, PartialDate("2027")) == PartialDate("2027")
    assert read(NumberGiven, "1.50") == Number("1.50")
    assert str(read(OccurredGiven, "2027-03[UTC]")) == "2027-03[UTC]"
    assert read(FactGiven, {"type": "chosen", "code": "SLE"}) == Chosen(code="SLE")
    assert read(FactGiven, Chosen(code="LN")) == Chosen(code="LN")
    assert read(RuleGiven, rule) == AllOf(parts=(Unresolved(),))
    compare = {"type": "compare", "fact": "age", "relation": ">=", "threshold": {"unit": "a", "value": "18"}}
    assert isinstance(read(RuleGiven, compare), Compare)


@given(st.text())
def test_text_that_is_read_is_stored_as_it_was_sent(text: str) -> None:
    try:
        kept = read(Words16384, text)
    except ValidationError:
        return
    assert kept == text
    assert kept.encode("utf-8")


@pytest.mark.requirement("E6-17")
@pytest.mark.parametrize(
    "text", ["", "   ", "n/a", "N/A.", "typo", "Typo!", "error", "-", "x", "wrong", "correction", "mistakenly", "a b"]
)
def test_a_reason_that_says_nothing_is_no_reason(text: str) -> None:
    assert not reason_is_real(text)


@pytest.mark.parametrize("text", ["Wrong date copied from the chart", "Dose read aloud wrongly."])
def test_a_reason_in_words_is_one(text: str) -> None:
    assert reason_is_real(text)


def test_a_command_has_a_real_reason_only_if_its_words_say_something() -> None:
    assert not has_real_reason(PauseTrial())
    assert not has_real_reason(PauseTrial(reason=Reason(code="safety")))
    assert not has_real_reason(PauseTrial(reason=Reason(code="safety", text="n/a")))
    assert has_real_reason(PauseTrial(reason=Reason(code="safety", text="A signal is looked into")))


@pytest.mark.parametrize(
    "extra",
    [
        {"initials": "A.B."},
        {"name": "A person"},
        {"hospital_number": "12345"},
        {"date_of_birth": "1990-01-01"},
        {"birth_date": "1990-01-01"},
        {"actor": "somebody-else"},
        {"recorded_at": "2027-01-01T00:00:00Z"},
    ],
    ids=lambda extra: next(iter(extra)),
)
@pytest.mark.requirement("E6-12", "GD-02")
def test_identity_lists_and_a_claimed_actor_are_fields_that_do_not_exist(extra: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        OpenScreeningRecord.model_validate({"site": "01"} | extra)

    assert caught.value.errors()[0]["type"] == "extra_forbidden"


IDENTIFYING = {"name", "initials", "hospital_number", "birth_date", "date_of_birth", "address", "phone", "email"}
NOT_OF_PEOPLE = {"register_site": {"name"}}


@pytest.mark.requirement("E6-12", "GD-02")
@pytest.mark.parametrize("name", sorted(ALL_COMMANDS))
def test_no_command_has_a_field_that_would_identify_a_participant(name: str) -> None:
    fields = set(ALL_COMMANDS[name].model_fields)

    assert fields & IDENTIFYING == NOT_OF_PEOPLE.get(name, set())


def test_numbers_and_flags_are_never_guessed_from_text() -> None:
    good: dict[str, Any] = {
        "document": "ICF",
        "informed_by": None,
        "language": "zh",
        "participant": "001",
        "version": "1",
    }

    assert RecordConsent.model_validate(good, strict=False).copy_handed_over is None
    for bad in ({"copy_handed_over": "yes"}, {"participant": 1}, {"participant": "1"}, {"scopes": ["all"]}):
        with pytest.raises(ValidationError):
            RecordConsent.model_validate(good | bad)


def test_a_command_cannot_be_changed_after_it_was_read() -> None:
    wish = PauseTrial()

    with pytest.raises(ValidationError):
        wish.on_behalf_of = "somebody"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]  # frozen is the point


def test_a_command_is_registered_once_under_its_name() -> None:
    from domain.command import command  # noqa: PLC0415 (the decorator under test)

    assert COMMANDS["pause_trial"] is PauseTrial
    with pytest.raises(AssertionError, match="two commands are called pause_trial"):
        command("pause_trial")(PauseTrial)


def test_a_command_that_says_nothing_about_itself_is_no_command() -> None:
    world, bare = World(), Command(source=Source(), on_behalf_of="somebody")
    room = Room(trial="T1")

    assert bare.concerned_site(room) is None
    assert bare.lock(room) is None
    assert bare.vouched_stream("T1") is None
    assert bare.entries_of(room) == ()
    assert bare.key_scope(room) == "trial:T1"
    with pytest.raises(NotImplementedError):
        bare.streams(room)
    given = world.given(bare, world.by, world.claimed(None), world.performer(world.by))
    assert bare.version_in_force(given, room) is None
    with pytest.raises(NotImplementedError):
        bare.decide(given, room)


def test_every_error_says_what_happened_and_what_to_do_next() -> None:
    invalid = InvalidInputError("naive_time", "The time has no zone.", field="occurred_at", next_step="Add the zone.")
    refusal = Refusal("no_consent", "There is no consent.", rule="consent-first", next_step="Record it.")

    assert str(invalid) == "The time has no zone. Add the zone."
    assert (invalid.code, invalid.field) == ("naive_time", "occurred_at")
    assert (refusal.code, refusal.rule, refusal.next_step) == ("no_consent", "consent-first", "Record it.")
    assert all(kind.code for kind in TrialproofError.__subclasses__())
