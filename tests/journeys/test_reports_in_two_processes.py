"""On a ledger with the host's clock and fresh keys, one position gives one report, whichever process runs it."""

import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
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


def cli(store: Path, *args: str, given: str = "", **environment: str) -> str:
    told = subprocess.run(
        [sys.executable, "-m", "adapters.cli.main", "--store", str(store), *args],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "300", **environment},
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def prepared(store: Path) -> None:
    cli(
        store,
        "init",
        "--environment",
        "demonstration",
        "--administrator",
        "admin",
        "--name",
        "A",
        "--organisation",
        "O",
    )
    people = [("lead", "sponsor_lead"), ("auditor", "auditor")]
    lines = [
        {"command": "register_person", "payload": {"person": person, "printed_name": person, "organisation": "O"}}
        for person, _ in people
    ] + [
        {"command": "grant_role", "payload": {"person": person, "role": role, "requested_by": "somebody"}}
        for person, role in people
    ]
    given = "".join(
        json.dumps({**line, "command_id": f"0f5f5f8e-7a52-4d3a-9a0d-0c2a4f1b9d{n:02d}"}) + "\n"
        for n, line in enumerate(lines)
    )
    cli(store, "apply", "-", "--as", "admin", given=given)
    cli(store, "trial", "import", str(ROOT / "adapters" / "seed" / "NCT03458156.json"), "--as", "lead")


def digests(out: Path) -> dict[str, str]:
    data = (path for path in out.rglob("*") if path.suffix in {".csv", ".jsonl"})
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in data}


def test_one_position_gives_one_report_in_two_processes_whatever_the_environment_says(tmp_path: Path) -> None:
    store = tmp_path / "store"
    prepared(store)
    wanted = ("report", "audit-trail", "--as", "auditor", "--purpose", "twice", "--zone", "Asia/Shanghai")
    positions = ("--at", "trial:NCT03458156=20", "--at", "access:NCT03458156=1")

    told = [
        cli(store, *wanted, *positions, "--out", str(tmp_path / name), **environment)
        for name, environment in (("first", {}), ("second", ODD))
    ]

    bodies = [re.findall(r"body SHA-256 ([0-9a-f]{64})", text) for text in told]
    assert bodies[0] == bodies[1]
    assert len(bodies[0]) == 1
    assert digests(tmp_path / "first") == digests(tmp_path / "second")
    assert digests(tmp_path / "first")
    verified = cli(store, "ledger", "verify", **ODD)
    assert verified.count("level L0") == 4
