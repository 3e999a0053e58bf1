"""The reference of commands: what each says, takes, and who may send it."""

from collections.abc import Sequence
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_json

from compliance.gate_table import OWN, TABLE
from domain.command import Command
from domain.commands import COMMANDS
from domain.people.commands import PersonCommand
from domain.people.roles import Role
from tests.reference.markdown import page, sentence, table
from tests.reference.type_words import meanings, models_in, type_words

INTRODUCTION = """\
A command is one line of JSON, sent with `trialproof apply`:

    {"command": "record_visit", "command_id": "…", "occurred_at": "…", "performer": {…}, "payload": {…}}

| part | type | |
|---|---|---|
| `command` | text | a name of this page |
| `command_id` | UUID | chosen by the sender; sent again, it gives the first outcome |
| `correlation` | UUID or null | what belongs together; the command id where nothing is said |
| `occurred_at` | claimed time or null | when it happened; now where nothing is said |
| `performer` | `{"person": …, "role": …}` or null | who did the act, `"person": null` if unknown; else the sender |
| `payload` | object | the fields below |

Every payload also takes the fields of [every command](#every-command). A field without a default must be given; a type
such as `VisitPart` is one of the [parts of payloads](#parts-of-payloads).
Unknown fields are refused; so are floating-point numbers, times without an offset, and fields that would identify a
person. What a command refuses, and what else can go wrong, stands under [errors](errors.md).

Who may is decided by one table, first by role, then by trial and site; everything else is denied. *Needs a reason* asks
for `reason.text` in words. *Safety* marks safety facts and emergencies: neither a lock nor a wrong clock stops them."""

COMMON = tuple(Command.model_fields)


def commands_page() -> str:
    """The page."""
    rows = sorted(COMMANDS.items())
    index = table(
        ["command", "says", "may be sent by"],
        ([f"[`{name}`](#{name})", sentence(kind).partition("\n")[0], _roles(name)] for name, kind in rows),
    )
    reads = table(
        ["action", "roles that may"], ([f"`{name}`", _roles(name)] for name in sorted(set(TABLE) - set(COMMANDS)))
    )
    roles = ", ".join(f"`{role}`" for role in get_args(Role))
    models = [hint for _, kind in rows for hint in _hints(kind).values()]
    parts = sorted(set[type[BaseModel]]().union(*map(models_in, models)), key=lambda each: each.__name__)
    commands = "\n\n".join(_command(name, kind) for name, kind in rows)
    every = _fields(Command, COMMON) + "\n\n" + "\n\n".join(map(_part, parts))
    return page(
        "Commands",
        INTRODUCTION,
        index,
        "## Every command",
        _fields(Command, COMMON),
        "## Types",
        meanings(every + commands),
        "## Roles",
        roles,
        "## Reading",
        "What is not a command but asks the same table:",
        reads,
        "## Commands",
        commands,
        "## Parts of payloads",
        *map(_part, parts),
    )


def _command(name: str, kind: type[Command]) -> str:
    marks = [f"May be sent by: {_roles(name)}."]
    marks += ["Needs a reason."] if kind.NEEDS_REASON else []
    marks += ["Safety."] if kind.SAFETY else []
    marks += ["Sent without a trial."] if issubclass(kind, PersonCommand) else []
    own = [field for field in kind.model_fields if field not in COMMON]
    fields = _fields(kind, own) or "It takes no fields of its own."
    return "\n\n".join([f"### {name}", sentence(kind), " ".join(marks), fields])


def _part(kind: type[BaseModel]) -> str:
    return "\n\n".join([f"### {kind.__name__}", sentence(kind), _fields(kind, list(kind.model_fields))])


def _fields(kind: type[BaseModel], names: Sequence[str]) -> str:
    hints = _hints(kind)
    return table(
        ["field", "type", "default"],
        ([f"`{name}`", type_words(hints[name]), _default(kind.model_fields[name])] for name in names),
    )


def _hints(kind: type[BaseModel]) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(kind, include_extras=True).items() if name in kind.model_fields}


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    given = field.get_default(call_default_factory=False)
    return f"`{to_json({} if isinstance(given, BaseModel) else given).decode()}`"


def _roles(name: str) -> str:
    if name in OWN:
        return "every open account, about itself"
    return ", ".join(f"`{role}`" for role in TABLE[name].roles) or "nobody"
