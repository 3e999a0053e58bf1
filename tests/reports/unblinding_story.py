"""A trial at two sites in which the blind was broken in every way, told by hand in all four ledgers."""

from datetime import timedelta
from typing import Any

from domain import streams
from domain.access import facts as access
from domain.adverse_event import facts as adverse_event
from domain.allocation.facts import DisclosureRecorded
from domain.deviation.facts import DeviationGraded
from domain.participant.conduct_facts import SignedOff, VisitRecorded
from domain.people.person import PRODUCT
from domain.record import Entry, Performer
from domain.release import facts as release
from domain.times import Occurred
from domain.unblinding import facts as unblinding
from tests.projections import facts as told
from tests.projections.entries import START, TRIAL, ZONE, Book, event, sealed
from tests.reports.materials import opening
from tests.reports.people_story import by, granted, hired, opened_trial, signed, staffed

ACCESS = streams.access_ledger(TRIAL)
VAULT = streams.vault_ledger(TRIAL)
ARMS = {"a1": "the first arm", "a2": "the other arm"}
INVESTIGATOR = by("inv", "investigator")
DESK = by("desk", "code_break_desk")
MONITOR = by("med", "medical_monitor")
UNBLINDER = by("unb", "safety_unblinder")


def people() -> Book:
    """Everybody of the trial: two sites, sponsor, desk, and unblinded roles."""
    system = staffed()
    hired(system, "sub", "sub_investigator", ("01",))
    hired(system, "inv2", "investigator", ("02",))
    hired(system, "med", "medical_monitor")
    hired(system, "saf", "safety_physician")
    hired(system, "sta", "statistician")
    hired(system, "desk", "code_break_desk")
    hired(system, "unb", "safety_unblinder")
    granted(system, "away", "investigator", ("01",), trial="ANOTHER")
    return system


def trial() -> Book:
    """Four participants, two at each site, allocated."""
    book = opened_trial()
    book.write(streams.site(TRIAL, "02"), told.registered_site(), **by("lead"))
    for number, site in (("007", "01"), ("008", "01"), ("009", "02"), ("010", "02")):
        book.write(told.person(number), told.screened(number, site), **by("coo", "site_coordinator"))
        book.write(told.person(number), told.allocated(number=f"R{number}"), **INVESTIGATOR)
    return book


def emergency(book: Book, request: str = "E1", participant: str = "007", **more: Any) -> tuple[Entry, Entry]:
    """A code break by the investigator, disclosed a minute later, with its notice."""
    fact = told.invoked(request=request, participant=participant, recipient="inv", **more)
    first = book.write(told.request(request), fact, reason_code="life_threatening", **INVESTIGATOR)
    disclosed = book.write(told.request(request), told.disclosed("inv"), **INVESTIGATOR)
    notice = unblinding.BreakNotified(notice=sealed(1024, "need_to_know"))
    book.write(told.request(request), notice, **INVESTIGATOR)
    return first, disclosed


def through_desk(book: Book, request: str = "E2", participant: str = "009") -> Entry:
    """A code break by the desk for a physician outside the trial."""
    fact = told.invoked(
        request=request, participant=participant, recipient="Dr Wu", channel="code_break_desk", flags=()
    )
    book.write(told.request(request), fact, reason_code="life_threatening", **DESK)
    return book.write(told.request(request), told.disclosed("Dr Wu"), **DESK)


def late(book: Book, request: str = "E3", participant: str = "010", hours: int = 2) -> Entry:
    """A code break that the key store recorded while the ledger could not write, entered afterwards."""
    at = book.clock - timedelta(hours=hours)
    fact = told.invoked(request=request, participant=participant, recipient="inv2", flags=())
    sender = by(PRODUCT, "none", performer=Performer(person="inv2", role="investigator"), source_kind="transferred")
    occurred = Occurred.at(at, ZONE)
    book.write(told.request(request), fact, occurred, **sender)
    book.write(told.request(request), told.disclosed("inv2"), occurred, **sender)
    entered = unblinding.DisclosureEnteredLate(cause="storage_full", chain=told.SHA, disclosed_at=at, number=7)
    return book.write(told.request(request), entered, occurred, **sender)


def explained(book: Book, request: str = "E1") -> Entry:
    """The explanation of an emergency."""
    return book.write(told.request(request), unblinding.NarrativeRecorded(narrative=sealed(4096)), **INVESTIGATOR)


def routine(book: Book, request: str = "Q1", participant: str = "008", recipient: str = "saf") -> Entry:
    """A disclosure on request, approved by two, told by a third."""
    fact = told.asked(request=request, participant=participant, recipients=(recipient,))
    book.write(told.request(request), fact, reason_code="safety", reason_text=sealed(), **INVESTIGATOR)
    for person, role in (("med", "medical_monitor"), ("sta", "statistician")):
        book.write(told.request(request), unblinding.UnblindingApproved(), **by(person, role))
    return book.write(told.request(request), told.disclosed(recipient), **UNBLINDER)


def ended(book: Book) -> None:
    """A request refused, one withdrawn, one whose time is over."""
    for request, fact in (
        ("Q2", unblinding.UnblindingRejected()),
        ("Q3", unblinding.UnblindingWithdrawn()),
        ("Q4", None),
    ):
        asked = told.asked(request=request, participant="008", expires=book.clock + timedelta(minutes=3))
        book.write(told.request(request), asked, **INVESTIGATOR)
        if fact is not None:
            book.write(told.request(request), fact, **MONITOR)


def susar(book: Book, request: str = "S1", participant: str = "007") -> None:
    """A serious case, and its arm told to the safety unblinder by another."""
    book.write(told.case("A1"), told.reported(participant=participant), **INVESTIGATOR)
    fact = unblinding.SusarUnblindingTriggered(
        case="A1",
        expires=START.replace(year=2028),
        participant=participant,
        recipients=("unb",),
        request=request,
    )
    book.write(told.request(request), fact, **by("saf", "safety_physician"))
    book.write(told.request(request), told.disclosed("unb"), **UNBLINDER)


def accident(book: Book, *learned: str, request: str = "X1", participant: str | None = "010") -> Entry:
    """Somebody may have learned an arm."""
    fact = unblinding.AccidentReported(
        account=sealed(), learned_by=learned or ("coo",), participant=participant, request=request
    )
    return book.write(told.request(request), fact, **by("coo", "site_coordinator"))


def assessed(book: Book, request: str, impact: Any = "none") -> Entry:
    """The impact of an unblinding, as the medical monitor judges it."""
    fact = unblinding.ImpactAssessed(impact=impact, explanation=sealed())
    return book.write(told.request(request), fact, **MONITOR)


def drilled(book: Book, site: str | None = "01", *, opened: bool = True) -> Entry:
    """A drill of the code break."""
    fact = unblinding.UnblindingDrillRun(
        channel="investigator" if site else "code_break_desk",
        milliseconds=1234,
        opened=opened,
        receipt=event(1),
        site=site,
        through_fallback=False,
    )
    name = f"D{len(book.entries)}"
    return book.write(streams.drill(TRIAL, name), fact, **(INVESTIGATOR if site else DESK))


def judgements(book: Book, participant: str = "007", sender: dict[str, Any] | None = None) -> list[Entry]:
    """One of every assessment that is to be made blind, of one participant; the case is `A1`."""
    who = sender or INVESTIGATOR
    own, case = told.person(participant), told.case("A1")
    graded = DeviationGraded(affects_data=True, affects_safety=False, important=True)
    excluded = release.ExclusionDecided(analysis_set="per_protocol", participant=participant, rationale=sealed())
    return [
        book.write(case, adverse_event.SeriousnessAssessed(criteria=(), serious=True, side="investigator"), **who),
        book.write(case, adverse_event.CausalityAssessed(related=True, side="investigator"), **who),
        book.write(case, adverse_event.ExpectednessAssessed(expected=False, reference="brochure 3"), **who),
        book.write(own, VisitRecorded(done=True, visit="V3"), **who),
        book.write(streams.deviation(TRIAL, participant), told.deviated(participant=participant), **by("coo")),
        book.write(streams.deviation(TRIAL, participant), graded, **who),
        book.write(own, SignedOff(record_digest=told.SHA, record_version=3), **who),
        book.write(streams.analysis_sets(TRIAL), excluded, **who),
    ]


def vault(**arms: str) -> Book:
    """What the vault holds of each disclosure: request -> arm."""
    book = Book()
    book.write(streams.opening(VAULT), opening("vault"))
    for request, arm in arms.items():
        fact = DisclosureRecorded(arm=arm, label=ARMS[arm], participant="007", recipient="inv", request=request)
        book.write(streams.disclosure(TRIAL, request), fact, **UNBLINDER)
    return book


def looks() -> Book:
    """Looks and reports that may tell an arm, others that do not, and refused code breaks."""
    book = Book()
    book.turn_to("2027-03-09")
    book.write(streams.opening(ACCESS), opening("access"))
    for number, (person, what, scope) in enumerate(
        (("inv", "disclosure", "E1"), ("aud", "ledger", VAULT), ("aud", "ledger", ACCESS), ("saf", "narrative", "e 4"))
    ):
        book.write(streams.reading(TRIAL, str(number)), access.RecordRead(scope=scope, what=what), **by(person))
    given: dict[str, Any] = {"parameters": (), "purpose": "p", "scope": "s", "sources": ()}
    for name, blinding in (("r1", "UNBLINDED"), ("r2", "BLINDED")):
        given["blinding"] = blinding
        asked = access.ReportRequested(report="randomisation-log", **given)
        book.write(streams.report(TRIAL, name), asked, **by("aud", "auditor"))
        produced = access.ReportProduced(body_digest=told.SHA, files=(), rows=1)
        book.write(streams.report(TRIAL, name), produced, **by("aud", "auditor"))
    for number, command in enumerate(("break_blind", "allocate")):
        refused = access.CommandRefused(code="never_allocated", command=command, rule="only-an-allocation")
        book.write(streams.refusal(ACCESS, str(number)), refused, **by("inv2", "investigator"))
    return book


def everything() -> Book:
    """All of it, in one trial."""
    book = trial()
    drilled(book)
    emergency(book)
    book.write(told.request("E1"), unblinding.DisclosureRepeated(recipient="inv"), **INVESTIGATOR)
    signed(book, explained(book), "inv")
    through_desk(book)
    routine(book)
    book.write(told.request("Q1"), unblinding.DisclosureAcknowledged(recipient="saf"), **by("saf", "safety_physician"))
    assessed(book, "Q1", "participant_data")
    ended(book)
    susar(book)
    accident(book)
    late(book)
    judgements(book)
    drilled(book, None, opened=False)
    book.turn_to("2027-03-08")
    assessed(book, "E1")
    return book
