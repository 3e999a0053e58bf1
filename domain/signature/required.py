"""Which facts need a signature, by whom, with which meaning, within how many days, and what alters them afterwards.

Data, not code paths: the table is printed in reports and read by rules and projections alike (conduct rules,
section 12). The signer is whoever sent the fact; nobody signs for another.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from domain.adverse_event.facts import AdverseEventReported, CaseNullified, CausalityAssessed, SeriousnessAssessed
from domain.deviation.facts import DeviationGraded
from domain.ledger.facts import CorrectionDeclined, CorrectionProposed
from domain.participant.conduct_facts import SignedOff
from domain.participant.facts import EligibilityDecided
from domain.people.facts import PolicyAcknowledged, PolicyIssued
from domain.people.roles import INVESTIGATORS, Role
from domain.protocol.facts import InterpretationApproved
from domain.record import Entry, Fact
from domain.release.facts import (
    AnalysisPlanRecorded,
    AnalysisSetsFixed,
    ExclusionDecided,
    InterimApproved,
    PublicationDecided,
    RandomisationRevealed,
    RevealRequested,
)
from domain.signature.meanings import Meaning
from domain.site.facts import TaskDelegated
from domain.trial.facts import DecisionApproved, LockRequested, TrialLocked, TrialUnlocked, UnlockRequested
from domain.unblinding.facts import ImpactAssessed, NarrativeRecorded, UnblindingApproved

Asking = Callable[[Entry, Sequence[Entry]], Entry | None]
"""Since which entry of its stream a fact asks for a signature; None where it asks for none."""


def _at_once(entry: Entry, known: Sequence[Entry]) -> Entry | None:
    del known
    return entry


def _if_important(entry: Entry, known: Sequence[Entry]) -> Entry | None:
    del known
    return entry if entry.fact.important else None


def _if_serious(entry: Entry, known: Sequence[Entry]) -> Entry | None:
    """The investigator's judgement of a case, once anybody called the case serious; not of one that is nullified."""
    if entry.fact.side != "investigator" or any(isinstance(other.fact, CaseNullified) for other in known):
        return None
    serious = [other for other in (*known, entry) if _says_serious(other)]
    if not serious:
        return None
    first = min(serious, key=_version)
    return max(entry, first, key=_version)


def _says_serious(entry: Entry) -> bool:
    return isinstance(entry.fact, AdverseEventReported | SeriousnessAssessed) and entry.fact.serious is True


def _version(entry: Entry) -> int:
    return entry.frame.version


class Required(NamedTuple):
    """One row: this fact needs this signature.

    A later fact of `altered_by` that tells of the same thing (`same` names the fields that say so) takes its
    place: the signature is superseded and no new one is needed for this fact. A correction supersedes too, and
    the fact is signed again: `whole` where the signature is about all that it covers, so that a correction of
    anything in it counts. After a `frozen` one any later entry counts. `roles` are those that may sign.
    """

    kind: str
    fact: type[Fact]
    meaning: Meaning
    days: int
    clause: str
    altered_by: tuple[type[Fact], ...] = ()
    same: tuple[str, ...] = ()
    whole: bool = False
    frozen: bool = False
    roles: frozenset[Role] | None = None
    asks: Asking = _at_once


PRINCIPAL: Final[frozenset[Role]] = frozenset({"investigator"})
TABLE: Final[tuple[Required, ...]] = (
    Required("design_decision", DecisionApproved, "approval", 7, "ICH E6(R3) 3.1"),
    Required("interpretation", InterpretationApproved, "approval", 7, "ICH E6(R3) 3.1"),
    Required("delegation", TaskDelegated, "responsibility", 7, "ICH E6(R3) 2.3.3", roles=PRINCIPAL),
    Required(
        "eligibility",
        EligibilityDecided,
        "responsibility",
        1,
        "21 CFR 312.62(b)",
        (EligibilityDecided,),
        whole=True,
        roles=INVESTIGATORS,
    ),
    Required(
        "seriousness",
        SeriousnessAssessed,
        "responsibility",
        1,
        "21 CFR 312.64(b)",
        (SeriousnessAssessed,),
        ("side",),
        roles=INVESTIGATORS,
        asks=_if_serious,
    ),
    Required(
        "causality",
        CausalityAssessed,
        "responsibility",
        1,
        "21 CFR 312.64(b)",
        (CausalityAssessed,),
        ("side",),
        roles=INVESTIGATORS,
        asks=_if_serious,
    ),
    Required("disclosure_approval", UnblindingApproved, "approval", 1, "ICH E6(R3) 4.1.4"),
    Required("unblinding_narrative", NarrativeRecorded, "responsibility", 14, "ICH E6(R3) 2.11"),
    Required("impact_assessment", ImpactAssessed, "responsibility", 14, "ICH E6(R3) 4.1.4", (ImpactAssessed,)),
    Required(
        "important_deviation",
        DeviationGraded,
        "review",
        14,
        "ICH E6(R3) 3.9.3",
        (DeviationGraded,),
        asks=_if_important,
    ),
    Required("analysis_plan", AnalysisPlanRecorded, "approval", 7, "ICH E9 5.1"),
    Required("analysis_exclusion", ExclusionDecided, "approval", 7, "ICH E9 5.2"),
    Required("analysis_sets", AnalysisSetsFixed, "approval", 7, "ICH E9 5.2"),
    Required("reveal_request", RevealRequested, "approval", 1, "ICH E6(R3) 4.1.4"),
    Required("reveal", RandomisationRevealed, "approval", 1, "ICH E6(R3) 4.1.4"),
    Required("publication", PublicationDecided, "approval", 7, "ICH E6(R3) 4.1.4"),
    Required("interim_approval", InterimApproved, "approval", 1, "ICH E9 4.5"),
    Required("sign_off", SignedOff, "responsibility", 14, "EMA 2023 6.3", whole=True, frozen=True, roles=PRINCIPAL),
    Required("lock_request", LockRequested, "approval", 1, "EMA 2023 A5.3"),
    Required("lock", TrialLocked, "approval", 1, "EMA 2023 A5.3"),
    Required("unlock_request", UnlockRequested, "approval", 1, "EMA 2023 A5.3"),
    Required("unlock", TrialUnlocked, "approval", 1, "EMA 2023 A5.3"),
)
BY_FACT: Final[Mapping[type[Fact], Required]] = {row.fact: row for row in TABLE}
UNASKED: Final = (
    Required("review", Fact, "review", 0, "ICH E6(R3) 3.11.4", whole=True),
    Required("policy", PolicyAcknowledged, "acknowledgement", 0, "21 CFR 11.10(j)", (PolicyIssued,)),
)
"""Signatures that no entry of the signed record asks for: a review, and the acknowledgement of a policy."""
BY_KIND: Final[Mapping[str, Required]] = {row.kind: row for row in (*TABLE, *UNASKED)}
ALTERS_NOTHING: Final = (SignedOff, CorrectionProposed, CorrectionDeclined)
"""What may follow in a stream that was signed as a whole without altering it."""
NOBODYS_ACT: Final = frozenset({"derived", "migrated"})
"""What a rule found, or a transfer brought along with its own signatures, is signed by nobody here."""


def required_for(entry: Entry, known: Sequence[Entry]) -> Required | None:
    """What the entry asks to be signed, given the entries of its stream as they count; None for nothing."""
    row = row_of(entry)
    return None if row is None or asked_since(row, entry, known) is None else row


def row_of(entry: Entry) -> Required | None:
    """The row of what an entry tells, whether or not it asks for a signature."""
    kind: type[Fact] = entry.fact.__class__
    return BY_FACT.get(kind)


def asked_since(row: Required, entry: Entry, known: Sequence[Entry]) -> Entry | None:
    """The entry since which this one asks for its signature: itself, or what made the case a serious one."""
    return None if entry.body.source_kind in NOBODYS_ACT else row.asks(entry, known)
