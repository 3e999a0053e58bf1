"""`ledger tail` gives every leaf of a ledger, and the bytes of the entries that the reader may see."""

import json
import signal
import subprocess
import sys
from base64 import b64decode
from typing import Any

import pytest

from compliance.proofs.tree import leaf_hash, root_of
from tests.cli.invoking import ROOT, TRIAL, Cli, line

LEDGER = f"trial:{TRIAL}"


def tail(cli: Cli, person: str, *more: str, ledger: str = LEDGER) -> list[dict[str, Any]]:
    return cli.json("ledger", "tail", ledger, *cli.by(person), *more)


def test_a_trial_wide_reader_gets_every_entry_as_stored(cli: Cli) -> None:
    told = tail(cli, "auditor-01")

    assert [one["position"] for one in told] == list(range(1, cli.heads()[LEDGER] + 1))
    assert all(leaf_hash(b64decode(one["data_base64"])).hex() == one["leaf"] for one in told)


def test_a_site_reader_gets_its_own_entries_and_all_leaves(cli: Cli) -> None:
    told = tail(cli, "coordinator-01")

    seen = [json.loads(b64decode(one["data_base64"])) for one in told if one["data_base64"]]
    (verified,) = cli.json("ledger", "verify", LEDGER)
    assert root_of([bytes.fromhex(one["leaf"]) for one in told]).hex() == verified["root"]
    streams = {entry["frame"]["stream"] for entry in seen}
    assert {f"{LEDGER}/site/01", f"{LEDGER}/participant/001"} <= streams
    assert not streams & {f"{LEDGER}/site/02", f"{LEDGER}/participant/002"}
    assert "(not for this reader)" in cli("ledger", "tail", LEDGER, *cli.by("coordinator-01")).stdout


def test_it_begins_after_a_position(cli: Cli) -> None:
    size = cli.heads()[LEDGER]

    told = tail(cli, "auditor-01", "--after", str(size - 2))

    assert [one["position"] for one in told] == [size - 1, size]
    assert cli("ledger", "tail", LEDGER, *cli.by("auditor-01"), "--after", str(size)).stdout == ""


@pytest.mark.parametrize("person", ["sponsor-01", "coordinator-01", "auditor-01"])
def test_the_vault_is_not_for_them_and_the_refusal_is_recorded(cli: Cli, person: str) -> None:
    before = cli.heads()

    done = cli("ledger", "tail", f"vault:{TRIAL}", *cli.by(person))

    assert (done.exit_code, done.stdout) == (4, "")
    assert cli.heads() == {**before, f"access:{TRIAL}": before[f"access:{TRIAL}"] + 1}


def test_a_refusal_about_the_system_ledger_is_recorded_there(cli: Cli) -> None:
    before = cli.heads()

    done = cli("ledger", "tail", "system", *cli.by("coordinator-01"))

    assert done.exit_code == 4
    assert cli.heads() == {**before, "system": before["system"] + 1}


@pytest.mark.parametrize("ledger", ["trial:TYPO", "nothing", "trial"])
def test_a_ledger_that_is_not_there_is_not_found(cli: Cli, ledger: str) -> None:
    assert cli("ledger", "tail", ledger, *cli.by("auditor-01")).exit_code == 6


def test_following_shows_what_comes_until_it_is_interrupted(cli: Cli) -> None:
    size = cli.heads()[LEDGER]
    words = ("ledger", "tail", LEDGER, *cli.by("auditor-01"), "--after", str(size - 1), "--follow", "--json")
    with subprocess.Popen(
        [sys.executable, "-m", "adapters.cli.main", "--store", str(cli.store), *words], stdout=subprocess.PIPE, cwd=ROOT
    ) as following:
        assert following.stdout is not None
        first = json.loads(following.stdout.readline())
        cli.apply(line("record_procedure", {"participant": "001", "procedure": "visit"}), person="coordinator-01")
        second = json.loads(following.stdout.readline())
        following.send_signal(signal.SIGINT)
        following.communicate(timeout=30)

    assert (first["position"], second["position"]) == (size, size + 1)
    assert following.returncode == 130
