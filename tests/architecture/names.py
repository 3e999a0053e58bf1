"""What a piece of source code uses, under full names, however it spells them."""

import ast
from collections.abc import Iterator


class Names(ast.NodeVisitor):
    """Resolves `a.b.c` by what the imports of the file bound to `a`; a name of the file's own becomes `.a.b.c`."""

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)
        self.bound: dict[str, str] = {}
        self.visit(self.tree)

    def visit_Import(self, node: ast.Import) -> None:
        for each in node.names:
            top = each.name.partition(".")[0]
            self.bound[each.asname or top] = each.name if each.asname else top

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for each in node.names:
            self.bound[each.asname or each.name] = f"{module}.{each.name}"

    def full(self, node: ast.expr) -> str:
        """The full name of an expression; empty where it is not a name."""
        match node:
            case ast.Name(id=name):
                return self.bound.get(name, f".{name}")
            case ast.Attribute(value=value, attr=attr):
                owner = self.full(value)
                return f"{owner}.{attr}" if owner else ""
            case _:
                return ""

    def used(self) -> Iterator[tuple[int, str]]:
        """Every name in use with its line, imports as line 0; of `a.b.c` also `a.b` and `a`."""
        yield from ((0, name) for name in self.bound.values())
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name | ast.Attribute) and (name := self.full(node)):
                yield node.lineno, name
