"""Signing what an entry asks for: by whom, over what, once; superseded, taken back, signed by a successor."""

from datetime import UTC
from typing import Any
from uuid import UUID

import pytest

from domain import streams
from domain.adverse_event.commands import AssessCausality, AssessSeriousness
from domain.command import Reason
from domain.deviation.commands import RecordDeviation
from domain.participant.eligibility import DecideEligibility
from domain.participant.facts import EligibilityDecided
from domain.participant.screening import RecordFact
from domain.record import Entry
from domain.session.facts import SigningOpened
from domain.signature.commands import WithdrawSignature
from domain.signature.facts import SignatureMade
from domain.signature.meanings import ATTESTATIONS
from domain.signature.signed import signed_by
from domain.site.commands import DelegateTasks
from tests.domain.corrections_story import correcting, last_of, voiding
from tests.domain.harness import (
    COORDINATOR,
    INVESTIGATOR,
    MEDICAL_MONITOR,
    SUB_INVESTIGATOR,
    TRIAL,
    World,
    on,
    persona,
)
from tests.domain.safety_story import reporting
from tests.domain.signing_story import (
    SHOWN,
    can_sign,
    decided_unsigned,
    decision,
    made,
    need_of,
    reviewing,
    signed,
    signing,
    stream_of,
    unsigned,
)
from tests.domain.story import (
    DAY,
    SITE,
    decided,
    measured,
    registered,
)

RECORD = "participant/001"
LEFT = Reason(code="left", text="Left the hospital at the end of May.")
MISTAKE = Reason(code="mistake", text="Signed before reading the last page.")
SECOND_INVESTIGATOR = persona("investigator-02", "investigator")
MONITOR = persona("cra-01", "monitor", "CRO")


@pytest.fixture
def world() -> World:
    return decided_unsigned()


@pytest.mark.requirement("P11-18")
def test_a_signature_holds_name_time_on_both_clocks_and_meaning_over_the_record_as_displayed(world: World) -> None:
    at = world.now

    entries = world.when(signing(world, RECORD, decision(world)))

    fact = made(entries)
    assert entries[0].frame.stream == streams.signatures(stream_of(RECORD))
    assert (fact.printed_name, fact.signer) == (INVESTIGATOR.printed_name, INVESTIGATOR.person)
    assert (fact.signed_at, fact.signed_at.tzinfo, fact.local_offset) == (at, UTC, "+08:00")
    assert (fact.meaning, fact.attestation) == ("responsibility", ATTESTATIONS["responsibility"])
    assert (fact.stream, fact.version) == (stream_of(RECORD), len(world.entries[stream_of(RECORD)]))
    assert (fact.record_digest, fact.display_digest) == (world.root(stream_of(RECORD)), SHOWN)
    assert fact.purpose == f"eligibility/{decision(world)}"
    assert fact.seal == world.signs(signed_by(fact, streams.trial_ledger(TRIAL)))
    assert (fact.key, fact.successor_of) == (world.signs.key, None)


def test_the_local_offset_is_that_of_the_zone_in_which_it_was_signed(world: World) -> None:
    fact = made(world.when(signing(world, RECORD, decision(world)), occurred=on("2027-03-03T03:00", "Europe/Berlin")))

    assert fact.local_offset == "+01:00"


@pytest.mark.requirement("P11-18")
@pytest.mark.parametrize("missing", ["printed_name", "signed_at", "local_offset", "meaning", "attestation", "signer"])
def test_a_signature_without_one_of_its_parts_cannot_be_made(world: World, missing: str) -> None:
    fact = signed(world)
    parts: dict[str, Any] = {name: getattr(fact, name) for name in SignatureMade.__struct_fields__ if name != missing}

    with pytest.raises(TypeError, match=missing):
        SignatureMade(**parts)


def test_the_first_signing_of_a_session_is_an_event_of_that_session(world: World) -> None:
    first = world.when(signing(world, RECORD, decision(world)))
    second = world.when(reviewing(world, "protocol"))

    opened = [entry for entry in first if isinstance(entry.fact, SigningOpened)]
    assert [entry.frame.stream for entry in opened] == [streams.session("session-investigator-01")]
    assert (made(first).first_in_session, made(second).first_in_session) == (True, False)


def test_what_was_not_displayed_is_not_signed(world: World) -> None:
    stale = signing(world, RECORD, decision(world))
    other = stale.model_copy(update={"record_digest": "0" * 64})
    beyond = signing(world, RECORD, decision(world), version=len(world.entries[stream_of(RECORD)]) + 1)

    assert world.refuses(other).code == "record_moved_on"
    assert world.refuses(beyond).code == "record_moved_on"
    world.when(RecordFact(fact="weight", participant="001", value=measured("70", "kg")))
    assert made(world.when(stale)).version == len(world.entries[stream_of(RECORD)]) - 1


@pytest.mark.requirement("P11-18")
def test_the_words_shown_must_be_those_of_the_meaning_and_the_meaning_the_one_asked_for(world: World) -> None:
    wish = signing(world, RECORD, decision(world))

    altered = wish.model_copy(update={"attestation": "I had a look at it."})
    other = signing(world, RECORD, decision(world), meaning="review")

    assert world.refuses(altered).code == "attestation_differs"
    assert world.refuses(other).code == "other_meaning"


def test_nobody_signs_what_another_did(world: World) -> None:
    can_sign(world, SUB_INVESTIGATOR)

    assert world.refuses(signing(world, RECORD, decision(world)), by=SUB_INVESTIGATOR).code == "not_yours_to_sign"


def test_what_is_signed_and_unaltered_is_not_signed_again(world: World) -> None:
    signed(world)

    assert world.refuses(signing(world, RECORD, decision(world))).code == "already_signed"


def test_what_asks_for_no_signature_cannot_be_signed(world: World) -> None:
    consent = world.entries[stream_of(RECORD)][1]

    assert world.refuses(signing(world, RECORD, consent)).code == "nothing_to_sign"
    assert world.refuses(signing(world, RECORD, UUID(int=1))).code == "nothing_to_sign"
    assert world.refuses(signing(world, "participant/099", UUID(int=1), version=1)).code == "record_moved_on"


def test_a_record_of_a_trial_that_is_not_here_cannot_be_signed() -> None:
    world = World()

    assert world.refuses(signing(world, "trial", UUID(int=1), version=1)).code == "no_such_trial"


def test_what_was_shown_before_the_act_came_to_be_is_not_its_signature(world: World) -> None:
    before = len(world.entries[stream_of(RECORD)]) - 1

    assert world.refuses(signing(world, RECORD, decision(world), version=before)).code == "nothing_to_sign"


def test_a_corrected_record_is_signed_again_as_it_now_stands(world: World) -> None:
    signed(world)
    seen = signing(world, RECORD, decision(world))
    world.when(correcting(world.participant().known["age"].event))

    assert world.refuses(seen).code == "nothing_to_sign"
    assert signed(world).version == len(world.entries[stream_of(RECORD)])
    assert world.refuses(signing(world, RECORD, decision(world))).code == "already_signed"


def test_a_decision_that_another_took_the_place_of_is_not_signed_any_more(world: World) -> None:
    first = decision(world)
    unsigned(world, DecideEligibility(eligible=True, participant="001"))

    assert world.refuses(signing(world, RECORD, first)).code == "nothing_to_sign"
    assert signed(world).purpose == f"eligibility/{decision(world)}"


@pytest.fixture
def serious(world: World) -> World:
    """A serious case that the investigator has judged."""
    world.when(reporting(case="AE-1", serious=True))
    unsigned(world, AssessSeriousness(case="AE-1", serious=True))
    unsigned(world, AssessCausality(case="AE-1", related=True))
    return world


@pytest.mark.parametrize("kind", ["seriousness", "causality"])
def test_a_serious_case_is_signed_by_a_medically_qualified_investigator_alone(serious: World, kind: str) -> None:
    need = need_of(serious, "adverse-event/AE-1", kind)
    wish = signing(serious, "adverse-event/AE-1", need.entry)
    as_coordinator = INVESTIGATOR._replace(role="site_coordinator")

    refused = serious.refuses(wish, by=as_coordinator)

    assert (refused.code, refused.rule) == ("not_qualified", "signer-is-qualified")
    assert "investigator or sub_investigator" in refused.next_step
    assert made(serious.when(wish, by=INVESTIGATOR._replace(role="sub_investigator"))).purpose == need.purpose


def test_a_delegation_is_signed_by_the_principal_investigator_alone(world: World) -> None:
    delegating = DelegateTasks(
        delegate="nurse", delegate_role="site_coordinator", site=SITE, starts=DAY, tasks=("visits",)
    )
    delegation = unsigned(world, delegating)
    wish = signing(world, f"site/{SITE}", delegation)

    assert world.refuses(wish, by=INVESTIGATOR._replace(role="sub_investigator")).code == "not_qualified"
    assert made(world.when(wish)).purpose == f"delegation/{delegation.body.event_id}"


@pytest.mark.parametrize(
    ("record", "site", "scope"),
    [
        ("participant/001", SITE, "participant:T1/001"),
        ("adverse-event/AE-1", SITE, "participant:T1/001"),
        ("site/01", SITE, "trial:T1"),
        ("deviation/none", None, "trial:T1"),
        ("trial", None, "trial:T1"),
        ("protocol", None, "trial:T1"),
        ("participant/099", None, "participant:T1/099"),
    ],
)
def test_signing_concerns_the_site_whose_record_it_is_and_the_key_of_whom_it_is_about(
    serious: World, record: str, site: str | None, scope: str
) -> None:
    wish = WithdrawSignature(reason=MISTAKE, record=record, signature="s1")
    room = serious.room(wish)

    assert (wish.concerned_site(room), wish.key_scope(room)) == (site, scope)
    given = serious.given(wish, INVESTIGATOR, serious.claimed(None), serious.performer(INVESTIGATOR), room)
    assert wish.version_in_force(given, room) == (None if site is None else "1")


def test_a_deviation_at_a_site_that_is_about_nobody_is_that_sites(world: World) -> None:
    (entry, *_) = world.when(
        RecordDeviation(description="The fridge was too warm.", rule="storage", site=SITE), by=COORDINATOR
    )
    wish = WithdrawSignature(reason=MISTAKE, record=entry.frame.stream.partition("/")[2], signature="s1")

    assert wish.concerned_site(world.room(wish)) == SITE


def test_a_decision_of_the_trial_is_signed_by_each_approver() -> None:
    world = World()
    world.signs_itself = False
    can_sign(registered(world, "ratio"), MEDICAL_MONITOR)
    decided(world, "ratio")
    approvals: list[Entry] = [e for e in world.entries[stream_of("trial")] if e.body.actor == MEDICAL_MONITOR.person]

    fact = made(world.when(signing(world, "trial", approvals[0]), by=MEDICAL_MONITOR))

    assert (fact.stream, fact.meaning) == (stream_of("trial"), "approval")


def test_what_a_void_left_out_is_not_there_to_be_signed(world: World) -> None:
    target = last_of(world, EligibilityDecided).body.event_id
    world.when(voiding(target))

    assert world.refuses(signing(world, RECORD, target)).code == "nothing_to_sign"
