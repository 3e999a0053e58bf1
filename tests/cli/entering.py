"""How somebody gets in for the first time, or again, as scripts do it."""

import json

from typer.testing import Result

from tests.cli.invoking import Cli

NAMED = ("--name", "Ada New (fictional)", "--organisation", "Any")
NEW = "several words that nobody guesses"


def secret_in(done: Result) -> str:
    (told,) = (json.loads(text) for text in done.stdout.splitlines() if "one_time_secret" in text)
    return str(told["one_time_secret"])


def activate(cli: Cli, name: str, secret: str, password: str = NEW) -> Result:
    """As a script does: the password first, then the first code of the app that was enrolled with it."""
    words = ("--json", "user", "activate", name, "--secrets-from", "-")
    enrolled = cli(*words, given=f"secret={secret}\nnew_password={password}\n")
    assert enrolled.exit_code == 0, enrolled.output
    (told, following) = (json.loads(text) for text in enrolled.stdout.splitlines())
    assert following["next"] == "confirm"
    cli.people.keep(name, told["otp_secret"])
    return cli(*words, "--confirm", given=f"secret={secret}\ncode={cli.people.code(name)}\n")


def log_in(cli: Cli, name: str, password: str = NEW) -> Result:
    lines = f"password={password}\ncode={cli.people.code(name)}\n"
    return cli("login", name, *cli.by(name), "--secrets-from", "-", given=lines)
