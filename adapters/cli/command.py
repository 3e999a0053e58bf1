"""How a function becomes a command: the options that every command has, and the `Run` that it is given."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any, Concatenate, Final, ParamSpec

import typer

from adapters.cli.output import Output
from adapters.cli.run import Ending, Libraries, Logged, Run
from adapters.cli.settings import Settings
from adapters.logs import open_log

P = ParamSpec("P")
Function = Callable[Concatenate[Run, P], None]

STORE: Final = "Folder of the store (default: ./trialproof-store)."
KEY_FILE: Final = "File with the secret of the key store, outside the store (default: STORE.key, beside it)."
SESSION: Final = "File that holds who is logged in (default: one for each user and store, in the user's own folder)."
JSON: Final = "Print JSON lines instead of text and tables."
LOG: Final = 'Add log lines to this file; "-" is standard error.'

_EVERYWHERE: Final = (
    ("store", Annotated[Path | None, typer.Option("--store", help=STORE, hidden=True)], None),
    ("key_file", Annotated[Path | None, typer.Option("--key-file", help=KEY_FILE, hidden=True)], None),
    ("session", Annotated[Path | None, typer.Option("--session", help=SESSION, hidden=True)], None),
    ("as_json", Annotated[bool, typer.Option("--json", help=JSON, hidden=True)], False),
    ("log", Annotated[str | None, typer.Option("--log", help=LOG, hidden=True)], None),
)
"""The global options, taken after a command as well; its help leaves them to the help of `trialproof`."""

TrialOption = Annotated[
    str | None, typer.Option("--trial", metavar="ID", help="The trial; needed where the store holds several.")
]


def command(app: typer.Typer, name: str, *, group: str = "") -> Callable[[Function[P]], Function[P]]:
    """Register a function as a command; its first parameter is the run, the others are its options."""
    invocation = f"{group}.{name}" if group else name

    def register(function: Function[P]) -> Function[P]:
        @wraps(function)
        def invoke(ctx: typer.Context, **given: Any) -> None:
            said = {option: given.pop(option) for option, _, _ in _EVERYWHERE}
            before = ctx.find_object(Settings) or Settings()
            execute(invocation, before.over(**said), function, given)

        own = list(signature(function, eval_str=True).parameters.values())[1:]
        _describe(invoke, own)
        app.command(name)(invoke)
        return function

    return register


def execute(invocation: str, settings: Settings, function: Callable[..., None], given: dict[str, Any]) -> None:
    """Carry one invocation through: log and store are closed, and an error has become words, when this returns."""
    output = Output(as_json=settings.as_json)
    with Ending(output), ExitStack() as stack:
        log = stack.enter_context(open_log(settings.log))
        run = Run(invocation, settings, stack, log, output)
        stack.enter_context(Libraries(run.log))
        stack.enter_context(Logged(run))
        function(run, **given)


def _describe(invoke: Callable[..., None], own: list[Parameter]) -> None:
    """Give the function the parameters that typer reads."""
    context = Parameter("ctx", Parameter.KEYWORD_ONLY, annotation=typer.Context)
    everywhere = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind) for name, kind, default in _EVERYWHERE
    ]
    parameters = [context, *(one.replace(kind=Parameter.KEYWORD_ONLY) for one in own), *everywhere]
    invoke.__signature__ = signature(invoke).replace(parameters=parameters)  # type: ignore[attr-defined]  # what inspect.signature reads first
    invoke.__annotations__ = {one.name: one.annotation for one in parameters}
