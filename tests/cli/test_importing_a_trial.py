"""A registry record becomes a DRAFT trial: claims word for word, criteria one by one, questions left open."""

import json
from base64 import b64decode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from adapters.cli import sending, trial
from tests.cli.invoking import SEED, TRIAL, Cli, granted

Change = Callable[[dict[str, Any]], object]


def bring(cli: Cli, *more: str, person: str = "sponsor-01", given: bytes = b"") -> list[dict[str, Any]]:
    source = "-" if given else str(SEED)
    return cli.json("trial", "import", source, *cli.by(person), *more, given=given)


def changed(change: Change) -> bytes:
    tree = json.loads(SEED.read_bytes())
    change(tree["protocolSection"])
    return json.dumps(tree).encode()


def criteria(told: list[dict[str, Any]]) -> list[str]:
    return [one["about"] for one in told if one.get("command") == "record_criterion"]


def recorded(cli: Cli) -> list[dict[str, Any]]:
    """The criteria as they stand in the ledger."""
    rows = cli.json("ledger", "tail", f"trial:{TRIAL}", *cli.by("sponsor-01"))
    entries = [json.loads(b64decode(row["data_base64"])) for row in rows]
    return [e["body"]["payload"] for e in entries if e["frame"]["type"] == "protocol.criterion_recorded.v1"]


def test_the_seed_becomes_a_draft_with_its_questions_open(staffed: Cli) -> None:
    told = bring(staffed)

    summary = next(one for one in told if "open_questions" in one)
    assert summary["trial"] == TRIAL
    assert summary["open_questions"] == 16
    assert "not the registry's own record" in summary["provenance"]
    assert "7b5d214c9f15ecd929333a83a7cfe05146365ff4f02cd0267395fb6f26a10188" in summary["provenance"]
    (state,) = (one for one in staffed.json("trial", "show", *staffed.by("sponsor-01")) if one["row"] == "trial")
    assert state["state"] == "DRAFT"
    assert set(staffed.heads()) == {"system", *(f"{kind}:{TRIAL}" for kind in ("trial", "vault", "access"))}


def test_every_criterion_is_recorded_word_for_word_parts_after_their_whole(staffed: Cli) -> None:
    told = bring(staffed)

    text = json.loads(SEED.read_bytes())["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
    held = recorded(staffed)
    assert criteria(told) == [one["criterion"] for one in held]
    assert [one["criterion"] for one in held][3:7] == ["I4", "I4.1", "I4.2", "I5"]
    assert {one["criterion"]: one["parent"] for one in held}["I4.2"] == "I4"
    assert all(one["verbatim"] in text for one in held)
    assert all(one["sha256"] == sha256(one["verbatim"].encode()).hexdigest() for one in held)
    assert {one["kind"] for one in held if one["criterion"].startswith("E")} == {"exclusion"}


def test_an_import_sent_again_changes_nothing(staffed: Cli) -> None:
    bring(staffed)
    before = staffed.heads()

    again = bring(staffed)

    assert staffed.heads() == before
    assert all(one["repeated"] for one in again if "repeated" in one)


def test_an_import_that_was_interrupted_goes_on_where_it_stopped(staffed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = sending.send
    left = iter(range(5))

    def interrupted(*args: Any) -> Any:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return sent(*args)

    with monkeypatch.context() as patched:
        patched.setattr(trial, "send", interrupted)
        assert staffed("trial", "import", str(SEED), *staffed.by("sponsor-01")).exit_code == 130
    half = staffed.heads()[f"trial:{TRIAL}"]

    told = bring(staffed)

    assert staffed.heads()[f"trial:{TRIAL}"] > half
    assert [one["repeated"] for one in told if "repeated" in one].count(True) == 5
    assert len({one["criterion"] for one in recorded(staffed)}) == len(recorded(staffed)) == 16


def test_an_import_refused_for_want_of_a_role_is_possible_once_the_role_is_given(staffed: Cli) -> None:
    refused = staffed("trial", "import", str(SEED), *staffed.by("data-01"))
    staffed.apply(granted("data-01", "sponsor_lead", by="sponsor-01"), person="admin-01")

    told = bring(staffed, person="data-01")

    assert refused.exit_code == 4
    assert len(criteria(told)) == 16


def test_the_trial_may_get_another_id_and_another_provenance(staffed: Cli) -> None:
    told = bring(staffed, "--trial", "DEMO-1", "--provenance", "From a colleague.")

    assert "trial:DEMO-1" in staffed.heads()
    assert next(one for one in told if "provenance" in one)["provenance"] == "From a colleague."


def test_any_other_file_is_not_called_the_registrys_own(staffed: Cli) -> None:
    told = bring(staffed, given=changed(lambda section: section["statusModule"].update(overallStatus="COMPLETED")))

    assert "was not checked" in next(one for one in told if "provenance" in one)["provenance"]


@pytest.mark.parametrize("trial_id", ["../X", "A/B", "", "x" * 65])
def test_an_id_that_would_break_out_of_a_streams_name_is_refused(staffed: Cli, trial_id: str) -> None:
    before = staffed.heads()

    done = staffed("trial", "import", str(SEED), *staffed.by("sponsor-01"), f"--trial={trial_id}")

    assert done.exit_code == (0 if not trial_id else 3)
    assert trial_id == "" or staffed.heads() == before


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (b"{", "not_json"),
        (b"[]", "not_a_registry_record"),
        (b'{"protocolSection": {}}', "partial_record"),
        (b'{"protocolSection": {"a": 1, "a": 2}}', "duplicate_key"),
        (b" " * (17 << 20), "too_large"),
    ],
)
def test_what_is_no_registry_record_leaves_nothing_behind(staffed: Cli, given: bytes, code: str) -> None:
    before = staffed.heads()

    told = bring(staffed, given=given)

    assert [one["error"] for one in told] == [code]
    assert staffed.heads() == before


def test_a_record_that_does_not_fit_leaves_nothing_behind(staffed: Cli) -> None:
    before = staffed.heads()
    too_long = changed(
        lambda section: section["armsInterventionsModule"]["armGroups"][0].update(description="x" * 9000)
    )

    told = bring(staffed, given=too_long)

    assert [one["error"] for one in told] == ["bad_design"]
    assert staffed.heads() == before


def test_an_age_in_hours_stands_in_a_warning(staffed: Cli) -> None:
    newborn = changed(lambda section: section["eligibilityModule"].update(minimumAge="6 Hours", maximumAge="2 Days"))

    told = bring(staffed, given=newborn)

    assert any("'6 Hours'" in one.get("warning", "") for one in told)


def test_text_under_no_heading_is_no_criterion_and_a_warning_says_so(staffed: Cli) -> None:
    loose = changed(lambda section: section["eligibilityModule"].update(eligibilityCriteria="- Adults\n- Able to walk"))

    told = bring(staffed, given=loose)

    assert criteria(told) == []
    assert any("2 piece(s)" in one.get("warning", "") for one in told)


def test_a_quotation_too_long_for_its_field_is_cut_and_says_so(staffed: Cli) -> None:
    long_criterion = "Inclusion Criteria:\n" + "\n".join(f"- SLE group: {n} {'x' * 1000}" for n in range(12))
    many = changed(lambda section: section["eligibilityModule"].update(eligibilityCriteria=long_criterion))

    bring(staffed, given=many)

    (view,) = (one["view"] for one in staffed.json("show", "trial", *staffed.by("sponsor-01")) if one["row"] == "trial")
    quoted = next(one["record_says"] for one in view["questions"] if one["code"] == "D13")
    assert len(quoted) == 8192
    assert quoted.endswith("(cut here; the record has more)")


def test_a_file_that_is_not_there_is_not_found(staffed: Cli, tmp_path: Path) -> None:
    done = staffed("trial", "import", str(tmp_path / "nothing.json"), *staffed.by("sponsor-01"))

    assert done.exit_code == 6
    assert "nothing.json" in done.stderr
