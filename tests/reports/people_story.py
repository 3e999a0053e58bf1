"""The system ledger beside a trial, told by hand: accounts, grants, sessions, credentials, signatures on records."""

from datetime import datetime, timedelta
from typing import Any

from domain import streams
from domain.ledger.facts import LedgerOpened
from domain.people import facts as people
from domain.people.person import PRODUCT
from domain.people.roles import Role, clearance_of
from domain.record import Authority, Entry, Performer, Strength
from domain.session.facts import Component, SessionStarted
from domain.signature.facts import SignatureMade, SignatureWithdrawn
from domain.signature.meanings import ATTESTATIONS, Meaning
from domain.signature.required import BY_FACT
from domain.site.facts import TaskDelegated
from domain.values import PartialDate
from tests.projections import facts as told
from tests.projections.entries import START, TRIAL, Book

SYSTEM = streams.SYSTEM_LEDGER
LATER = START + timedelta(days=3650)
BOTH: tuple[Component, ...] = ("password", "totp")


def by(person: str, role: str = "sponsor_lead", rule: str = "r1", **more: Any) -> dict[str, Any]:
    """Who sends an entry, in which role, under which rule."""
    return {
        "actor": person,
        "authority": Authority(grant="g1", rule=rule, system_position=4, table_version="gate-2"),
        "organisation": "An organisation",
        "performer": Performer(person=person, role=role),
        "printed_name": f"Name of {person}",
        "role": role,
        **more,
    }


def administrator(rule: str) -> dict[str, Any]:
    return by("admin", "administrator", f"{rule}/administrator")


def registered(book: Book, person: str, *, service: bool = False) -> Entry:
    fact = people.PersonRegistered(
        kind="service" if service else "person",
        organisation="An organisation",
        person=person,
        printed_name=f"Name of {person}",
    )
    return book.write(streams.person(person), fact, **administrator("register_person"))


def verified(book: Book, person: str, verifier: str = "other") -> Entry:
    fact = people.IdentityVerified(document="passport", method="in_person", person=person, verified_by=verifier)
    return book.write(streams.person(person), fact, **by(verifier, "administrator", "verify_identity/administrator"))


def trained(book: Book, person: str, training: str = "t1", expires: datetime | None = None, **more: Any) -> Entry:
    given: dict[str, Any] = {"protocol_version": None, "trial": None, **more}
    fact = people.TrainingRecorded(
        completed=PartialDate("2027-01-05"),
        expires=expires,
        person=person,
        reference="file 1",
        training=training,
        **given,
    )
    return book.write(streams.person(person), fact, **administrator("record_training"))


def granted(
    book: Book,
    person: str,
    role: Role,
    sites: tuple[str, ...] | None = None,
    sender: dict[str, Any] | None = None,
    **more: Any,
) -> Entry:
    given: dict[str, Any] = {
        "approved_by": "admin",
        "clearance": clearance_of(role),
        "ends": None,
        "grant": f"g-{person}-{role}",
        "requested_by": "asker",
        "starts": book.clock,
        "training": None,
        "trial": TRIAL,
    }
    fact = people.GrantGiven(person=person, role=role, sites=sites, **(given | more))
    return book.write(streams.person(person), fact, **(sender or administrator("grant_role")))


def ended(book: Book, person: str, role: Role) -> Entry:
    fact = people.GrantEnded(grant=f"g-{person}-{role}", person=person)
    return book.write(streams.person(person), fact, **administrator("end_grant"))


def hired(book: Book, person: str, role: Role, sites: tuple[str, ...] | None = None, **more: Any) -> None:
    """An account of verified identity, trained, with a role."""
    registered(book, person)
    verified(book, person)
    trained(book, person)
    given: dict[str, Any] = {"training": "t1", **more}
    granted(book, person, role, sites, **given)


def logged_in(
    book: Book, person: str, number: str, strength: Strength = "password_totp", ends: datetime = LATER
) -> Entry:
    fact = SessionStarted(
        components=BOTH,
        device="a laptop",
        ends=ends,
        idle_minutes=15,
        person=person,
        session=number,
        strength=strength,
    )
    return book.write(streams.session(number), fact, **by(person, "none", "records-authentication"))


def opened(kind: Any = "system") -> LedgerOpened:
    return LedgerOpened(environment="demonstration", kind=kind, ledger_id=bytes(16))


def staffed() -> Book:
    """The day before the trial: two administrators, a sponsor lead, and a site's investigator and coordinator."""
    book = Book()
    book.turn_to("2027-02-28")
    book.write(streams.opening(SYSTEM), opened())
    registered(book, "admin")
    set_up: dict[str, Any] = {"approved_by": PRODUCT, "requested_by": PRODUCT, "trial": None}
    granted(book, "admin", "administrator", sender=by(PRODUCT, "none", "first-administrator"), **set_up)
    registered(book, "other")
    granted(book, "other", "administrator", trial=None)
    hired(book, "lead", "sponsor_lead")
    hired(book, "inv", "investigator", ("01",))
    hired(book, "coo", "site_coordinator", ("01",))
    return book


def delegated(book: Book, person: str, starts: str = "2027-01-01", ends: str | None = None, site: str = "01") -> Entry:
    fact = TaskDelegated(
        delegation=f"d-{person}",
        ends=None if ends is None else PartialDate(ends),
        person=person,
        role="site_coordinator",
        starts=PartialDate(starts),
        tasks=("consent", "adverse_events"),
    )
    return book.write(streams.site(TRIAL, site), fact, **by("inv", "investigator", "delegate_tasks/investigator"))


def opened_trial() -> Book:
    """A trial with one site, whose coordinator is delegated."""
    book = Book()
    book.write(streams.opening(streams.trial_ledger(TRIAL)), opened("trial"))
    book.write(streams.site(TRIAL, "01"), told.registered_site(), **by("lead"))
    delegated(book, "coo")
    return book


def signed(
    book: Book,
    target: Entry,
    signer: str,
    *,
    first: bool = True,
    components: tuple[Component, ...] = BOTH,
    number: str | None = None,
    **more: Any,
) -> Entry:
    """The signature that an entry asks for, over its record up to that entry."""
    row = BY_FACT[type(target.fact)]
    purpose = f"{row.kind}/{target.body.event_id}"
    stream, version = target.frame.stream, target.frame.version
    return sealed_as(book, stream, version, purpose, row.meaning, signer, first, components, number, **more)


def sealed_as(
    book: Book,
    stream: str,
    version: int,
    purpose: str,
    meaning: Meaning,
    signer: str,
    first: bool = True,
    components: tuple[Component, ...] = BOTH,
    number: str | None = None,
    **more: Any,
) -> Entry:
    """A signature in the stream beside the record."""
    given: dict[str, Any] = {
        "local_offset": "+08:00",
        "printed_name": f"Name of {signer}",
        "signed_at": book.clock + timedelta(minutes=1),
        "successor_of": None,
    }
    fact = SignatureMade(
        attestation=ATTESTATIONS[meaning],
        components=components,
        display_digest="d" * 64,
        first_in_session=first,
        key="9" * 64,
        meaning=meaning,
        purpose=purpose,
        record_digest="a" * 64,
        seal=bytes(64),
        signature=number or f"s{len(book.entries) + 1}",
        signer=signer,
        stream=stream,
        version=version,
        **(given | more),
    )
    beside = streams.signatures(stream, signer if stream == streams.policy() else None)
    return book.write(beside, fact, **by(signer, "investigator", "sign_record/investigator", session="s-1"))


def withdrawn(book: Book, one: Entry) -> Entry:
    who = by(one.fact.signer, "investigator", "withdraw_signature/investigator", reason_code="mistake")
    return book.write(one.frame.stream, SignatureWithdrawn(signature=one.fact.signature), **who)
