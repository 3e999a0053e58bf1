"""Reconciliation of allocations with the sealed lists: what was committed, what is in the vault, what was used.

Pure: from the entries of the two ledgers alone, so that anyone who may read the vault computes the same findings.
It shows that allocations are the sealed slots in their order, under commitments that were public beforehand. It does
not show that who was enrolled was chosen honestly, or that what was given is what was allocated.
"""

from dataclasses import dataclass

from compliance.proofs.list_commitments import commitment_findings
from compliance.proofs.list_findings import SENTENCES, Finding, Mismatch
from compliance.proofs.list_records import ListHeld, Records, records_of
from compliance.proofs.list_slots import SlotUsed, digest, skipped, slots_used, twice, use_findings

__all__ = [
    "SENTENCES",
    "Finding",
    "ListHeld",
    "Mismatch",
    "Reconciled",
    "Records",
    "SlotUsed",
    "digest",
    "reconcile",
    "records_of",
    "skipped",
    "twice",
    "unreconciled",
]


@dataclass(frozen=True, slots=True, repr=False)
class Reconciled:
    """Every slot that was used, and everything that is wrong; no finding means that all agrees."""

    records: Records
    slots: tuple[SlotUsed, ...]
    findings: tuple[Finding, ...]

    def of(self, *mismatches: Mismatch) -> tuple[Finding, ...]:
        """The findings of these kinds."""
        return tuple(finding for finding in self.findings if finding.mismatch in mismatches)


def unreconciled(trial: str) -> Reconciled:
    """Nothing checked and nothing found: for who does not see the vault."""
    return reconcile(records_of(trial, (), ()))


def reconcile(records: Records) -> Reconciled:
    """Check the commitments, every slot, and the order of use."""
    used = slots_used(records)
    findings = (
        *commitment_findings(records),
        *(finding for slot in used for finding in slot.findings),
        *use_findings(records),
    )
    return Reconciled(records, used, findings)
