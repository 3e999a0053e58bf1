"""The trial as a whole: its state, its questions and decisions, its sites and locks."""

from datetime import timedelta
from typing import Any

import pytest

from domain import streams
from domain.ledger.facts import LedgerOpened
from domain.record import Entry
from domain.signature.facts import SuccessorNamed
from domain.site import facts as site
from domain.trial import facts as trial
from domain.values import PartialDate
from projections.fold import moment
from projections.replay import replay
from projections.site_rows import SiteRow
from projections.sites import Sites
from projections.trial_rows import TrialView
from projections.trial_state import TrialState
from tests.projections.entries import START, TRIAL, Book, event
from tests.projections.facts import (
    SHA,
    TRIAL_STREAM,
    approved,
    person,
    proposed,
    question,
    registered_site,
    screened,
    stratum,
)
from tests.projections.signed import signed, taken_back

SITE = streams.site(TRIAL, "01")
DAY = PartialDate("2027-03-01")


def view(entries: list[Entry]) -> TrialView:
    return replay(TrialState, entries).view()


def told(*facts: Any) -> TrialView:
    book = Book()
    for fact in facts:
        book.write(TRIAL_STREAM, fact)
    return view(book.entries)


OPENED = trial.ScreeningOpened(decisions=("Q1",))
LOCKED = trial.TrialLocked(data_digest=SHA, position=1, request=event(1), root=SHA)


def unlocked(*participants: str) -> trial.TrialUnlocked:
    expires = START + timedelta(days=1)
    return trial.TrialUnlocked(expires=expires, participants=participants or None, request=event(2))


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ((), "DRAFT"),
        ((OPENED,), "OPEN"),
        ((OPENED, trial.TrialPaused()), "PAUSED"),
        ((OPENED, trial.TrialPaused(), trial.TrialResumed()), "OPEN"),
        ((OPENED, trial.TrialPaused(), trial.TrialClosed()), "CLOSED"),
        ((OPENED, trial.TrialClosed(), LOCKED), "LOCKED"),
        ((LOCKED, unlocked()), "UNLOCKED"),
        ((LOCKED, unlocked(), LOCKED), "LOCKED"),
        ((unlocked(),), "DRAFT"),
    ],
)
def test_the_state_of_the_trial_is_one_word(facts: tuple[Any, ...], status: str) -> None:
    assert told(*facts).status == status


def test_an_unlock_ends_with_its_time() -> None:
    shown = told(LOCKED, unlocked())

    assert shown.status_at(START) == "UNLOCKED"
    assert shown.status_at(START + timedelta(days=1)) == "LOCKED"
    assert told(OPENED).status_at(START) == "OPEN"


def test_the_ledger_says_for_ever_whether_its_data_are_real() -> None:
    book = Book()
    opening = LedgerOpened(environment="demonstration", kind="trial", ledger_id=bytes(16))
    book.write(streams.opening(streams.trial_ledger(TRIAL)), opening)

    assert view(book.entries).environment == "demonstration"


def test_the_registry_record_stands_with_its_hash_and_provenance(design: Any) -> None:
    registered = trial.TrialRegistered(
        design=design,
        provenance="a republished page",
        registry_id="NCT1",
        source_date=None,
        source_sha256=SHA,
        title="A trial",
        trial=TRIAL,
        warnings=("no ratio",),
    )

    registration = told(registered).registration

    assert registration is not None
    assert (registration.source_sha256, registration.provenance, registration.warnings) == (
        SHA,
        "a republished page",
        ("no ratio",),
    )


@pytest.fixture
def design() -> trial.RegistryDesign:
    given: dict[str, Any] = dict.fromkeys(trial.RegistryDesign.__struct_fields__)
    given |= dict.fromkeys(("arms", "conditions", "dates", "interventions"), ())
    given |= {"criteria_sha256": SHA, "locations": 0, "study_type": "INTERVENTIONAL"}
    return trial.RegistryDesign(**given)


def decision(*approvers: str) -> Book:
    book = Book()
    book.write(TRIAL_STREAM, question())
    book.write(TRIAL_STREAM, proposed(ratio=(2, 1), strata=(stratum(),)), actor="u1")
    for approver in approvers:
        book.write(TRIAL_STREAM, approved(2), actor=approver)
    return book


@pytest.mark.parametrize(
    ("approvers", "is_open"),
    [((), True), (("u2",), True), (("u2", "u2"), True), (("u1", "u2"), True), (("u2", "u3"), False)],
)
def test_a_question_stays_open_until_two_others_than_the_proposer_approve(
    approvers: tuple[str, ...], is_open: bool
) -> None:
    shown = view(decision(*approvers).entries)

    assert [found.code for found in shown.open_questions] == (["Q1"] if is_open else [])
    assert (shown.settings.ratio == (2, 1)) is not is_open


def test_an_approval_is_shown_as_recorded_not_signed() -> None:
    (found,) = view(decision("u2").entries).questions

    (approval,) = found.proposals[0].approvals
    assert (approval.by.actor, approval.standing, approval.behind.position) == ("u2", "recorded, not signed", 3)


def test_an_approval_is_shown_as_signed_while_its_signature_stands() -> None:
    book = decision("u2", "u3")
    signature = signed(book, book.entries[2])
    (before,) = view(book.entries).questions
    taken_back(book, signature)
    book.write(streams.signatures(TRIAL_STREAM), SuccessorNamed(of="u2", successor="u9"))
    (after,) = view(book.entries).questions

    assert [approval.standing for approval in before.proposals[0].approvals] == ["signed", "recorded, not signed"]
    assert {approval.standing for approval in after.proposals[0].approvals} == {"recorded, not signed"}


def test_a_later_decision_sets_over_an_earlier_one_what_it_names() -> None:
    book = decision("u2", "u3")
    book.write(TRIAL_STREAM, proposed(ratio=(1, 1), zone="Asia/Shanghai"), actor="u1")
    book.write(TRIAL_STREAM, approved(5), actor="u2")
    book.write(TRIAL_STREAM, approved(5), actor="u3")

    shown = view(book.entries)

    assert (shown.settings.ratio, shown.settings.zone, shown.settings.strata) == (
        (1, 1),
        "Asia/Shanghai",
        (stratum(),),
    )


def test_an_approval_told_before_its_proposal_counts_all_the_same() -> None:
    entries = decision("u2", "u3").entries

    assert view(entries[::-1]).open_questions == ()


def test_a_proposal_to_a_question_that_nobody_raised_is_shown_apart() -> None:
    shown = told(proposed("Q9"))

    assert shown.questions == ()
    assert [proposal.question for proposal in shown.unasked] == ["Q9"]


def test_a_lock_and_an_unlock_name_both_persons_and_what_was_left_open() -> None:
    item = trial.OpenItem(about="007", kind="unsigned")
    asked = trial.LockRequested(data_digest=SHA, open_items=(item,), position=1, reasons=None, root=SHA)
    book = Book()
    book.write(TRIAL_STREAM, asked, actor="u4")
    book.write(TRIAL_STREAM, trial.UnlockRequested(expires=START, participants=("007",)), actor="u6")
    book.write(TRIAL_STREAM, LOCKED, actor="u5")
    book.write(TRIAL_STREAM, unlocked("007"), actor="u7")

    shown = view(book.entries)

    (lock,) = shown.locks
    assert (lock.by.actor, lock.requested_by and lock.requested_by.actor, lock.open_items) == ("u5", "u4", (item,))
    assert shown.unlock is not None
    assert (shown.unlock.by.actor, shown.unlock.requested_by and shown.unlock.requested_by.actor) == ("u7", "u6")


def test_a_lock_whose_request_is_not_known_is_shown_without_it() -> None:
    shown = told(LOCKED, trial.TrialUnlocked(expires=START, participants=None, request=event(99)))

    assert (shown.locks[0].requested_by, shown.locks[0].open_items, shown.unlocks[0].requested_by) == (None, (), None)


@pytest.mark.parametrize(
    ("facts", "participant", "was_locked"),
    [
        ((), None, False),
        ((unlocked(),), None, False),
        ((LOCKED,), None, True),
        ((LOCKED, unlocked()), "007", False),
        ((LOCKED, unlocked("007")), "007", False),
        ((LOCKED, unlocked("008")), "007", True),
        ((LOCKED, trial.TrialUnlocked(expires=START, participants=None, request=event(2))), "007", True),
        ((LOCKED, unlocked(), LOCKED), "007", True),
    ],
)
def test_the_lock_held_for_an_entry_or_did_not(
    facts: tuple[Any, ...], participant: str | None, was_locked: bool
) -> None:
    book = Book()
    for fact in facts:
        book.write(TRIAL_STREAM, fact)
    entry = book.write(person("007"), screened("007"))
    later = book.write(TRIAL_STREAM, LOCKED)

    shown = view(book.entries)

    assert shown.was_locked(moment(entry), participant) is was_locked
    assert shown.was_locked(moment(later), participant) is was_locked


def site_row(*facts: Any) -> SiteRow:
    book = Book()
    for fact in facts:
        book.write(SITE, fact)
    return replay(Sites, book.entries).view()[0]


HELD, RELEASED, CLOSED = site.SiteHeld(), site.SiteReleased(), site.SiteClosed()
ACTIVE = site.SiteActivated(effective=DAY)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ((HELD, RELEASED), "not_registered"),
        ((registered_site(),), "registered"),
        ((registered_site(), ACTIVE), "active"),
        ((registered_site(), ACTIVE, HELD), "held"),
        ((registered_site(), ACTIVE, HELD, RELEASED), "active"),
        ((registered_site(), ACTIVE, HELD, CLOSED), "closed"),
    ],
)
def test_the_state_of_a_site_is_one_word(facts: tuple[Any, ...], status: str) -> None:
    assert site_row(*facts).status == status


def test_a_site_keeps_its_approvals_versions_and_delegations() -> None:
    ended = site.DelegationEnded(delegation="d1", ended=DAY)
    own = site_row(
        registered_site(),
        site.ApprovalRecorded(granted=DAY, kind="ethics", protocol_version="1.0", reference="EC 12", valid_until=None),
        site.ConsentVersionApproved(approved=DAY, document="icf", language="zh", reference="EC 12", version="1"),
        site.ProtocolVersionEffective(effective=DAY, reference="EC 12", version="1.0"),
        ended,
        site.TaskDelegated(
            delegation="d1", ends=None, person="u2", role="sub_investigator", starts=DAY, tasks=("consent",)
        ),
        site.TaskDelegated(delegation="d2", ends=None, person="u3", role="site_coordinator", starts=DAY, tasks=()),
    )

    assert (own.name, own.country, own.zone) == ("First Hospital", "CN", "Asia/Shanghai")
    assert [permission.reference for permission in own.permissions] == ["EC 12"]
    assert [version.version for version in own.consent_versions] == ["1"]
    assert [version.version for version in own.protocol_versions] == ["1.0"]
    assert [(given.delegation, given.ended) for given in own.delegations] == [("d1", DAY), ("d2", None)]


def test_the_trial_shows_its_sites_and_the_zone_that_each_declared() -> None:
    book = Book()
    book.write(SITE, registered_site("Asia/Shanghai"))
    state = replay(TrialState, book.entries)

    assert [found.site for found in state.view().sites] == ["01"]
    assert [state.sites.zone_of(code) for code in ("01", "02", None)] == ["Asia/Shanghai", None, None]


def test_what_says_nothing_about_a_site_or_the_trial_changes_nothing() -> None:
    book = Book()
    book.write(SITE, registered_site())
    sites = replay(Sites, book.entries)
    stray = book.write(SITE, OPENED)
    elsewhere = book.write(person("007"), screened("007"))

    assert sites.after(stray) is sites
    assert sites.after(elsewhere) is sites
    assert replay(TrialState, [stray, elsewhere]).view() == TrialState.start().view()


def test_a_fact_of_others_in_the_trial_stream_changes_nothing() -> None:
    assert told(screened("007")) == TrialState.start().view()
