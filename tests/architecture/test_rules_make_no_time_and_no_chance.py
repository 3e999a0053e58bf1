"""Rules, folds and compliance are handed their time, ids, chance and files; they reach for none themselves."""

import pytest

from tests.architecture.names import Names
from tests.architecture.tree import PURE, named, python_files

CLOCKS = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time",
}
CHANCE = {"os", "random", "secrets", "uuid.uuid1", "uuid.uuid4", "uuid.getnode"}
FILES = {
    ".open",
    ".input",
    "builtins.open",
    "io.open",
    "glob",
    "importlib.resources",
    "pathlib.Path",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
}
FORBIDDEN = CLOCKS | CHANCE | FILES


def reached(source: str) -> list[tuple[int, str]]:
    return [(line, name) for line, name in Names(source).used() if is_forbidden(name)]


def is_forbidden(name: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in FORBIDDEN)


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_reaches_for_no_clock_no_chance_and_no_file(room: str) -> None:
    found = {named(path): reached(path.read_text()) for path in python_files(room)}

    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.now()",
        "import datetime as dt\nread = dt.datetime.now",
        "from datetime import datetime as d, UTC\nd.today()",
        "from datetime import date\ndate.today()",
        "import time\ntime.time()",
        "from time import monotonic",
        "import random",
        "from random import Random",
        "import secrets as s\ns.token_bytes(16)",
        "from uuid import uuid4",
        "import uuid\nuuid.uuid4()",
        "import os\nos.urandom(16)",
        "from os import urandom",
        "open('file')",
        "from pathlib import Path",
        "import importlib.resources\nimportlib.resources.files('compliance')",
    ],
)
def test_every_spelling_is_seen(source: str) -> None:
    assert reached(source) != []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime, time, UTC\ndatetime(2027, 3, 3, tzinfo=UTC)",
        "def after(clock, time):\n    return clock.now(), time.hour, time",
        "from uuid import UUID\nUUID(int=1)",
        "def show(arm):\n    arm.open()",
    ],
)
def test_what_is_handed_in_may_be_used(source: str) -> None:
    assert reached(source) == []
