"""How a signature is given: who may, with which components, over what; one place for every kind of signature."""

from typing import NamedTuple

from domain import streams
from domain.command import Decided, Given, Room
from domain.errors import Refusal
from domain.people.person import Person
from domain.people.policy import Policy
from domain.session.facts import Component, SigningOpened
from domain.session.session import Session
from domain.signature.facts import SignatureMade
from domain.signature.meanings import ATTESTATIONS, Meaning
from domain.signature.signed import Signed, signed_bytes
from domain.times import Occurred

PRIVATE: frozenset[Component] = frozenset[Component](("password", "totp", "passkey"))
"""Components that only the signer can execute, held here."""
PROVING: frozenset[Component] = frozenset[Component]((*PRIVATE, "provider"))
BOTH = 2


class Wish(NamedTuple):
    """What is to be signed, as it was displayed."""

    purpose: str
    stream: str
    version: int
    record_digest: str
    display_digest: str
    meaning: Meaning
    successor_of: str | None = None


def sign(given: Given, room: Room, wish: Wish, *, beside: str) -> tuple[Decided, ...]:
    """The facts of one signature, recorded in the stream `beside` the record.

    Raises Refusal where the identity was never verified, the policy in force is not acknowledged, or the
    components that 21 CFR 11.200(a)(1) asks for were not proved with this very command.
    """
    person = room.get(Person, streams.person(given.actor.person))
    session = room.get(Session, streams.session(given.session))
    _check_signer(person, room.get(Policy, streams.policy()), wish)
    _check_components(given, session)
    local = Occurred.at(given.now, given.occurred.zone_name).when
    signed = Signed(
        purpose=wish.purpose,
        ledger=streams.ledger_of(wish.stream),
        stream=wish.stream,
        version=wish.version,
        record_digest=wish.record_digest,
        display_digest=wish.display_digest,
        meaning=wish.meaning,
        attestation=ATTESTATIONS[wish.meaning],
        signer=person.person,
        printed_name=person.printed_name,
        signed_at=given.now,
        local_offset=local[-6:],
    )
    made = SignatureMade(
        attestation=signed.attestation,
        components=given.presented,
        display_digest=signed.display_digest,
        first_in_session=not session.has_signed,
        key=given.signs.key,
        local_offset=signed.local_offset,
        meaning=signed.meaning,
        printed_name=signed.printed_name,
        purpose=signed.purpose,
        record_digest=signed.record_digest,
        seal=given.signs(signed_bytes(signed)),
        signature=given.token(),
        signed_at=signed.signed_at,
        signer=signed.signer,
        stream=signed.stream,
        successor_of=wish.successor_of,
        version=signed.version,
    )
    decided = (given.fact(beside, made),)
    if session.has_signed:
        return decided
    opened = SigningOpened(components=given.presented, person=person.person, session=given.session)
    return (*decided, given.fact(streams.session(given.session), opened))


def _check_signer(person: Person, policy: Policy, wish: Wish) -> None:
    if person.is_service:
        raise Refusal(
            "services_never_sign",
            f"{person.person} is a service account.",
            rule="a-signature-belongs-to-one-person",
            next_step="Ask the person who answers for the record to sign it.",
        )
    if person.verified_by is None or person.verified_by == person.registered_by:
        raise Refusal(
            "identity_not_verified",
            f"Nobody besides who registered {person.person} has verified who that is (21 CFR 11.100(b)).",
            rule="identity-is-verified-before-signing",
            next_step="Ask somebody who did not register the account to record `verify_identity`.",
        )
    acknowledges = wish.stream == streams.policy()
    if policy.in_force is None or (not acknowledges and policy.in_force not in person.policies):
        raise Refusal(
            "policy_not_acknowledged",
            f"{person.person} has not acknowledged the policy on signatures that is in force.",
            rule="policy-is-acknowledged-before-signing",
            next_step="Acknowledge it with `trialproof user acknowledge`; have one issued if there is none.",
        )


def _check_components(given: Given, session: Session) -> None:
    """Both at the first signing of a continuous session, a private one at each later (21 CFR 11.200(a)(1))."""
    presented = set(given.presented)
    if session.strength == "single_sign_on":
        enough = "provider" in presented and bool(presented & PRIVATE)
    elif session.has_signed:
        enough = bool(presented & PRIVATE)
    else:
        enough = len(presented & PRIVATE) >= BOTH
    if not enough or session.strength in {"emergency", "machine", "asserted"}:
        raise Refusal(
            "components_missing",
            "A signature needs the signer's own components at the moment of signing; a session alone signs nothing.",
            rule="signing-components",
            next_step="Give password and code at the first signing of a session, the password at each later one.",
        )
