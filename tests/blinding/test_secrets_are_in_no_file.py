"""After a whole run no byte of the store, of a log line, an error or a report holds a secret of a person.

Looked for are passwords, secrets of one-time codes, invitations, emergency secrets and session tokens, as they
are, in UTF-16, hexadecimal and base64, and as the bytes that base 32 and base 64 stand for; of the several
hundred tokens every tenth and the last of each person. Searched are every file of the store (databases,
write-ahead logs, locks), backups of the databases, the log, everything that people can reach through reports, the
command line and answers, and what errors and objects print.

What it does not show: memory, swap, the terminal at which somebody types, and the one file that a demonstration
writes beside its store on purpose.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from traceback import format_exception
from typing import Final

import pytest
from rich.pretty import pretty_repr

from adapters.cli.session_file import write_token
from adapters.demo import credentials
from adapters.demo.people import AUDITOR, COORDINATOR, INVESTIGATOR
from adapters.identity.plain import TOKEN_PREFIX
from adapters.wiring import CREDENTIAL_FILE, KEY_STORE_FILE, LEDGER_FILE
from domain.errors import TrialproofError
from tests.blinding.canaries import Form, files_of, forms_of_secrets, found_in, words_in
from tests.blinding.reach import LEDGERS, Circle, reached_in
from tests.blinding.twins import Twin

CIRCLE: Final = Circle(
    (AUDITOR,),
    (AUDITOR,),
    (AUDITOR, INVESTIGATOR["01"]),
    (AUDITOR,),
    (("whoami",), ("sign",), ("ledger", "tail", LEDGERS[2], "--json")),
)
DATABASES: Final = (Path(LEDGER_FILE), Path("keys", KEY_STORE_FILE), Path("identity", CREDENTIAL_FILE))
TYPED: Final = "Vexillology-of-nine-otters"
"""What somebody types where an id belongs, a password that is too weak, and a code: it may be a secret."""


@pytest.fixture(scope="module")
def secrets(sealed_for_real: Twin) -> list[str]:
    tokens = [secret for secret in sealed_for_real.doors.secrets if secret.startswith(TOKEN_PREFIX)]
    others = [secret for secret in sealed_for_real.doors.secrets if not secret.startswith(TOKEN_PREFIX)]
    open_now = [held.token for held in sealed_for_real.doors.held.values() if held.token]
    return list(dict.fromkeys((*others, *tokens[::10], *open_now)))


@pytest.fixture(scope="module")
def forms(secrets: list[str]) -> tuple[Form, ...]:
    return forms_of_secrets((*secrets, TYPED))


def test_the_search_finds_secrets_where_they_are(
    sealed_for_real: Twin, secrets: list[str], forms: tuple[Form, ...], tmp_path: Path
) -> None:
    held = sealed_for_real.doors.held
    token = next(one.token for one in held.values() if one.token)
    credentials.write(tmp_path / credentials.FILE, held)
    write_token(tmp_path / "session", token)

    found = found_in(files_of(tmp_path), forms)

    assert found[credentials.FILE] == {text for one in held.values() for text in (one.password, one.otp_secret)}
    assert found["session"] == {token}
    assert len(secrets) > 100, "everybody has several"


@pytest.mark.requirement("P11-28")
def test_no_file_of_the_store_no_backup_and_no_log_line_holds_a_secret(
    sealed_for_real: Twin, forms: tuple[Form, ...], tmp_path: Path
) -> None:
    for file in DATABASES:
        with (
            closing(sqlite3.connect(sealed_for_real.folder / file)) as source,
            closing(sqlite3.connect(tmp_path / file.name)) as to,
        ):
            source.backup(to)

    assert found_in([*files_of(sealed_for_real.folder), ("log", sealed_for_real.log_file.read_bytes())], forms) == {}
    assert found_in(files_of(tmp_path), forms) == {}


def test_nothing_that_anybody_can_reach_holds_a_secret(sealed_for_real: Twin, forms: tuple[Form, ...]) -> None:
    reached = reached_in(sealed_for_real, CIRCLE)

    words = {channel: found_in(found.items(), forms) for channel, found in reached.items()}
    assert {channel: found for channel, found in words.items() if found} == {}


def attempts(twin: Twin) -> Iterator[Callable[[], object]]:
    """What is tried with secrets in the wrong place, or with the wrong secrets."""
    door, mine, hers = twin.store.authenticator, twin.doors.held[AUDITOR], twin.doors.held[COORDINATOR["01"]]
    where = {"source": "a test", "device": "a test", "originator": "tests"}
    assert twin.doors.identity(AUDITOR)
    assert mine.token is not None
    token = mine.token
    yield lambda: door.log_in(TYPED, mine.password, "000000", **where)
    yield lambda: door.log_in(mine.password, mine.password, TYPED, **where)
    yield lambda: door.log_in(AUDITOR, hers.password, hers.otp_secret, **where)
    yield lambda: door.log_in_in_emergency(AUDITOR, mine.password, **where)
    yield lambda: door.activate(AUDITOR, mine.otp_secret, TYPED, source="a test")
    yield lambda: door.confirm(AUDITOR, hers.password, TYPED, source="a test")
    yield lambda: door.prove(token, password=hers.password, code=TYPED, source="a test", originator="tests")
    yield lambda: door.prove(f"{token}x", password=mine.password, source="a test", originator="tests")
    yield lambda: door.change_password(token, hers.password, "000000", TYPED, source="a test", originator="tests")
    yield lambda: door.identity(hers.password, originator="tests")


def test_no_error_repeats_a_secret_and_none_is_recorded(sealed_for_real: Twin, forms: tuple[Form, ...]) -> None:
    tried = 0
    for attempt in attempts(sealed_for_real):
        with pytest.raises(TrialproofError) as caught:
            attempt()
        assert words_in("".join(format_exception(caught.value)).encode(), forms) == set()
        tried += 1

    assert tried == 10
    assert found_in(files_of(sealed_for_real.folder), forms) == {}


def test_no_object_shows_a_secret_when_it_is_printed(sealed_for_real: Twin, forms: tuple[Form, ...]) -> None:
    store, doors = sealed_for_real.store, sealed_for_real.doors
    somebody = INVESTIGATOR["01"]
    logged_in = doors.log_in(somebody)

    for thing in (logged_in, store, store.authenticator, store.keys, doors, doors.held[somebody], logged_in.identity):
        for text in (repr(thing), f"{thing}", pretty_repr(thing)):
            assert words_in(text.encode(), (*forms, *forms_of_secrets([logged_in.token]))) == set(), type(thing)
