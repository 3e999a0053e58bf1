"""What happens to accounts meanwhile: a mistyped password, a lost telephone, somebody who leaves, a visit that ends."""

from contextlib import suppress
from typing import Final

from adapters.demo import hiring
from adapters.demo.design import EVERYTHING, delegate
from adapters.demo.director import TRIAL, Director, on_day
from adapters.demo.participants import LEFT_UNSIGNED, Course
from adapters.demo.people import (
    ADMINISTRATOR,
    AFTER_THE_LEAVER,
    AUDITOR,
    COORDINATOR,
    INSPECTOR,
    INVESTIGATOR,
    LEAVES,
    MONITOR,
    SECOND_ADMINISTRATOR,
    SPONSOR,
    SUB_INVESTIGATOR,
    THE_NEXT,
    THE_VISITOR,
    cast,
)
from adapters.demo.signing import review_of
from compliance.authentication import Authentication
from compliance.inquire import Inquire
from domain import streams
from domain.errors import Refusal
from projections.screening_log import ScreeningLog

LEAVER: Final = SUB_INVESTIGATOR["02"]
REVIEWED: Final = "001"
MISTYPED, LOST = COORDINATOR["02"], COORDINATOR["01"]
VISIT, VISIT_ENDS = on_day(500, 9), on_day(503, 18)


class Accounts:
    """What is told of accounts, beside the trial."""

    def __init__(self, director: Director, courses: dict[str, Course]) -> None:
        self.director, self.courses = director, courses
        self.authentication = Authentication(director.store.ports)

    def plan(self) -> None:
        """Put it on the calendar."""
        at = self.director.at
        at(on_day(96, 8, 30), self.mistype)
        at(on_day(160, 8), self.lose_the_telephone)
        at(on_day(180, 9), self.review_roles)
        at(on_day(186, 10), self.review)
        at(on_day(302, 9), self.hire_the_next)
        at(LEAVES, self.leave)
        at(on_day(311, 10), self.sign_as_successor)
        at(on_day(365, 9), self.keep_the_auditor)
        at(on_day(420, 9), self.end_the_monitoring)
        at(VISIT, self.visit)
        at(on_day(540, 9), self.review_roles)
        at(on_day(503, 19), self.visit_again)

    def mistype(self) -> None:
        """One wrong password, then the right one."""
        self.director.doors.fail(MISTYPED)
        self.director.doors.log_in(MISTYPED)

    def lose_the_telephone(self) -> None:
        """One administrator asks for new credentials, the other approves; the owner sets them and is told of it."""
        lost = {"person": LOST, "identity_checked": "in person, with an identity card"}
        hiring.send(self.director, ADMINISTRATOR, "request_recovery", lost)
        hiring.send(self.director, SECOND_ADMINISTRATOR, "approve_recovery", {"person": LOST})
        hiring.activate(self.director, LOST)
        hiring.verify(self.director, LOST)
        self.director.doors.log_in(LOST)

    def review(self) -> None:
        """The monitor reviews a record that others made, and signs that it was reviewed."""
        wish = review_of(self.director.store, streams.participant(TRIAL, REVIEWED), MONITOR)
        self.director.carry(MONITOR, "sign_review", wish, proves=True)
        self.director.doors.log_out(MONITOR)

    def hire_the_next(self) -> None:
        """Site 02 gets a second sub-investigator."""
        hiring.hire(self.director, THE_NEXT)
        delegate(self.director, "02", AFTER_THE_LEAVER, "sub_investigator", EVERYTHING, starts="2027-11-02")

    def leave(self) -> None:
        """The first one leaves: delegation, grants and account end; no act under that name follows."""
        delegation = next(
            fact.delegation
            for fact in (e.fact for e in self.director.store.ledger.stream(streams.site(TRIAL, "02")))
            if getattr(fact, "person", None) == LEAVER
        )
        ended = {"site": "02", "delegation": delegation, "ended": LEAVES.date().isoformat()}
        self.director.send(INVESTIGATOR["02"], "end_delegation", ended)
        self.end_grants(LEAVER)
        hiring.send(self.director, ADMINISTRATOR, "deactivate_person", {"person": LEAVER})

    def review_roles(self) -> None:
        """The administrator who gave none of them looks whether every role is still needed."""
        for person in (ADMINISTRATOR, *(member.person for member in (*cast(), THE_NEXT))):
            for grant in self.open_grants(person):
                again = (self.director.now + hiring.AUDIT).isoformat()
                seen = {"person": person, "grant": grant, "outcome": "keep", "next_review": again}
                hiring.send(self.director, SECOND_ADMINISTRATOR, "review_grant", seen)

    def keep_the_auditor(self) -> None:
        """An auditor's role ends by itself and is given anew."""
        hiring.give(self.director, next(member for member in cast() if member.person == AUDITOR))

    def open_grants(self, person: str) -> tuple[str, ...]:
        """The roles that a person holds, by their ids."""
        now, grants = self.director.now, self.authentication.person(person).grants
        return tuple(grant.grant for grant in grants if grant.is_open(now))

    def end_grants(self, person: str) -> None:
        """Every role that the person holds is taken back."""
        for grant in self.open_grants(person):
            hiring.send(self.director, ADMINISTRATOR, "end_grant", {"person": person, "grant": grant})

    def sign_as_successor(self) -> None:
        """What the one who left still owed: the sponsor names who signs instead, and that one does, as successor."""
        named = {
            "record": f"participant/{LEFT_UNSIGNED}",
            "of": LEAVER,
            "successor": INVESTIGATOR["02"],
            "reason": {"code": "left", "text": "The sub-investigator left the site before signing the decision."},
        }
        self.director.send(SPONSOR, "name_successor", named)
        decided = self.courses[LEFT_UNSIGNED].decided
        assert decided is not None
        self.director.sign_owed(INVESTIGATOR["02"], decided, instead_of=LEAVER)

    def end_the_monitoring(self) -> None:
        """The monitor's contract ends, and with it the role; the account stays."""
        self.end_grants(MONITOR)

    def visit(self) -> None:
        """An inspector comes for some days: a role that only reads and ends by itself, ready within minutes."""
        hiring.register(self.director, THE_VISITOR)
        hiring.give(self.director, THE_VISITOR, ends=VISIT_ENDS.isoformat())
        hiring.activate(self.director, THE_VISITOR.person)
        hiring.verify(self.director, THE_VISITOR.person)
        self.look()

    def look(self) -> None:
        """The inspector reads the screening log."""
        identity = self.director.doors.identity(INSPECTOR)
        Inquire(self.director.store.ports).ask(identity, "read_trial", TRIAL, ScreeningLog)
        self.director.doors.log_out(INSPECTOR)

    def visit_again(self) -> None:
        """After the end it is refused, and that is recorded."""
        with suppress(Refusal):
            self.look()
