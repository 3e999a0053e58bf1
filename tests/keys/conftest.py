from collections.abc import Generator
from pathlib import Path

import pytest

from adapters.keys.store import KeyStore
from tests.keys.stores import made


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keystore.sqlite"


@pytest.fixture
def keys(key_file: Path) -> Generator[KeyStore]:
    with made(key_file) as store:
        yield store
