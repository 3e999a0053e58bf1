"""Materials for report builders, made by hand from entries, and a short story of a trial told in them."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from adapters.registers import registers
from compliance.reports.material import Material
from compliance.reports.model import Body, Row, Source
from domain import streams
from domain.access.facts import CommandRefused, RecordRead
from domain.eligibility.rule import Chosen, Measured
from domain.fields import SealedText
from domain.ledger.facts import LedgerOpened
from domain.participant.conduct_facts import FollowUpChanged, SignedOff, TreatmentGiven
from domain.participant.facts import ConsentWithdrawn, CriterionResult, EligibilityDecided, Rescreened, ScreeningEnded
from domain.protocol.facts import CriterionRecorded
from domain.record import Entry
from domain.trial.facts import DesignOption, QuestionRaised, TrialLocked
from domain.values import Number, Quantity
from tests.projections import facts as told
from tests.projections.entries import TRIAL, ZONE, Book, at, event, sealed

LEDGER = streams.trial_ledger(TRIAL)
ACCESS = streams.access_ledger(TRIAL)
OPENED = "words of a sealed text"


def material(entries: Sequence[Entry], *others: Sequence[Entry], **changes: Any) -> Material:
    """Material as a run of a report would make it from these ledgers."""
    by_ledger = {LEDGER: tuple(entries)} | {other[0].frame.ledger: tuple(other) for other in others if other}
    given: dict[str, Any] = {
        "trial": TRIAL,
        "environment": "demonstration",
        "entries": by_ledger,
        "leaves": {(name, one.frame.position): leaf(one) for name, listed in by_ledger.items() for one in listed},
        "sources": tuple(source(name, listed) for name, listed in by_ledger.items()),
        "sites": None,
        "true": None,
        "known_on": f"at entry {len(entries):,}",
        "true_on": "at any time",
        "zone": ZONE,
        "open_text": opened,
        "broken": {},
        "registers": registers(),
    }
    return Material(**given | changes)


def leaf(entry: Entry) -> str:
    return sha256(f"{entry.frame.ledger} {entry.frame.position}".encode()).hexdigest()


def source(name: str, entries: Sequence[Entry]) -> Source:
    return Source(ledger=name, origin=f"{name}/0", size=len(entries), root=sha256(name.encode()).hexdigest())


def opened(text: SealedText[Any]) -> str:
    return OPENED if text.audience == "trial_team" else "sealed to safety readers"


def true_on(when: datetime) -> dict[str, Any]:
    return {"true": when, "true_on": "on that day"}


def cells(body: Body, table: str) -> list[dict[str, str | None]]:
    """The rows of a table, by column."""
    (found,) = [one for one in body.tables if one.id == table]
    names = [column.key for column in found.columns]
    return [dict(zip(names, row.cells, strict=True)) for row in found.rows]


def rows(body: Body, table: str) -> tuple[Row, ...]:
    (found,) = [one for one in body.tables if one.id == table]
    return found.rows


def said(body: Body) -> str:
    """Everything that the body says, in one text."""
    return body.model_dump_json()


def opening(kind: Any = "trial") -> LedgerOpened:
    return LedgerOpened(environment="demonstration", kind=kind, ledger_id=bytes(16))


def design(book: Book) -> None:
    """One question, decided in the other reading first; criteria; a planned number and strata."""
    write = book.write
    write(streams.opening(LEDGER), opening())
    options = (
        DesignOption(code="R1", text="Disease is the arm."),
        DesignOption(code="R3", text="Disease is a stratum."),
    )
    raised = QuestionRaised(
        code="D1",
        field=None,
        options=options,
        question="What are the groups?",
        record_says="RANDOMIZED",
        title="Reading",
    )
    write(told.TRIAL_STREAM, raised, actor="u5")
    decision = told.proposed("D1", planned_enrolment=4, strata=(told.stratum("LN", 2),), zone=ZONE)
    proposal = write(told.TRIAL_STREAM, decision, actor="u5", printed_name="U Five", role="statistician")
    for actor in ("u6", "u7"):
        named: dict[str, Any] = {"actor": actor, "printed_name": f"U {actor}", "role": "medical_monitor"}
        write(told.TRIAL_STREAM, told.approved(proposal.frame.position, "D1"), **named)
    for code, kind, words in (("I1", "inclusion", "Age 18 to 60 years."), ("E1", "exclusion", "Pregnant women.")):
        fact: Any = {"criterion": code, "kind": kind, "ordinal": 1, "parent": None, "scope": None}
        write(streams.protocol(TRIAL), CriterionRecorded(**fact, sha256=told.SHA, verbatim=words), actor="u5")


def screen(book: Book, number: str, site: str = "01", previous: str | None = None) -> None:
    """A screening number, consent, an age and a sex."""
    stream = told.person(number)
    book.write(
        stream, told.screened(number, site, previous), actor="u3", printed_name="U Three", role="site_coordinator"
    )
    book.write(stream, told.consent(version="1.0"), reason_code="consented", reason_text=sealed())
    age = Measured(quantity=Quantity(value=Number("37"), unit="a"))
    book.write(stream, told.known("age_at_consent", age))
    book.write(stream, told.known("sex", Chosen(code="female")))


def decide(book: Book, number: str, *failed: str, unknown: tuple[str, ...] = ()) -> None:
    """An eligibility decision on both criteria."""
    results = tuple(
        CriterionResult(
            criterion=code,
            facts=(),
            interpretation=None,
            met="no" if code in failed else "unknown" if code in unknown else "yes",
            rule_version=1,
        )
        for code in ("I1", "E1")
    )
    fact = EligibilityDecided(eligible=not failed and not unknown, failed=failed, results=results)
    book.write(told.person(number), fact, reason_code="criteria" if failed else None)


def enrol(book: Book, number: str, *, allocate: bool = True) -> None:
    """Enrolment, and allocation where asked for."""
    book.write(told.person(number), told.enrolled())
    if allocate:
        book.write(told.person(number), told.allocated(number=f"R{number}"))


def story() -> Book:
    """Six screenings of five persons at two sites, one correction, one late entry, deviations, and a lock."""
    book = Book()
    design(book)
    for number, day in (("001", "2027-03-02"), ("002", "2027-03-03"), ("003", "2027-03-04"), ("004", "2027-03-05")):
        book.turn_to(day)
        screen(book, number, "02" if number == "003" else "01")
    decide(book, "001")
    enrol(book, "001")
    decide(book, "002", "I1", "E1")
    decide(book, "003", unknown=("E1",))
    book.write(told.person("004"), ScreeningEnded(how="left"))
    book.turn_to("2027-04-06")
    screen(book, "005", previous="002")
    book.write(told.person("002"), Rescreened(next="005"), source_kind="derived")
    decide(book, "005")
    enrol(book, "005", allocate=False)
    screen(book, "006", "02")
    after_enrolment(book)
    return book


def after_enrolment(book: Book) -> None:
    """What happened to 001, late and on time, and the lock with one entry after it."""
    book.turn_to("2027-05-10")
    own = told.person("001")
    book.write(own, TreatmentGiven(dose=1, randomisation_number=None), at("2027-05-01"))
    age = next(e for e in book.entries if e.frame.stream == own and getattr(e.fact, "fact", "") == "age_at_consent")
    why = {"reason_code": "transcription", "reason_text": sealed()}
    book.correct(age, "/payload/value/quantity/value", '"37"', '"38"', **why)
    book.write(own, told.error("wrong_stratum", stratum_used="LN", true_stratum="SLE"))
    important = told.deviated(deviation="V1", important=True, participant="001", description=sealed())
    book.write(streams.deviation(TRIAL, "V1"), important, source_kind="derived")
    other = told.deviated(deviation="V2", participant="002", rule="something-else", found="person")
    book.write(streams.deviation(TRIAL, "V2"), other)
    book.write(own, ConsentWithdrawn(scopes=("treatment", "samples")))
    book.write(own, FollowUpChanged(state="completed"))
    book.write(own, SignedOff(record_digest=told.SHA, record_version=9))
    lock = TrialLocked(data_digest=told.SHA, position=len(book.entries), request=event(1), root=told.SHA)
    book.write(told.TRIAL_STREAM, lock)
    book.write(told.case("A1"), told.reported(participant="001", narrative=sealed(16384, "safety")))


def accesses() -> Book:
    """The access ledger beside the story: a reading of an entry, one of an unblinding, and two refused commands."""
    book = Book()
    book.turn_to("2027-05-12")
    book.write(streams.opening(ACCESS), opening("access"))
    book.write(streams.reading(TRIAL, "1"), RecordRead(scope="entry 8", what="narrative"), actor="u8")
    book.write(streams.reading(TRIAL, "2"), RecordRead(scope="entry 99", what="narrative"), actor="u8")
    book.write(streams.reading(TRIAL, "3"), RecordRead(scope="U1", what="disclosure"), actor="u8")
    for number in ("1", "2"):
        refused = CommandRefused(code="not_allowed", command="decide_eligibility", rule="default-deny")
        book.write(streams.refusal(ACCESS, number), refused, actor="u4", role="none")
    return book
