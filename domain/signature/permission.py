"""Permissions that rest on signed acts: what was decided, delegated or approved counts once it is signed.

Facts that have happened and an emergency code-break never ask here (conduct rules, sections 1 and 12).
"""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from domain import streams
from domain.command import Room
from domain.record import Entry
from domain.refusals import not_in_order
from domain.signature.required import BY_KIND
from domain.signature.signatures import Signatures
from domain.signature.standing import needs, standing
from domain.trial.trial import APPROVERS_NEEDED, Proposal


def signed_acts(room: Room, stream: str, kind: str) -> tuple[Entry, ...]:
    """The acts of that kind in a record whose signature stands, or that need none here (migrated ones)."""
    known = room.entries[stream]
    made = room.get(Signatures, streams.signatures(stream)).made
    waiting = [need for need in needs(known) if need.row.kind == kind and standing(need, made, known) != "given"]
    unsigned = {need.entry.body.event_id for need in waiting}
    fact = BY_KIND[kind].fact
    return tuple(entry for entry in known if isinstance(entry.fact, fact) and entry.body.event_id not in unsigned)


def is_signed(room: Room, stream: str, kind: str, event: UUID) -> bool:
    """Whether that act counts as signed."""
    return any(entry.body.event_id == event for entry in signed_acts(room, stream, kind))


def approved(room: Room, stream: str, kind: str) -> frozenset[UUID]:
    """The proposals that two persons approved under signature."""
    by: dict[UUID, set[str]] = {}
    for entry in signed_acts(room, stream, kind):
        by.setdefault(entry.fact.proposal, set()).add(entry.body.actor)
    return frozenset(proposal for proposal, persons in by.items() if len(persons) >= APPROVERS_NEEDED)


def unsigned_decisions(room: Room, proposals: Iterable[Proposal]) -> Iterator[str]:
    """The questions whose approved answers, which count, have not been signed by two."""
    decided = approved(room, streams.trial(room.trial), "design_decision")
    return (proposal.question for proposal in proposals if proposal.approved and proposal.event not in decided)


def refuse_unsigned(what: str, missing: Iterable[str], *, code: str) -> None:
    """Refuse where something is missing: the names of what is not signed."""
    named: Collection[str] = sorted(set(missing))
    if named:
        raise not_in_order(
            code,
            f"{what}: not signed, or not signed again since it was altered: {', '.join(named)}.",
            "Whoever did it signs it with `trialproof sign`.",
            rule="permissions-rest-on-signed-acts",
        )
