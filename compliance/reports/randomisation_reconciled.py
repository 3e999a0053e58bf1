"""The reconciliation of the unblinded form: what was checked how often, every mismatch by name, and each list."""

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from compliance.proofs.lists import Finding, ListHeld, Mismatch, Reconciled, skipped, twice
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.model import Code, Table
from compliance.reports.randomisation_unblinded import Unblinded, algorithm, arm_words
from compliance.reports.wording import listed, spaced

CHECKS: Final = "reconciliation"
FINDINGS: Final = "mismatches"
HOLDS: Final = "holds"
NOT: Final = "does not hold"
NOTHING: Final = "nothing to check"
_STATES: Final = (
    Code(code=HOLDS, meaning="checked, and nothing differs", tone="good"),
    Code(code=NOT, meaning="a mismatch was found; it is named below", tone="bad"),
    Code(code=NOTHING, meaning="there is nothing of the kind"),
)


class Check(NamedTuple):
    """One check: what it says, how many things it was made on, and which mismatches break it."""

    words: str
    made: int
    breaks: tuple[Mismatch, ...]


def checks(them: Unblinded) -> Iterator[Check]:
    """All checks of the reconciliation."""
    found, records = them.found, them.found.records
    slots, allocations, lists = len(found.slots), len(records.allocated), len(records.lists)
    drawn = sum(slot.fact.inputs is not None for slot in found.slots)
    outside = sum(held.sealed.slots is not None for held in records.lists.values())
    yield Check(
        "Each allocation is one slot of a sealed list", allocations, ("allocation-without-slot", "allocation-twice")
    )
    yield Check("Each slot that was used has its allocation", slots, ("slot-without-allocation",))
    yield Check(
        "Slot and allocation name one participant, each once", slots, ("participant-differs", "participant-twice")
    )
    yield Check("Slot and allocation name one reference, stratum and root", slots, _NAMES)
    yield Check("Slots were used in order, none skipped, none twice, none beyond the list", slots, _ORDER)
    yield Check(
        "Every slot that was used is what its list gives again",
        slots - drawn,
        ("arm-not-listed", "list-cannot-be-drawn"),
    )
    yield Check("Every draw is made again from its recorded inputs", drawn, ("draw-inputs",))
    yield Check("Lists made outside are as they were handed in", outside, ("list-cannot-be-drawn", "root"))
    yield Check("Every slot that was used opens under the public root", slots, ("leaf-outside-root",))
    yield Check(
        "The lists made again give the public roots",
        len(records.committed),
        ("root", "list-missing", "list-not-committed"),
    )
    yield Check("The lists are as designed and committed", lists, ("list-not-as-designed",))
    yield Check("Every design opens its commitment", len(records.declared), ("design-commitment", "design-missing"))
    yield Check(
        "Every share of a seed opens its commitment",
        len(records.shares),
        ("share-commitment", "share-missing", "officers"),
    )
    yield Check(
        "The seeds come from the shares, and open their commitments", lists, ("seed-not-from-shares", "seed-commitment")
    )
    yield Check(
        "Design, shares and root came in order, before the first enrolment",
        len(records.committed),
        ("order", "committed-late"),
    )


_NAMES: Final[tuple[Mismatch, ...]] = ("number-differs", "stratum-differs", "root-differs")
_ORDER: Final[tuple[Mismatch, ...]] = ("slot-skipped", "slot-twice", "slot-beyond-list", "slot-out-of-order")


def checks_table(them: Unblinded) -> Table:
    """One row per check."""
    filled: tuple[Filled[Check], ...] = (
        shown("check", "Check", "text", "What has to hold", lambda c: c.words),
        shown("made", "Checked", "number", "On how many allocations, slots, lists or versions", lambda c: str(c.made)),
        shown("broken", "Mismatches", "number", "Found", lambda c: str(len(them.found.of(*c.breaks)))),
        shown("state", "State", "status", "Whether it holds", lambda c: _state(them.found, c), codes=_STATES),
    )
    return table_of(
        CHECKS,
        "Reconciliation to the sealed lists",
        "Made again from the vault and from what is public. It shows that allocations are the sealed slots in their "
        "order; not that who was enrolled was chosen honestly, nor that what was given is what was allocated.",
        filled,
        checks(them),
        row_word="check",
    )


def _state(found: Reconciled, check: Check) -> str:
    if found.of(*check.breaks):
        return NOT
    return HOLDS if check.made else NOTHING


def findings_table(them: Unblinded) -> Table:
    """Every mismatch by its name; no rows where all agrees."""
    filled: tuple[Filled[Finding], ...] = (
        shown("mismatch", "Mismatch", "text", "Its name", lambda f: f.mismatch),
        shown("about", "About", "text", "Version, list, slot or allocation", lambda f: f.about),
        shown("sentence", "What that means", "text", "In a sentence", lambda f: f.sentence),
        shown("entry", "Entry", "text", "Ledger and position that show it", _handle),
    )
    return table_of(
        FINDINGS,
        "Mismatches",
        "None is left out; none is put right here.",
        filled,
        them.found.findings,
        row_word="finding",
    )


def _handle(finding: Finding) -> str:
    frame = finding.entry.frame
    return f"{frame.ledger.partition(':')[0]} {frame.position:,}"


def lists_table(them: Unblinded) -> Table:
    """One row per list; the arms of slots that are not used yet are not printed."""
    filled: tuple[Filled[ListHeld], ...] = (
        shown("list", "List", "id", "Its id", lambda h: h.sealed.list_id),
        folded("version", "Version", "number", "Of the design", lambda h: str(h.sealed.version)),
        shown("cell", "Stratum cell", "text", "Stratum of the list, and its site", lambda h: h.sealed.label),
        shown("algorithm", "Algorithm", "text", "Method, and algorithm with version", algorithm),
        folded("parameters", "Parameters", "text", "Hidden from blinded readers", _parameters),
        shown("length", "Slots", "number", "Padded length of the list", lambda h: str(h.sealed.length)),
        shown("used", "Used", "number", "Slots used", lambda h: str(len(h.drawn))),
        shown("unused", "Unused", "number", "Slots of the list that were not used", _unused),
        shown("skipped", "Skipped", "text", "Slots passed over", lambda h: _slots(skipped(_used(h)))),
        shown("twice", "Twice", "text", "Slots used more than once", lambda h: _slots(twice(_used(h)))),
        shown("arms", "Allocated", "text", "To each arm", _arms),
        folded("digest", "Digest", "id", "Root over its own slots", lambda h: them.digests[h.sealed.list_id]),
        folded("root", "Root", "id", "Public root that covers it", lambda h: h.sealed.root),
        folded("seed", "Seed reference", "id", "Commitment to the seed", lambda h: h.sealed.seed_commitment),
        folded("first_leaf", "First leaf", "number", "Its place under the root", lambda h: str(h.sealed.first_leaf)),
        folded("origin", "Program file", "id", "Digest, of a list made outside", _origin),
        folded("entry", "Vault entry", "number", "Entry that sealed it", lambda h: str(h.entry.frame.position)),
    )
    return table_of(
        "lists",
        "Sealed lists",
        "Of each list what was used. The arms of slots that are not used yet stand in no report.",
        filled,
        them.found.records.lists.values(),
        row_word="list",
    )


def _used(held: ListHeld) -> list[int]:
    return [entry.fact.index for entry in held.drawn]


def _unused(held: ListHeld) -> str:
    return str(len(set(range(1, held.sealed.length + 1)) - set(_used(held))))


def _slots(indexes: tuple[int, ...]) -> str:
    return listed(map(str, indexes)) or "none"


def _parameters(held: ListHeld) -> str | None:
    said = (f"{spaced(one.name)} {', '.join(one.values)}" for one in held.sealed.parameters)
    return f"ratio {':'.join(map(str, held.sealed.ratio))}; {'; '.join(said) or 'no parameters'}"


def _arms(held: ListHeld) -> str:
    counts = Counter(entry.fact.arm for entry in held.drawn)
    arms = dict.fromkeys([*(one.arm for one in held.sealed.arms), *counts])
    return "; ".join(f"{arm_words(held, arm)}: {counts[arm]:,}" for arm in arms)


def _origin(held: ListHeld) -> str | None:
    return None if held.sealed.origin is None else held.sealed.origin.program_sha256
