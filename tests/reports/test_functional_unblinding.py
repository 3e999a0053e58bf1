"""The functional-unblinding list: a feature that separates the arms is found, one that does not is not flagged."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from compliance.reports.functional_known import visible
from compliance.reports.functional_unblinding import LIMITS, functional_unblinding, looked_at
from compliance.reports.model import Body
from domain import streams
from domain.adverse_event.facts import AdverseEventCoded, CausalityAssessed, SeriousnessAssessed
from domain.eligibility.rule import Dated, Stated
from domain.participant.conduct_facts import FollowUpChanged, TreatmentGiven, TreatmentStateChanged, VisitRecorded
from domain.times import Occurred
from domain.values import PartialDate
from tests.projections import facts as told
from tests.projections.entries import TRIAL, at, sealed
from tests.reports.materials import cells, material
from tests.reports.randomisation_story import Randomised

NUMBERS = tuple(f"{number:03d}" for number in range(1, 13))


def allocated(count: int = 12) -> tuple[Randomised, dict[str, str]]:
    """So many participants of one list, each in the arm that it gave."""
    story = Randomised()
    story.commit("LN")
    arms = {number: story.whole(number) for number in NUMBERS[:count]}
    return story, arms


def listing(story: Randomised, **changes: Any) -> Body:
    return functional_unblinding(material(story.trial.entries, story.vault.entries, **changes))


def features(story: Randomised, **changes: Any) -> dict[str, dict[str, str | None]]:
    return {row["feature"] or "": row for row in cells(listing(story, **changes), "features")}


def in_arm(arms: dict[str, str], arm: str, do: Callable[[str], object]) -> None:
    for number, given in arms.items():
        if given == arm:
            do(number)


@pytest.mark.requirement("E6-08")
def test_a_feature_of_one_arm_alone_is_said_to_tell_with_its_counts_and_exact_p() -> None:
    story, arms = allocated()

    def infused(number: str) -> None:
        story.trial.write(told.case(f"A{number}"), told.reported(case=f"A{number}", participant=number))

    in_arm(arms, "x1", infused)

    body = listing(story)

    row = features(story)["any case"]
    assert (row["flag"], row["p"]) == ("tells", "0.0020")  # 1 in C(12, 4) = 495 ways
    assert (row["arm_1"], row["arm_2"]) == ("8 of 8", "0 of 4")
    assert body.blinding_class == "UNBLINDED"
    assert body.attention[0].severity == "serious"
    assert [one.row for one in body.attention[0].rows] == [
        str(number) for number, one in enumerate(cells(body, "features"), 1) if one["flag"] == "tells"
    ]
    assert cells(body, "arms") == [
        {"arm": "x1", "label": "Brindlewick", "allocated": "8"},
        {"arm": "x2", "label": "Umberlynx", "allocated": "4"},
    ]


def test_a_feature_spread_over_the_arms_is_no_sign_and_the_limits_are_said() -> None:
    story, arms = allocated()
    one_of_each = [next(number for number, arm in arms.items() if arm == given) for given in ("x1", "x2")]
    for number in one_of_each:
        story.trial.write(told.person(number), VisitRecorded(done=False, visit="V1"))

    body = listing(story)

    row = features(story)["V1 recorded"]
    assert (row["flag"], row["arm_1"], row["arm_2"]) == ("no sign", "1 of 8", "1 of 4")
    (table,) = (one for one in body.tables if one.id == "features")
    assert table.note == LIMITS
    assert body.attention == ()
    assert "Few participants and many looks" in body.answer


def test_what_is_found_in_one_arm_only_is_noted_and_what_separates_is_important() -> None:
    story, arms = allocated()
    first, second, third = [number for number, arm in arms.items() if arm == "x2"][:3]
    for number in (first, second):
        story.trial.write(told.person(number), TreatmentStateChanged(state="interrupted"))
    for number in (first, second, third):
        story.trial.write(told.person(number), TreatmentStateChanged(state="stopped"))

    body = listing(story)

    rows = features(story)
    assert (rows["interrupted"]["flag"], rows["interrupted"]["p"]) == ("one arm only", "0.0909")
    assert (rows["stopped"]["flag"], rows["stopped"]["p"]) == ("separates", "0.0182")
    assert [one.severity for one in body.attention] == ["important", "to note"]


def test_everything_that_a_blinded_reader_sees_is_looked_at() -> None:
    story, _ = allocated(4)
    own = told.person("001")
    write = story.trial.write
    write(told.case("A1"), told.reported(case="A1", participant="001", serious=None, criteria=()))
    write(told.case("A1"), AdverseEventCoded(code="10016558", dictionary="MedDRA", dictionary_version="27"))
    write(told.case("A1"), CausalityAssessed(related=True, side="investigator"))
    write(told.case("A1"), SeriousnessAssessed(criteria=(), serious=True, side="investigator"))
    mild = told.reported(case="A2", participant="002", serious=False, criteria=(), severity=None)
    write(told.case("A2"), mild)
    write(own, TreatmentGiven(dose=1, randomisation_number=None), at("2027-03-04", "15:30:00"))
    write(told.person("002"), TreatmentGiven(dose=1, randomisation_number=None), at("2027-03-03", "08:00:00"))
    write(told.person("003"), TreatmentGiven(dose=1, randomisation_number=None), Occurred("2027-03[Asia/Shanghai]"))
    write(own, TreatmentGiven(dose=2, randomisation_number=None), at("2027-03-11"))
    write(own, TreatmentStateChanged(state="completed"))
    write(own, FollowUpChanged(state="lost"))
    write(own, told.vital("dead", "2027-04-01"))
    write(own, VisitRecorded(done=False, visit="V1"), at("2027-03-09"))
    write(told.person("002"), VisitRecorded(done=True, visit="V1"), at("2027-03-05"))
    write(own, told.known("creatinine", told.measured("1.9")))
    write(told.person("002"), told.known("creatinine", told.measured("1.1")))
    write(own, told.chosen("sample", "taken"))
    write(own, told.known("well", Stated(holds=False)))
    write(told.person("002"), told.known("well", Stated(holds=True)))
    write(own, told.known("relapse", Dated(date=PartialDate("2027-04"))))
    write(streams.unblinding(TRIAL, "U1"), told.asked(participant="001"))
    story.give("001", "K1", None)

    rows = features(story)

    assert {
        "any case", "severity severe", "called serious by anybody", "called related by anybody", "outcome unknown",
        "coded MedDRA 10016558", "term: words of a sealed text", "number of cases above the median of all",
        "completed", "no dose recorded", "number of doses above the median of all",
        "hours from allocation to first dose above the median of all",
        "time of day of the first dose above the median of all", "lost", "died",
        "V1 recorded", "V1 not done", "hours from allocation to V1 above the median of all",
        "creatinine recorded", "creatinine (mg/dL) above the median of all", "well: yes", "well: no",
        "sample recorded", "relapse recorded", "kits handed out above the median of all",
        "entries recorded above the median of all", "unblinding.requested.v1",
    } <= set(rows)  # fmt: skip
    assert "sample: taken" not in rows, "everybody of whom it is recorded has it"
    assert all(row["arm_1"] for row in rows.values())


def test_what_was_recorded_before_the_allocation_cannot_depend_on_it_and_is_left_out() -> None:
    story = Randomised()
    story.commit("LN")
    for number in ("001", "002"):
        story.screen(number)
        story.decide(number)
        story.enrol(number)
    story.trial.write(told.person("001"), VisitRecorded(done=True, visit="V0"))
    story.trial.write(told.person("001"), told.known("creatinine", told.measured("1.9")))
    story.trial.write(told.case("A1"), told.reported(case="A1", participant="001"))
    for number in ("001", "002"):
        story.allocate(number)
    story.trial.write(told.case("A9"), AdverseEventCoded(code="1", dictionary="D", dictionary_version="1"))
    story.trial.write(told.TRIAL_STREAM, told.question())

    assert set(features(story)) == {"a sealed text of another length than its field has"}


@pytest.mark.requirement("E6-08")
def test_a_sealed_text_of_another_length_is_never_allowed_whatever_the_counts() -> None:
    story, arms = allocated()
    for number in arms:
        text = sealed(1024)
        longer = replace(text, ciphertext=text.ciphertext * 2) if number == "003" else text
        story.trial.write(
            told.person(number), VisitRecorded(done=True, visit="V1"), reason_code="x", reason_text=longer
        )

    row = features(story)["a sealed text of another length than its field has"]

    assert row["flag"] == "never allowed"
    assert {row["arm_1"], row["arm_2"]} <= {"1 of 8", "0 of 8", "1 of 4", "0 of 4"}


def test_texts_of_one_length_are_looked_at_and_found_in_order() -> None:
    story, arms = allocated()
    for number in arms:
        story.trial.write(
            told.person(number), VisitRecorded(done=True, visit="V1"), reason_code="x", reason_text=sealed()
        )

    assert features(story)["a sealed text of another length than its field has"]["flag"] == "no sign"


def test_nothing_that_is_printed_of_it_tells_an_arm() -> None:
    story, arms = allocated()
    in_arm(arms, "x1", lambda number: story.trial.write(told.person(number), FollowUpChanged(state="lost")))
    seen = visible(material(story.trial.entries, story.vault.entries))

    printed = repr((seen, looked_at(seen)))

    assert not {word for word in ("'x1'", "'x2'", "8 of 8", "(8, 0)", "Brindlewick") if word in printed}


def test_without_a_vault_there_is_nobody_to_look_at() -> None:
    story, _ = allocated(2)

    body = functional_unblinding(material(story.trial.entries))

    assert body.answer.startswith("1 feature of 0 allocated participants looked at; 0 stand out")
    assert cells(body, "arms") == []


def test_an_arm_of_no_list_stands_last_under_its_own_id() -> None:
    story, _ = allocated(3)
    place = next(n for n, one in enumerate(story.vault.entries) if one.frame.type == "list.slot_drawn.v2")
    entry = story.vault.entries[place]
    fact = replace(entry.fact, arm="a9")
    story.vault.entries[place] = replace(entry, body=replace(entry.body, payload=fact))

    assert [row["label"] for row in cells(listing(story), "arms")][-1] is None
    assert [row["arm"] for row in cells(listing(story), "arms")][-1] == "a9"
