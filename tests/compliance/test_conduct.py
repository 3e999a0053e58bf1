"""How commands are carried out, over a real store."""

from collections.abc import Generator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from compliance.conduct import Conduct
from compliance.setup import set_up
from domain.errors import InvalidInputError, Refusal
from tests.compliance.stores import REGISTRATION, Desk, open_desk

SITE: dict[str, Any] = {"site": "01", "name": "A site", "country": "CN", "zone": "Asia/Shanghai"}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


@pytest.mark.requirement("P11-12")
def test_the_authority_of_each_fact_is_stored_with_it(desk: Desk) -> None:
    desk.send("lead", "register_site", SITE)

    entry = desk.store.ledger.stream("trial:T1/site/01")[0]
    assert entry.body.authority.rule == "register_site/sponsor_lead"
    assert entry.body.authority.system_position == desk.size("system")
    assert entry.body.actor == "lead"
    assert (entry.body.strength, entry.body.session) == ("password_totp", desk.identity("lead").session)


def test_a_command_sent_again_gives_the_first_outcome_and_writes_nothing(desk: Desk) -> None:
    command_id = "0f5f5f8e-7a52-4d3a-9a0d-0c2a4f1b9d11"
    first = desk.send("lead", "register_site", SITE, command_id=command_id)
    size = desk.size("trial:T1")

    again = desk.send("lead", "register_site", SITE, command_id=command_id)

    assert again.repeated
    assert again.placed == first.placed
    assert desk.size("trial:T1") == size


def test_a_command_id_used_for_another_command_is_refused(desk: Desk) -> None:
    command_id = "0f5f5f8e-7a52-4d3a-9a0d-0c2a4f1b9d11"
    desk.send("lead", "register_site", SITE, command_id=command_id)

    with pytest.raises(InvalidInputError) as error:
        desk.send("lead", "register_site", {**SITE, "name": "Another"}, command_id=command_id)

    assert error.value.code == "command_id_reused"


def test_a_refusal_is_recorded_once_without_the_values_and_is_final_for_its_id(desk: Desk) -> None:
    command_id = "0f5f5f8e-7a52-4d3a-9a0d-0c2a4f1b9d12"
    with pytest.raises(Refusal):
        desk.send("lead", "open_screening_record", {"site": "77"}, command_id=command_id)

    with pytest.raises(Refusal) as again:
        desk.send("lead", "open_screening_record", {"site": "77"}, command_id=command_id)

    assert again.value.code == "not_allowed"
    assert again.value.rule == "default-deny"
    refusals = [e for e in desk.store.ledger.page("access:T1") if e.frame.type == "command.refused.v1"]
    assert len(refusals) == 1
    assert refusals[0].fact.command == "open_screening_record"
    assert b"77" not in desk.store.ledger.stored_page("access:T1")[-1].entry.replace(refusals[0].body.salt, b"")


def test_a_refusal_where_no_trial_is_concerned_goes_to_the_system_ledger(desk: Desk) -> None:
    before = desk.size("system")

    with pytest.raises(Refusal):
        desk.send("lead", "register_person", {"person": "x", "printed_name": "X", "organisation": "O"}, trial=None)

    assert desk.size("system") == before + 1


def test_a_trial_nobody_registered_has_no_access_ledger_to_be_refused_in(desk: Desk) -> None:
    with pytest.raises(Refusal):
        desk.send("lead", "register_site", SITE, trial="T2")

    assert desk.size("access:T2") == 0


def test_a_future_time_is_refused_and_nothing_is_written(desk: Desk) -> None:
    sizes = {name: desk.size(name) for name in desk.store.ledger.ledgers()}

    with pytest.raises(InvalidInputError) as error:
        desk.send("lead", "register_site", SITE, occurred_at="2030-01-01T00:00:00+00:00[UTC]")

    assert error.value.code == "future_time"
    assert {name: desk.size(name) for name in desk.store.ledger.ledgers()} == sizes


@pytest.mark.parametrize("text", [None, "typo.", "n/a", "because"])
def test_a_command_that_needs_a_reason_takes_no_empty_one(desk: Desk, text: str | None) -> None:
    reason = {"code": "other"} if text is None else {"code": "other", "text": text}

    with pytest.raises(InvalidInputError) as error:
        desk.send("lead", "pause_trial", {"reason": reason})

    assert error.value.code == "reason_needed"


def test_the_words_of_a_reason_are_sealed(desk: Desk) -> None:
    desk.send(
        "lead", "register_site", {**SITE, "reason": {"code": "plan", "text": "The site was chosen by the board."}}
    )
    desk.send(
        "admin",
        "deactivate_person",
        {"person": "lead", "reason": {"code": "left", "text": "Left the company in March."}},
        trial=None,
    )

    entry = desk.store.ledger.stream("trial:T1/site/01")[0]
    assert entry.body.reason_text is not None
    assert desk.store.ports.opens.text(entry.body.reason_text) == "The site was chosen by the board."
    stored = b"".join(row.entry for name in ("trial:T1", "system") for row in desk.store.ledger.stored_page(name))
    assert b"chosen by" not in stored
    assert b"Left the company" not in stored


def test_the_performer_may_be_another_registered_person_or_unknown_but_nobody_unheard_of(desk: Desk) -> None:
    desk.send("lead", "register_site", SITE, performer={"person": "admin", "role": "administrator"})
    desk.send("lead", "register_site", {**SITE, "site": "02"}, performer={"person": None})

    with pytest.raises(Refusal) as refusal:
        desk.send("lead", "register_site", {**SITE, "site": "03"}, performer={"person": "nobody"})

    assert refusal.value.code == "unknown_performer"
    assert desk.store.ledger.stream("trial:T1/site/01")[0].body.performer.person == "admin"
    assert desk.store.ledger.stream("trial:T1/site/02")[0].body.performer.person is None


def test_who_has_no_account_is_refused(desk: Desk) -> None:
    with pytest.raises(Refusal) as refusal:
        desk.send("stranger", "register_site", SITE)

    assert refusal.value.rule == "account-must-be-open"


def test_two_conducts_over_one_store_see_each_others_entries(desk: Desk) -> None:
    other = Conduct(desk.store.ports)
    desk.send("lead", "register_site", SITE)

    with pytest.raises(Refusal) as refusal:
        other.carry_out(desk.envelope("register_site", SITE), desk.identity("lead"), trial="T1")

    assert refusal.value.code == "site_exists"


def test_commands_that_overtake_each_other_are_decided_again(desk: Desk) -> None:
    envelopes = [desk.envelope("register_site", {**SITE, "site": f"{n:02d}"}) for n in range(12)]
    conducts = [Conduct(desk.store.ports) for _ in range(4)]
    threads = [
        Thread(target=conducts[n % 4].carry_out, args=(envelope, desk.identity("lead")), kwargs={"trial": "T1"})
        for n, envelope in enumerate(envelopes)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(desk.store.ledger.stream(f"trial:T1/site/{n:02d}") for n in range(12))


def test_a_store_is_set_up_once(desk: Desk) -> None:
    with pytest.raises(InvalidInputError) as again:
        set_up(desk.store.ports, person="a", environment="demonstration", printed_name="A", organisation="O")

    assert again.value.code == "already_set_up"


def test_a_trial_registered_twice_is_refused(desk: Desk) -> None:
    with pytest.raises(Refusal) as refusal:
        desk.send("lead", "register_trial", REGISTRATION)

    assert refusal.value.code == "trial_exists"


def test_a_command_about_a_trial_names_one(desk: Desk) -> None:
    with pytest.raises(InvalidInputError) as error:
        desk.send("lead", "register_trial", REGISTRATION, trial=None)

    assert error.value.code == "trial_missing"
    assert desk.store.ledger.ledgers() == ["access:T1", "system", "trial:T1", "vault:T1"]


def test_a_fact_found_by_a_rule_names_what_caused_it(desk: Desk) -> None:
    desk.send("lead", "register_site", SITE)
    desk.hire("coordinator", "site_coordinator", ["01"])
    desk.send("coordinator", "open_screening_record", {"site": "01"})

    (opened,) = desk.store.ledger.stream("trial:T1/participant/001")
    deviations = [e for e in desk.store.ledger.page("trial:T1") if e.frame.type == "deviation.recorded.v1"]
    assert {e.fact.rule for e in deviations} == {"screening-before-opening", "site-not-active"}
    assert all(e.body.causation == opened.body.event_id and e.body.source_kind == "derived" for e in deviations)


def test_an_identity_keeps_its_session_and_originator(desk: Desk) -> None:
    identity = desk.identity("lead")._replace(originator="another program")
    desk.store.conduct.carry_out(desk.envelope("register_site", SITE), identity, trial="T1")

    body = desk.store.ledger.stream("trial:T1/site/01")[0].body
    assert (body.session, body.originator) == (identity.session, "another program")
