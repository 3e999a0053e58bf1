"""The reconciliation of kits, for the unblinded pharmacist: what was sent, where it is, and whether it fits the arms.

It reads the trial ledger and the vault. The pharmacist signs it; whoever is blinded gets no part of it.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from compliance.reports import frame, vaulted
from compliance.reports.kit_known import Known, known
from compliance.reports.kit_mismatches import MISMATCHES, SENTENCES, Finding, findings, mismatches_table
from compliance.reports.kit_tables import kits_table, piles_table
from compliance.reports.material import Material
from compliance.reports.model import Attention, Body, Figure, RowRef
from compliance.reports.wording import counted

NAME: Final = "kit-reconciliation"
TITLE: Final = "Kit reconciliation"
TEMPLATE: Final = "kit-reconciliation/1"
SIGNERS: Final = (
    "To be signed by the unblinded pharmacist who reconciled the kits, on paper or as the file's owner prescribes: "
    "no entry of the record asks for this signature, so none is found here."
)


def kit_reconciliation(material: Material) -> Body:
    """The list on the axes asked for."""
    kits = known(material)
    found = findings(kits)
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, {frame.sites_words(material.sites)}", material),
        answer=_answer(kits, found),
        figures=_figures(kits, found),
        attention=frame.gravest_first(_attention(found)),
        tables=(piles_table(kits), mismatches_table(kits, found), kits_table(kits)),
        pictures=(),
        scope=frame.scope(material, template=TEMPLATE),
        sources=vaulted.sources(material),
        entries_read=vaulted.entries_read(material),
        blinding_class="UNBLINDED",
        environment=material.environment,
        approvals_note=SIGNERS,
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )


def _answer(kits: Known, found: tuple[Finding, ...]) -> str:
    sent = (
        f"{counted(sum(row.supplied for row in kits.shipments), 'kit')} in {counted(len(kits.shipments), 'shipment')}"
    )
    if found:
        return f"{sent}; {counted(len(found), 'mismatch', 'mismatches')} between kits, map and allocations."
    return f"{sent}; every kit is mapped and in one place, and every kit that was given fits the allocation."


def _figures(kits: Known, found: tuple[Finding, ...]) -> tuple[Figure, ...]:
    piles = Counter(kit.counted_as for kit in kits.kits)
    gone = piles["damaged"] + piles["given by mistake"] + piles["accounted for"]
    return (
        _figure("Supplied", sum(row.supplied for row in kits.shipments), "kits sent to sites"),
        _figure("Dispensed", piles["dispensed"], "handed out for participants"),
        _figure("In stock", piles["in stock"], "received, not handed out"),
        _figure("Under way", piles["under way"], "sent, not recorded as received"),
        _figure("Gone", gone, "damaged, given by mistake, lost, destroyed or sent back"),
        _figure("Mismatches", len(found), "each named below"),
    )


def _figure(label: str, value: int, meaning: str) -> Figure:
    return Figure(label=label, value=f"{value:,}", meaning=meaning)


def _attention(found: tuple[Finding, ...]) -> Iterator[Attention]:
    for name, (severity, sentence) in SENTENCES.items():
        rows = tuple(
            RowRef(table=MISMATCHES, row=str(number))
            for number, finding in enumerate(found, 1)
            if finding.mismatch == name
        )
        if rows:
            words = f"{counted(len(rows), 'kit')}: {sentence[0].lower()}{sentence[1:]}"
            yield Attention(severity=severity, sentence=words, rows=rows)
