"""Decides every recorded fact again, by the people, grants and sessions as they stood then (21 CFR 11.10(g)).

`audit` reads the system ledger once, in order, and meets each fact of the other ledgers at the system position
that is stored with it. What the gate says there and then is compared with what is stored: grant, rule, role, name.
A fact is decided in the trial of its ledger and at the site that its command's entries concern. What the product
records by itself has rules of its own, each for certain facts. A decision of a table that is not held here is
listed, not decided. A stored position that was moved to where the same stood decides the same: that it was moved
is shown by the ledger's proofs, not here.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from compliance import gate
from compliance.audited_commands import Case, cases_in
from compliance.gate import Allowed, AllowedReading, Identity
from compliance.gate_table import TABLE_VERSION
from compliance.product_rules import is_of_the_product, product_differs
from domain import streams
from domain.errors import Refusal
from domain.people.person import Person
from domain.record import Entry
from domain.session.session import Session

What = Literal["grant", "rule", "role", "printed_name", "organisation", "table_version", "position", "refused"]
ANY_TRIAL: Final = "*"
"""Stands for a trial that no entry tells, where the grant is for all."""


class Difference(NamedTuple):
    """One thing that stands in an entry and would not stand there, decided again.

    `refused`: the gate refuses now; `stored` is then the rule that allowed it, `now` the rule that refuses.
    """

    ledger: str
    position: int
    what: What
    stored: str
    now: str


class Audit(NamedTuple):
    """What came of it: how many facts were decided again, how many the product recorded by itself, what differs."""

    decided: int
    by_product: int
    differences: tuple[Difference, ...]


class _Past:
    """People and sessions at a position of the system ledger; it only goes on."""

    def __init__(self, system: list[Entry]) -> None:
        self._system, self._taken_in = system, 0
        self.end = system[-1].frame.position if system else 0
        self._people: dict[str, Person] = {}
        self._sessions: dict[str, Session] = {}

    def go_to(self, position: int) -> None:
        while self._taken_in < len(self._system) and self._system[self._taken_in].frame.position <= position:
            self._take_in(self._system[self._taken_in])
            self._taken_in += 1

    def _take_in(self, entry: Entry) -> None:
        stream = entry.frame.stream
        match streams.kind_of(stream):
            case "person":
                self._people[stream] = self._people.get(stream, Person.start()).after(entry)
            case "session":
                self._sessions[stream] = self._sessions.get(stream, Session.start()).after(entry)
            case _:
                pass

    def person(self, name: str) -> Person:
        return self._people.get(streams.person(name), Person.start())

    def session(self, name: str) -> Session:
        return self._sessions.get(streams.session(name), Session.start())


def audit(system: Iterable[Entry], ledgers: Mapping[str, Iterable[Entry]]) -> Audit:
    """Decide again every entry of the system ledger and of these ledgers, by name; each from its first entry on."""
    held = list(system)
    cases = cases_in({streams.SYSTEM_LEDGER: held, **ledgers})
    cases.sort(key=lambda case: case.entry.body.authority.system_position)
    past, found, by_product = _Past(held), list[Difference](), 0
    for case in cases:
        past.go_to(case.entry.body.authority.system_position)
        by_product += is_of_the_product(case.entry)
        found.extend(_differences(case, past))
    return Audit(len(cases) - by_product, by_product, tuple(sorted(found)))


def _differences(case: Case, past: _Past) -> list[Difference]:
    entry, authority = case.entry, case.entry.body.authority
    last = past.end
    if entry.frame.ledger == streams.SYSTEM_LEDGER:
        last = entry.frame.position - 1
    if not 0 <= authority.system_position <= last:
        return [_difference(entry, "position", str(authority.system_position), str(last))]
    if authority.table_version != TABLE_VERSION:
        return [_difference(entry, "table_version", authority.table_version, TABLE_VERSION)]
    if is_of_the_product(entry):
        rule = product_differs(entry, past.person(entry.body.actor))
        return [] if rule is None else [_difference(entry, "rule", authority.rule, rule)]
    return _decided_again(case, past)


def _decided_again(case: Case, past: _Past) -> list[Difference]:
    """What differs at the first of the places that may be meant, unless at another nothing does."""
    first, *others = (_at(case, past, trial, site) for trial, site in _places(case, past))
    return first if first and all(others) else []


def _places(case: Case, past: _Past) -> list[tuple[str | None, str | None]]:
    """Where it may have been decided: as its command's entries tell, else where the grant named holds."""
    if case.told:
        return [(case.trial, site) for site in case.sites or (None,)]
    named = case.entry.body.authority.grant
    places: list[tuple[str | None, str | None]] = [(case.trial, None)]
    for grant in past.person(case.entry.body.actor).grants:
        if grant.grant == named:
            trial = case.trial or grant.trial or ANY_TRIAL
            places.extend((trial, site) for site in (None, *(grant.sites or ())))
    return places


def _at(case: Case, past: _Past, trial: str | None, site: str | None) -> list[Difference]:
    entry, body, authority = case.entry, case.entry.body, case.entry.body.authority
    try:
        allowed = _ask(case, past, trial, site)
    except Refusal as refusal:
        return [_difference(entry, "refused", authority.rule, refusal.rule)]
    actor = allowed.actor
    compared: tuple[tuple[What, str, str], ...] = (
        ("grant", authority.grant, allowed.authority.grant),
        ("rule", authority.rule, allowed.authority.rule),
        ("role", body.role, actor.role),
        ("printed_name", body.printed_name, actor.printed_name),
        ("organisation", body.organisation, actor.organisation),
    )
    return [_difference(entry, what, stored, now) for what, stored, now in compared if stored != now]


def _ask(case: Case, past: _Past, trial: str | None, site: str | None) -> Allowed | AllowedReading:
    body = case.entry.body
    who = Identity(body.actor, body.strength, body.session or gate.NO_SESSION, body.originator)
    person, session = past.person(body.actor), past.session(who.session)
    action, now, position = case.action, body.clock_reading, body.authority.system_position
    if case.about is not None:
        return gate.decide_own(who, person, session, action, about=case.about, now=now, system_position=position)
    if case.reading:
        return gate.decide_reading(who, person, session, action, trial=trial, now=now, system_position=position)
    return gate.decide(who, person, session, action, trial=trial, site=site, now=now, system_position=position)


def _difference(entry: Entry, what: What, stored: str, now: str) -> Difference:
    return Difference(entry.frame.ledger, entry.frame.position, what, stored, now)
