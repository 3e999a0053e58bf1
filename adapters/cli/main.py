"""The command line of Trialproof: what its groups are, and the options that hold for all of them."""

from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.cli import (
    access,
    apply,
    ask,
    demo,
    design,
    door,
    emergency,
    ledger,
    policy,
    randomisation,
    release,
    replay,
    report,
    roles,
    setup,
    show,
    sign,
    standing,
    trial,
    user,
    vault,
    views,
    whoami,
)
from adapters.cli.command import JSON, KEY_FILE, LOG, SESSION, STORE
from adapters.cli.settings import KEY_FILE as KEY_FILE_SETTING
from adapters.cli.settings import LOG as LOG_SETTING
from adapters.cli.settings import SESSION as SESSION_SETTING
from adapters.cli.settings import STORE as STORE_SETTING
from adapters.cli.settings import Settings

GROUPS: Final = (
    demo,
    setup,
    door,
    whoami,
    user,
    roles,
    policy,
    randomisation,
    standing,
    trial,
    apply,
    emergency,
    sign,
    show,
    ask,
    replay,
    report,
    release,
    access,
    ledger,
    vault,
    views,
    design,
)

app = typer.Typer(
    name="trialproof",
    help="The system of record for the conduct of clinical trials. Options may stand before or after the command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def options(
    ctx: typer.Context,
    store: Annotated[Path | None, typer.Option("--store", envvar=STORE_SETTING, help=STORE)] = None,
    key_file: Annotated[Path | None, typer.Option("--key-file", envvar=KEY_FILE_SETTING, help=KEY_FILE)] = None,
    session: Annotated[Path | None, typer.Option("--session", envvar=SESSION_SETTING, help=SESSION)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON)] = False,
    log: Annotated[str | None, typer.Option("--log", envvar=LOG_SETTING, help=LOG)] = None,
) -> None:
    """Take the options that hold for every command."""
    ctx.obj = Settings(store=store, key_file=key_file, session=session, as_json=as_json, log=log)


for group in GROUPS:
    group.add_to(app)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
