"""The one secret: in a file of its own, for one user, and never guessed at."""

import os
from pathlib import Path

import pytest

from adapters.keys.secret import read_secret, write_new_secret
from domain.errors import InvalidInputError, StorageUnavailableError


def test_a_new_secret_is_read_back_and_only_its_user_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secret.hex"

    secret = write_new_secret(path, os.urandom)

    assert read_secret(path) == secret
    assert len(secret) == 32
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_secret_is_never_written_over_another(tmp_path: Path) -> None:
    path = tmp_path / "secret.hex"
    secret = write_new_secret(path, os.urandom)

    with pytest.raises(StorageUnavailableError):
        write_new_secret(path, os.urandom)

    assert read_secret(path) == secret


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_may_use_is_refused_with_its_mode_and_the_way_out(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret.hex"
    write_new_secret(path, os.urandom)
    path.chmod(mode)

    with pytest.raises(InvalidInputError, match=f"{mode:04o}.*chmod 600") as refused:
        read_secret(path)

    assert (refused.value.code, refused.value.field) == ("key_file_open_to_others", "TRIALPROOF_KEY_FILE")


@pytest.mark.parametrize(
    "text",
    ["", "00", "00" * 31, "00" * 33, "0x" + "00" * 31, "zz" * 32, "00" * 32 + "\n\n", " " + "00" * 32, "\xff" * 64],
)
def test_anything_but_64_hex_digits_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secret.hex"
    path.write_text(text, encoding="latin-1")
    path.chmod(0o600)

    with pytest.raises(InvalidInputError) as refused:
        read_secret(path)

    assert refused.value.code == "bad_key_file"
    assert not text or text.strip() not in str(refused.value)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailableError, match=r"secret\.hex.*No such file"):
        read_secret(tmp_path / "secret.hex")
