"""`trialproof vault`: the escrow of allocation keys with the officers, and the end of a participant's key."""

from pathlib import Path
from typing import Annotated, Any

import typer

from adapters import vault
from adapters.cli import late
from adapters.cli.command import TrialOption, command
from adapters.cli.run import Run, code_given
from adapters.cli.sending import built, said, send, tell
from adapters.officer_files import read_part, remove, write_parts
from compliance.conduct import Done
from compliance.histories import Histories
from domain import streams
from domain.errors import InvalidInputError, Refusal
from domain.people.officers import OFFICERS, Officers

Why = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence; it is recorded.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Custody of keys: escrow with the unblinding officers, erasure.", no_args_is_help=True)
    command(group, "ceremony", group="vault")(ceremony)
    command(group, "rewrap", group="vault")(rewrap)
    command(group, "recover", group="vault")(recover)
    command(group, "destroy-key", group="vault")(destroy_key)
    late.add_to(group)
    app.add_typer(group, name="vault")


def ceremony(
    run: Run,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where one file for each officer is written.")],
    trial: TrialOption = None,
    reason: Why = None,
) -> None:
    """Make the trial's escrow key with all three officers at the table; each takes a file away.

    The private half is split and forgotten: two of the three parts give it back, one gives nothing. Allocations made
    before get their escrow wraps in the same step. Another ceremony takes a reason.
    """
    name, identity = run.trial(trial), run.identity()
    parts = vault.make_parts(name, _officers(run, name), run.store.sources.randomness)
    envelope = built(run, "establish_escrow", said(**vault.established_by(parts), reason=_reason("ceremony", reason)))
    paths = write_parts(parts, out)
    try:
        done = send(run, envelope, identity, name)
    except (Refusal, InvalidInputError):
        remove(paths)
        raise
    tell(run, envelope, done)
    made = vault.rewrap(run.store.ledger, run.store.keys, name)
    run.output.line(
        f"Escrow key {parts[0].public_key[:16]} established; {made} earlier allocations wrapped to it. Each officer"
        " takes one file away and keeps it offline; then delete these copies.",
        done="ceremony",
        public_key=parts[0].public_key,
        rewrapped=made,
        files=[str(path) for path in paths],
    )


def rewrap(run: Run, trial: TrialOption = None) -> None:
    """Make the escrow wraps that are missing: of allocations from before the ceremony. No key is shown to anybody."""
    name = run.trial(trial)
    run.inquire.allow(run.identity(), "establish_escrow", name)
    made = vault.rewrap(run.store.ledger, run.store.keys, name)
    run.output.line(f"{made} escrow wraps made.", done="rewrap", rewrapped=made)


def recover(
    run: Run,
    part: Annotated[list[Path], typer.Option("--part", metavar="FILE", help="An officer's part; two are needed.")],
    trial: TrialOption = None,
    reason: Why = None,
) -> None:
    """Make lost wraps of allocation keys again, from their escrow wraps, with the parts of two officers.

    Each part is checked against its commitment before anything is recorded or opened; no arm is shown.
    """
    name, store = run.trial(trial), run.store
    parts = [read_part(path) for path in part]
    vault.check_parts(store.ledger, name, parts)
    wanted = vault.lost(store.ledger, store.keys, name)
    if not wanted:
        run.output.line("No wrap is lost: the root opens every allocation's key.", done="recover", restored=0)
        return
    payload = said(keys=len(wanted), officers=[one.officer for one in parts], reason=_reason("recovery", reason))
    done = _sent(run, "open_escrow", payload, name)
    ((ledger, position),) = done.placed
    assert ledger == streams.trial_ledger(name)
    authority = vault.opening_of(store.ledger, name, position)
    found = vault.recover(store.ledger, store.keys, name, parts, authorised_by=authority)
    run.output.line(
        f"{found.restored} wraps made again; {len(found.beyond)} keys have no escrow wrap and stay closed.",
        done="recover",
        restored=found.restored,
        beyond=list(found.beyond),
    )


def destroy_key(
    run: Run,
    participant: Annotated[
        str | None, typer.Argument(metavar="[NUMBER]", help="Screening number; left out: only finish what was ordered.")
    ] = None,
    trial: TrialOption = None,
    reason: Why = None,
) -> None:
    """Destroy the key of a participant's sealed texts, for ever: the words are gone, allocation and proofs stay.

    The order is recorded first. Interrupted in between, the same command without a number finishes it.
    """
    name = run.trial(trial)
    run.inquire.allow(run.identity(), "destroy_participant_key", name)
    if participant is not None:
        payload = said(participant=code_given(participant, "NUMBER"), reason=_reason("erasure", reason))
        _sent(run, "destroy_participant_key", payload, name)
    destroyed = vault.destroy_ordered(run.store.ledger, run.store.keys, name)
    run.output.line(
        f"{destroyed} keys destroyed here. Backups of the key store keep them until they are destroyed as well.",
        done="destroy-key",
        destroyed=destroyed,
    )


def _officers(run: Run, trial: str) -> list[str]:
    """The officers of this moment, by id; there have to be as many as there are parts."""
    seats = Histories(run.store.ledger).load(streams.officers(trial)).of(Officers).seats
    now = run.store.ports.clock()
    officers = sorted({s.person for s in seats if s.starts <= now and (s.ends is None or now < s.ends)})
    if len(officers) != OFFICERS:
        raise InvalidInputError(
            "officers_incomplete",
            f"The trial has {len(officers)} unblinding officers, and the ceremony takes {OFFICERS}.",
            next_step="Give the role `unblinding_officer` of this trial to three persons first.",
        )
    return officers


def _reason(code: str, text: str | None) -> dict[str, Any] | None:
    return None if text is None else {"code": code, "text": text}


def _sent(run: Run, name: str, payload: dict[str, Any], trial: str) -> Done:
    envelope = built(run, name, payload)
    done = send(run, envelope, run.identity(), trial)
    tell(run, envelope, done)
    return done
