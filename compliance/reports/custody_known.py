"""What the custody log is made from: who holds what, what was taken out of the key store, and what authorised it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from compliance.proofs.unwraps import Reconciled, reconcile
from compliance.reports import frame
from compliance.reports.access_known import Access, GrantKnown, access_known
from compliance.reports.material import Material
from domain import streams
from domain.allocation.facts import DesignDeclared, RandomisationCommitted, ShareCommitted, ShareRevealed
from domain.escrow.facts import CustodyChecked, EscrowEstablished, EscrowOpened, KeyAct, ParticipantKeyDestroyed
from domain.participant.facts import Allocated
from domain.record import Entry

CUSTODY_ROLES = frozenset({"key_custodian", "database_owner"})
"""Roles that know no allocation, yet hold what could open one."""


class Share(NamedTuple):
    """One officer's part in the seed of a version."""

    version: int
    committed: Entry
    revealed: Entry | None


class Uncovered(NamedTuple):
    """An allocation whose key two officers could not open without the root."""

    entry: Entry
    why: str

    @property
    def participant(self) -> str:
        """Whose allocation."""
        return streams.name_of(self.entry.frame.stream)


class Destroyed(NamedTuple):
    """A participant's key that was ordered to be destroyed, and the row that says it was."""

    entry: Entry
    act: KeyAct | None


@dataclass(frozen=True, slots=True)
class Custody:
    """Everything that the report shows; `checked` is empty where the key store was never looked at."""

    material: Material
    access: Access
    checked: tuple[CustodyChecked, ...]
    looked: Entry | None
    reconciled: Reconciled
    shares: tuple[Share, ...]
    sealed: tuple[Entry, ...]
    escrow: tuple[Entry, ...]
    allocated: tuple[Entry, ...]
    uncovered: tuple[Uncovered, ...]
    destroyed: tuple[Destroyed, ...]
    cleared: tuple[GrantKnown, ...]
    strayed: tuple[str, ...]

    def participant_of(self, key: str) -> str | None:
        """Whose allocation a key belongs to."""
        own = (entry for entry in self.allocated if entry.fact.envelope.key.hex() == key)
        return next((streams.name_of(entry.frame.stream) for entry in own), None)


def custody(material: Material) -> Custody:
    """Fold the material."""
    access = access_known(material)
    trial = access.trial
    looked, checked = _last_look(access.system)
    escrow = tuple(e for e in trial if isinstance(e.fact, EscrowEstablished | EscrowOpened))
    allocated = tuple(entry for entry in trial if isinstance(entry.fact, Allocated))
    reconciled = reconcile(checked, trial, access.access)
    return Custody(
        material=material,
        access=access,
        checked=checked,
        looked=looked,
        reconciled=reconciled,
        shares=tuple(_shares(trial)),
        sealed=tuple(e for e in trial if isinstance(e.fact, DesignDeclared | RandomisationCommitted)),
        escrow=escrow,
        allocated=allocated,
        uncovered=tuple(_uncovered(allocated, checked, escrow)),
        destroyed=tuple(_destroyed(trial, checked)),
        cleared=tuple(g for g in access.grants if g.grant.clearance == "unblinded" or g.grant.role in CUSTODY_ROLES),
        strayed=_strayed(access, escrow),
    )


def _last_look(system: Sequence[Entry]) -> tuple[Entry | None, tuple[CustodyChecked, ...]]:
    """The parts of the last look; they stand in one stream."""
    looks = [entry for entry in system if isinstance(entry.fact, CustodyChecked)]
    if not looks:
        return None, ()
    return looks[-1], tuple(e.fact for e in looks if e.frame.stream == looks[-1].frame.stream)


def _shares(trial: Sequence[Entry]) -> Iterator[Share]:
    revealed = {(e.fact.version, e.body.actor): e for e in trial if isinstance(e.fact, ShareRevealed)}
    for entry in trial:
        if isinstance(entry.fact, ShareCommitted):
            version = entry.fact.version
            yield Share(version, entry, revealed.get((version, entry.body.actor)))


def _uncovered(
    allocated: Sequence[Entry], checked: Sequence[CustodyChecked], escrow: Sequence[Entry]
) -> Iterator[Uncovered]:
    """Allocations without a wrap to the escrow key in use; nothing is said where the key store was not looked at."""
    keys = [entry.fact.public_key for entry in escrow if isinstance(entry.fact, EscrowEstablished)]
    wraps = {wrap.key: wrap.public_key for fact in checked for wrap in fact.wraps}
    for entry in allocated if checked else ():
        public = wraps.get(entry.fact.envelope.key.hex())
        if not keys:
            yield Uncovered(entry, "the trial has no escrow key")
        elif public is None:
            yield Uncovered(entry, "it has no escrow wrap")
        elif public != keys[-1]:
            yield Uncovered(entry, "its wrap is to an earlier escrow key")


def _destroyed(trial: Sequence[Entry], checked: Sequence[CustodyChecked]) -> Iterator[Destroyed]:
    acts = {act.authorised_by: act for fact in checked for act in fact.acts if act.act == "destroy"}
    for entry in trial:
        if isinstance(entry.fact, ParticipantKeyDestroyed):
            yield Destroyed(entry, acts.get(entry.body.event_id))


def _strayed(access: Access, escrow: Sequence[Entry]) -> tuple[str, ...]:
    """Who holds a part of the escrow key in use and is unblinding officer no more."""
    established = [entry.fact for entry in escrow if isinstance(entry.fact, EscrowEstablished)]
    opened = (
        grant for grant in access.grants if grant.grant.role == "unblinding_officer" and grant.is_open(access.now)
    )
    officers = {grant.holder.person for grant in opened}
    return tuple(p.officer for p in established[-1].parts if p.officer not in officers) if established else ()


def looked_at(material: Material) -> str:
    """When the key store's records were looked at, for the notes of the tables."""
    looked, _ = _last_look(frame.entries_of(material, streams.SYSTEM_LEDGER))
    return "never" if looked is None else f"{looked.frame.recorded_at:%Y-%m-%d %H:%M:%SZ}"
