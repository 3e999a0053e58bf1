"""A demonstration store with people and an imported trial, made once and copied for every test."""

import shutil
from pathlib import Path

import pytest

from tests.cli.invoking import SEED, Cli, granted, line, registered

PEOPLE = (
    ("sponsor-01", "sponsor_lead", None),
    ("sponsor-02", "sponsor_lead", None),
    ("monitor-01", "medical_monitor", None),
    ("auditor-01", "auditor", None),
    ("investigator-01", "investigator", ["01"]),
    ("coordinator-01", "site_coordinator", ["01"]),
    ("coordinator-02", "site_coordinator", ["02"]),
)
SITES = (("01", "Asia/Shanghai"), ("02", "Europe/Berlin"))


def set_up(cli: Cli) -> None:
    done = cli(
        "init",
        "--environment",
        "demonstration",
        "--administrator",
        "admin-01",
        "--name",
        "Administrator (fictional)",
        "--organisation",
        "Fictional Sponsor",
    )
    assert done.exit_code == 0, done.output


@pytest.fixture
def empty(tmp_path: Path) -> Cli:
    """No store yet."""
    return Cli(tmp_path)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cli = Cli(tmp_path_factory.mktemp("made"))
    set_up(cli)
    lines = [registered(person) for person, _, _ in PEOPLE]
    lines += [granted(person, role, by=person, sites=sites) for person, role, sites in PEOPLE]
    done = cli.apply(*lines, person="admin-01")
    assert [one["outcome"] for one in done] == ["done"] * len(lines), done
    assert cli("trial", "import", str(SEED), "--as", "sponsor-01").exit_code == 0
    sites = (
        line("register_site", {"site": code, "country": "XX", "name": f"Site {code}", "zone": zone})
        for code, zone in SITES
    )
    screened = (line("open_screening_record", {"site": code}) for code, _ in SITES)
    assert all(one["outcome"] == "done" for one in cli.apply(*sites, person="sponsor-01"))
    for code, opening in zip(("01", "02"), screened, strict=True):
        (opened,) = cli.apply(opening, person=f"coordinator-{code}")
        assert opened["outcome"] == "done", opened
    return cli.folder


@pytest.fixture
def cli(made_once: Path, tmp_path: Path) -> Cli:
    """A store of its own for this test: a DRAFT trial, two sites, participant 001 at site 01 and 002 at site 02."""
    shutil.copytree(made_once / "store", tmp_path / "store")
    shutil.copy(made_once / "store.key", tmp_path / "store.key")
    return Cli(tmp_path)
