"""A store is set up once; its secret stays outside it; `doctor` says whether all is well."""

import json
import re
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from adapters.chance import SetClock
from adapters.identity.authenticator import Authenticator
from adapters.wiring import Sources, create_store
from compliance.setup import set_up as set_up_store
from tests.cli.conftest import set_up
from tests.cli.invoking import Cli, objects, registered
from tests.cli.people import Office

NEW = {
    "--environment": "demonstration",
    "--administrator": "admin-01",
    "--name": "Ada Min (fictional)",
    "--organisation": "Fictional Sponsor",
}


def init(cli: Cli, *more: str, **changed: str) -> Result:
    options = {**NEW, **{f"--{name}": value for name, value in changed.items()}}
    return cli(*more, "init", *(word for option in options.items() for word in option))


def checks(cli: Cli) -> dict[str, Any]:
    return {one["check"]: one for one in cli.json("doctor")}


def test_a_new_store_is_a_demonstration_with_one_administrator_and_says_so(empty: Cli) -> None:
    done = init(empty, "--json")

    assert done.exit_code == 0
    told, invited = objects(done)
    assert told["environment"] == "demonstration"
    assert told["administrator"] == "admin-01"
    assert invited["one_time_secret"]
    assert empty.heads() == {"system": 5}


def test_the_secret_lies_beside_the_store_and_only_its_owner_can_read_it(empty: Cli) -> None:
    init(empty)

    assert stat.S_IMODE(empty.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(empty.store.stat().st_mode) == 0o700
    assert not [
        path for path in empty.store.rglob("*") if path.is_file() and empty.key_file.read_bytes() in path.read_bytes()
    ]


@pytest.mark.parametrize("inside", ["secret.key", "keys/secret.key", "../store/secret.key"])
def test_a_secret_inside_the_store_is_refused_and_no_store_is_made(empty: Cli, inside: str) -> None:
    done = init(empty, "--key-file", str(empty.store / inside))

    assert done.exit_code == 3
    assert "key_file_in_store" in done.stderr
    assert not empty.store.exists()


def test_a_link_into_the_store_is_a_secret_inside_it(empty: Cli) -> None:
    empty.store.mkdir()
    link = empty.folder / "innocent.key"
    link.symlink_to(empty.store / "secret.key")

    done = init(empty, "--key-file", str(link))

    assert done.exit_code == 3
    assert "key_file_in_store" in done.stderr


def test_a_store_is_set_up_once(empty: Cli) -> None:
    set_up(empty)
    before = empty.heads(), empty.key_file.read_bytes()

    again = init(empty, administrator="admin-02")

    assert again.exit_code == 3
    assert "already_set_up" in again.stderr
    assert (empty.heads(), empty.key_file.read_bytes()) == before


def test_a_production_store_is_set_up_and_says_so_for_ever(empty: Cli) -> None:
    done = init(empty, environment="production")
    again = init(empty, environment="demonstration", administrator="admin-01")

    assert done.exit_code == 0
    assert all(one.startswith("[production] ") for one in done.stdout.splitlines())
    assert (again.exit_code, checks(empty)["environment"]["detail"]) == (3, "production")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"administrator": "../admin"}, "bad_form"),
        ({"administrator": "a b"}, "bad_form"),
        ({"name": ""}, "blank_text"),
        ({"name": "x" * 257}, "text_too_long"),
        ({"organisation": "Spon\u0007sor"}, "control_character"),
    ],
)
def test_the_first_administrator_is_read_as_strictly_as_everybody_else(
    empty: Cli, changed: dict[str, str], code: str
) -> None:
    done = init(empty, **changed)

    assert done.exit_code == 3
    assert code in done.stderr
    assert not empty.store.exists()


def test_an_environment_that_is_neither_is_a_fault_of_the_command_line(empty: Cli) -> None:
    assert init(empty, environment="test").exit_code == 2


def test_doctor_finds_all_well_in_a_new_store(empty: Cli) -> None:
    set_up(empty)

    found = checks(empty)

    assert {one["state"] for name, one in found.items() if name != "trials"} == {"ok"}
    assert found["trials"]["state"] == "note"
    assert empty("doctor").exit_code == 0


def test_doctor_answers_every_question_where_there_is_no_store(empty: Cli) -> None:
    found = checks(empty)

    assert found["packages"]["state"] == "ok"
    assert {name for name, one in found.items() if one["state"] == "WRONG"} >= {"store folder", "key file", "ledgers"}
    assert {one["environment"] for one in found.values()} == {"unknown"}
    assert empty("doctor").exit_code == 1


def test_doctor_sees_a_store_and_a_secret_that_others_can_reach(empty: Cli) -> None:
    set_up(empty)
    empty.store.chmod(0o755)
    empty.key_file.chmod(0o644)

    found = checks(empty)

    assert (found["store folder"]["state"], found["key file"]["state"]) == ("WRONG", "WRONG")


def test_doctor_sees_another_stores_secret(empty: Cli) -> None:
    set_up(empty)
    empty.key_file.write_text("00" * 32)

    found = checks(empty)

    assert found["ledgers"]["state"] == "WRONG"
    assert "does not open the key store" in found["ledgers"]["detail"]


def test_doctor_names_the_trials(cli: Cli) -> None:
    assert checks(cli)["trials"]["detail"] == "NCT03458156"


def test_a_store_that_was_never_set_up_says_how_to(empty: Cli) -> None:
    create_store(empty.store, empty.key_file).close()

    done = empty("apply", "-", *empty.by("admin-01"), given="{}")

    assert done.exit_code == 3
    assert re.search(r"\[unknown\] not_set_up: .*\n\[unknown\] Next: Set it up with `trialproof init", done.stderr)


def test_a_missing_store_and_a_missing_secret_are_told_apart(cli: Cli, tmp_path: Path) -> None:
    nowhere = cli("show", "trial", *cli.by("auditor-01"), store=tmp_path / "nowhere")
    cli.key_file.unlink()
    locked = cli("show", "trial", *cli.by("auditor-01"))

    assert (nowhere.exit_code, locked.exit_code) == (6, 7)
    assert "TRIALPROOF_KEY_FILE" in locked.stderr


def test_version_needs_no_store(empty: Cli) -> None:
    (told,) = empty.json("version")

    assert told["environment"] == "none"
    assert told["software"].startswith("trialproof/")
    assert not empty.store.exists()


def test_a_demonstration_recorded_ahead_of_the_clock_goes_on_at_its_own_time(empty: Cli) -> None:
    ahead = SetClock(datetime(2090, 1, 4, 9, 0, tzinfo=UTC))
    store = create_store(empty.store, empty.key_file, Sources(clock=ahead, seeded=True))
    set_up_store(
        store.ports,
        person="admin-01",
        environment="demonstration",
        printed_name="Administrator",
        organisation="Any",
    )
    Office(store, empty.people).enter("admin-01", store.authenticator.invite("admin-01", by=None))
    before = store.ledger.head("system").size
    store.close()

    (done,) = empty.apply(registered("sponsor-01"), person="admin-01")

    assert done["outcome"] == "done", "the administrator's role begins in 2090"
    assert checks(empty)["clock"]["state"] == "note"
    verdict = json.loads(empty.process("ledger", "verify", "system", "--json").stdout)
    assert (verdict["ok"], verdict["entries"]) == (True, before + 1), "recorded time did not run back"


def test_an_administrator_who_never_got_the_one_time_secret_gets_it_when_init_is_run_again(
    empty: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Authenticator, "invite", interrupted)
        assert init(empty).exit_code == 130

    other = init(empty, administrator="admin-02")
    again = init(empty, "--json")
    third = init(empty)

    assert (other.exit_code, again.exit_code, third.exit_code) == (3, 0, 3)
    assert objects(again)[-1]["one_time_secret"]
    assert "already_set_up" in third.stderr


def test_the_products_own_name_is_no_administrators_and_another_can_be_taken_then(empty: Cli) -> None:
    refused, done = init(empty, administrator="Trialproof"), init(empty)

    assert (refused.exit_code, done.exit_code) == (3, 0)
    assert "id_reserved" in refused.stderr


def test_doctor_sees_a_session_that_others_can_reach(cli: Cli) -> None:
    path = cli.people.session("auditor-01")
    path.chmod(0o644)

    found = {one["check"]: one for one in cli.json("doctor", *cli.by("auditor-01"))}

    assert found["session file"]["state"] == "WRONG"
