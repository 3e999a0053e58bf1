"""The packages that leave the vault, composed: of a planned reveal, which proves itself, and of an interim analysis.

Both are canonical JSON. A package of a planned reveal holds all that a stranger needs to make every list again
and to open every envelope: designs, shares and seeds, the keys, the entries of the trial ledger that commit to
them, and the ledger's leaf hashes. A closed package holds arms and nothing else that could foretell one.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from domain import streams
from domain.allocation.design_commands import unsalted
from domain.allocation.facts import (
    DesignDeclared,
    ListSealed,
    RandomisationCommitted,
    SealedDesign,
    SeedShare,
    ShareCommitted,
    SlotDrawn,
)
from domain.fields import SealedArmEnvelope
from domain.ledger.facts import LedgerOpened
from domain.participant.facts import Allocated
from domain.plain import Json, canonical, plain, written
from domain.record import Entry
from domain.release.facts import AnalysisPlanRecorded, AnalysisSetsFixed, RandomisationRevealed
from domain.trial.facts import TrialLocked

FORMAT: Final = "trialproof.release.v1"
SHOWN: Final = (
    LedgerOpened,
    DesignDeclared,
    ShareCommitted,
    RandomisationCommitted,
    Allocated,
    AnalysisPlanRecorded,
    AnalysisSetsFixed,
    TrialLocked,
    RandomisationRevealed,
)
"""The entries of the trial ledger that a package of a planned reveal shows as they are stored."""


class Source(NamedTuple):
    """What packages are made from: the trial ledger up to a position, its entries' bytes and leaves, and the vault."""

    trial: str
    environment: str
    entries: Sequence[Entry]
    stored: Callable[[int], bytes]
    leaves: Sequence[bytes]
    root: bytes
    vault: Sequence[Entry]

    def __repr__(self) -> str:
        return "Source(concealed)"


class Handed(NamedTuple):
    """To whom a package goes, and the salt that hides it behind its digest."""

    recipient: str
    salt: bytes


class Package(NamedTuple):
    """A package as it is handed over; it never shows in a message or a trace."""

    data: bytes
    allocations: int

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, in hex."""
        return sha256(self.data).hexdigest()

    def __repr__(self) -> str:
        return "Package(concealed)"


def planned(source: Source, handed: Handed, key_of: Callable[[SealedArmEnvelope], bytes]) -> Package:
    """The package of a planned reveal; `key_of` takes an envelope's key out of the key store."""
    drawn = _drawn(source)
    allocations: list[Json] = [
        {
            "arm": slot.arm,
            "event": str(entry.body.event_id),
            "index": slot.index,
            "inputs": None if slot.inputs is None else plain(slot.inputs),
            "key": key_of(entry.fact.envelope).hex(),
            "list": list_id,
            "participant": streams.name_of(entry.frame.stream),
            "position": entry.frame.position,
        }
        for entry, list_id, slot in drawn
    ]
    shown: list[Json] = [
        {"entry": source.stored(entry.frame.position).decode(), "position": entry.frame.position}
        for entry in source.entries
        if isinstance(entry.fact, SHOWN)
    ]
    package: dict[str, Json] = {
        **_head(source, handed, "planned"),
        "allocations": allocations,
        "entries": shown,
        "versions": list(_versions(source)),
    }
    ledger = {"leaves": [leaf.hex() for leaf in source.leaves], **_ledger(source)}
    return _package({**package, "ledger": plain(ledger)}, len(drawn))


def interim(source: Source, handed: Handed, analysis: str, arm_of: Callable[[Entry], str]) -> Package:
    """The closed package of an interim analysis; `arm_of` opens an allocation's envelope."""
    drawn = _drawn(source)
    allocations: list[Json] = [
        {
            "arm": arm_of(entry),
            "participant": streams.name_of(entry.frame.stream),
            "position": entry.frame.position,
            "randomisation_number": entry.fact.randomisation_number,
            "stratum": entry.fact.stratum,
        }
        for entry, _, _ in drawn
    ]
    package: dict[str, Json] = {
        **_head(source, handed, "interim"),
        "allocations": allocations,
        "analysis": analysis,
        "arms": _arms(source),
        "ledger": plain(_ledger(source)),
    }
    return _package(package, len(drawn))


def _package(package: dict[str, Json], allocations: int) -> Package:
    return Package(canonical(package).encode(), allocations)


def _head(source: Source, handed: Handed, kind: str) -> dict[str, Json]:
    return {
        "environment": source.environment,
        "format": FORMAT,
        "kind": kind,
        "recipient": handed.recipient,
        "salt": handed.salt.hex(),
        "trial": source.trial,
    }


def _ledger(source: Source) -> dict[str, str | int]:
    return {"name": streams.trial_ledger(source.trial), "root": source.root.hex(), "size": len(source.entries)}


def _drawn(source: Source) -> list[tuple[Entry, str, SlotDrawn]]:
    """The allocations in order, each with its list and slot."""
    slots = {
        entry.fact.allocation: (streams.name_of(entry.frame.stream), entry.fact)
        for entry in source.vault
        if isinstance(entry.fact, SlotDrawn)
    }
    allocated = (entry for entry in source.entries if isinstance(entry.fact, Allocated))
    return [(entry, *slots[entry.body.event_id]) for entry in allocated]


def _arms(source: Source) -> list[Json]:
    """Every arm with its words, in the declared order."""
    lists = (entry.fact for entry in source.vault if isinstance(entry.fact, ListSealed))
    known = {arm.arm: arm.label for sealed in lists for arm in sealed.arms}
    return [{"arm": arm, "label": label} for arm, label in known.items()]


def _versions(source: Source) -> Iterator[Json]:
    """Every commitment to lists, with what they were made from; lists of each site have a commitment of their own."""
    facts = [entry.fact for entry in source.vault]
    designs = {fact.version: fact for fact in facts if isinstance(fact, SealedDesign)}
    shares = [fact for fact in facts if isinstance(fact, SeedShare)]
    lists = {fact.list_id: fact for fact in facts if isinstance(fact, ListSealed)}
    for entry in source.entries:
        if isinstance(entry.fact, RandomisationCommitted):
            number = entry.fact.version
            own = [lists[row.list_id] for row in entry.fact.strata]
            design = designs.get(number)
            yield {
                "committed": entry.frame.position,
                "design": None if design is None else written(unsalted(design)),
                "design_salt": None if design is None else design.salt.hex(),
                "lists": [_list(sealed) for sealed in own],
                "scheme": entry.fact.scheme,
                "seed": own[0].seed.hex(),
                "shares": [{"officer": s.officer, "share": s.share.hex()} for s in shares if s.version == number],
                "version": number,
            }


def _list(sealed: ListSealed) -> Json:
    return {
        "arms": [listed.arm for listed in sealed.arms],
        "first_leaf": sealed.first_leaf,
        "labels": [listed.label for listed in sealed.arms],
        "length": sealed.length,
        "list": sealed.list_id,
        "method": sealed.method,
        "origin": None if sealed.origin is None else plain(sealed.origin),
        "parameters": {parameter.name: list(parameter.values) for parameter in sealed.parameters},
        "ratio": list(sealed.ratio),
        "site": sealed.site,
        "slots": sealed.slots,
        "stratum": sealed.stratum,
    }
