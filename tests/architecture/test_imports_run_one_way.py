import pytest
from importlinter import cli

from tests.architecture.tree import ROOT


def test_every_import_contract_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    ended = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)

    told = capsys.readouterr().out
    assert ended == cli.EXIT_STATUS_SUCCESS, told
    assert " 0 broken" in told
