"""The reference is written from the types and sources, and says all of them; what is checked in is what they give."""

import re
from pathlib import Path

import pytest

from compliance.gate_table import OWN, TABLE
from domain.catalogue import event_types
from domain.commands import COMMANDS
from domain.upcasts import STEPS
from tests.reference.errors_page import errors_page
from tests.reference.make import REFERENCE, SCHEMAS, generated, write
from tests.reference.raised import Raised, read_errors
from tests.reference.type_words import type_words

HOW = "run python -m tests.reference.make"


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return generated()


def checked_in(name: str) -> str:
    return (REFERENCE / name).read_text()


def section(text: str, title: str) -> str:
    return text.partition(f"\n### {title}\n")[2].partition("\n### ")[0]


def test_the_checked_in_reference_is_what_the_types_and_sources_give(made: dict[str, str]) -> None:
    assert [name for name, text in made.items() if not (REFERENCE / name).exists() or checked_in(name) != text] == [], (
        HOW
    )


def test_every_checked_in_schema_is_of_an_event_version_that_is_or_was_written(made: dict[str, str]) -> None:
    retired = {f"{SCHEMAS}/{name}.json" for name in STEPS}

    assert {f"{SCHEMAS}/{path.name}" for path in (REFERENCE / SCHEMAS).iterdir()} <= set(made) | retired


def test_the_reference_is_written_where_it_is_asked_for(tmp_path: Path, made: dict[str, str]) -> None:
    write(tmp_path)

    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")} == set(made)


@pytest.mark.requirement("P11-01")
def test_every_event_is_described_with_its_classes_rule_and_fields() -> None:
    page = checked_in("events.md")

    for row in event_types():
        told = section(page, row.name)
        assert f"· {row.blinding.value} · {row.retention.value} · {row.predicate} ·" in told
        assert set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)) == {field.name for field in row.fields}


def test_every_older_event_version_is_named_with_the_one_it_is_read_as() -> None:
    page = checked_in("events.md")

    assert [name for name, step in STEPS.items() if f"| `{name}` | `{step.name}` |" not in page] == []


def test_every_command_is_described_with_its_fields_and_the_roles_that_may_send_it() -> None:
    page = checked_in("commands.md")

    for name, kind in COMMANDS.items():
        told = section(page, name)
        listed = set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE))
        assert listed == set(kind.model_fields) - {"reason", "source", "on_behalf_of"}
        roles = (f"`{role}`" for role in TABLE[name].roles) if name in TABLE else ["every open account, about itself"]
        assert f"May be sent by: {', '.join(roles)}." in told
        assert ("Needs a reason." in told, "Safety." in told) == (kind.NEEDS_REASON, kind.SAFETY)


def test_what_the_gate_decides_besides_commands_is_reading() -> None:
    others = set(TABLE) - set(COMMANDS)

    assert set(COMMANDS) <= set(TABLE) | OWN
    assert others
    assert all(name.startswith(("read_", "report_")) for name in others)


def test_the_codes_that_tests_and_programs_rely_on_are_listed() -> None:
    listed = set(re.findall(r"^\| `([a-z_]+)` \|", checked_in("errors.md"), re.MULTILINE))

    assert {"not_allowed", "same_person", "already_enrolled", "not_enrolled", "text_too_long", "bad_date"} <= listed
    assert {"randomisation_ratio", "bad_key_file", "conflict", "command_id_reused", "unknown_command"} <= listed


def test_an_error_names_the_command_whose_rules_raise_it() -> None:
    rows = [line for line in errors_page().splitlines() if line.startswith("| `stratum_full` |")]

    assert len(rows) == 1
    assert rows[0].endswith("| `stratum-caps-hold` | [`enrol`](commands.md#enrol) |")


def read(folder: Path, source: str) -> tuple[list[Raised], set[str]]:
    file = folder / "rules.py"
    file.write_text(source)
    return read_errors({"rules": file})


HELPED = """
from domain.errors import Refusal as R

HOURS = 24

def late(code, what, next_step):
    return R(code, what, rule="in-time", next_step=next_step)

class Rule:
    def _check(self, number):
        raise late("too_late", f"Number {number} came after {HOURS} hours.", "Say why.")
"""
TABLED = """
from domain.refusals import not_in_order
from domain.errors import Refusal

def not_in(code, words):
    return Refusal(code, words, rule="r", next_step="n")

def check(own):
    checks = (("first", own.a, "is one"), ("second", own.b, "is two"))
    for code, broken, words in checks:
        if broken:
            raise not_in(code, f"It {words}.")
    raise not_in("third" if own.c else "fourth", "It is neither.")
"""


def test_a_code_is_found_behind_a_helper_with_its_sentences(tmp_path: Path) -> None:
    found, passed_on = read(tmp_path, HELPED)

    what = "Number … came after 24 hours."
    assert found == [Raised("refusal", "too_late", what, "Say why.", "in-time", "rules.Rule._check")]
    assert passed_on == set()


def test_codes_of_a_table_and_of_a_choice_are_each_found(tmp_path: Path) -> None:
    found, passed_on = read(tmp_path, TABLED)

    assert {(one.code, one.what) for one in found} == {
        ("first", "It is one."),
        ("second", "It is two."),
        ("third", "It is neither."),
        ("fourth", "It is neither."),
    }
    assert passed_on == set()


def test_a_code_that_no_source_spells_out_is_not_passed_over(tmp_path: Path) -> None:
    source = "from domain.errors import InvalidInputError\ndef f(e):\n    raise InvalidInputError(e.code, 'It is.')\n"

    assert read(tmp_path, source) == ([], {"rules.f"})


def test_a_type_without_words_is_not_passed_over() -> None:
    with pytest.raises(TypeError, match="complex"):
        type_words(complex)
