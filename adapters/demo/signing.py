"""What a person of the demonstration owes a signature for, as it is displayed to who signs."""

from collections.abc import Iterator
from typing import Any

from adapters.wiring import Store
from compliance import signing
from compliance.authentication import Authentication
from domain import streams


def owed_in(store: Store, stream: str, signer: str, of: str) -> Iterator[dict[str, Any]]:
    """The `sign_record` commands over the record as it stands, for what `of` owes and `signer` signs."""
    ledger = store.ledger
    for wanted in signing.owed(ledger.stream(stream), ledger.stream(streams.signatures(stream))):
        if wanted.signer == of:
            yield signing.shown(store.ports, wanted, signer=signer, printed_name=name_of(store, signer)).payload


def review_of(store: Store, stream: str, signer: str) -> dict[str, Any]:
    """The `sign_review` command over a whole record as it stands."""
    return signing.reviewed(store.ports, stream, signer=signer, printed_name=name_of(store, signer)).payload


def acknowledgement(store: Store, policy: str, signer: str) -> dict[str, Any]:
    """The `acknowledge_policy` command over the policy as displayed."""
    name = name_of(store, signer)
    return signing.acknowledged(store.ports, policy, signer=signer, printed_name=name).payload


def name_of(store: Store, person: str) -> str:
    """How the person's name is printed beside a signature."""
    return Authentication(store.ports).person(person).printed_name
