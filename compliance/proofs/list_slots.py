"""Whether each allocation is the next slot of the list it names, and each slot the allocation's (I1, I7)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from compliance.proofs.list_findings import Finding, Mismatch
from compliance.proofs.list_records import ListHeld, Records
from compliance.proofs.tree import node_hash, root_of, verify_inclusion
from domain.allocation import slots
from domain.allocation.facts import ListSealed, RandomisationCommitted, SlotDrawn
from domain.participant.facts import Allocated
from domain.randomisation import rand_v1
from domain.record import Entry
from domain.streams import name_of


@dataclass(frozen=True, slots=True, repr=False)
class SlotUsed:
    """A slot with the allocation it was used for, whether it opens under the public root, and what is wrong.

    Printed, it is its type alone: it holds an arm.
    """

    held: ListHeld
    drawn: Entry
    allocation: Entry | None
    opens: bool
    findings: tuple[Finding, ...]

    @property
    def fact(self) -> SlotDrawn:
        """The slot as it was used."""
        fact: SlotDrawn = self.drawn.fact
        return fact


def slots_used(records: Records) -> tuple[SlotUsed, ...]:
    """Every slot that was used, list by list, in the order of use."""
    allocations = {entry.body.event_id: entry for entry in records.allocated}
    opened = {held.sealed.list_id: _Opening(records, held) for held in records.lists.values()}
    return tuple(
        _used(held, at, allocations, opened[held.sealed.list_id])
        for held in records.lists.values()
        for at in range(len(held.drawn))
    )


class _Opening:
    """The tree over the slots of a version's lists, built once: the place of a list in it, and paths to its root."""

    def __init__(self, records: Records, held: ListHeld) -> None:
        self._held, self._trial = held, records.trial
        committed = [entry.fact for entry in records.committed if entry.fact.root == held.sealed.root]
        lists = _of(records, committed[0]) if committed else ()
        self._root = bytes.fromhex(committed[0].root) if committed else b""
        self._levels = levels([leaf for one in lists for leaf in one.leaves])

    def opens(self, fact: SlotDrawn) -> bool:
        """Whether the leaf of what was used stands at the slot's place under the root that is public."""
        sealed = self._held.sealed
        if fact.index < 1:
            return False
        at, size = sealed.first_leaf + fact.index - 2, len(self._levels[0])
        content = fact.arm if fact.inputs is None else fact.inputs.word
        nonce = rand_v1.slot_nonce(sealed.seed, self._trial, sealed.label, fact.index - 1)
        leaf = rand_v1.slot_leaf(self._trial, sealed.label, fact.index - 1, content, nonce)
        return 0 <= at < size and verify_inclusion(leaf, at, size, path(at, self._levels), self._root)


def _of(records: Records, committed: RandomisationCommitted) -> Sequence[ListHeld]:
    found = [records.lists.get(row.list_id) for row in committed.strata]
    return [held for held in found if held is not None]


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The nodes of the tree, level by level; an odd one out goes up as it is, as RFC 6962 splits."""
    found = [list(leaves)]
    while len(found[-1]) > 1:
        below = found[-1]
        pairs = [node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        found.append(pairs + below[len(pairs) * 2 :])
    return found


def path(at: int, tree: Sequence[Sequence[bytes]]) -> tuple[bytes, ...]:
    """The proof that a leaf stands at a place."""
    found = list[bytes]()
    for level in tree[:-1]:
        if at ^ 1 < len(level):
            found.append(level[at ^ 1])
        at >>= 1
    return tuple(found)


def _used(held: ListHeld, at: int, allocations: dict[UUID, Entry], opening: _Opening) -> SlotUsed:
    entry = held.drawn[at]
    fact: SlotDrawn = entry.fact
    allocation = allocations.get(fact.allocation)
    opens = opening.opens(fact)
    about = f"list {held.sealed.list_id}, slot {fact.index}"
    wrong: list[Mismatch] = [*_drawn_again(held, at), *_as_told(held.sealed, fact, allocation, opens=opens)]
    return SlotUsed(held, entry, allocation, opens, tuple(Finding(mismatch, about, entry) for mismatch in wrong))


def _drawn_again(held: ListHeld, at: int) -> Iterator[Mismatch]:
    """The slot once more: from the list, or for a draw from its recorded inputs and what was drawn before."""
    fact: SlotDrawn = held.drawn[at].fact
    contents = held.contents
    if contents is None:
        return
    if not 0 < fact.index <= len(contents):
        yield "slot-beyond-list"
        return
    again = _again(held.sealed, contents, held, at)
    if again is None or again.arm != fact.arm:
        yield "arm-not-listed"
    if again is None or again.inputs != fact.inputs:
        yield "draw-inputs"


def _again(sealed: ListSealed, contents: tuple[str, ...], held: ListHeld, at: int) -> slots.Slot | None:
    fact: SlotDrawn = held.drawn[at].fact
    if fact.inputs is None:
        needs = slots.factors(sealed)
        return None if needs else slots.Slot(contents[fact.index - 1], None)
    earlier = [entry.fact for entry in held.drawn[:at]]
    try:
        return slots.next_slot(sealed, contents, held.trial, earlier, fact.inputs.levels)
    except (IndexError, ValueError):  # earlier slots hold levels or places that no draw of this list has
        return None


def _as_told(sealed: ListSealed, fact: SlotDrawn, allocation: Entry | None, *, opens: bool) -> Iterator[Mismatch]:
    """The slot against the public root, and against the allocation that names it."""
    if not opens:
        yield "leaf-outside-root"
    if allocation is None:
        yield "slot-without-allocation"
        return
    told: Allocated = allocation.fact
    if name_of(allocation.frame.stream) != fact.participant:
        yield "participant-differs"
    if told.randomisation_number != fact.randomisation_number:
        yield "number-differs"
    if told.stratum != sealed.stratum:
        yield "stratum-differs"
    if (told.list_root, told.seed_commitment) != (sealed.root, sealed.seed_commitment):
        yield "root-differs"


def use_findings(records: Records) -> Iterator[Finding]:
    """Slots skipped, used twice or out of order; allocations without a slot, or with two."""
    for held in records.lists.values():
        yield from _sequence(records, held)
    times = Counter(entry.fact.allocation for held in records.lists.values() for entry in held.drawn)
    persons = Counter(name_of(entry.frame.stream) for entry in records.allocated)
    for entry in records.allocated:
        about = f"allocation {entry.fact.randomisation_number}"
        if not times[entry.body.event_id]:
            yield Finding("allocation-without-slot", about, entry)
        if times[entry.body.event_id] > 1:
            yield Finding("allocation-twice", about, entry)
        if persons[name_of(entry.frame.stream)] > 1:
            yield Finding("participant-twice", about, entry)


def _sequence(records: Records, held: ListHeld) -> Iterator[Finding]:
    where = {entry.body.event_id: entry.frame.position for entry in records.allocated}
    used = [entry.fact.index for entry in held.drawn]
    about = f"list {held.sealed.list_id}"
    for index in skipped(used):
        yield Finding("slot-skipped", f"{about}, slot {index}", held.entry)
    for index in twice(used):
        yield Finding("slot-twice", f"{about}, slot {index}", held.entry)
    placed = [where[entry.fact.allocation] for entry in held.drawn if entry.fact.allocation in where]
    if used != sorted(used) or placed != sorted(placed):
        yield Finding("slot-out-of-order", about, held.entry)


def skipped(used: Sequence[int]) -> tuple[int, ...]:
    """The slots below the last used one that were not used."""
    return tuple(sorted(set(range(1, max(used, default=0))) - set(used)))


def twice(used: Sequence[int]) -> tuple[int, ...]:
    """The slots that were used more than once."""
    return tuple(index for index, times in sorted(Counter(used).items()) if times > 1)


def digest(held: ListHeld) -> str:
    """The RFC 6962 root over the salted leaves of this list's slots alone."""
    return root_of(held.leaves).hex()
