"""`trialproof design`: it needs no store, prints what it does not know, and keeps hidden parameters to its user."""

import json
import re
import shlex
import stat
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.errors import ExitCode
from compliance.design.unknown import NO_POWER, NO_SHAM
from compliance.reports.svg import harm_in
from tests.cli.invoking import ROOT, Cli, objects

STRATA = ("--stratum", "SLE=15@1/2", "--stratum", "LN=15@1/2")
PLAN = ("--ratio", "2:1", *STRATA, "--no-sham")
HIDDEN = ("--method", "permuted_blocks:sizes=3,6")
FILES = {"design.html", "design.json", "design.guesses.svg", "design.certainty.svg", "design.imbalance.svg"}
PROPOSAL: dict[str, Any] = {
    "ratio": [2, 1],
    "strata": [{"code": "SLE", "cap": 15}, {"code": "LN", "cap": 15}],
    "methods": [{"method": "permuted_blocks", "parameters": {"sizes": ["3", "6"]}}],
    "sham": False,
}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "answer"


def test_a_design_is_evaluated_without_a_store(empty: Cli, out: Path) -> None:
    told = empty("design", "evaluate", *PLAN, *HIDDEN, "--out", str(out))

    assert told.exit_code == 0, told.output
    assert "For the unblinded statistician only" in told.output
    assert re.search(
        r"sizes 3, 6 +SLE, LN +15 +0\.7510 +0\.6667 +0\.2063 +0\.0910 +10:5 +0\.1375 +0\.2561", told.output
    )
    assert "cannot keep the planned totals" in told.output
    assert NO_POWER in told.output
    assert NO_SHAM in told.output
    assert not empty.store.exists()


def test_what_it_writes_only_this_user_can_read(empty: Cli, out: Path) -> None:
    out.mkdir(mode=0o755)
    (out / "design.json").write_text("of an earlier run, open to all")

    empty("design", "evaluate", *PLAN, *HIDDEN, "--out", str(out))

    assert {path.name for path in out.iterdir()} == FILES
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}


def test_a_new_folder_is_closed_to_others_as_well(empty: Cli, out: Path) -> None:
    empty("design", "evaluate", *PLAN, *HIDDEN, "--out", str(out / "below"))

    assert stat.S_IMODE((out / "below").stat().st_mode) == 0o700


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_behind(empty: Cli, out: Path) -> None:
    (out / "design.html" / "in the way").mkdir(parents=True)

    told = empty("design", "evaluate", *PLAN, *HIDDEN, "--out", str(out))

    assert told.exit_code == ExitCode.STORAGE
    assert [path.name for path in out.iterdir()] == ["design.html"]


def test_the_page_loads_nothing_and_says_for_whom_it_is(empty: Cli, out: Path) -> None:
    empty("design", "evaluate", *PLAN, *HIDDEN, "--out", str(out))

    page = (out / "design.html").read_text()
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert "UNBLINDED" in page
    assert "No ledger was read." in page
    assert page.count('role="img"') == 3
    assert [harm_in((out / name).read_text()) for name in FILES if name.endswith("svg")] == ["", "", ""]


def test_the_same_question_gives_the_same_bytes(empty: Cli, out: Path, tmp_path: Path) -> None:
    for folder in (out, tmp_path / "again"):
        empty("design", "evaluate", *PLAN, *HIDDEN, "--out", str(folder))

    assert [(out / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in FILES] == [True] * 5


@pytest.mark.parametrize("given", ["file", "standard input"])
def test_a_file_says_the_whole_proposal(empty: Cli, out: Path, tmp_path: Path, given: str) -> None:
    text = json.dumps(PROPOSAL)
    path = tmp_path / "proposal.json"
    path.write_text(text)

    told = empty("--json", "design", "evaluate", "-" if given != "file" else str(path), "--out", str(out), given=text)

    (row,) = [one for one in objects(told) if one.get("row") == "design"]
    assert (row["best_guess"], row["baseline"], row["missed"]) == ("0.7510", "0.6667", "0.1375")
    assert json.loads((out / "design.json").read_text())["designs"][0]["lists"][0]["slots"] == 15


def test_designs_are_compared_side_by_side(empty: Cli, out: Path) -> None:
    told = empty("design", "compare", *PLAN, *HIDDEN, "--method", "block_urn:lambda=2", "--out", str(out))

    assert told.exit_code == 0, told.output
    assert re.search(r"block_urn: lambda 2 .* 0\.6989 +0\.6667", told.output)
    assert "2 designs at 2:1 side by side" in (out / "design.html").read_text()


def test_arms_are_given_by_their_number_alone(empty: Cli, out: Path) -> None:
    told = empty("design", "evaluate", "--arms", "3", "--stratum", "ALL=30", "--method", "simple", "--out", str(out))

    assert told.exit_code == 0, told.output
    assert "0.3333" in told.output
    assert "masked roles: not known" in told.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("evaluate", *PLAN, *HIDDEN, "--method", "simple"), "number_of_methods"),
        (("compare", *PLAN, *HIDDEN), "number_of_methods"),
        (("evaluate", *PLAN, "--method", "permuted_blocks:sizes=4,7"), "randomisation_sizes"),
        (("evaluate", *PLAN, "--method", "permuted_blocks:sizes=,47"), "bad_proposal"),
        (("evaluate", *PLAN, "--method", "permuted_blocks:sizes"), "bad_proposal"),
        (("evaluate", *PLAN, "--method", "Blocks of 47"), "bad_proposal"),
        (("evaluate", *PLAN, "--method", "none_such"), "randomisation_method"),
        (("evaluate", *PLAN, "--arms", "3", *HIDDEN), "bad_proposal"),
        (("evaluate", "--ratio", "2:0", *STRATA, *HIDDEN), "bad_proposal"),
        (("evaluate", "--stratum", "A=15", *HIDDEN), "bad_proposal"),
        (("evaluate", "--ratio", "2:1", "--stratum", "A", *HIDDEN), "bad_proposal"),
        (("evaluate", "--ratio", "2:1", "--stratum", "A=9999", *HIDDEN), "bad_proposal"),
        (("evaluate", "-", "--ratio", "2:1"), "bad_proposal"),
        (("evaluate", "-"), "bad_proposal"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:1]),
)
def test_what_cannot_be_evaluated_is_refused_without_its_figures(
    empty: Cli, out: Path, words: tuple[str, ...], told: str
) -> None:
    found = empty("--json", "design", *words, "--out", str(out), given='{"ratio": [2, 1], "strata": 47}')

    assert found.exit_code == ExitCode.INVALID_INPUT
    assert objects(found)[-1]["error"] == told
    assert "47" not in found.output
    assert "4, 7" not in found.output
    assert not out.exists()


def test_readings_of_the_record_are_told_by_the_share_of_the_disease(empty: Cli) -> None:
    rows = {one["reading"]: one for one in empty.json("design", "readings", "--share", "1/2") if "reading" in one}

    assert rows["R3"]["chance"] == "0.9572"
    assert rows["R3 by 2:1"]["chance"] == "0.1445"
    assert rows["R1"]["violations"] == "5.0"
    assert rows["R4"]["violations"] is None


@pytest.mark.parametrize("share", ["3/2", "half"])
def test_a_share_that_is_none_is_refused(empty: Cli, share: str) -> None:
    assert empty("design", "readings", "--share", share).exit_code == ExitCode.INVALID_INPUT


def test_the_public_leak_table_says_nothing_of_a_design(empty: Cli) -> None:
    told = empty("design", "leaks", "--ratio", "2:1", "--cap", "15")

    assert told.exit_code == 0, told.output
    assert re.search(r"1 +0\.6667 +0\.0000", told.output)
    assert "statistician" not in told.output


def test_the_leak_table_of_a_hidden_design_says_for_whom_it_is(empty: Cli) -> None:
    words = ("design", "leaks", "--ratio", "2:1", "--cap", "15", "--known", "2", *HIDDEN)

    first, again = empty(*words), empty(*words)

    assert "For the unblinded statistician only" in first.output
    assert re.search(r"2 +1\.2857 +0\.0000 +0\.\d{4}", first.output)
    assert first.output == again.output


BESIDE = {"proposal.json", "proposals.json", "answer"}
HOW_TO = (ROOT / "docs/how-to/choose-a-design.md").read_text()


def test_the_figures_of_the_how_to_are_those_that_the_command_prints(empty: Cli, out: Path) -> None:
    lines = re.findall(r"^\| `.*", HOW_TO, re.MULTILINE)
    written = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]
    methods = [word for row in written for word in ("--method", row[0])]

    rows = [one for one in empty.json("design", "compare", *PLAN, *methods, "--out", str(out)) if "row" in one]

    named = ("best_guess", "baseline", "deterministic", "missed", "any_missed")
    assert len(written) == 6
    assert [row[1:] for row in written] == [[one[name] for name in named] for one in rows]


def test_the_commands_and_the_proposal_of_the_how_to_work_as_written(empty: Cli, tmp_path: Path) -> None:
    (proposal,) = re.findall(r"```json\n(.*?)```", HOW_TO, re.DOTALL)
    lines = [shlex.split(line) for line in re.findall(r"^    trialproof (.*)", HOW_TO, re.MULTILINE)]
    (tmp_path / "proposal.json").write_text(proposal)
    both = {**json.loads(proposal), "methods": [*json.loads(proposal)["methods"], {"method": "simple"}]}
    (tmp_path / "proposals.json").write_text(json.dumps(both))

    ends = [empty(*(str(tmp_path / word) if word in BESIDE else word for word in line)).exit_code for line in lines]

    assert ends == [0] * 5
