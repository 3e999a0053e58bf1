"""The leak calculator in the unblinding log: what the disclosed arms of a list make certain about the others.

Certain for somebody who knows the design, the order of the allocations and the arms that were disclosed; so it is for
unblinded readers alone, and says how far breaks have worn the blind (indicators of the randomisation reference, 4.3).
"""

from typing import NamedTuple

from compliance.design.own_list import certain_of
from compliance.reports import vaulted
from compliance.reports.filled import shown, table_of
from compliance.reports.material import Material
from compliance.reports.model import Table
from domain.allocation.facts import DisclosureRecorded, ListSealed, SlotDrawn
from domain.streams import name_of

NOT_TOLD = "not told by the design"


class Worn(NamedTuple):
    """One list that slots were drawn from; `certain` is None where the design alone does not tell."""

    sealed: ListSealed
    allocated: int
    disclosed: int
    certain: int | None


def made_certain_table(material: Material) -> Table:
    """One row for each list in use."""
    return table_of(
        "made-certain",
        "What disclosed arms make certain",
        "Of the participants allocated from a list whose arm was not disclosed: for how many it follows from the"
        " design, the order of the allocations and the arms that were disclosed, taken together by one reader.",
        (
            shown("list", "List", "id", "The sealed list", lambda worn: worn.sealed.list_id),
            shown("label", "Stratum", "text", "Its stratum, and its site where sites have lists", _label),
            shown("allocated", "Allocated", "number", "Slots that were drawn", lambda worn: str(worn.allocated)),
            shown("disclosed", "Disclosed", "number", "Of these, arms disclosed", lambda worn: str(worn.disclosed)),
            shown("certain", "Others certain", "text", "Of the rest, arms that follow", _certain),
        ),
        _worn(material),
        row_word="list",
    )


def _label(worn: Worn) -> str:
    return worn.sealed.label


def _certain(worn: Worn) -> str:
    return NOT_TOLD if worn.certain is None else str(worn.certain)


def _worn(material: Material) -> list[Worn]:
    entries = vaulted.vault_entries(material)
    told = {entry.fact.participant for entry in entries if isinstance(entry.fact, DisclosureRecorded)}
    lists = [entry.fact for entry in entries if isinstance(entry.fact, ListSealed)]
    drawn: dict[str, list[SlotDrawn]] = {sealed.list_id: [] for sealed in lists}
    for entry in entries:
        if isinstance(entry.fact, SlotDrawn):
            drawn[name_of(entry.frame.stream)].append(entry.fact)
    return [_of(material.trial, sealed, drawn[sealed.list_id], told) for sealed in lists if drawn[sealed.list_id]]


def _of(trial: str, sealed: ListSealed, slots: list[SlotDrawn], told: set[str]) -> Worn:
    known = [slot.index - 1 for slot in slots if slot.participant in told]
    certain = certain_of(sealed, trial, known, used=len(slots)) if known else ()
    return Worn(sealed, len(slots), len(known), None if certain is None else len(certain))
