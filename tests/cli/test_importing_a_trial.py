"""A registry record becomes a DRAFT trial: claims word for word, criteria one by one, questions left open."""

import json
from base64 import b64decode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from adapters.cli import sending, trial
from tests.cli.conftest import set_up
from tests.cli.invoking import SEED, TRIAL, Cli, granted, registered

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def ready(empty: Cli) -> Cli:
    """A store with a sponsor and no trial."""
    set_up(empty)
    lines = (registered("sponsor-01"), granted("sponsor-01", "sponsor_lead", by="sponsor-01"))
    assert all(one["outcome"] == "done" for one in empty.apply(*lines, person="admin-01"))
    return empty


def bring(cli: Cli, *more: str, person: str = "sponsor-01", given: bytes = b"") -> list[dict[str, Any]]:
    source = "-" if given else str(SEED)
    return cli.json("trial", "import", source, "--as", person, *more, given=given)


def changed(change: Change) -> bytes:
    tree = json.loads(SEED.read_bytes())
    change(tree["protocolSection"])
    return json.dumps(tree).encode()


def criteria(told: list[dict[str, Any]]) -> list[str]:
    return [one["about"] for one in told if one.get("command") == "record_criterion"]


def recorded(cli: Cli) -> list[dict[str, Any]]:
    """The criteria as they stand in the ledger."""
    rows = cli.json("ledger", "tail", f"trial:{TRIAL}", "--as", "sponsor-01")
    entries = [json.loads(b64decode(row["data_base64"])) for row in rows]
    return [e["body"]["payload"] for e in entries if e["frame"]["type"] == "protocol.criterion_recorded.v1"]


def test_the_seed_becomes_a_draft_with_its_questions_open(ready: Cli) -> None:
    told = bring(ready)

    summary = next(one for one in told if "open_questions" in one)
    assert summary["trial"] == TRIAL
    assert summary["open_questions"] == 16
    assert "not the registry's own record" in summary["provenance"]
    assert "7b5d214c9f15ecd929333a83a7cfe05146365ff4f02cd0267395fb6f26a10188" in summary["provenance"]
    (state,) = (one for one in ready.json("trial", "show", "--as", "sponsor-01") if one["row"] == "trial")
    assert state["state"] == "DRAFT"
    assert set(ready.heads()) == {"system", *(f"{kind}:{TRIAL}" for kind in ("trial", "vault", "access"))}


def test_every_criterion_is_recorded_word_for_word_parts_after_their_whole(ready: Cli) -> None:
    told = bring(ready)

    text = json.loads(SEED.read_bytes())["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
    held = recorded(ready)
    assert criteria(told) == [one["criterion"] for one in held]
    assert [one["criterion"] for one in held][3:7] == ["I4", "I4.1", "I4.2", "I5"]
    assert {one["criterion"]: one["parent"] for one in held}["I4.2"] == "I4"
    assert all(one["verbatim"] in text for one in held)
    assert all(one["sha256"] == sha256(one["verbatim"].encode()).hexdigest() for one in held)
    assert {one["kind"] for one in held if one["criterion"].startswith("E")} == {"exclusion"}


def test_an_import_sent_again_changes_nothing(ready: Cli) -> None:
    bring(ready)
    before = ready.heads()

    again = bring(ready)

    assert ready.heads() == before
    assert all(one["repeated"] for one in again if "repeated" in one)


def test_an_import_that_was_interrupted_goes_on_where_it_stopped(ready: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = sending.send
    left = iter(range(5))

    def interrupted(*args: Any) -> Any:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return sent(*args)

    with monkeypatch.context() as patched:
        patched.setattr(trial, "send", interrupted)
        assert ready("trial", "import", str(SEED), "--as", "sponsor-01").exit_code == 130
    half = ready.heads()[f"trial:{TRIAL}"]

    told = bring(ready)

    assert ready.heads()[f"trial:{TRIAL}"] > half
    assert [one["repeated"] for one in told if "repeated" in one].count(True) == 5
    assert len({one["criterion"] for one in recorded(ready)}) == len(recorded(ready)) == 16


def test_an_import_refused_for_want_of_a_role_is_possible_once_the_role_is_given(ready: Cli) -> None:
    ready.apply(registered("sponsor-02"), person="admin-01")
    refused = ready("trial", "import", str(SEED), "--as", "sponsor-02")
    ready.apply(granted("sponsor-02", "sponsor_lead", by="sponsor-02"), person="admin-01")

    told = bring(ready, person="sponsor-02")

    assert refused.exit_code == 4
    assert len(criteria(told)) == 16


def test_the_trial_may_get_another_id_and_another_provenance(ready: Cli) -> None:
    told = bring(ready, "--trial", "DEMO-1", "--provenance", "From a colleague.")

    assert "trial:DEMO-1" in ready.heads()
    assert next(one for one in told if "provenance" in one)["provenance"] == "From a colleague."


def test_any_other_file_is_not_called_the_registrys_own(ready: Cli) -> None:
    told = bring(ready, given=changed(lambda section: section["statusModule"].update(overallStatus="COMPLETED")))

    assert "was not checked" in next(one for one in told if "provenance" in one)["provenance"]


@pytest.mark.parametrize("trial_id", ["../X", "A/B", "", "x" * 65])
def test_an_id_that_would_break_out_of_a_streams_name_is_refused(ready: Cli, trial_id: str) -> None:
    before = ready.heads()

    done = ready("trial", "import", str(SEED), "--as", "sponsor-01", f"--trial={trial_id}")

    assert done.exit_code == (0 if not trial_id else 3)
    assert trial_id == "" or ready.heads() == before


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
def test_what_is_no_registry_record_leaves_nothing_behind(ready: Cli, given: bytes, code: str) -> None:
    before = ready.heads()

    told = bring(ready, given=given)

    assert [one["error"] for one in told] == [code]
    assert ready.heads() == before


def test_a_record_that_does_not_fit_leaves_nothing_behind(ready: Cli) -> None:
    before = ready.heads()
    too_long = changed(
        lambda section: section["armsInterventionsModule"]["armGroups"][0].update(description="x" * 9000)
    )

    told = bring(ready, given=too_long)

    assert [one["error"] for one in told] == ["bad_design"]
    assert ready.heads() == before


def test_an_age_in_hours_stands_in_a_warning(ready: Cli) -> None:
    newborn = changed(lambda section: section["eligibilityModule"].update(minimumAge="6 Hours", maximumAge="2 Days"))

    told = bring(ready, given=newborn)

    assert any("'6 Hours'" in one.get("warning", "") for one in told)


def test_text_under_no_heading_is_no_criterion_and_a_warning_says_so(ready: Cli) -> None:
    loose = changed(lambda section: section["eligibilityModule"].update(eligibilityCriteria="- Adults\n- Able to walk"))

    told = bring(ready, given=loose)

    assert criteria(told) == []
    assert any("2 piece(s)" in one.get("warning", "") for one in told)


def test_a_quotation_too_long_for_its_field_is_cut_and_says_so(ready: Cli) -> None:
    long_criterion = "Inclusion Criteria:\n" + "\n".join(f"- SLE group: {n} {'x' * 1000}" for n in range(12))
    many = changed(lambda section: section["eligibilityModule"].update(eligibilityCriteria=long_criterion))

    bring(ready, given=many)

    (view,) = (one["view"] for one in ready.json("show", "trial", "--as", "sponsor-01") if one["row"] == "trial")
    quoted = next(one["record_says"] for one in view["questions"] if one["code"] == "D13")
    assert len(quoted) == 8192
    assert quoted.endswith("(cut here; the record has more)")


def test_a_file_that_is_not_there_is_not_found(ready: Cli, tmp_path: Path) -> None:
    done = ready("trial", "import", str(tmp_path / "nothing.json"), "--as", "sponsor-01")

    assert done.exit_code == 6
    assert "nothing.json" in done.stderr
