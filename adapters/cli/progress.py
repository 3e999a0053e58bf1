"""A bar for work that takes long: only where somebody looks at it, and never among results."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from adapters.cli.output import console

Advance = Callable[[int], None]


@contextmanager
def progress(what: str, total: int | None) -> Generator[Advance]:
    """A bar on standard error, while results go elsewhere; where results go to the same terminal, they tell."""
    seen = sys.stderr.isatty() and not sys.stdout.isatty()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
        redirect_stdout=False,
        disable=not seen,
    )
    with bar:
        task = bar.add_task(what, total=total)
        yield lambda amount: bar.advance(task, amount)
