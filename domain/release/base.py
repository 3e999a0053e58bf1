"""What handing packages over has in common: who may be named, what rests on which signature, and what is recorded."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from domain import streams
from domain.allocation.lists import Randomisation
from domain.command import Decided, Given, Room
from domain.input import Code, fault
from domain.people.person import Person
from domain.people.roles import Role
from domain.randomisation.rand_v1 import lp
from domain.refusals import not_in_order
from domain.release.facts import ReleaseRecorded
from domain.release.state import Act
from domain.signature.facts import SignatureMade
from domain.signature.permission import is_signed
from domain.signature.signatures import Signatures
from domain.signature.standing import purpose_of
from domain.trial.commands import TrialCommand

PACKAGE: Final = "package/v1"
Salt = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]
PackageDigest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]


def _each_once(given: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(given)) != len(given):
        raise fault("named_twice", "a recipient is named twice")
    return given


Recipients = Annotated[tuple[Code, ...], Field(min_length=1, max_length=20), AfterValidator(_each_once)]


class Delivery(TrialCommand):
    """A package was made and is to be handed over; it is recorded first.

    `digest` is the SHA-256 of its bytes, `salt` the random salt in it, `up_to` the position of the trial ledger
    that it was made at.
    """

    allocations: Annotated[int, Field(ge=0)]
    digest: PackageDigest
    salt: Salt
    up_to: Annotated[int, Field(ge=1)]

    def permit(self, now: datetime, room: Room) -> Act:
        """The act on which handing it over rests; Refusal where nothing allows it.

        It is asked before any key leaves the key store, and again when the delivery is recorded.
        """
        raise NotImplementedError(now, room.trial)


def refuse_unknown(room: Room, recipients: tuple[str, ...]) -> None:
    """Refuse recipients who are no persons with an open account."""
    people = {name: room.get(Person, streams.person(name)) for name in recipients}
    unknown = sorted(name for name, person in people.items() if not person.active or person.is_service)
    if unknown:
        raise not_in_order(
            "no_such_person",
            f"No person with an open account is registered as {', '.join(unknown)}.",
            "Register whoever is to receive the package first: it is handed to named persons only.",
            rule="packages-go-to-named-persons",
        )


def holds(person: Person, role: Role, trial: str, now: datetime) -> bool:
    """Whether the person acts in that role in the trial now."""
    held = (one for one in person.grants if one.role == role)
    return person.active and any(one.covers(trial, None, now) for one in held)


def signed_by(room: Room, stream: str, kind: str, act: Act, position: int) -> bool:
    """Whether an act was recorded and signed up to a position, and the signature stands.

    Needs the record and its signatures, entry by entry.
    """
    if act.position > position or not is_signed(room, stream, kind, act.event):
        return False
    beside = streams.signatures(stream)
    standing = {one.signature for one in room.get(Signatures, beside).standing()}
    return any(
        entry.fact.signature in standing and entry.frame.position <= position
        for entry in room.entries[beside]
        if isinstance(entry.fact, SignatureMade) and entry.fact.purpose == purpose_of(kind, act.event)
    )


def recorded(
    given: Given, room: Room, delivery: Delivery, *, recipient: str, analysis: str | None = None
) -> tuple[Decided, str]:
    """What the vault keeps of a package, and the commitment to it that the trial ledger may show.

    The digest itself would not do there: with it, a guess at the arms could be tried.
    """
    versions = room.get(Randomisation, streams.randomisation(given.trial)).versions
    salt = bytes.fromhex(delivery.salt)
    fact = ReleaseRecorded(
        allocations=delivery.allocations,
        analysis=analysis,
        digest=delivery.digest,
        kind="planned" if analysis is None else "interim",
        recipient=recipient,
        salt=salt,
        up_to=delivery.up_to,
        versions=tuple(dict.fromkeys(version.version for version in versions)),
    )
    commitment = given.randomiser.design_commitment(salt, lp(PACKAGE, bytes.fromhex(delivery.digest)))
    return given.fact(streams.released_lists(given.trial), fact), commitment
