"""What is looked at in a running deployment: one value per look, and each look sees what is wrong."""

import sqlite3
from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.keys.signer import SignerKey
from adapters.live_checks import Deployment, look
from adapters.registers import registers
from adapters.wiring import Sources, create_store
from domain.access.facts import CheckFound
from domain.ledger.facts import Environment
from domain.ports import Ledger
from domain.session.limits import Limits
from tests.compliance.stores import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def deployment(desk: Desk) -> Deployment:
    return Deployment(desk.store, desk.store.folder.parent / "secret.key", "T1")


def real(ledger: Ledger) -> Environment:
    """As if the data were real; no test can make a store that holds such."""
    del ledger
    return "production"


def found(given: Deployment) -> dict[str, CheckFound]:
    return {one.check: one for one in look(given).checks}


def tampered(desk: Desk, *statements: str) -> None:
    with sqlite3.connect(desk.store.folder / "ledger.sqlite") as file:
        for statement in statements:
            file.execute(statement)


@pytest.mark.requirement("P11-03")
def test_a_deployment_in_order_is_told_value_by_value(desk: Desk) -> None:
    told = found(deployment(desk))

    assert {name: one.state for name, one in told.items()} == {
        "environment": "ok",
        "software": "ok",
        "interfaces": "ok",
        "ledgers-verify": "ok",
        "append-only": "ok",
        "durable-writes": "ok",
        "signer-key": "ok",
        "key-log": "ok",
        "private-files": "ok",
        "own-sources": "note",
        "clock": "ok",
        "session-limits": "ok",
        "credential-limits": "ok",
    }
    assert told["environment"].found.startswith("demonstration")
    assert told["durable-writes"].found == "Journal mode wal, synchronous FULL."
    assert "level L0, no anchor" in told["ledgers-verify"].found
    assert "15 min without use and 12 h at most" in told["session-limits"].found
    assert "Locked after 5 failures, 1 to 60 min; passwords 12 characters" in told["credential-limits"].found
    assert all(len(one.found) <= 256 for one in told.values())


def test_every_look_at_a_deployment_answers_a_clause_or_says_where_it_runs(desk: Desk) -> None:
    named = {check for clause in registers().clauses for check in clause.checks}

    assert set(found(deployment(desk))) - named == {"environment"}


@pytest.mark.requirement("P11-09", "EMA-03")
def test_a_trigger_that_was_dropped_is_named(desk: Desk) -> None:
    tampered(desk, "DROP TRIGGER entry_no_change")

    told = found(deployment(desk))["append-only"]

    assert told.state == "wrong"
    assert told.found.endswith("triggers are missing: entry_no_change.")


@pytest.mark.requirement("P11-04", "EMA-15")
def test_an_entry_that_was_altered_is_seen_and_the_trial_is_not_named(desk: Desk) -> None:
    tampered(
        desk,
        "DROP TRIGGER entry_no_change",
        "UPDATE entry SET entry = CAST(replace(entry, 'lead', 'load') AS BLOB) WHERE ledger = 'trial:T1'",
    )

    told = found(deployment(desk))["ledgers-verify"]

    assert told.state == "wrong"
    assert told.found.startswith("Not verified: trial.")


def test_writes_that_are_not_flushed_are_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.storage.sqlite.files.PRAGMAS", ("synchronous=OFF",))

    told = found(deployment(desk))["durable-writes"]

    assert (told.state, told.found) == ("wrong", "Journal mode wal, synchronous 0.")


@pytest.mark.requirement("P11-20")
def test_a_key_that_nobody_registered_is_seen(desk: Desk, tmp_path: Path) -> None:
    other = create_store(tmp_path / "other", tmp_path / "other.key")
    stranger = SignerKey(other.keys)
    conduct = desk.store.conduct
    given = deployment(desk)
    ports = replace(conduct.ports, signs=stranger)
    conduct.ports = ports

    told = found(given)["signer-key"]

    assert told.state == "wrong"
    assert stranger.key[:16] in told.found
    other.close()


def test_files_that_others_can_reach_are_named(desk: Desk) -> None:
    desk.store.folder.chmod(0o755)
    (desk.store.folder.parent / "secret.key").chmod(0o644)

    told = found(deployment(desk))["private-files"]

    assert (told.state, told.found) == ("wrong", "Others on this host can reach the store folder and the key file.")


def test_the_hosts_own_sources_are_told_from_others(desk: Desk) -> None:
    own = replace(desk.store, sources=Sources())

    assert found(Deployment(own, deployment(desk).key_file, "T1"))["own-sources"].state == "ok"


@pytest.mark.requirement("FDA-12")
def test_a_clock_behind_the_last_recorded_time_is_noted_and_wrong_where_the_data_are_real(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.clock.shows -= timedelta(days=1)

    noted = found(deployment(desk))["clock"]
    monkeypatch.setattr("adapters.live_checks.environment_of", real)
    wrong = found(deployment(desk))

    assert noted.state == "note"
    assert "behind the last recorded 2027-03-01" in noted.found
    assert (wrong["clock"].state, wrong["environment"].state) == ("wrong", "wrong")


def test_passwords_without_an_age_limit_are_told(desk: Desk) -> None:
    store = replace(desk.store, limits=Limits(password_age=None))

    assert "age without limit" in found(Deployment(store, deployment(desk).key_file, "T1"))["credential-limits"].found


def test_a_look_that_fails_says_so_and_hinders_no_other(desk: Desk, tmp_path: Path) -> None:
    told = found(Deployment(desk.store, tmp_path / "no.key", "T1"))

    assert (told["private-files"].state, told["private-files"].found) == (
        "wrong",
        "It could not be looked at: FileNotFoundError.",
    )
    assert told["ledgers-verify"].state == "ok"
