"""On a ledger with the host's clock and fresh keys, one position gives one report, whichever process runs it."""

import re
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from adapters.wiring import Sources, create_store
from compliance.setup import set_up
from tests.cli.invoking import SEED, Cli
from tests.cli.people import Office

ODD = {
    "PERSISTENCE_MODULE": "eventsourcing.popo",
    "SQLITE_DBNAME": ":memory:",
    "MAPPER_TOPIC": "no:such",
    "COMPRESSOR_TOPIC": "zlib",
    "CIPHER_TOPIC": "no:cipher",
    "IS_SNAPSHOTTING_ENABLED": "y",
    "POSTGRES_DBNAME": "nowhere",
    "SQLALCHEMY_WARN_20": "1",
    "PYDANTIC_DISABLE_PLUGINS": "1",
    "NO_COLOR": "1",
    "FORCE_COLOR": "1",
    "TERM": "dumb",
    "TZ": "Pacific/Kiritimati",
    "LANG": "C",
    "PYTHONHASHSEED": "7",
}
"""What the libraries would listen to, set to what would harm."""


def run(cli: Cli, *args: str, **environment: str) -> str:
    told = cli.process(*args, given=b"", COLUMNS="300", **environment)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout.decode()


def prepared(folder: Path) -> Cli:
    """People, logged in, and a trial imported; fresh keys and the host's clock."""
    cli = Cli(folder)
    store = create_store(cli.store, cli.key_file, Sources(seeded=True))
    with closing(store):
        set_up(store.ports, person="admin-01", environment="demonstration", printed_name="A", organisation="O")
        office = Office(store, cli.people)
        office.begin("admin-01", "admin-02")
        office.hire("auditor", "auditor", None)
    run(cli, "trial", "import", str(SEED), *cli.by("lead-01"))
    return cli


def digests(out: Path) -> dict[str, str]:
    data = (path for path in out.rglob("*") if path.suffix in {".csv", ".jsonl"})
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in data}


def test_one_position_gives_one_report_in_two_processes_whatever_the_environment_says(tmp_path: Path) -> None:
    cli = prepared(tmp_path)
    wanted = ("report", "audit-trail", *cli.by("auditor"), "--purpose", "twice", "--zone", "Asia/Shanghai")
    positions = ("--at", "trial:NCT03458156=20", "--at", "access:NCT03458156=1")

    told = [
        run(cli, *wanted, *positions, "--out", str(tmp_path / name), **environment)
        for name, environment in (("first", {}), ("second", ODD))
    ]

    bodies = [re.findall(r"body SHA-256 ([0-9a-f]{64})", text) for text in told]
    assert bodies[0] == bodies[1]
    assert len(bodies[0]) == 1
    assert digests(tmp_path / "first") == digests(tmp_path / "second")
    assert digests(tmp_path / "first")
    verified = run(cli, "ledger", "verify", **ODD)
    assert verified.count("level L0") == 4
