"""The page on importing a list says what is so: its program seals, its example is taken over."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from adapters.cli.randomisation import LONGEST
from adapters.keys.list_import import ListImportKey
from adapters.keys.store import KeyStore
from domain.allocation.design_commands import Settled
from domain.allocation.imported import read_list
from domain.trial.facts import Stratum
from tests.keys.stores import made

PAGE: Final = (Path(__file__).resolve().parents[2] / "docs/how-to/import-a-list.md").read_text()
TRIAL: Final = "NCT03458156"


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def example() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(block("json"))
    return {**whole, "program": {**whole["program"], "sha256": "ab" * 32}}


def settled(cap: int = 3) -> Settled:
    strata = (Stratum(cap=cap, code=code, definition="x", label="x") for code in ("SLE", "LN"))
    return Settled((2, 1), tuple(strata))


def sealed_by_the_page(keys: KeyStore, folder: Path, plain: bytes) -> bytes:
    """Run the page's program as the page says."""
    (folder / "seal.py").write_text(block("python"))
    (folder / "list.json").write_bytes(plain)
    key = ListImportKey(keys)
    words = [key.public.hex(), key.info(TRIAL), "list.json", "list.sealed"]
    subprocess.run([sys.executable, "seal.py", *words], cwd=folder, check=True, timeout=60)
    return (folder / "list.sealed").read_bytes()


def test_the_example_is_a_list_that_is_taken_over() -> None:
    file = read_list(json.dumps(example()).encode(), TRIAL, settled(), 0)

    assert file is not None
    assert (file.slots_of("SLE"), file.slots_of("LN")) == ("010", "001")
    assert read_list(json.dumps(example()).encode(), TRIAL, settled(cap=4), 0) is None


def test_the_program_of_the_page_seals_what_opens_here(tmp_path: Path) -> None:
    with made(tmp_path / "keystore.sqlite") as keys:
        plain = json.dumps(example()).encode()

        sealed = sealed_by_the_page(keys, tmp_path, plain)

        assert ListImportKey(keys)(sealed, trial=TRIAL) == plain


def test_the_limit_of_the_page_is_the_limit_of_the_command() -> None:
    assert f"{LONGEST:,} bytes" in PAGE
