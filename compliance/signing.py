"""What there is to sign, and what a signer is shown: one form for everybody who signs.

An act is recorded first. `asked_by` tells what it asks to be signed, `displayed` gives what the signer is shown,
and `payload` the `sign_record` command over exactly that.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

from compliance.ports import Ports
from domain import streams
from domain.record import Entry
from domain.signature.meanings import ATTESTATIONS, Meaning
from domain.signature.signatures import OneSignature, Signatures
from domain.signature.standing import Need, due, needs, standing
from projections.amendments import effective
from projections.printing import printed

TEMPLATE: Final = "trialproof.display.v1"
"""Names the form of `displayed`, so that its digest can be computed again for ever."""


class ToSign(NamedTuple):
    """A signature that is asked for by the entry `target` of a record, over the record up to `version`.

    `record` is what `sign_record` calls it (`participant/007`), `stream` its full id.
    """

    record: str
    stream: str
    version: int
    target: UUID
    kind: str
    meaning: Meaning
    attestation: str
    signer: str
    due: datetime


def asked_by(entries: Sequence[Entry]) -> ToSign | None:
    """What the last of a stream's entries asks to be signed; None for nothing."""
    last = entries[-1].body.event_id if entries else None
    known = effective(entries)
    return next((to_sign(need, entries) for need in needs(known) if need.entry.body.event_id == last), None)


def owed(entries: Sequence[Entry], signatures: Sequence[Entry] = ()) -> tuple[ToSign, ...]:
    """What a record needs now and has not, or not any more; given its entries and those of its signatures."""
    known, folded = effective(entries), Signatures.start()
    for entry in signatures:
        folded = folded.after(entry)
    waiting = (need for need in needs(known) if standing(need, folded.made, known) != "given")
    return tuple(to_sign(need, entries, folded.made) for need in waiting)


def to_sign(need: Need, entries: Sequence[Entry], made: Sequence[OneSignature] = ()) -> ToSign:
    """What is needed, over the whole record as it stands."""
    stream, meaning = need.entry.frame.stream, need.row.meaning
    return ToSign(
        record=record_of(stream),
        stream=stream,
        version=entries[-1].frame.version,
        target=need.entry.body.event_id,
        kind=need.row.kind,
        meaning=meaning,
        attestation=ATTESTATIONS[meaning],
        signer=need.entry.body.actor,
        due=due(need, made, effective(entries)),
    )


def record_of(stream: str) -> str:
    """The name of a record within its trial, as `sign_record` takes it."""
    return stream.removeprefix(f"{streams.ledger_of(stream)}/")


def payload(wanted: ToSign, record_digest: str, display_digest: str) -> dict[str, Any]:
    """The `sign_record` command; the record digest is the root over the stream's leaves up to the version."""
    return {
        "attestation": wanted.attestation,
        "display_digest": display_digest,
        "meaning": wanted.meaning,
        "record": wanted.record,
        "record_digest": record_digest,
        "target": str(wanted.target),
        "version": wanted.version,
    }


def displayed(wanted: ToSign, entries: Sequence[Entry], *, signer: str, printed_name: str) -> str:
    """What a signer is shown: the record entry by entry up to the version, the attestation, the name.

    Sealed texts are shown by their size; that they are those of the record is in the record's digest.
    """
    shown = [entry for entry in entries if entry.frame.version <= wanted.version]
    act = next(entry.frame.version for entry in shown if entry.body.event_id == wanted.target)
    foot = (
        f"Entry {act} ({wanted.kind}) is signed as {wanted.meaning} by {printed_name} ({signer}):\n{wanted.attestation}"
    )
    return _text(wanted.stream, shown, foot)


class Shown(NamedTuple):
    """What a signer is shown, and the command over exactly that."""

    text: str
    payload: dict[str, Any]


def shown(ports: Ports, wanted: ToSign, *, signer: str, printed_name: str) -> Shown:
    """Look the record up and show it as it stands at the version that is to be signed."""
    text = displayed(wanted, ports.ledger.stream(wanted.stream), signer=signer, printed_name=printed_name)
    return Shown(text, payload(wanted, ports.stream_root(wanted.stream, wanted.version), display_digest(text)))


def reviewed(ports: Ports, stream: str, *, signer: str, printed_name: str) -> Shown:
    """Show a whole record as it stands to somebody who reviews it; the command is `sign_review`."""
    text, version = _whole(ports, stream, "review", signer, printed_name)
    wish = {
        "attestation": ATTESTATIONS["review"],
        "display_digest": display_digest(text),
        "meaning": "review",
        "record": record_of(stream),
        "record_digest": ports.stream_root(stream, version),
        "version": version,
    }
    return Shown(text, wish)


def acknowledged(ports: Ports, policy_version: str, *, signer: str, printed_name: str) -> Shown:
    """Show the policy on signatures to somebody who will act by it; the command is `acknowledge_policy`."""
    text, _ = _whole(ports, streams.policy(), "acknowledgement", signer, printed_name)
    return Shown(text, {"display_digest": display_digest(text), "person": signer, "version": policy_version})


def _whole(ports: Ports, stream: str, meaning: Meaning, signer: str, printed_name: str) -> tuple[str, int]:
    """A whole record with the attestation, and its version."""
    entries = ports.ledger.stream(stream)
    foot = f"The record is signed as {meaning} by {printed_name} ({signer}):\n{ATTESTATIONS[meaning]}"
    return _text(stream, entries, foot), len(entries)


def display_digest(text: str) -> str:
    """SHA-256 of what was displayed, in hex."""
    return sha256(text.encode()).hexdigest()


def _text(stream: str, shown: Sequence[Entry], foot: str) -> str:
    head = (TEMPLATE, f"{stream}, version {len(shown)}")
    return "\n".join((*head, *(line for entry in shown for line in _said(entry)), foot)) + "\n"


def _said(entry: Entry) -> Iterator[str]:
    """An entry in words: what, when it happened as claimed, by whom, and every field."""
    frame, body = entry.frame, entry.body
    recorded = frame.recorded_at.isoformat(timespec="seconds")
    reason = f", because: {body.reason_code}" if body.reason_code else ""
    yield f"{frame.version}. {frame.type} at {body.occurred_at}{reason}"
    yield f"   by {body.printed_name} ({body.actor}, {body.role}), recorded {recorded} at position {frame.position}"
    for name, text in printed(entry.fact):
        yield f"   {name}: {'not recorded' if text is None else text}"
