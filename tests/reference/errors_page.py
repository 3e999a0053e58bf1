"""The reference of errors: every code with its sentences and where it arises."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import get_args

from compliance import envelope
from compliance.registry import read as registry
from domain.commands import COMMANDS
from domain.errors import InvalidInputError, Refusal, TrialproofError
from domain.unblinding.unblinding import Stage
from tests.architecture.tree import ROOMS, named, python_files
from tests.reference.markdown import page, sentence, table
from tests.reference.raised import Raised, read_errors

INTRODUCTION = """\
Every error says what happened and why, and what to do next; its code is stable, its sentences may be improved. "…"
stands for what is known only when it arises. A *refusal* is a decision on a well-formed command: it is recorded, with
its code and rule and without the values sent, and it is final for its command id. *Input* that cannot be read as a
command or a record changes nothing and is not recorded. How an invocation ends for each kind stands under
[exit codes](command-line.md#exit-codes)."""

PASSED_ON = {
    "compliance.conduct._again": "a refused command that is sent again is answered with the code of its first outcome",
    "compliance.envelope._explained": "the shape of a command line, below",
    "compliance.registry.read._refused": "the shape of a registry record, below",
}
"""Where a code is made that no source spells out; every other one must be spelled out."""

REGISTRY = registry._CODES  # pyright: ignore[reportPrivateUsage]  # the page tells what the reader does
VALUE = "*what is wrong with the value*"
STANDS_FOR = {"unblinding_…": [f"unblinding_{stage.lower()}" for stage in get_args(Stage)]}
"""The codes of a family, by what the sources spell out of it."""


def errors_page() -> str:
    """The page."""
    found, passed_on = read_errors(_files())
    assert passed_on == set(PASSED_ON), f"no source spells out the code at {passed_on ^ set(PASSED_ON)}"
    families = {raised.code for raised in found if "…" in raised.code}
    assert families == set(STANDS_FOR), f"what the … stands for is not said: {families ^ set(STANDS_FOR)}"
    return page(
        "Errors",
        INTRODUCTION,
        "## Refusals",
        _table(raised for raised in found if raised.kind == "refusal"),
        *(f"`{name}` is one of {', '.join(f'`{code}`' for code in codes)}." for name, codes in STANDS_FOR.items()),
        "## Input",
        _table(raised for raised in found if raised.kind == "input"),
        "### The shape of a command line",
        "A payload that does not have the form of its command gives one of these, with the path of the field. A bound"
        " that a value breaks keeps its own name, such as `greater_than_equal`.",
        _shape({**envelope.CODES, "…_type, …_parsing": "wrong_type"}),
        "### The shape of a registry record",
        _shape({**REGISTRY, "any other": "wrong_type"}),
        "## Everything else",
        table(["code", "what happened"], _others()),
        "A program may also meet `file_trouble` (a file cannot be read or written) and `fault` (a fault of the program"
        " itself): both are told by the command line alone.",
    )


def _files() -> dict[str, Path]:
    """The files of the product by the names of their modules."""
    return {
        named(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for path in python_files(*ROOMS)
    }


def _table(found: Iterable[Raised]) -> str:
    rows: dict[tuple[str, ...], list[str]] = {}
    for raised in found:
        what = raised.what if raised.what.strip("….") else VALUE
        said = (f"`{raised.code}`", what, raised.next_step, f"`{raised.rule}`" if raised.rule else "")
        rows.setdefault(said, []).append(_place(raised.where))
    heads = ["code", "what happened", "what to do next", "rule", "arises in"]
    return table(heads, ([*said, ", ".join(dict.fromkeys(places))] for said, places in rows.items()))


def _place(where: str) -> str:
    """The command whose rules say it; else the file, which several commands or none may share."""
    for name, kind in COMMANDS.items():
        if where.startswith(f"{kind.__module__}.{kind.__qualname__}."):
            return f"[`{name}`](commands.md#{name})"
    files = {module: path for module, path in _files().items() if f"{where}.".startswith(f"{module}.")}
    return named(files[max(files, key=len)])


def _shape(codes: Mapping[str, str]) -> str:
    return table(["found", "code"], ([kind, f"`{code}`"] for kind, code in sorted(codes.items())))


def _others() -> Iterator[list[str]]:
    """Every other kind, whatever was imported before: each file is looked at."""
    for module in _files():
        import_module(module)
    own = {kind for kind in _kinds(TrialproofError) if kind.__module__.partition(".")[0] in ROOMS}
    told = (kind for kind in own if kind not in (Refusal, InvalidInputError))
    for kind in sorted(told, key=lambda kind: kind.code):
        yield [f"`{kind.code}`", sentence(kind)]


def _kinds(kind: type[TrialproofError]) -> Iterator[type[TrialproofError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)
