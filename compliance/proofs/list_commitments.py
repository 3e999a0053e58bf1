"""Whether what was committed to is what the vault holds: design, shares of the seed, seed and root, in their order.

Commit and reveal (I2): the design before any share, both commitments before any share is seen, the root last, and
the first root before the first enrolment.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from compliance.proofs.list_findings import Finding
from compliance.proofs.list_records import ListHeld, Records
from compliance.proofs.tree import root_of
from domain.allocation.design_commands import unsalted
from domain.allocation.facts import CommittedStratum, RandomisationCommitted, SealedDesign
from domain.allocation.lists import OFFICERS_NEEDED
from domain.plain import written
from domain.randomisation import rand_v1
from domain.record import Entry


def commitment_findings(records: Records) -> Iterator[Finding]:
    """Everything that is wrong with the commitments, version by version."""
    for declared in records.declared:
        yield from _design(records, declared)
    for committed in records.committed:
        yield from _shares(records, committed)
        yield from _order(records, committed)
        yield from _lists(records, committed)
    yield from _first(records)
    named = {row.list_id for committed in records.committed for row in committed.fact.strata}
    for list_id, held in records.lists.items():
        if list_id not in named:
            yield Finding("list-not-committed", f"list {list_id}", held.entry)


def _version(entry: Entry) -> str:
    return f"version {entry.fact.version}"


def _design(records: Records, declared: Entry) -> Iterator[Finding]:
    design = records.designs.get(declared.fact.version)
    if design is None:
        yield Finding("design-missing", _version(declared), declared)
    elif rand_v1.design_commitment(design.salt, written(unsalted(design)).encode()).hex() != declared.fact.commitment:
        yield Finding("design-commitment", _version(declared), declared)


def officers_of(records: Records, version: int) -> tuple[Entry, ...]:
    """The commitments to shares of a version's seed, in order."""
    return tuple(entry for entry in records.shares if entry.fact.version == version)


def _shares(records: Records, committed: Entry) -> Iterator[Finding]:
    if committed.fact.scheme != "rand/v1":
        return
    version = committed.fact.version
    shares = officers_of(records, version)
    if len({entry.body.actor for entry in shares}) != OFFICERS_NEEDED or len(shares) != OFFICERS_NEEDED:
        yield Finding("officers", _version(committed), committed)
    for entry in shares:
        officer = entry.body.actor
        about = f"{_version(committed)}, share of {officer}"
        share = records.given.get((version, officer))
        if share is None:
            yield Finding("share-missing", about, entry)
        elif rand_v1.share_commitment(records.trial, version, officer, share).hex() != entry.fact.commitment:
            yield Finding("share-commitment", about, entry)


def _order(records: Records, committed: Entry) -> Iterator[Finding]:
    if not is_in_order(records, committed):
        yield Finding("order", _version(committed), committed)


def is_in_order(records: Records, committed: Entry) -> bool:
    """Whether each step of a version came after all of the step before it; a list made outside has the last alone."""
    version = committed.fact.version
    steps: tuple[Sequence[Entry], ...] = (
        [entry for entry in records.declared if entry.fact.version == version],
        officers_of(records, version),
        [entry for entry in records.revealed if entry.fact.version == version],
        [committed],
    )
    made = [[entry.frame.position for entry in step] for step in steps if step]
    declared = bool(steps[0]) or committed.fact.scheme != "rand/v1"
    return declared and all(max(earlier) < min(later) for earlier, later in pairwise(made))


def _first(records: Records) -> Iterator[Finding]:
    if not records.committed:
        return
    first = records.committed[0]
    if any(entry.frame.position < first.frame.position for entry in records.enrolled):
        yield Finding("committed-late", _version(first), first)


def _lists(records: Records, committed: Entry) -> Iterator[Finding]:
    fact: RandomisationCommitted = committed.fact
    held = {row.list_id: records.lists.get(row.list_id) for row in fact.strata}
    for row in fact.strata:
        one = held[row.list_id]
        if one is None:
            yield Finding("list-missing", f"list {row.list_id}", committed)
        else:
            yield from _list(records, fact, row, one)
    whole = [one for one in held.values() if one is not None and one.contents is not None]
    if len(whole) == len(held) and root_of(leaf for one in whole for leaf in one.leaves).hex() != fact.root:
        yield Finding("root", _version(committed), committed)


def _list(records: Records, fact: RandomisationCommitted, row: CommittedStratum, held: ListHeld) -> Iterator[Finding]:
    sealed, about = held.sealed, f"list {row.list_id}"
    same = (sealed.stratum, sealed.site, sealed.ratio, sealed.version, sealed.root) == (
        row.stratum,
        row.site,
        fact.ratio,
        fact.version,
        fact.root,
    )
    if not same or not _as_designed(records.designs.get(fact.version), held):
        yield Finding("list-not-as-designed", about, held.entry)
    if held.contents is None or len(held.contents) != sealed.length:
        yield Finding("list-cannot-be-drawn", about, held.entry)
    found = rand_v1.commitment(sealed.seed, records.trial).hex()
    if not found == sealed.seed_commitment == fact.seed_commitment:
        yield Finding("seed-commitment", about, held.entry)
    if fact.scheme == "rand/v1" and sealed.seed != _joint_seed(records, fact):
        yield Finding("seed-not-from-shares", about, held.entry)


def _as_designed(design: SealedDesign | None, held: ListHeld) -> bool:
    """Whether the list has the declared arms, method and parameters; a missing design is a finding of its own."""
    sealed = held.sealed
    return design is None or (sealed.arms, sealed.method, sealed.parameters, sealed.ratio) == (
        design.arms,
        design.method,
        design.parameters,
        design.ratio,
    )


def _joint_seed(records: Records, fact: RandomisationCommitted) -> bytes | None:
    officers = [entry.body.actor for entry in officers_of(records, fact.version)]
    shares = [records.given.get((fact.version, officer)) for officer in officers]
    known = [share for share in shares if share is not None]
    if len(known) != len(shares):
        return None
    return rand_v1.joint_seed(records.trial, fact.version, known, fact.beacon_value)
