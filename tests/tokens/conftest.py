"""One store for many attacks: none of them may change anything in it."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.tokens.gatehouse import Gatehouse, open_gatehouse


@pytest.fixture
def house(tmp_path: Path) -> Generator[Gatehouse]:
    with open_gatehouse(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Generator[Gatehouse]:
    with open_gatehouse(tmp_path_factory.mktemp("attacked")) as opened:
        yield opened
