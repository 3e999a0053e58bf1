"""`trialproof policy issue` and `trialproof user acknowledge`: the written policy on electronic signatures."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.asking import Asking, SecretsFrom
from adapters.cli.command import command
from adapters.cli.files import opened
from adapters.cli.run import Run
from adapters.cli.sending import send_one
from adapters.cli.signing import Signing
from domain import streams
from domain.errors import InvalidInputError, NotFoundError
from domain.people.facts import PolicyIssued

Reference = Annotated[str, typer.Option("--reference", metavar="TEXT", help="Where the document is kept.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="The policy on signatures that everybody acknowledges.", no_args_is_help=True)
    command(group, "issue", group="policy")(issue)
    app.add_typer(group, name="policy")


def issue(
    run: Run,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The version of the policy.")],
    document: Annotated[Path, typer.Option("--document", metavar="FILE", help="The policy itself; its hash is kept.")],
    reference: Reference,
) -> None:
    """Put a version of the policy on signatures into force; everybody acknowledges it before signing again."""
    payload = {"version": version, "reference": reference, "document_sha256": _digest(document)}
    send_one(run, "issue_policy", payload)


def acknowledge(
    run: Run,
    document: Annotated[
        Path | None,
        typer.Option("--document", metavar="FILE", help="The policy that you read: is it the one in force?"),
    ] = None,
    secrets_from: SecretsFrom = None,
) -> None:
    """Acknowledge the policy in force under your signature: from then on your signatures bind you."""
    run.identity()
    policy = policy_in_force(run)
    if policy is None:
        raise NotFoundError("No policy was issued yet.", next_step="Have one issued with `trialproof policy issue`.")
    if document is not None and _digest(document) != policy.document_sha256:
        raise InvalidInputError(
            "other_document",
            f"This file is not version {policy.version} of the policy.",
            field="--document",
            next_step=f"Read the one that is kept under: {policy.reference}",
        )
    Signing(run, Asking(secrets_from)).acknowledge(policy.version)


def policy_in_force(run: Run) -> PolicyIssued | None:
    """The version of the policy that has to be acknowledged."""
    entries = run.store.ledger.stream(streams.policy())
    return entries[-1].fact if entries and isinstance(entries[-1].fact, PolicyIssued) else None


def _digest(document: Path) -> str:
    with opened(document) as file:
        return sha256(file.read()).hexdigest()
