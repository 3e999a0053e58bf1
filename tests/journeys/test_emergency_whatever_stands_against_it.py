"""The emergency succeeds with everything out of order, over a real store, by the ledger and by the fallback alike."""

import shutil
from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.emergency import recorded_breaks
from compliance.emergency_gaps import gaps
from compliance.inquire import Inquire
from compliance.replay_auditor import audit
from domain import streams
from domain.errors import LoginError, Refusal
from domain.site.facts import TaskDelegated
from domain.unblinding.facts import EmergencyUnblindingInvoked, Flag
from tests.compliance.running_trial import open_site
from tests.identity.house import STEP
from tests.journeys.breaking import Emergency, emergency
from tests.journeys.filling import fills, makes_room

WHY = {"code": "monitoring", "text": "The store room is under review."}


@pytest.fixture
def trial(tmp_path: Path) -> Generator[Emergency]:
    with emergency(tmp_path) as opened:
        yield opened


def locked_out(trial: Emergency) -> None:
    for _ in range(6):
        with pytest.raises(LoginError):
            trial.house.log_in("inv01", password="wrong")


def aged(trial: Emergency) -> None:
    trial.house.later(timedelta(days=366))


def undelegated(trial: Emergency) -> None:
    site = trial.store.ledger.stream(streams.site("T1", "01"))
    delegation = next(e.fact.delegation for e in site if isinstance(e.fact, TaskDelegated) and e.fact.person == "inv01")
    today = trial.desk.clock.shows.date().isoformat()
    trial.desk.send("inv01", "end_delegation", {"site": "01", "delegation": delegation, "ended": today})
    trial.house.later(timedelta(days=2))


def held(trial: Emergency) -> None:
    trial.desk.send("lead", "hold_site", {"site": "01", "reason": WHY})


def paused(trial: Emergency) -> None:
    trial.desk.send("lead", "pause_trial", {"reason": WHY})


def closed(trial: Emergency) -> None:
    trial.desk.send("lead", "close_site", {"site": "01", "reason": WHY})
    trial.desk.send("lead", "close_trial", {"reason": WHY})


def withdrawn(trial: Emergency) -> None:
    trial.desk.send("coo01", "withdraw_consent", {"participant": trial.number, "scopes": ["treatment"]})


def dead(trial: Emergency) -> None:
    death = {"participant": trial.number, "status": "dead", "learned_from": "hospital"}
    trial.desk.send("coo01", "record_vital_status", death)


def locked(trial: Emergency) -> None:
    desk = trial.desk
    items = Inquire(desk.store.ports).open_items(desk.identity("dm"), "T1")
    accepted = [{"about": i.about, "kind": i.kind, "reason": "Known and accepted by the team."} for i in items]
    desk.send("dm", "request_lock", {"accepted": accepted})
    desk.send("stat", "confirm_lock", {})


AGAINST: list[tuple[Callable[[Emergency], None], set[Flag]]] = [
    (locked_out, {"locked_out"}),
    (aged, {"password_aged", "grant_review_overdue"}),
    (undelegated, {"delegation_lapsed"}),
    (held, {"site_held"}),
    (paused, {"trial_paused"}),
    (closed, {"site_closed", "trial_closed"}),
    (withdrawn, {"participant_withdrawn"}),
    (dead, {"participant_dead"}),
    (locked, {"trial_locked"}),
]


def flagged(trial: Emergency, request: str) -> set[Flag]:
    return next(set(e.fact.flags) for e in trial.of_request(request) if isinstance(e.fact, EmergencyUnblindingInvoked))


@pytest.mark.requirement("E6-06")
@pytest.mark.parametrize(("against", "flags"), AGAINST)
def test_i16_it_is_flagged_and_never_refused(
    trial: Emergency, against: Callable[[Emergency], None], flags: set[Flag]
) -> None:
    against(trial)

    shown = trial.breaks()

    assert (shown.arm, shown.noted) == (trial.true_arm(), None)
    assert flags <= flagged(trial, shown.request)


def test_i16_everything_at_once_with_a_full_disk_is_flagged_in_the_late_entry(trial: Emergency) -> None:
    for against, _ in (*AGAINST[2:5], AGAINST[6], AGAINST[7], AGAINST[8], AGAINST[0]):
        against(trial)
    fills(trial)

    shown = trial.breaks()
    makes_room(trial)
    trial.enters_late()

    assert shown.arm == trial.true_arm()
    assert flagged(trial, shown.request) == {
        *("locked_out", "delegation_lapsed", "site_held", "trial_paused"),
        *("participant_withdrawn", "participant_dead", "trial_locked"),
    }
    assert gaps(recorded_breaks(trial.store).records(), trial.told(), trial="T1") == ()


@pytest.mark.parametrize("full", [False, True])
def test_i16_no_approver_no_officer_no_read_model_and_no_report_is_on_the_way(trial: Emergency, *, full: bool) -> None:
    for person in ("med", "stat", "dm", "seeder", "maker"):
        trial.desk.send("admin", "deactivate_person", {"person": person}, trial=None)
    shutil.rmtree(trial.store.folder / "read-models")
    (trial.store.folder / "read-models").write_bytes(b"no folder any more")
    shutil.rmtree(trial.store.folder / "reports")
    shutil.rmtree(trial.store.folder / "locks", ignore_errors=True)
    (trial.store.folder / "locks").write_bytes(b"no folder either")
    if full:
        fills(trial)

    shown = trial.breaks()

    assert shown.arm == trial.true_arm()


def test_an_ended_account_is_refused_and_pointed_to_the_desk(trial: Emergency) -> None:
    trial.desk.send("admin", "deactivate_person", {"person": "inv01"}, trial=None)

    with pytest.raises(LoginError) as refused:
        trial.breaks()

    assert "code-break desk" in refused.value.next_step


def test_a_revoked_credential_opens_nothing_without_the_ledger_either(trial: Emergency) -> None:
    ordinary = trial.house.log_in("inv01").token
    (kept,) = [one for one in trial.house.door.credentials(ordinary) if one.kind == "emergency"]
    gone = {"person": "inv01", "credential": kept.credential, "why": "lost"}
    trial.desk.send("admin", "revoke_credential", gone, trial=None)
    fills(trial)

    with pytest.raises(LoginError):
        trial.breaks()
    assert trial.records() == 0


def test_the_investigator_of_another_site_is_refused_and_pointed_to_the_desk_both_ways(trial: Emergency) -> None:
    open_site(trial.desk, "02")
    trial.prepares("inv02")
    found: list[Refusal] = []
    for full in (False, True):
        if full:
            fills(trial)
        with pytest.raises(Refusal) as refused:
            trial.breaks("inv02")
        found.append(refused.value)

    assert {(one.code, "code-break desk" in one.next_step) for one in found} == {("not_allowed", True)}
    assert trial.records() == 0


def test_the_desk_is_told_through_the_fallback_for_its_physician(trial: Emergency) -> None:
    trial.desk.hire("desk01", "code_break_desk")
    trial.prepares("desk01")
    fills(trial)

    shown = trial.breaks("desk01", channel="code_break_desk", recipient="Dr. ward 3")
    makes_room(trial)
    (entered,) = trial.enters_late()

    assert (shown.recipient, entered.state) == ("Dr. ward 3", "entered")
    invoked = trial.of_request(shown.request)[0]
    assert (invoked.fact.channel, invoked.body.performer.role) == ("code_break_desk", "code_break_desk")

    again = trial.breaks("desk01", channel="code_break_desk", recipient="Dr. ward 3")
    assert (again.arm, again.request, again.noted) == (shown.arm, shown.request, None)


def test_wrong_secrets_make_a_source_wait_without_the_ledger_too(trial: Emergency) -> None:
    fills(trial)
    for _ in range(12):
        with pytest.raises(LoginError):
            trial.breaks(secret="wrong")
        trial.desk.clock.shows -= STEP

    with pytest.raises(LoginError):
        trial.breaks()
    trial.house.later(timedelta(minutes=20))
    assert trial.breaks().arm == trial.true_arm()


def test_who_decides_every_fact_again_finds_the_late_entries_in_order(trial: Emergency) -> None:
    fills(trial)
    trial.breaks()
    makes_room(trial)
    trial.enters_late()

    names = [f"{kind}:T1" for kind in ("trial", "vault", "access")]
    ledgers = {name: trial.store.ledger.page(name, limit=9999) for name in names}
    found = audit(trial.store.ledger.page("system", limit=9999), ledgers)

    assert found.differences == ()
