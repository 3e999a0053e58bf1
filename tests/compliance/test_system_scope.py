"""What of the system ledger concerns a trial, or one site of it; what somebody does in another trial stays out."""

from collections.abc import Sequence
from typing import Any

from compliance.system_scope import concerning
from domain import streams
from domain.access.facts import CommandRefused, DeploymentChecked
from domain.people import facts as people
from domain.record import Entry
from domain.session import facts as session
from domain.values import PartialDate
from tests.projections import facts as told
from tests.projections.entries import START, TRIAL, Book
from tests.reports.people_story import (
    administrator,
    by,
    delegated,
    ended,
    granted,
    hired,
    logged_in,
    registered,
    sealed_as,
    staffed,
    trained,
)

BOTH_SITES = ("01", "02")


def shown(book: Book, sites: tuple[str, ...] | None = None, beside: Sequence[Entry] = ()) -> list[Entry]:
    return concerning(book.entries, TRIAL, None if sites is None else frozenset(sites), beside)


def people_of(entries: Sequence[Entry]) -> set[str]:
    return {e.fact.person for e in entries if isinstance(e.fact, people.PersonRegistered)}


def others() -> Book:
    """Beside the trial's staff: people of another trial, and one of both."""
    book = staffed()
    hired(book, "far", "monitor", trial="OTHER")
    hired(book, "both", "monitor")
    granted(book, "both", "auditor", trial="OTHER", grant="g-far")
    ended(book, "both", "auditor")
    trained(book, "both", "t-far", trial="OTHER")
    return book


def test_people_without_a_role_in_the_trial_are_left_out_whole() -> None:
    book = others()
    logged_in(book, "far", "s-far")
    logged_in(book, "both", "s-both")

    found = shown(book)

    assert people_of(found) == {"admin", "other", "lead", "inv", "coo", "both"}
    assert [e.fact.session for e in found if isinstance(e.fact, session.SessionStarted)] == ["s-both"]


def test_what_a_person_of_the_trial_may_do_in_another_is_left_out() -> None:
    book = others()
    release = people.OfficerReleased(grant="g-far", person="both", trial="OTHER")
    book.write(streams.officers("OTHER"), release, **administrator("end_grant"))

    found = shown(book)

    assert {e.fact.trial for e in found if isinstance(e.fact, people.GrantGiven)} == {None, TRIAL}
    assert not [e for e in found if isinstance(e.fact, people.OfficerReleased)]
    assert [e.fact.training for e in found if isinstance(e.fact, people.TrainingRecorded)].count("t-far") == 0


def test_what_holds_for_the_deployment_stands_in_every_trials_report_other_trials_in_none() -> None:
    book = staffed()
    who = administrator("issue_policy")
    issued = people.PolicyIssued(document_sha256=told.SHA, reference="SOP 1", version="1")
    book.write(streams.policy(), issued, **who)
    letter = people.CertificationRegistered(organisation="O", reference="r", sent=PartialDate("2027"))
    book.write(streams.certification("c"), letter, **who)
    for trial in (TRIAL, "OTHER"):
        book.write(f"system/trial/{trial}", people.TrialAdded(trial=trial), **who)
        book.write(streams.deployment(trial), DeploymentChecked(checks=(), trial=trial), **who)
    sealed_as(book, streams.policy(), 1, "policy/1", "acknowledgement", "inv")
    sealed_as(book, streams.policy(), 1, "policy/1", "acknowledgement", "stranger")

    later = shown(book)[len(staffed().entries) :]

    assert [e.frame.stream for e in later] == [
        "system/policy",
        "system/certification/c",
        f"system/trial/{TRIAL}",
        f"system/deployment/{TRIAL}",
        "system/signature/policy/inv",
    ]


def test_whoever_acted_in_the_trial_or_is_delegated_in_it_is_of_the_trial() -> None:
    book = staffed()
    registered(book, "acted")
    registered(book, "delegate")
    trial = Book()
    trial.write(told.person("001"), told.screened("001"), **by("acted"))
    delegated(trial, "delegate")

    assert people_of(shown(book, beside=trial.entries)) >= {"acted", "delegate"}
    assert people_of(shown(book, ("01",), trial.entries)) == {"inv", "coo", "delegate"}


def test_a_site_reader_gets_the_people_of_that_site_and_of_roles_for_all_sites_nobody() -> None:
    book = staffed()
    hired(book, "coo2", "site_coordinator", ("02",))
    hired(book, "coo12", "site_coordinator", BOTH_SITES)

    assert people_of(shown(book, ("02",))) == {"coo2", "coo12"}
    assert people_of(shown(book, BOTH_SITES)) == {"inv", "coo", "coo2", "coo12"}


def failures(count: int, **persons: int) -> session.AuthenticationFailed:
    own = tuple(session.FailedFor(count=times, person=person) for person, times in persons.items())
    return session.AuthenticationFailed(count=count, persons=own, purpose="login", since=START, source="a host")


def test_failed_attempts_are_cut_to_those_under_ids_that_concern_the_reader() -> None:
    book = others()
    for number, fact in enumerate((failures(9, coo=2, far=3), failures(3, far=3), failures(4))):
        book.write(streams.authentication(str(number)), fact, **by("trialproof", "none"))

    def told_(sites: tuple[str, ...] | None) -> list[tuple[int, tuple[str, ...]]]:
        found = [e.fact for e in shown(book, sites) if isinstance(e.fact, session.AuthenticationFailed)]
        return [(fact.count, tuple(one.person for one in fact.persons)) for fact in found]

    assert told_(None) == [(6, ("coo",)), (4, ())]
    assert told_(("01",)) == [(2, ("coo",))]


def test_lockouts_signals_and_refusals_concern_whoever_they_are_about() -> None:
    book = others()
    for person in ("coo", "far"):
        locked = session.AuthenticationLocked(failures=5, person=person, until=START)
        book.write(streams.authentication(f"l-{person}"), locked, **by("trialproof", "none"))
        given: Any = {"detail": "d", "session": None, "signal": "new_device"}
        raised = session.SignalRaised(person=person, **given)
        book.write(streams.authentication(f"r-{person}"), raised, **by("trialproof", "none"))
        refused = CommandRefused(code="c", command="grant_role", rule="r")
        book.write(f"system/refusal/{person}", refused, **by(person, "none"))

    streams_ = [e.frame.stream for e in shown(book) if e.frame.stream.partition("/")[2][:6] in {"authen", "refusa"}]

    assert streams_ == ["system/authentication/l-coo", "system/authentication/r-coo", "system/refusal/coo"]
