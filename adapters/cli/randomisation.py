"""`trialproof randomisation`: design, seed of two officers, lists; or a list that was made outside."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final, cast

import typer

from adapters.cli.command import TrialOption, command
from adapters.cli.files import opened
from adapters.cli.run import Run, code_given, words_given
from adapters.cli.sending import said, send_one
from adapters.cli.share_file import SeedShareKept, read_share, write_share
from compliance.envelope import MAX_BYTES, strict_json
from compliance.histories import Histories
from domain import streams
from domain.allocation.lists import Randomisation
from domain.errors import InDoubtError, InvalidInputError, TrialproofError
from domain.randomisation.rand_v1 import SEED_BYTES, share_commitment

LONGEST: Final = 187_500
"""A sealed list that is longer does not fit into a command."""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Declare a design, give the seed as two officers, make or take over lists.")
    command(group, "declare", group="randomisation")(declare)
    command(group, "share", group="randomisation")(share)
    command(group, "reveal", group="randomisation")(reveal)
    command(group, "seal", group="randomisation")(seal)
    command(group, "import-key", group="randomisation")(import_key)
    command(group, "import", group="randomisation")(import_lists)
    app.add_typer(group, name="randomisation")


def declare(
    run: Run,
    file: Annotated[Path, typer.Argument(help='Arms, method and parameters as JSON; "-" is standard input.')],
    trial: TrialOption = None,
) -> None:
    """Fix arms, method and hidden parameters; what becomes public is a commitment that tells nothing of them."""
    run.open()
    with opened(file) as source:
        read = strict_json(source.read(MAX_BYTES + 1))
    if not isinstance(read, dict):
        raise InvalidInputError(
            "no_design",
            "The file holds no design.",
            field="FILE",
            next_step="Write an object with `arms`, `method` and `parameters`.",
        )
    send_one(run, "declare_design", cast("dict[str, Any]", read), trial=run.trial(trial))


def share(
    run: Run,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="New file for the share; keep it from everybody.")],
    trial: TrialOption = None,
) -> None:
    """Draw your secret share of the seed into a file, and commit to it; nobody sees it before you reveal it."""
    name, identity = run.trial(trial), run.identity()
    version = Histories(run.store.ledger).load(streams.randomisation(name)).of(Randomisation).version_declared
    kept = SeedShareKept(name, version, identity.person, run.store.sources.randomness(SEED_BYTES))
    commitment = share_commitment(name, version, identity.person, kept.share).hex()
    write_share(out, kept)
    try:
        send_one(run, "commit_seed_share", {"commitment": commitment}, trial=name)
    except InDoubtError as error:
        error.next_step += f" Keep {out} until then."
        raise
    except TrialproofError:
        out.unlink()
        raise
    run.output.line(
        f"Your share is in {out}; reveal it when both officers have committed.", done="share", file=str(out)
    )


def reveal(
    run: Run,
    kept_in: Annotated[Path, typer.Option("--share", metavar="FILE", help="The file that your share was kept in.")],
    trial: TrialOption = None,
) -> None:
    """Hand your share in, once both officers have committed to theirs; it goes to the vault."""
    name, identity = run.trial(trial), run.identity()
    kept = read_share(kept_in)
    if (kept.trial, kept.officer) != (name, identity.person):
        raise InvalidInputError(
            "other_share",
            "This share is of another trial or another officer.",
            field="--share",
            next_step="Name the file that you made for this trial; hand in nobody else's.",
        )
    send_one(run, "reveal_seed_share", {"share": kept.share.hex()}, trial=name)


def seal(
    run: Run,
    beacon_value: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The value of the beacon, if the design named one.")
    ] = None,
    site: Annotated[str | None, typer.Option(metavar="ID", help="Whose lists, if each site has its own.")] = None,
    trial: TrialOption = None,
) -> None:
    """Make the lists from the seed of both officers, put them into the vault, and commit to them in public."""
    value = None if beacon_value is None else words_given(beacon_value, "--beacon-value")
    code = None if site is None else code_given(site, "--site")
    send_one(run, "seal_lists", said(beacon_value=value, site=code), trial=run.trial(trial))


def import_key(run: Run, trial: TrialOption = None) -> None:
    """Print the key to which a list that was made outside is sealed, and what it is bound to."""
    name = run.trial(trial)
    run.identity()
    key = run.store.list_import
    run.output.pairs(
        "Key for lists made outside",
        {
            "scheme": "HPKE base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM",
            "public_key": key.public.hex(),
            "sha256": sha256(key.public).hexdigest(),
            "info": key.info(name),
        },
        of="import key",
    )


def import_lists(
    run: Run,
    file: Annotated[Path, typer.Argument(help='The sealed list, as bytes; "-" is standard input.')],
    tolerance: Annotated[
        int, typer.Option(metavar="SLOTS", help="By how many slots of a list an arm may miss its exact share.")
    ] = 0,
    trial: TrialOption = None,
) -> None:
    """Take a list over that was made outside and sealed to the import key; the answer is yes or no, and no more."""
    run.open()
    with opened(file) as source:
        raw = source.read(LONGEST + 1)
    if len(raw) > LONGEST:
        raise InvalidInputError(
            "too_large",
            f"A sealed list has at most {LONGEST} bytes.",
            field="FILE",
            next_step="Make it without spaces, or with fewer slots.",
        )
    payload = {"sealed": b64encode(raw).decode(), "tolerance": tolerance}
    send_one(run, "import_lists", payload, trial=run.trial(trial))
