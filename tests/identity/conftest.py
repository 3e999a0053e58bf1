from collections.abc import Generator
from pathlib import Path

import pytest

from tests.identity.house import House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Generator[House]:
    with open_house(tmp_path) as opened:
        yield opened
