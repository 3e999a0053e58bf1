"""Acts that ask for a signature, one of each kind, and signatures in a book."""

from typing import Any, Final

from domain import streams
from domain.adverse_event.facts import CausalityAssessed, SeriousnessAssessed
from domain.deviation.facts import DeviationGraded
from domain.participant.conduct_facts import SignedOff
from domain.protocol.facts import InterpretationApproved
from domain.record import Entry, Fact
from domain.release import facts as release
from domain.signature.facts import SignatureMade, SignatureWithdrawn
from domain.signature.meanings import ATTESTATIONS
from domain.signature.required import BY_KIND, row_of
from domain.signature.standing import purpose_of
from domain.site.facts import TaskDelegated
from domain.trial import facts as trial
from domain.unblinding import facts as unblinding
from domain.values import PartialDate
from tests.projections import facts as told
from tests.projections.entries import START, TRIAL, Book, event, sealed

SHA = "ab" * 32
SITE = streams.site(TRIAL, "01")
PROTOCOL = streams.protocol(TRIAL)
DEVIATION = streams.deviation(TRIAL, "D1")

DELEGATED = TaskDelegated(
    delegation="d1",
    ends=None,
    person="u2",
    role="sub_investigator",
    starts=PartialDate("2027-01-04"),
    tasks=("consent",),
)
SERIOUS = SeriousnessAssessed(criteria=("death",), serious=True, side="investigator")
RELATED = CausalityAssessed(related=True, side="investigator")
GRADED = DeviationGraded(affects_data=True, affects_safety=False, important=True)
SIGNED_OFF = SignedOff(record_digest=SHA, record_version=1)
ASSESSED = unblinding.ImpactAssessed(explanation=sealed(), impact="none")
PLAN = release.AnalysisPlanRecorded(digest=SHA, reference="SAP", version="1.0")
EXCLUDED = release.ExclusionDecided(analysis_set="per_protocol", participant="007", rationale=sealed(1024))
REVEALED = release.RandomisationRevealed(lock=event(1), plan=event(2), recipients=("u2",), request=event(3))
LOCK_REQUESTED = trial.LockRequested(data_digest=SHA, open_items=(), position=1, reasons=None, root=SHA)
LOCKED = trial.TrialLocked(data_digest=SHA, position=1, request=event(1), root=SHA)
EXPIRES = START.replace(month=12)
UNLOCK_REQUESTED = trial.UnlockRequested(expires=EXPIRES, participants=None)
UNLOCKED = trial.TrialUnlocked(expires=EXPIRES, participants=None, request=event(1))

ACTS: Final[dict[str, tuple[str, Fact]]] = {
    "design_decision": (told.TRIAL_STREAM, told.approved(2)),
    "interpretation": (PROTOCOL, InterpretationApproved(interpretation="R1", proposal=event(1))),
    "delegation": (SITE, DELEGATED),
    "eligibility": (told.person("007"), told.decided(eligible=True)),
    "seriousness": (told.case("A1"), SERIOUS),
    "causality": (told.case("A1"), RELATED),
    "disclosure_approval": (told.request("U1"), unblinding.UnblindingApproved()),
    "unblinding_narrative": (told.request("U1"), unblinding.NarrativeRecorded(narrative=sealed(4096))),
    "impact_assessment": (told.request("U1"), ASSESSED),
    "important_deviation": (DEVIATION, GRADED),
    "analysis_plan": (streams.analysis_plan(TRIAL), PLAN),
    "analysis_exclusion": (streams.analysis_sets(TRIAL), EXCLUDED),
    "analysis_sets": (streams.analysis_sets(TRIAL), release.AnalysisSetsFixed(exclusions=0)),
    "reveal_request": (streams.reveal(TRIAL), release.RevealRequested(recipients=("u2",))),
    "reveal": (streams.reveal(TRIAL), REVEALED),
    "publication": (streams.reveal(TRIAL), release.PublicationDecided(rationale="With the results.")),
    "interim_approval": (streams.interim(TRIAL, "IA1"), release.InterimApproved(request=event(1))),
    "sign_off": (told.person("007"), SIGNED_OFF),
    "lock_request": (told.TRIAL_STREAM, LOCK_REQUESTED),
    "lock": (told.TRIAL_STREAM, LOCKED),
    "unlock_request": (told.TRIAL_STREAM, UNLOCK_REQUESTED),
    "unlock": (told.TRIAL_STREAM, UNLOCKED),
}
"""An act of every kind that asks for a signature, with the record that it stands in."""
BEFORE: Final[dict[str, Fact]] = {
    "adverse-event": told.reported(),
    "participant": told.screened("007"),
    "deviation": told.deviated(),
    "unblinding": told.asked(),
    "site": told.registered_site(),
    "analysis-plan": told.question(),
    "analysis-sets": told.question(),
    "reveal": told.question(),
    "interim": told.question(),
    "trial": told.question(),
    "protocol": told.question(),
}
"""What stands first in a record of each kind."""


def acted(kind: str, **context: Any) -> tuple[Book, Entry]:
    """A book in which an act of that kind stands second in its record, and the act's entry."""
    stream, fact = ACTS[kind]
    book = Book()
    book.write(stream, BEFORE[streams.kind_of(stream)])
    return book, book.write(stream, fact, **context)


def signed(book: Book, act: Entry, **changed: Any) -> Entry:
    """The signature that the act asks for, over its record as it stands; `changed` replaces fields of the fact."""
    row = BY_KIND[changed.pop("kind")] if "kind" in changed else row_of(act)
    assert row is not None
    stream = act.frame.stream
    fields: dict[str, Any] = {
        "attestation": ATTESTATIONS[row.meaning],
        "components": ("password", "totp"),
        "display_digest": SHA,
        "first_in_session": True,
        "key": SHA,
        "local_offset": "+08:00",
        "meaning": row.meaning,
        "printed_name": act.body.printed_name,
        "purpose": purpose_of(row.kind, act.body.event_id),
        "record_digest": SHA,
        "seal": bytes(64),
        "signature": f"s{len(book.entries)}",
        "signed_at": book.clock,
        "signer": act.body.actor,
        "stream": stream,
        "successor_of": None,
        "version": book.versions[stream],
    }
    return book.write(streams.signatures(stream), SignatureMade(**fields | changed), actor=act.body.actor)


def taken_back(book: Book, signature: Entry) -> Entry:
    """The signer takes it back."""
    fact = SignatureWithdrawn(signature=signature.fact.signature)
    return book.write(signature.frame.stream, fact, actor=signature.fact.signer, reason_code="mistake")
