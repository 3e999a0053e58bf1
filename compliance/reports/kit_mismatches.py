"""What does not agree between kits, their map and the allocations: each mismatch with its sentence."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from compliance.reports.filled import Filled, shown, table_of
from compliance.reports.kit_known import Known, OneKit
from compliance.reports.model import Severity, Table
from projections.fold import Moment

MISMATCHES: Final = "mismatches"
SENTENCES: Final[dict[str, tuple[Severity, str]]] = {
    "wrong-arm": ("serious", "It was dispensed to somebody whose allocation is another arm."),
    "no-allocation": ("serious", "It went to somebody of whom the vault holds no allocation."),
    "dispensed-twice": ("serious", "It was dispensed more than once."),
    "not-mapped": ("serious", "It was supplied, and no map says what it holds."),
    "mapped-not-supplied": ("serious", "A map has it, and no shipment holds it."),
    "mapped-twice": ("serious", "It stands on a map more than once."),
    "mapped-elsewhere": ("serious", "The map has it under another site or shipment."),
    "dispensed-not-received": ("serious", "It was dispensed, and its shipment was not recorded as received."),
    "dispensed-damaged": ("serious", "It was dispensed, and had arrived damaged."),
    "misgiven-other-arm": ("important", "It was given by mistake, and holds another arm than the allocated one."),
    "misgiven-same-arm": ("to note", "It was given by mistake, and holds the allocated arm."),
    "not-supplied": ("important", "It went to somebody or came back, and no shipment to a site holds it."),
}


class Finding(NamedTuple):
    """One mismatch about one kit."""

    mismatch: str
    kit: OneKit
    participant: str | None
    behind: Moment | None

    def __repr__(self) -> str:
        return f"Finding({self.mismatch})"


def findings(known: Known) -> tuple[Finding, ...]:
    """All mismatches, by kit."""
    return tuple(finding for kit in known.kits for finding in (*_of_map(kit), *_of_use(known, kit)))


def _of_map(kit: OneKit) -> Iterator[Finding]:
    supplied = kit.shipment is not None
    elsewhere = any((one.site, one.shipment) != (kit.site, kit.shipment) for one in kit.maps)
    checks = {
        "not-mapped": supplied and not kit.maps,
        "mapped-not-supplied": not supplied and bool(kit.maps),
        "mapped-twice": len(kit.maps) > 1,
        "mapped-elsewhere": supplied and elsewhere,
        "not-supplied": not supplied and kit.row is not None,
    }
    yield from (Finding(name, kit, None, None) for name, broken in checks.items() if broken)


def _of_use(known: Known, kit: OneKit) -> Iterator[Finding]:
    if kit.row is None:
        return
    dispensed = kit.row.dispensed
    if len(dispensed) > 1:
        yield Finding("dispensed-twice", kit, dispensed[-1].participant, dispensed[-1].behind)
    for given in dispensed:
        if kit.shipment is not None and kit.shipment not in known.received:
            yield Finding("dispensed-not-received", kit, given.participant, given.behind)
        if kit.row.damaged:
            yield Finding("dispensed-damaged", kit, given.participant, given.behind)
    for given in kit.went_to:
        name = _held_against(known, kit, given.participant, by_mistake=given not in dispensed)
        if name is not None:
            yield Finding(name, kit, given.participant, given.behind)


def _held_against(known: Known, kit: OneKit, participant: str, *, by_mistake: bool) -> str | None:
    arm = known.arms.get(participant)
    if arm is None:
        return "no-allocation"
    if kit.arm is None:
        return None
    if by_mistake:
        return "misgiven-same-arm" if kit.arm == arm else "misgiven-other-arm"
    return None if kit.arm == arm else "wrong-arm"


def mismatches_table(known: Known, found: tuple[Finding, ...]) -> Table:
    """Every mismatch; no rows where all agrees."""
    filled: tuple[Filled[Finding], ...] = (
        shown("mismatch", "Mismatch", "text", "Its name", lambda f: f.mismatch),
        shown("kit", "Kit", "id", "Its number", lambda f: f.kit.number),
        shown("site", "Site", "text", "Where it is, or is mapped", lambda f: f.kit.site),
        shown("participant", "Participant", "id", "Whom it went to", lambda f: f.participant),
        shown("sentence", "What that means", "text", "In a sentence", lambda f: SENTENCES[f.mismatch][1]),
        shown("holds", "Holds", "text", "Arm on the map", lambda f: known.arm_words(f.kit.arm)),
        shown("allocated", "Allocated", "text", "Arm of the participant", lambda f: _allocated(known, f)),
        shown("entry", "Entry", "number", "In the trial ledger", _entry),
    )
    return table_of(
        MISMATCHES, "Mismatches", "None is left out; none is put right here.", filled, found, row_word="mismatch"
    )


def _entry(finding: Finding) -> str | None:
    return None if finding.behind is None else str(finding.behind.position)


def _allocated(known: Known, finding: Finding) -> str | None:
    arm = known.arms.get(finding.participant or "")
    return None if arm is None else known.arm_words(arm)
