from collections.abc import Generator
from pathlib import Path

import pytest

from adapters.storage.recorder import LedgerRecorder
from tests.storage.ledgers import TurnedClock, opened


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def recorder(ledger_file: Path, clock: TurnedClock) -> Generator[LedgerRecorder]:
    with opened(ledger_file, clock) as recorder:
        yield recorder
