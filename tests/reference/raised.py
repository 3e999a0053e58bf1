"""What the sources say of their errors: each code with its sentences, read from the syntax, nothing is run.

A call that makes an error is taken apart where it stands. Where its code or a whole sentence is a parameter of the
function around it, that function makes errors too, and its own calls are taken apart in the same way.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

from tests.architecture.names import Names

UNKNOWN = re.compile("…[… /]*…")
"""Several things in a row that are known only when the error arises: one is told."""
PARTS = ("code", "what", "next_step", "rule")
Given = Mapping[str, ast.expr]
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Maker(NamedTuple):
    """A function that makes an error of its arguments: its parameters, and each part as an expression over them."""

    kind: str
    parameters: tuple[str, ...]
    parts: Given


class Raised(NamedTuple):
    """One way in which an error arises; a part that is known only when it arises is "…"."""

    kind: str
    code: str
    what: str
    next_step: str
    rule: str
    where: str


def _named(*parameters: str, **fixed: str) -> tuple[tuple[str, ...], Given]:
    own = {name: ast.Name(name) for name in parameters if name in PARTS}
    return parameters, {**own, **{name: ast.Constant(value) for name, value in fixed.items()}}


FIRST: Mapping[str, Maker] = {
    "domain.errors.Refusal": Maker("refusal", *_named("code", "what", "rule", "next_step")),
    "domain.errors.InvalidInputError": Maker("input", *_named("code", "what", "field", "next_step")),
    "domain.input.fault": Maker("input", *_named("code", "what", next_step="Correct the field and send it again.")),
    "pydantic_core.PydanticCustomError": Maker("input", *_named("code", "what")),
}
"""Where errors begin; what a field of a command says is wrong, the envelope tells with a next step of its own."""


class Source:
    """One module, with what its names stand for."""

    def __init__(self, module: str, text: str) -> None:
        self.module = module
        self.names = Names(text)
        self.constants = dict(_constants(self.names.tree))

    def full(self, called: ast.expr) -> str:
        """The full name of what is called; of the module's own, and of a method of the same object, too."""
        name = self.names.full(called)
        return f"{self.module}.{name.removeprefix('.').removeprefix('self.')}" if name.startswith(".") else name

    def calls(self) -> Iterator[tuple[ast.Call, tuple[ast.AST, ...]]]:
        """Every call, with the classes and functions around it, outermost first."""
        yield from _calls(self.names.tree, ())


class Call(NamedTuple):
    """A call, with its module and the classes and functions around it."""

    source: Source
    node: ast.Call
    around: tuple[ast.AST, ...]

    @property
    def where(self) -> str:
        """The full name of the innermost function or class around it."""
        names = (each.name for each in self.around if isinstance(each, Function | ast.ClassDef))
        return ".".join([self.source.module, *names])


def read_errors(files: Mapping[str, Path]) -> tuple[list[Raised], set[str]]:
    """All errors of these modules, and the functions that pass on a code which no source spells out."""
    sources = [Source(module, path.read_text()) for module, path in files.items()]
    calls = [Call(source, node, around) for source in sources for node, around in source.calls()]
    calls = [call for call in calls if call.where not in FIRST]
    makers = _makers(calls)
    rows = [row for call in calls for row in _raised_by(call, makers)]
    return sorted({row for row in rows if row.code != "…"}), {row.where for row in rows if row.code == "…"}


def _makers(calls: Sequence[Call]) -> Mapping[str, list[Maker]]:
    """Every function that makes an error of what it is given, found from those that are known until no new one is."""
    makers: dict[str, list[Maker]] = {name: [maker] for name, maker in FIRST.items()}
    known = 0
    while known != sum(map(len, makers.values())):
        known = sum(map(len, makers.values()))
        for call in calls:
            for kind, parts in _made(call, makers):
                outer = _taking(parts, call.around)
                if outer is None:
                    continue
                there = makers.setdefault(f"{call.source.module}.{outer.name}", [])
                if all(_dumped(parts) != _dumped(other.parts) for other in there):
                    there.append(Maker(kind, _parameters(outer), parts))
    return makers


def _raised_by(call: Call, makers: Mapping[str, list[Maker]]) -> Iterator[Raised]:
    for kind, parts in _made(call, makers):
        if _taking(parts, call.around) is None:
            for each in _alternatives(parts, call.around):
                yield _raised(call.source, kind, each, call.where)


def _made(call: Call, makers: Mapping[str, list[Maker]]) -> list[tuple[str, Given]]:
    known = makers.get(call.source.full(call.node.func), ())
    return [(maker.kind, _filled(maker, call.node)) for maker in known]


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() as value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant() as value):
                yield name, value
            case _:
                pass


def _calls(node: ast.AST, around: tuple[ast.AST, ...]) -> Iterator[tuple[ast.Call, tuple[ast.AST, ...]]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, around
        inside = (*around, child) if isinstance(child, Function | ast.ClassDef) else around
        yield from _calls(child, inside)


def _parameters(function: Function) -> tuple[str, ...]:
    given = function.args
    return tuple(one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs) if one.arg != "self")


def _taking(parts: Given, around: tuple[ast.AST, ...]) -> Function | None:
    """The function around a call that is given a code, or a piece of one, or a whole sentence, from outside."""
    code = parts["code"]
    pieces = [each.value for each in ast.walk(code) if isinstance(each, ast.FormattedValue)]
    handed = {part.id for part in (*parts.values(), *pieces) if isinstance(part, ast.Name)}
    functions = [each for each in around if isinstance(each, Function)]
    return next((each for each in reversed(functions) if set(_parameters(each)) & handed), None)


def _filled(maker: Maker, call: ast.Call) -> Given:
    """The parts of an error with the arguments of a call put in."""
    given = dict(zip(maker.parameters, call.args, strict=False))
    given |= {each.arg: each.value for each in call.keywords if each.arg}
    return {name: _Filling(given).visit(deepcopy(part)) for name, part in maker.parts.items()}


class _Filling(ast.NodeTransformer):
    def __init__(self, given: Given) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._given.get(node.id, node)


def _dumped(parts: Given) -> dict[str, str]:
    return {name: ast.dump(part) for name, part in parts.items()}


def _alternatives(parts: Given, around: tuple[ast.AST, ...]) -> Iterator[Given]:
    """The parts themselves; one set for each row where the code comes from a table that the function goes through."""
    code = parts["code"]
    rows = list(_rows(code.id, around[-1])) if isinstance(code, ast.Name) and around else []
    if isinstance(code, ast.IfExp):
        yield from ({**parts, "code": each} for each in (code.body, code.orelse))
    elif rows:
        yield from ({name: _Filling(row).visit(deepcopy(part)) for name, part in parts.items()} for row in rows)
    else:
        yield parts


def _rows(name: str, function: ast.AST) -> Iterator[Given]:
    tables = {
        node.targets[0].id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(function):
        if not (isinstance(node, ast.For) and isinstance(node.target, ast.Tuple)):
            continue
        names = [each.id for each in node.target.elts if isinstance(each, ast.Name)]
        table = tables.get(node.iter.id) if isinstance(node.iter, ast.Name) else node.iter
        if name in names and isinstance(table, ast.Tuple):
            yield from (dict(zip(names, row.elts, strict=True)) for row in table.elts if isinstance(row, ast.Tuple))


def _raised(source: Source, kind: str, parts: Given, where: str) -> Raised:
    said = {name: UNKNOWN.sub("…", _text(parts[name], source)) if name in parts else "" for name in PARTS}
    return Raised(kind, said["code"], said["what"], said["next_step"], said["rule"], where)


def _text(part: ast.expr, source: Source) -> str:
    match part:
        case ast.Constant(value=value):
            return str(value)
        case ast.Name(id=name) if name in source.constants:
            return _text(source.constants[name], source)
        case ast.JoinedStr(values=values):
            return "".join(
                _text(each.value if isinstance(each, ast.FormattedValue) else each, source) for each in values
            )
        case ast.IfExp(body=one, orelse=other):
            return f"{_text(one, source)} / {_text(other, source)}"
        case _:
            return "…"
