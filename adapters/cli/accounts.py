"""`trialproof user`: who there is: registered, verified, ended, service accounts, an inspector for a visit."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from adapters.cli.axes import ZoneOfDays, until_when
from adapters.cli.command import TrialOption, command
from adapters.cli.files import opened
from adapters.cli.invitations import has_credentials, invite_and_tell
from adapters.cli.run import Run
from adapters.cli.sending import send_all, send_one
from domain.errors import InvalidInputError
from domain.people.facts import Duty, IdentityDocument, VerifiedHow
from domain.people.public_keys import Algorithm

LARGEST_KEY: Final = 4096

Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's id.")]
PrintedName = Annotated[str, typer.Option("--name", metavar="NAME", help="The name, as it is to be printed.")]
Organisation = Annotated[str, typer.Option("--organisation", metavar="ORG", help="The organisation.")]
RequestedBy = Annotated[str, typer.Option("--requested-by", metavar="PERSON", help="Who asked for it: somebody else.")]
Sites = Annotated[
    list[str] | None, typer.Option("--site", metavar="CODE", help="One site; may be repeated. (default: all)")
]
Clearance = Annotated[
    Literal["blinded", "unblinded"] | None,
    typer.Option("--clearance", help="For auditors and inspectors: what the visit may read. (default: blinded)"),
]


def add_to(group: typer.Typer) -> None:
    """Add these commands to the group."""
    command(group, "register", group="user")(register)
    command(group, "verify", group="user")(verify)
    command(group, "deactivate", group="user")(deactivate)
    command(group, "inspector", group="user")(inspector)
    command(group, "service", group="user")(service)


def register(run: Run, person: Person, name: PrintedName, organisation: Organisation) -> None:
    """Make a person known; the id is never given again."""
    send_one(run, "register_person", {"person": person, "printed_name": name, "organisation": organisation})


def verify(
    run: Run,
    person: Person,
    document: Annotated[IdentityDocument, typer.Option("--document", help="What you looked at; no copy is kept.")],
    method: Annotated[VerifiedHow, typer.Option("--method", help="How you met the person.")],
) -> None:
    """Record that you verified who this is; not for yourself, nor for somebody whom you registered."""
    send_one(run, "verify_identity", {"person": person, "document": document, "method": method})


def deactivate(run: Run, person: Person) -> None:
    """End an account, at once and for ever; what the person did stays."""
    send_one(run, "deactivate_person", {"person": person})


def inspector(
    run: Run,
    person: Person,
    name: PrintedName,
    organisation: Organisation,
    requested_by: RequestedBy,
    ends: Annotated[str, typer.Option("--ends", metavar="D", help="When the visit ends: a day or an instant.")],
    trial: TrialOption = None,
    site: Sites = None,
    clearance: Clearance = None,
    zone: ZoneOfDays = "UTC",
) -> None:
    """Register an inspector, give the role for one trial until the visit ends, and invite: all in one go.

    Sent again after an interruption it goes on where it stopped.
    """
    run.open()
    grant = {
        "person": person,
        "role": "inspector",
        "trial": run.trial(trial),
        "sites": site,
        "requested_by": requested_by,
        "clearance": clearance,
        "ends": until_when(ends, "--ends", zone).isoformat(),
    }
    wanted = (
        ("register_person", {"person": person, "printed_name": name, "organisation": organisation}),
        ("grant_role", grant),
    )
    send_all(run, wanted)
    if not has_credentials(run, person):
        invite_and_tell(run, person)


def service(
    run: Run,
    account: Annotated[str, typer.Argument(metavar="ID", help="Id of the service account.")],
    name: PrintedName,
    organisation: Organisation,
    duty: Annotated[Duty, typer.Option("--duty", help="What it stands for: one originator or one subscriber.")],
    software: Annotated[str, typer.Option("--software", metavar="NAME", help="The software behind it.")],
    version: Annotated[str, typer.Option("--version", metavar="V", help="The version of that software.")],
    key: Annotated[
        Path, typer.Option("--key", metavar="FILE", help="Its public key, as canonical JWK text (RFC 7638).")
    ],
    algorithm: Annotated[Algorithm, typer.Option("--algorithm", help="The algorithm of the key.")] = "ES256",
) -> None:
    """Register a service account, say what it stands for, and make its public key known."""
    with opened(key) as file:
        public = _text(file.read(LARGEST_KEY)).rstrip("\n")
    digest = sha256(public.encode()).hexdigest()
    wanted = (
        (
            "register_person",
            {"person": account, "printed_name": name, "organisation": organisation, "kind": "service"},
        ),
        ("describe_service", {"person": account, "duty": duty, "software": software, "version": version}),
        ("register_service_key", {"person": account, "algorithm": algorithm, "key": digest, "public": public}),
    )
    send_all(run, wanted)
    run.output.line(f"Compare with the owner of the service: thumbprint {digest}", thumbprint=digest)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            "bad_key", "The key is no JWK text.", field="--key", next_step="Give the public key as JWK, in one line."
        ) from error
