"""The columns that only the unblinded form of the randomisation log has: arm, list, slot, block, opening, kit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from compliance.proofs.lists import ListHeld, Reconciled, SlotUsed, digest
from compliance.reports.filled import Filled, folded, shown
from compliance.reports.model import Code
from compliance.reports.randomisation_known import Drawn, Known
from compliance.reports.wording import listed, spaced
from domain.kits.facts import KitsMapped
from domain.randomisation.rand_v1 import ALGORITHM
from domain.record import Entry

OPENS: Final = "opens"
DOES_NOT: Final = "does not open"
NO_SLOT: Final = "no slot"
AGREES: Final = "agrees"
DIFFERS: Final = "differs"
_OPENING: Final = (
    Code(code=OPENS, meaning="the leaf made again stands at its place under the public root", tone="good"),
    Code(code=DOES_NOT, meaning="the slot that was used is not the committed one", tone="bad"),
    Code(code=NO_SLOT, meaning="the vault holds no slot for this allocation", tone="bad"),
)
_AGREES: Final = (
    Code(code=AGREES, meaning="list, slot and allocation agree", tone="good"),
    Code(code=DIFFERS, meaning="they do not; the reconciliation below says in what", tone="bad"),
    Code(code=NO_SLOT, meaning="no slot is known here, and nothing was reconciled", tone="watch"),
)
_KITS: Final = (
    Code(code="of this arm", meaning="every kit holds what was allocated", tone="good"),
    Code(code="of another arm", meaning="a kit holds something else, or is on no map", tone="bad"),
    Code(code="no kit", meaning="no kit was handed out"),
    Code(code=NO_SLOT, meaning="no slot is known here to hold them against", tone="watch"),
)
NO_BLOCKS: Final = "none"


@dataclass(frozen=True, slots=True, repr=False)
class Unblinded:
    """The slots behind the allocations, and what the kits hold; printed, it is its type alone."""

    known: Known
    found: Reconciled
    slots: Mapping[UUID, SlotUsed]
    kits: Mapping[str, str]
    blocks: Mapping[str, tuple[int, ...]]
    digests: Mapping[str, str]

    def slot(self, drawn: Drawn) -> SlotUsed | None:
        """The slot of an allocation."""
        return self.slots.get(drawn.entry.body.event_id)

    def kits_of(self, drawn: Drawn) -> str:
        """Whether the kits that were handed out hold the arm that was allocated."""
        slot = self.slot(drawn)
        arms = {self.kits.get(kit) for kit in drawn.kits}
        if not arms or slot is None:
            return "no kit" if not arms else NO_SLOT
        return "of this arm" if arms == {slot.fact.arm} else "of another arm"


def unblinded(known: Known, found: Reconciled, vault: Sequence[Entry]) -> Unblinded:
    """Join allocations with slots and kits."""
    mapped = [kit for entry in vault if isinstance(entry.fact, KitsMapped) for kit in entry.fact.kits]
    lists = found.records.lists
    return Unblinded(
        known=known,
        found=found,
        slots={slot.fact.allocation: slot for slot in reversed(found.slots)},
        kits={kit.kit: kit.arm for kit in mapped},
        blocks={list_id: held.blocks() for list_id, held in lists.items()},
        digests={list_id: digest(held) for list_id, held in lists.items()},
    )


def arm_words(held: ListHeld, arm: str) -> str:
    """An arm with the vault's words for it."""
    labels = {listed_arm.arm: listed_arm.label for listed_arm in held.sealed.arms}
    return f"{arm}: {labels[arm]}" if arm in labels else f"{arm}: not an arm of the list"


def columns(them: Unblinded) -> tuple[Filled[Drawn], ...]:
    """What stands behind the columns that both forms have."""

    def of(cell: Callable[[SlotUsed], str | None]) -> Callable[[Drawn], str | None]:
        """The cell from the slot of an allocation, where it has one."""
        return lambda drawn: None if (slot := them.slot(drawn)) is None else cell(slot)

    return (
        shown("arm", "Arm", "text", "Allocated arm, with the list's words for it", of(_arm)),
        shown("list_position", "Slot", "number", "Position in the list, from 1", of(lambda s: str(s.fact.index))),
        folded("block", "Block", "text", "Block of the list, drawn again", of(lambda s: _block(them, s))),
        shown("opens", "Commitment", "status", "Slot under the public root", lambda d: _opens(them, d), codes=_OPENING),
        shown("agrees", "Reconciled", "status", "List = slot = allocation", lambda d: _agrees(them, d), codes=_AGREES),
        folded("kit_check", "Kits hold", "status", "Against the arm", them.kits_of, codes=_KITS),
        folded("list_id", "List", "id", "Id of the list", of(lambda s: s.held.sealed.list_id)),
        folded("list_digest", "List digest", "id", "Root over its own slots", of(lambda s: _digest(them, s))),
        folded("cell", "Stratum cell", "text", "Stratum of the list, and its site", of(lambda s: s.held.sealed.label)),
        folded("algorithm", "Algorithm", "text", "Method, and algorithm with version", of(lambda s: algorithm(s.held))),
        folded("seed", "Seed reference", "id", "Commitment to the seed", of(lambda s: s.held.sealed.seed_commitment)),
        folded("inputs", "Drawn from", "text", "Levels, scores and chances of a draw", of(_inputs)),
        folded("kit_arms", "Arms of the kits", "text", "What each kit holds", lambda d: _kit_arms(them, d)),
        folded("vault_entry", "Vault entry", "number", "Entry that used it", of(lambda s: str(s.drawn.frame.position))),
        folded("differences", "Differences", "text", "What does not agree", lambda d: _differences(them, d)),
    )


def algorithm(held: ListHeld) -> str:
    """The method and how its draws are made; of a list made outside: from which program."""
    sealed = held.sealed
    if sealed.slots is None:
        return f"{spaced(sealed.method)}, {ALGORITHM}"
    origin = sealed.origin
    return "made outside" if origin is None else f"made outside by {origin.program} {origin.version}"


def _arm(slot: SlotUsed) -> str:
    return arm_words(slot.held, slot.fact.arm)


def _block(them: Unblinded, slot: SlotUsed) -> str:
    blocks = them.blocks[slot.held.sealed.list_id]
    return str(blocks[slot.fact.index - 1]) if 0 < slot.fact.index <= len(blocks) else NO_BLOCKS


def _digest(them: Unblinded, slot: SlotUsed) -> str:
    return them.digests[slot.held.sealed.list_id]


def _opens(them: Unblinded, drawn: Drawn) -> str:
    slot = them.slot(drawn)
    return NO_SLOT if slot is None else OPENS if slot.opens else DOES_NOT


def _agrees(them: Unblinded, drawn: Drawn) -> str:
    if _differences(them, drawn) is not None:
        return DIFFERS
    return NO_SLOT if them.slot(drawn) is None else AGREES


def _differences(them: Unblinded, drawn: Drawn) -> str | None:
    """Everything found of this allocation or of its slot."""
    slot = them.slot(drawn)
    entries = [drawn.entry] if slot is None else [drawn.entry, slot.drawn]
    found = (finding.sentence for finding in them.found.findings if finding.entry in entries)
    return " ".join(dict.fromkeys(found)) or None


def _inputs(slot: SlotUsed) -> str | None:
    inputs = slot.fact.inputs
    if inputs is None:
        return None
    levels = listed(f"{level.factor} {level.level}" for level in inputs.levels)
    return f"{levels}; scores {', '.join(inputs.scores)}; chances {':'.join(map(str, inputs.chances))}"


def _kit_arms(them: Unblinded, drawn: Drawn) -> str | None:
    return listed(f"{kit}: {them.kits.get(kit, 'on no map')}" for kit in drawn.kits) or None
