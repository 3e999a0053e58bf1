"""What the two ledgers hold of the randomisation, put together for checking: nothing here judges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.allocation import slots
from domain.allocation.facts import (
    DesignDeclared,
    ListSealed,
    RandomisationCommitted,
    SealedDesign,
    SeedShare,
    ShareCommitted,
    ShareRevealed,
    SlotDrawn,
)
from domain.errors import InvalidInputError
from domain.participant.facts import Allocated, Enrolled
from domain.randomisation import rand_v1
from domain.randomisation.methods import method_of
from domain.randomisation.methods.permuted_blocks import PermutedBlocks
from domain.record import Entry
from domain.streams import kind_of, name_of


@dataclass(frozen=True, slots=True, repr=False)
class ListHeld:
    """A list of the vault with its slots as used; `contents` are its slots made again, None where nothing gives them.

    Printed, it is its type alone: it holds arms.
    """

    entry: Entry
    trial: str
    drawn: tuple[Entry, ...]
    contents: tuple[str, ...] | None

    @property
    def sealed(self) -> ListSealed:
        """The list as it was fixed."""
        fact: ListSealed = self.entry.fact
        return fact

    @property
    def leaves(self) -> tuple[bytes, ...]:
        """The leaves that commit to the slots."""
        return rand_v1.slot_leaves(self.sealed.seed, self.trial, self.sealed.label, self.contents or ())

    def blocks(self) -> tuple[int, ...]:
        """The block of each slot, from 1; empty for a method without blocks, and for a list made outside."""
        sealed = self.sealed
        if sealed.slots is not None or self.contents is None:
            return ()
        method = method_of(sealed.method, slots.names(sealed), sealed.ratio, slots.parameters(sealed))
        if not isinstance(method, PermutedBlocks):
            return ()
        stream = rand_v1.Stream(sealed.seed, self.trial, "list", sealed.label)
        sizes = method.blocks(stream, sealed.length)[1]
        return tuple(number for number, size in enumerate(sizes, 1) for _ in range(size))[: sealed.length]


@dataclass(frozen=True, slots=True, repr=False)
class Records:
    """The commitments, enrolments and allocations of the trial ledger; designs, shares and lists of the vault."""

    trial: str
    declared: tuple[Entry, ...]
    shares: tuple[Entry, ...]
    revealed: tuple[Entry, ...]
    committed: tuple[Entry, ...]
    enrolled: tuple[Entry, ...]
    allocated: tuple[Entry, ...]
    designs: Mapping[int, SealedDesign]
    given: Mapping[tuple[int, str], bytes]
    lists: Mapping[str, ListHeld]


def records_of(trial: str, trial_entries: Iterable[Entry], vault_entries: Sequence[Entry]) -> Records:
    """Sort what the ledgers hold."""
    public = tuple(trial_entries)

    def kept(fact: type) -> tuple[Entry, ...]:
        return tuple(entry for entry in public if isinstance(entry.fact, fact))

    hidden = [entry.fact for entry in vault_entries]
    return Records(
        trial=trial,
        declared=kept(DesignDeclared),
        shares=kept(ShareCommitted),
        revealed=kept(ShareRevealed),
        committed=kept(RandomisationCommitted),
        enrolled=kept(Enrolled),
        allocated=kept(Allocated),
        designs={fact.version: fact for fact in hidden if isinstance(fact, SealedDesign)},
        given={(fact.version, fact.officer): fact.share for fact in hidden if isinstance(fact, SeedShare)},
        lists={held.sealed.list_id: held for held in _lists(trial, vault_entries)},
    )


def _lists(trial: str, vault_entries: Sequence[Entry]) -> Iterable[ListHeld]:
    drawn: dict[str, list[Entry]] = {}
    for entry in vault_entries:
        if isinstance(entry.fact, SlotDrawn) and kind_of(entry.frame.stream) == "list":
            drawn.setdefault(name_of(entry.frame.stream), []).append(entry)
    for entry in vault_entries:
        if isinstance(entry.fact, ListSealed):
            slots_used = tuple(drawn.get(entry.fact.list_id, ()))
            yield ListHeld(entry=entry, trial=trial, drawn=slots_used, contents=_contents(entry.fact, trial))


def _contents(sealed: ListSealed, trial: str) -> tuple[str, ...] | None:
    """The slots made again; None where parameters or characters are none that any list was made from."""
    try:
        return slots.contents(sealed, trial)
    except (InvalidInputError, ValueError, IndexError):
        return None
