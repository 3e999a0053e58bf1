"""A line that cannot be read as a command is refused with a stable code, and nothing at all is written."""

import json
from typing import Any
from uuid import UUID

import pytest

from tests.cli.invoking import Cli, line

ID = UUID("7b1f7d52-3a1c-4c2e-9d39-0a1b2c3d4e5f")
AGE = {"type": "measured", "quantity": {"value": "34", "unit": "a"}}
FACT: dict[str, Any] = {"participant": "001", "fact": "age_at_consent", "value": AGE}


def fact(**changed: Any) -> str:
    return line("record_fact", {**FACT, **changed}, command_id=ID)


def spelled(old: str, new: str) -> str:
    """The good line with some of its text exchanged."""
    text = fact()
    assert old in text
    return text.replace(old, new)


def grant(**changed: Any) -> str:
    payload = {"person": "auditor-01", "role": "monitor", "requested_by": "sponsor-01", **changed}
    return line("grant_role", payload, command_id=ID)


def approval(**changed: Any) -> str:
    payload = {"site": "01", "kind": "ethics", "protocol_version": "1.0", "reference": "EC 1", "granted": "2025-01-04"}
    return line("record_approval", {**payload, **changed}, command_id=ID)


BAD = {
    "not JSON": ("{", "not_json"),
    "not an object": ("[]", "wrong_type"),
    "not UTF-8": (fact().encode() + b"\xff", "not_utf8"),
    "longer than a command may be": (spelled('"fact"', '"' + "x" * 300_000 + '"'), "too_large"),
    "deeper than a command may be": ('{"payload": ' + "[" * 60 + "]" * 60 + "}", "too_deep"),
    "an unknown command": (line("enroll_everybody", {}, command_id=ID), "unknown_command"),
    "no command id": (json.dumps({"command": "record_fact", "payload": FACT}), "missing_field"),
    "a command id that is no UUID": (spelled(str(ID), "1"), "wrong_type"),
    "an unknown field of the frame": (spelled('"payload"', '"actor": "sponsor-01", "payload"'), "unknown_field"),
    "an unknown field of the payload": (fact(weight="80"), "unknown_field"),
    "a missing field": (line("record_fact", {"participant": "001"}, command_id=ID), "missing_field"),
    "a floating-point number": (spelled('"34"', "34.5"), "float"),
    "NaN": (spelled('"34"', "NaN"), "float"),
    "an integer that no double holds": (spelled('"34"', str(2**53)), "too_large_number"),
    "a key given twice": (
        spelled('"participant": "001"', '"participant": "001", "participant": "002"'),
        "duplicate_key",
    ),
    "half a surrogate pair": (spelled('"age_at_consent"', '"age\\ud800"'), "unpaired_surrogate"),
    "a time without offset": (grant(ends="2030-01-05T10:00:00"), "naive_time"),
    "an occurrence without zone": (
        line("record_fact", FACT, command_id=ID, occurred_at="2025-01-05T10:00:00"),
        "bad_time",
    ),
    "an occurrence with an offset that its zone has not": (
        line("record_fact", FACT, command_id=ID, occurred_at="2025-01-05T10:00:00+02:00[Asia/Shanghai]"),
        "wrong_offset",
    ),
    "an occurrence in no zone": (
        line("record_fact", FACT, command_id=ID, occurred_at="2025-01-05T10:00:00+08:00[Mars/Olympus]"),
        "bad_time",
    ),
    "0 for a date": (approval(granted=0), "bad_date"),
    "a date that no calendar has": (approval(granted="2025-02-30"), "bad_date"),
    "a future time": (
        line("record_fact", FACT, command_id=ID, occurred_at="2090-01-05T10:00:00+08:00[Asia/Shanghai]"),
        "future_time",
    ),
    "a text that is too long": (approval(reference="x" * 257), "text_too_long"),
    "a blank text": (approval(reference="   "), "blank_text"),
    "a text with a control character": (approval(reference="EC\u0007 1"), "control_character"),
    "a text outside normal form C": (approval(reference="e\u0301thique"), "not_nfc"),
    "an unknown unit": (
        fact(value={"type": "measured", "quantity": {"value": "34", "unit": "years"}}),
        "bad_fact_value",
    ),
    "a number that is no plain decimal": (
        fact(value={"type": "measured", "quantity": {"value": "1e3", "unit": "a"}}),
        "bad_fact_value",
    ),
    "an unknown role": (grant(role="king"), "unknown_value"),
    "an id of another form": (fact(participant="../001"), "bad_form"),
    "a name of a person": (fact(initials="AB"), "identifying_field"),
    "a date of birth": (fact(birth_date="1990-01-01"), "identifying_field"),
    "a number for a text": (fact(participant=1), "wrong_type"),
    "no reason where one is needed": (line("pause_trial", {}, command_id=ID), "reason_needed"),
    "a reason that says nothing": (
        line("pause_trial", {"reason": {"code": "other", "text": "n/a"}}, command_id=ID),
        "reason_needed",
    ),
    "a blank reason": (line("pause_trial", {"reason": {"code": "other", "text": " "}}, command_id=ID), "blank_text"),
}


@pytest.mark.requirement("E6-15")
@pytest.mark.parametrize(("bad", "code"), BAD.values(), ids=BAD.keys())
def test_a_bad_line_is_refused_with_its_code_and_nothing_is_written(cli: Cli, bad: str | bytes, code: str) -> None:
    before = cli.heads()
    person = (
        "admin-01" if b"grant_role" in _bytes(bad) else "sponsor-01" if b"pause" in _bytes(bad) else "coordinator-01"
    )

    result = cli("--json", "apply", "-", *cli.by(person), given=_bytes(bad) + b"\n")

    told = json.loads(result.stdout.splitlines()[0])
    assert (told["line"], told["outcome"], told["error"]) == (1, code, code)
    assert told["message"]
    assert told["next_step"].endswith(".")
    assert told["entries"] == []
    assert result.exit_code == 3
    assert cli.heads() == before


def test_the_good_line_that_the_bad_ones_are_made_of_is_carried_out(cli: Cli) -> None:
    before = cli.heads()

    (told,) = cli.apply(fact(), person="coordinator-01")

    assert told["outcome"] == "done"
    assert sum(cli.heads().values()) > sum(before.values())


def test_the_same_id_with_other_content_is_refused_and_nothing_is_written(cli: Cli) -> None:
    cli.apply(fact(), person="coordinator-01")
    before = cli.heads()

    (told,) = cli.apply(fact(fact="weight"), person="coordinator-01")

    assert told["outcome"] == "command_id_reused"
    assert cli.heads() == before


def test_the_place_of_the_fault_is_named(cli: Cli) -> None:
    result = cli("apply", "-", *cli.by("coordinator-01"), given=fact(value={"type": "chosen"}))

    assert "(payload.value)" in result.stdout


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
