"""A demonstration store with people and an imported trial, made once and copied for every test."""

import shutil
from pathlib import Path

import pytest

from adapters.wiring import Sources, create_store
from compliance.setup import set_up as set_up_store
from domain.people.roles import Role
from tests.cli.invoking import SEED, Cli, line
from tests.cli.people import Office

PEOPLE: tuple[tuple[str, Role, list[str] | None], ...] = (
    ("sponsor-01", "sponsor_lead", None),
    ("sponsor-02", "sponsor_lead", None),
    ("monitor-01", "medical_monitor", None),
    ("data-01", "data_manager", None),
    ("auditor-01", "auditor", None),
    ("investigator-01", "investigator", ["01"]),
    ("successor-01", "investigator", ["01"]),
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
def staffed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People, each logged in, and no trial yet; light password digests, which any store reads."""
    cli = Cli(tmp_path_factory.mktemp("staffed"))
    store = create_store(cli.store, cli.key_file, Sources(seeded=True))
    try:
        set_up_store(
            store.ports,
            person="admin-01",
            environment="demonstration",
            printed_name="Administrator (fictional)",
            organisation="Fictional Sponsor",
        )
        office = Office(store, cli.people)
        office.begin("admin-01", "admin-02")
        for person, role, sites in PEOPLE:
            office.hire(person, role, sites)
    finally:
        store.close()
    return cli.folder


@pytest.fixture(scope="session")
def made_once(staffed_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "copy"
    shutil.copytree(staffed_once, folder)
    cli = Cli(folder)
    assert cli("trial", "import", str(SEED), *cli.by("sponsor-01")).exit_code == 0
    sites = (
        line("register_site", {"site": code, "country": "XX", "name": f"Site {code}", "zone": zone})
        for code, zone in SITES
    )
    screened = (line("open_screening_record", {"site": code}) for code, _ in SITES)
    assert all(one["outcome"] == "done" for one in cli.apply(*sites, person="sponsor-01"))
    for code, opening in zip(("01", "02"), screened, strict=True):
        (opened,) = cli.apply(opening, person=f"coordinator-{code}")
        assert opened["outcome"] == "done", opened
    return folder


@pytest.fixture
def staffed(staffed_once: Path, tmp_path: Path) -> Cli:
    """A store of its own for this test: people who are logged in, and no trial."""
    shutil.copytree(staffed_once, tmp_path, dirs_exist_ok=True)
    return Cli(tmp_path)


@pytest.fixture
def cli(made_once: Path, tmp_path: Path) -> Cli:
    """A store of its own for this test: a DRAFT trial, two sites, participant 001 at site 01 and 002 at site 02."""
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    return Cli(tmp_path)
