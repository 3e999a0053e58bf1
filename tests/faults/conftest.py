from collections.abc import Generator
from pathlib import Path

import pytest

from tests.faults.forgetful_disk import ForgetfulDisk, build
from tests.faults.writers import Writers, running_writers
from tests.storage.ledgers import one, opened


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    """A ledger file with one entry, closed."""
    path = tmp_path / "ledger.db"
    with opened(path) as recorder:
        recorder.append(one("system/release/1", "opened"))
    return path


@pytest.fixture(scope="session")
def forgetful_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("forgetful"))


@pytest.fixture
def disk(forgetful_library: Path, ledger_file: Path) -> ForgetfulDisk:
    return ForgetfulDisk(forgetful_library, ledger_file)


@pytest.fixture
def writers(ledger_file: Path) -> Generator[Writers]:
    """Writing processes over an ordinary disk."""
    with running_writers(ledger_file) as writers:
        yield writers


@pytest.fixture
def writers_on_disk(ledger_file: Path, disk: ForgetfulDisk) -> Generator[Writers]:
    with running_writers(ledger_file, disk.environment) as writers:
        yield writers
