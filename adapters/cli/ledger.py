"""`trialproof ledger`: verify the ledgers, and follow one of them."""

from base64 import b64encode
from collections.abc import Callable
from time import sleep
from typing import Annotated, Final

import typer

from adapters.cli.command import command
from adapters.cli.run import Run
from adapters.cli.verify import verify
from adapters.logs import place
from compliance.access_scope import by_people_of
from compliance.pages import all_entries
from compliance.scope import visible
from domain.errors import NotFoundError
from domain.streams import SYSTEM_LEDGER

NOT_SHOWN: Final = "(not for this reader)"
POLL_SECONDS: Final = 0.5
ACTIONS: Final = {
    "trial": "read_ledger",
    "vault": "read_vault_ledger",
    "access": "read_access_ledger",
    "system": "read_system_ledger",
}
"""What the gate is asked for each kind of ledger; what its table does not name it denies."""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Verify the ledgers, follow one of them.", no_args_is_help=True)
    command(group, "verify", group="ledger")(verify)
    command(group, "tail", group="ledger")(tail)
    app.add_typer(group, name="ledger")


def tail(
    run: Run,
    ledger: Annotated[str, typer.Argument(help="The ledger, such as trial:NCT03458156.")],
    after: Annotated[int, typer.Option("--after", min=0, metavar="N", help="Begin after this position.")] = 0,
    follow: Annotated[bool, typer.Option("--follow", help="Wait for new entries, until interrupted.")] = False,
) -> None:
    """Print the entries of a ledger as stored: position, leaf, and the bytes where the reader may see them.

    Of what the reader may not see there is the leaf, so that the root can still be computed.
    """
    may_see = _allowed(run, ledger)
    while True:
        after = _print_new(run, ledger, after, may_see)
        if not follow:
            return
        sleep(POLL_SECONDS)


def _allowed(run: Run, ledger: str) -> Callable[[], frozenset[int] | None]:
    """Ask the gate; then, whenever there is something new, ask again which positions are to be shown (None: all).

    So following ends with the session, the account or the role.
    """
    kind, _, trial = ledger.partition(":")
    store, identity = run.store, run.identity()
    if kind not in ACTIONS or ledger not in store.ledger.ledgers():
        raise NotFoundError(
            f"There is no ledger {ledger} here.", next_step="Name one such as system or trial:ID; see `doctor`."
        )

    def may_see() -> frozenset[int] | None:
        sites = run.inquire.allow(identity, ACTIONS[kind], trial).sites
        if sites is None:
            return None
        entries = all_entries(store.ledger, ledger)
        if kind == "access":
            own = by_people_of(entries, all_entries(store.ledger, SYSTEM_LEDGER), trial, sites)
        else:
            own = visible(entries, sites)
        return frozenset(entry.frame.position for entry in own)

    may_see()
    return may_see


def _print_new(run: Run, ledger: str, after: int, may_see: Callable[[], frozenset[int] | None]) -> int:
    shown: frozenset[int] | None = None
    looked = False
    while page := run.store.ledger.stored_page(ledger, after=after):
        shown, looked = (shown if looked else may_see()), True
        for stored in page:
            entry = stored.entry if shown is None or stored.position in shown else None
            run.output.line(
                f"{place(ledger, stored.position)} {stored.leaf.hex()} {entry.decode() if entry else NOT_SHOWN}",
                ledger=ledger,
                position=stored.position,
                leaf=stored.leaf.hex(),
                data_base64=None if entry is None else b64encode(entry).decode(),
            )
            after = stored.position
    return after
