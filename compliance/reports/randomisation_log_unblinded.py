"""The randomisation log, unblinded form: the blinded one, cell for cell, with arm and slot behind, reconciled.

It reads the trial ledger and the vault, for whom the gate clears. Neither seed nor unused slots are printed
(regulation, randomisation log).
"""

from collections.abc import Iterator
from typing import Final

from compliance.proofs.list_records import records_of
from compliance.proofs.lists import reconcile, unreconciled
from compliance.reports import frame, vaulted
from compliance.reports.material import Material
from compliance.reports.model import Attention, Body, Figure, Table
from compliance.reports.randomisation_findings import attention, item
from compliance.reports.randomisation_known import known
from compliance.reports.randomisation_log import shared
from compliance.reports.randomisation_reconciled import (
    CHECKS,
    FINDINGS,
    NOT,
    checks_table,
    findings_table,
    lists_table,
)
from compliance.reports.randomisation_rows import ALLOCATIONS
from compliance.reports.randomisation_signers import EXPECTED, NOT_SIGNED, SIGNERS, signers_table, state
from compliance.reports.randomisation_unblinded import Unblinded, columns, unblinded
from compliance.reports.signature_known import signatures_note
from compliance.reports.wording import counted

NAME: Final = "randomisation-log-unblinded"
TITLE: Final = "Randomisation log, unblinded form"
TEMPLATE: Final = "randomisation-log-unblinded/1"
UNREAD: Final = "the vault is not read for this reader: nothing is reconciled"


def randomisation_log_unblinded(material: Material) -> Body:
    """The log on the axes asked for."""
    found, vault = known(frame.trial_only(material)), vaulted.vault_entries(material)
    trial = frame.trial_entries(material)
    is_open, name = vaulted.is_open(material), material.trial
    checked = reconcile(records_of(name, trial, vault)) if is_open else unreconciled(name)
    them = unblinded(found, checked, vault)
    tables, pictures = shared(found, columns(them))
    reconciliation = checks_table(them)
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, {frame.sites_words(material.sites)}", material),
        answer=_answer(them) if is_open else f"{_allocations(them)}; {UNREAD}.",
        figures=_figures(them, reconciliation),
        attention=frame.gravest_first((*_attention(them), *attention(found))),
        tables=(*tables, reconciliation, findings_table(them), lists_table(them), signers_table(found.signed)),
        pictures=pictures,
        scope=frame.scope(material, template=TEMPLATE),
        sources=vaulted.sources(material),
        entries_read=vaulted.entries_read(material),
        blinding_class="UNBLINDED",
        environment=material.environment,
        approvals_note=signatures_note(found.signed),
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )


def _answer(them: Unblinded) -> str:
    findings, allocations = them.found.findings, _allocations(them)
    if findings:
        return f"{allocations}; {counted(len(findings), 'mismatch', 'mismatches')} against the sealed lists."
    return f"{allocations}; each is the slot of a sealed list that the public root fixed before; no mismatch."


def _allocations(them: Unblinded) -> str:
    return counted(len(them.known.rows), "allocation")


def _figures(them: Unblinded, reconciliation: Table) -> tuple[Figure, ...]:
    slots, lists = them.found.slots, them.found.records.lists
    opened = sum(slot.opens for slot in slots)
    return (
        _figure("Allocations", len(them.known.rows), "in the trial ledger"),
        _figure("Slots used", len(slots), f"of {counted(len(lists), 'sealed list')}"),
        _figure("Slots that open", opened, "under the public root"),
        _figure("Checks", len(reconciliation.rows), "made; the table says on what"),
        _figure("Mismatches", len(them.found.findings), "each named below"),
    )


def _figure(label: str, value: int, meaning: str) -> Figure:
    return Figure(label=label, value=f"{value:,}", meaning=meaning)


def _attention(them: Unblinded) -> Iterator[Attention]:
    every = list(range(1, len(them.found.findings) + 1))
    words = counted(len(every), "mismatch", "mismatches")
    yield from item("serious", FINDINGS, every, f"{words} between allocations, sealed lists and commitments.")
    broken = [n for n, row in enumerate(checks_table(them).rows, 1) if NOT in row.cells]
    checked = f"{counted(len(broken), 'check')} of the reconciliation with a mismatch."
    yield from item("serious", CHECKS, broken, checked)
    wrong = [n for n, drawn in enumerate(them.known.rows, 1) if them.kits_of(drawn) == "of another arm"]
    yield from item("serious", ALLOCATIONS, wrong, f"{counted(len(wrong), 'allocation')} with a kit of another arm.")
    missing = [n for n, one in enumerate(EXPECTED, 1) if state(them.known.signed, one) == NOT_SIGNED]
    yield from item("to note", SIGNERS, missing, f"{counted(len(missing), 'expected signature')} not given.")
