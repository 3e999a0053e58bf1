"""What the sources say of their errors: each code with its sentences, read from the syntax, nothing is run.

A call that makes an error is taken apart where it stands. Where its code or a whole sentence is a parameter of the
function around it, that function makes errors too, and its own calls are taken apart in the same way.
"""

import ast
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

from tests.architecture.names import Names

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


def _named(*parameters: str) -> tuple[tuple[str, ...], Given]:
    return parameters, {name: ast.Name(name) for name in parameters if name in PARTS}


FIRST: Mapping[str, Maker] = {
    "domain.errors.Refusal": Maker("refusal", *_named("code", "what", "rule", "next_step")),
    "domain.errors.InvalidInputError": Maker("input", *_named("code", "what", "field", "next_step")),
    "domain.input.fault": Maker("input", *_named("code", "what")),
    "pydantic_core.PydanticCustomError": Maker("input", *_named("code", "what")),
}


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


def read_errors(files: Mapping[str, Path]) -> tuple[list[Raised], set[str]]:
    """All errors of these modules, and the functions that pass on a code which no source spells out."""
    sources = [Source(module, path.read_text()) for module, path in files.items()]
    makers: dict[str, list[Maker]] = {name: [maker] for name, maker in FIRST.items()}
    known = -1
    while known != sum(map(len, makers.values())):
        known = sum(map(len, makers.values()))
        found: list[Raised] = []
        passed_on: set[str] = set()
        for source in sources:
            for call, around in source.calls():
                where = _where(source.module, around)
                if where in FIRST:
                    continue
                for maker in makers.get(source.full(call.func), ()):
                    parts = _filled(maker, call)
                    outer = _taking(parts, around)
                    if outer is not None:
                        own = Maker(maker.kind, _parameters(outer), parts)
                        name = f"{source.module}.{outer.name}"
                        if not any(_same(own, other) for other in makers.setdefault(name, [])):
                            makers[name].append(own)
                        continue
                    rows = [_raised(source, maker.kind, each, where) for each in _alternatives(parts, around)]
                    found += [row for row in rows if row.code != "…"]
                    passed_on |= {row.where for row in rows if row.code == "…"}
    return sorted(set(found)), passed_on


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


def _where(module: str, around: tuple[ast.AST, ...]) -> str:
    return ".".join([module, *(each.name for each in around if isinstance(each, Function | ast.ClassDef))])


def _parameters(function: Function) -> tuple[str, ...]:
    given = function.args
    return tuple(one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs) if one.arg != "self")


def _taking(parts: Given, around: tuple[ast.AST, ...]) -> Function | None:
    """The function around a call that is given a code, or a whole sentence, from outside."""
    handed = {part.id for part in parts.values() if isinstance(part, ast.Name)}
    inner = {node.id for node in ast.walk(parts["code"]) if isinstance(node, ast.Name)}
    functions = [each for each in around if isinstance(each, Function)]
    return next((each for each in reversed(functions) if set(_parameters(each)) & (handed | inner)), None)


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


def _same(one: Maker, other: Maker) -> bool:
    return {name: ast.dump(part) for name, part in one.parts.items()} == {
        name: ast.dump(part) for name, part in other.parts.items()
    }


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
    said = {name: _text(parts[name], source) if name in parts else "" for name in PARTS}
    return Raised(kind, said["code"], said["what"], said["next_step"], said["rule"], where)


def _text(part: ast.expr, source: Source) -> str:
    match part:
        case ast.Constant(value=value):
            return str(value)
        case ast.Name(id=name) if name in source.constants:
            return _text(source.constants[name], source)
        case ast.JoinedStr(values=values):
            return "".join(_text(each.value if isinstance(each, ast.FormattedValue) else each, source) for each in values)
        case _:
            return "…"
