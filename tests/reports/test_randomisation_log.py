"""The randomisation log, blinded form: what stands beside each allocation, and what never does."""

from typing import Any

import pytest

from compliance.reports.model import Body
from compliance.reports.randomisation_log import randomisation_log
from domain import streams
from domain.deviation.facts import DeviationClosed
from domain.participant.facts import ConsentWithdrawn
from domain.release.facts import ExclusionDecided
from domain.times import Occurred
from tests.projections import facts as told
from tests.projections.entries import TRIAL, at, sealed
from tests.projections.signed import signed
from tests.reports.materials import cells, material, said
from tests.reports.randomisation_story import Randomised, orderly

SAME_DAY = Occurred("2027-03-02[Asia/Shanghai]")
COLUMNS = {
    "position", "participant", "site", "reference", "randomised", "randomised_utc", "by", "stratum", "true_stratum",
    "eligibility_signature", "consent_check", "protocol_version", "list_version", "root", "root_check", "root_entry",
    "root_recorded", "errors", "handling", "kits",
}  # fmt: skip


def log(story: Randomised, **changes: Any) -> Body:
    return randomisation_log(material(story.trial.entries, story.vault.entries, **changes))


def rows(story: Randomised) -> dict[str, dict[str, str | None]]:
    return {row["participant"] or "": row for row in cells(log(story), "allocations")}


def attention(body: Body) -> dict[str, str]:
    return {one.sentence: one.severity for one in body.attention}


@pytest.mark.requirement("ST-02")
def test_every_column_that_an_inspector_asks_for_is_filled() -> None:
    story = orderly()

    body = log(story)

    first = cells(body, "allocations")[0]
    assert set(first) >= COLUMNS
    assert (first["participant"], first["site"], first["stratum"], first["by"]) == ("001", "01", "LN", "Coordinator Li")
    assert (first["reference"], first["kits"], first["errors"]) == ("R-001", "K-001", "none")
    assert (first["eligibility_signature"], first["consent_check"]) == ("signed", "given before")
    assert (first["root_check"], first["list_version"], first["protocol_version"]) == (
        "before enrolment",
        "1",
        "1.0",
    )
    assert (first["randomised"] or "").endswith("+08:00")
    assert (first["randomised_utc"] or "").endswith("Z")
    assert (first["eligibility"] or "").startswith("eligible: yes, by Dr Wu, entry ")
    assert (first["eligibility_signatures"] or "").startswith("signed by Dr Wu on ")
    assert (first["consent"] or "").startswith("icf 1.0, 2027-03-02T")
    committed = next(e for e in story.trial.entries if e.frame.type == "randomisation.committed.v2")
    assert (first["root"], first["root_entry"]) == (committed.fact.root, str(committed.frame.position))
    assert body.answer == (
        f"3 allocations at 2 sites; the lists were committed at entry {committed.frame.position}, before any enrolment "
        "shown; no error is recorded around them."
    )
    assert body.attention == ()
    assert body.blinding_class == "BLINDED"


@pytest.mark.requirement("E6-08")
def test_neither_arm_nor_anything_of_the_vault_stands_in_it() -> None:
    story = orderly()
    vault = story.lists[1, "LN"]

    body = log(story)

    assert [source.ledger for source in body.sources] == [f"trial:{TRIAL}"]
    assert body.entries_read == len(story.trial.entries)
    for telling in ('"x1', '"x2', "Brindlewick", "Umberlynx", "permuted", "sizes", vault.seed.hex()):
        assert telling not in said(body)
    assert body == randomisation_log(material(story.trial.entries))


def test_commitments_stand_with_their_steps_in_order() -> None:
    (row,) = cells(log(orderly()), "commitments")

    assert (row["order"], row["when"], row["scheme"], row["ratio"]) == (
        "in order",
        "before any enrolment",
        "rand/v1",
        "2:1",
    )
    assert (row["strata"], row["allocated"]) == ("LN (cap 2) and SLE (cap 2)", "3")
    assert (row["revealed"] or "").startswith("Name of u50 (entry ")
    assert (row["shares"] or "").count("entry") == 2
    assert (row["design"] or "").endswith("(entry 2)")


def test_a_new_design_after_allocations_is_a_later_version_and_old_ones_keep_theirs() -> None:
    story = orderly()
    story.screen("004")
    story.decide("004")
    story.enrol("004")
    story.commit("LN", "SLE")
    story.allocate("004")

    body = log(story)

    versions = [(row["version"], row["when"], row["allocated"]) for row in cells(body, "commitments")]
    assert versions == [("1", "before any enrolment", "3"), ("2", "later", "1")]
    told_of = rows(story)
    assert (told_of["001"]["list_version"], told_of["004"]["list_version"]) == ("1", "2")
    assert told_of["004"]["root_check"] == "before allocation"
    assert "2 commitments in all" in body.answer


def test_an_error_stands_with_the_truth_its_deviation_and_how_it_was_handled() -> None:
    story = orderly()
    own = told.person("001")
    found = story.trial.write(own, told.error("wrong_stratum", stratum_used="LN", true_stratum="SLE"))
    story.trial.write(own, told.error("duplicate_person", other_participant="002"))
    story.trial.write(own, told.error("ineligible"))
    for deviation, rule in (("V1", "allocation-error"), ("V2", "something-else"), ("V3", "allocation-error")):
        fact = told.deviated(deviation=deviation, important=True, participant="001", rule=rule)
        story.trial.write(streams.deviation(TRIAL, deviation), fact)
    story.trial.write(streams.deviation(TRIAL, "V3"), DeviationClosed(action=sealed()))
    left_out = ExclusionDecided(analysis_set="per_protocol", participant="001", rationale=sealed())
    story.trial.write(streams.analysis_sets(TRIAL), left_out)

    body = log(story)

    first = rows(story)["001"]
    assert first["errors"] == "wrong stratum (true stratum SLE); duplicate person (other participant 002); ineligible"
    assert (first["stratum"], first["true_stratum"]) == ("LN", "SLE")
    assert first["handling"] == (
        "allocation and stratum used stay; deviation V1 open; deviation V3 closed; left out of the per protocol set; "
        "treatment not started, follow-up in"
    )
    errors = cells(body, "errors")
    assert [(row["error"], row["true_stratum"], row["other"]) for row in errors] == [
        ("wrong stratum", "SLE", None),
        ("duplicate person", None, "002"),
        ("ineligible", None, None),
    ]
    assert errors[0]["entry"] == str(found.frame.position)
    assert attention(body)["1 allocation with an error around it."] == "important"
    assert attention(body)["3 errors of somebody left out of an analysis set."] == "to note"
    assert "1 allocation with an error around it." in body.answer


def test_consent_is_checked_against_the_allocation_and_an_unknown_order_is_not_assumed_good() -> None:
    story = Randomised()
    story.commit("LN")
    story.whole("001")
    late = at("2027-03-05")
    story.screen("002", at=SAME_DAY)
    story.screen("003", consented=False)
    story.screen("004", at=late)
    for number in ("005", "006"):
        story.screen(number)
        story.trial.write(told.person(number), ConsentWithdrawn(scopes=("treatment",)))
    story.trial.write(told.person("006"), told.consent())
    for number in ("002", "003", "004", "005", "006"):
        story.decide(number)
        story.enrol(number)
        story.allocate(number)

    body = log(story)

    assert {number: row["consent_check"] for number, row in rows(story).items()} == {
        "001": "given before",
        "002": "order unknown",
        "003": "none recorded",
        "004": "not before",
        "005": "withdrawn before",
        "006": "given before",
    }
    assert rows(story)["003"]["consent"] is None
    assert attention(body)["3 allocations without consent given before, or after it was withdrawn."] == "serious"
    assert attention(body)["1 allocation whose order to consent is unknown."] == "important"
    assert attention(body)["More than the cap were allocated in LN."] == "important"


def test_what_is_unsigned_undecided_or_decided_otherwise_needs_attention() -> None:
    story = Randomised()
    story.commit("LN")
    for number in ("001", "002", "003", "004", "005"):
        story.screen(number)
    story.decide("001", sign=False)
    story.decide("002", eligible=False)
    story.decide("004")
    replaced = story.decide("005", sign=False)
    for number in ("001", "002", "003", "004", "005"):
        story.enrol(number)
        story.allocate(number)
    story.decide("004", eligible=False)
    story.decide("005", eligible=False)
    del replaced

    body = log(story)

    standing = {number: row["eligibility_signature"] for number, row in rows(story).items()}
    assert standing == {"001": "owed", "002": "signed", "003": "no decision", "004": "decided anew since", "005": None}
    assert rows(story)["003"]["eligibility"] is None
    assert attention(body)["2 allocations without a decision that the participant is eligible."] == "serious"
    assert attention(body)["2 allocations whose eligibility decision has no signature that stands."] == "important"


def test_a_signature_that_was_taken_into_question_is_shown_as_it_stands() -> None:
    story = Randomised()
    story.commit("LN")
    story.screen("001")
    signature = story.decide("001")
    story.enrol("001")
    story.allocate("001")
    broken = {(f"trial:{TRIAL}", signature.frame.position): "The seal is not over what stands here."}

    (row,) = cells(log(story, broken=broken), "allocations")

    assert row["eligibility_signature"] == "signature broken"


@pytest.mark.requirement("ST-02")
def test_i2_a_root_that_was_not_public_before_is_a_visible_failure() -> None:
    story = Randomised()
    story.screen("001")
    story.decide("001")
    story.enrol("001")
    story.commit("LN")
    story.allocate("001")
    story.screen("002")
    story.trial.write(told.person("002"), told.allocated(number="R-002"))

    body = log(story)

    assert [row["root_check"] for row in cells(body, "allocations")] == ["before allocation", "no such root"]
    assert cells(body, "allocations")[1]["list_version"] is None
    assert cells(body, "commitments")[0]["when"] == "too late"
    assert attention(body)["1 allocation under a root that was not public before."] == "serious"
    assert attention(body)["The first root was committed after an enrolment."] == "serious"
    assert attention(body)["1 allocation without an enrolment of its own."] == "serious"
    assert "NOT before the first enrolment" in body.answer


def test_a_commitment_after_the_allocation_and_out_of_order_is_a_visible_failure() -> None:
    story = Randomised()
    story.commit("LN")
    story.whole("001")
    entries = list(story.trial.entries)
    place = next(number for number, one in enumerate(entries) if one.frame.type == "randomisation.committed.v2")
    moved = story.trial.write(streams.randomisation(TRIAL), entries[place].fact)
    declared = next(one for one in entries if one.frame.type == "randomisation.design_declared.v1")
    entries = [one for one in entries if one is not declared and one is not entries[place]] + [moved]

    body = randomisation_log(material(entries))

    assert cells(body, "allocations")[0]["root_check"] == "after allocation"
    assert cells(body, "commitments")[0]["order"] == "not in order"
    assert cells(body, "commitments")[0]["design"] is None
    assert attention(body)["Design, shares and root of version 1 are not in order."] == "serious"


def test_a_trial_without_lists_and_one_without_entries_say_so() -> None:
    story = Randomised()

    assert log(story).answer == "0 allocations at 0 sites; no list is committed; no error is recorded around them."
    assert randomisation_log(material(())).pictures == ()


def test_places_and_allocations_are_pooled_and_a_curve_shows_both() -> None:
    body = log(orderly())

    strata = {(row["stratum"], row["site"]): row["allocated"] for row in cells(body, "strata")}
    assert strata == {("LN", "all sites"): "2", ("LN", "01"): "2", ("SLE", "all sites"): "1", ("SLE", "02"): "1"}
    assert [figure.value for figure in body.figures] == ["3", "4", "0", "1", "0", "3"]
    (picture,) = body.pictures
    assert "allocated 3" in picture.svg
    assert cells(body, "allocated-by-day")[-1] == {"day": "2027-03-02", "allocated": "3", "target": "4"}


def test_a_site_reader_sees_no_target_of_the_whole_trial_in_the_curve() -> None:
    body = log(orderly(), sites=frozenset({"01"}))

    assert "site 01 only" in body.title
    assert cells(body, "allocated-by-day")[-1]["target"] is None


def test_as_true_on_an_earlier_day_later_allocations_are_not_there() -> None:
    story = orderly()
    story.trial.turn_to("2027-04-01")
    story.whole("004")

    earlier = log(story, true=at("2027-03-10").earliest, true_on="on that day")

    assert len(cells(earlier, "allocations")) == 3
    assert len(cells(log(story), "allocations")) == 4


def test_an_allocation_whose_claimed_time_is_a_day_has_no_time_in_utc() -> None:
    story = Randomised()
    story.commit("LN")
    story.whole("001", at=SAME_DAY)

    (row,) = cells(log(story), "allocations")

    assert (row["randomised"], row["randomised_utc"], row["consent_check"]) == ("2027-03-02", None, "order unknown")


def test_a_second_signature_on_a_decision_stands_beside_the_first() -> None:
    story = Randomised()
    story.commit("LN")
    story.screen("001")
    decision = story.decide("001", sign=False)
    for _ in range(2):
        signed(story.trial, decision)
    story.enrol("001")
    story.allocate("001")

    (row,) = cells(log(story), "allocations")

    assert (row["eligibility_signatures"] or "").count("signed by Dr Wu") == 2
