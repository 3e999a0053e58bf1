"""What a record leaves open, as questions with readings and never with a default."""

import pytest

from compliance.registry.questions import OpenQuestion, open_questions
from compliance.registry.read import read_record
from compliance.registry.record import RegistryRecord
from tests.registry.registry_files import Tree, protocol, put, record, seed_bytes, with_arms

DESIGN = "designModule.designInfo"
MASKING = f"{DESIGN}.maskingInfo"
DRUGS = with_arms(("Repaglinide", "repaglinide"), ("Placebo", "placebo"))


def asked(found: RegistryRecord) -> dict[str, OpenQuestion]:
    return {question.code: question for question in open_questions(found)}


def readings(found: RegistryRecord) -> tuple[str, ...]:
    return tuple(option for option in asked(found)["D1"].options if option[0] == "R" and option[2] == ":")


def own_record(tree: Tree) -> None:
    tree["derivedSection"] = {"miscInfoModule": {"versionHolder": "2024-01-03"}}


def test_the_seed_leaves_fifteen_design_questions_and_the_time_zone_open() -> None:
    questions = open_questions(read_record(seed_bytes()))

    assert [question.code for question in questions] == [*(f"D{number}" for number in range(1, 16)), "TZ"]


def test_each_question_of_the_seed_quotes_the_record_or_says_silent() -> None:
    text = seed_bytes().decode()
    questions = asked(read_record(seed_bytes()))

    assert questions.pop("D13").record_says in text
    for question in questions.values():
        assert question.record_says == "silent" or all(words in text for words in question.record_says.split("; "))


def test_the_ratio_and_strata_of_the_seed_are_not_stated() -> None:
    questions = asked(read_record(seed_bytes()))

    assert {code for code, question in questions.items() if question.record_says == "silent"} == {
        *("D2", "D3", "D7", "D8", "D9", "D10", "D11", "D12", "D14", "TZ")
    }
    assert questions["D5"].record_says == "DOUBLE"
    assert questions["D13"].record_says.startswith("Lupus nephritis (LN) group: (1)")
    assert questions["D15"].record_says == "30; ESTIMATED"


def test_the_seeds_groups_have_six_readings() -> None:
    found = readings(read_record(seed_bytes()))

    assert [option[:2] for option in found] == ["R1", "R2", "R3", "R4", "R5", "R6"]
    assert '"LN group" are allocated to it or to "the control group"' in found[2]
    assert '"the control group" is open only to those of "LN group": "SLE group"' in found[3]
    assert '"the control group" is open only to those of "SLE group": "LN group"' in found[4]


def test_no_group_is_taken_for_the_control_because_of_its_type() -> None:
    def a_placebo(tree: Tree) -> None:
        protocol(tree, "armsInterventionsModule")["armGroups"][0]["type"] = "PLACEBO_COMPARATOR"

    control = asked(record(a_placebo))["D6"]

    assert "PLACEBO_COMPARATOR" in control.record_says
    assert "No group is a control." in control.options


@pytest.mark.parametrize(
    ("conditions", "label"),
    [
        (["Asthma"], "Asthma patients"),
        (["Caries, Dental"], "Dental caries group"),
        (["Diabetes Mellitus, Type 2"], "Diabetes"),
        (["Atopic Dermatitis (AD)"], "AD arm"),
        (["Chronic Kidney Disease"], "CKD"),
    ],
)
def test_a_group_named_by_a_condition_or_its_abbreviation_raises_the_readings(
    conditions: list[str], label: str
) -> None:
    found = record(put("conditionsModule.conditions", conditions), with_arms((label, "one"), ("Others", "two")))

    assert len(readings(found)) == 6
    assert f'"{label}"' in readings(found)[2]


def test_groups_that_receive_the_same_product_raise_the_readings() -> None:
    found = record(with_arms(("Diabetic", "metformin"), ("Not diabetic", "metformin"), ("Placebo", "placebo")))

    assert '"Not diabetic" may be allocated to every group, all others to "Diabetic" or "Placebo"' in readings(found)[5]


@pytest.mark.parametrize(
    ("one", "other"), [("High-titre plasma", "Low-titre plasma"), ("Group 1", "Group 2"), ("Early", "Delayed")]
)
def test_groups_that_differ_by_dose_or_time_are_not_named_by_disease(one: str, other: str) -> None:
    assert readings(record(with_arms((one, "plasma"), (other, "plasma")))) == ()


@pytest.mark.parametrize("label", ["The group", "Asthma vaccine", "Group B", "Dry eye drops"])
def test_a_label_that_says_more_or_less_than_a_condition_is_not_named_by_it(label: str) -> None:
    found = record(
        put("conditionsModule.conditions", ["Asthma", "Bronchitis", "Dry Eye"]),
        with_arms((label, "one"), ("Placebo", "two")),
    )

    assert readings(found) == ()


def test_groups_without_interventions_share_no_product() -> None:
    def nothing(tree: Tree) -> None:
        tree["protocolSection"]["armsInterventionsModule"] = {"armGroups": [{"label": "Watch"}, {"label": "Wait"}]}

    assert readings(record(nothing)) == ()


@pytest.mark.parametrize("model", ["CROSSOVER", "SINGLE_GROUP"])
def test_where_everyone_receives_everything_the_readings_do_not_arise(model: str) -> None:
    assert readings(record(put(f"{DESIGN}.interventionModel", model))) == ()


def test_without_chance_the_question_is_by_what_rule() -> None:
    questions = asked(record(put(f"{DESIGN}.allocation", "NON_RANDOMIZED")))

    assert "The investigator chooses the group." in questions["D1"].options
    assert not {"D2", "D3", "D4", "D13", "D14"} & set(questions)


def test_an_open_trial_without_chance_asks_nothing_about_blinding() -> None:
    questions = asked(record(put(f"{DESIGN}.allocation", "NON_RANDOMIZED"), put(MASKING, {"masking": "NONE"})))

    assert list(questions) == ["D1", "D6", "D10", "D11", "D15", "TZ"]


def test_an_open_trial_by_chance_still_asks_who_keeps_the_list() -> None:
    questions = asked(record(put(MASKING, {"masking": "NONE"})))

    assert "D8" in questions
    assert not {"D5", "D7", "D9", "D12"} & set(questions)


def test_an_allocation_that_is_not_stated_is_asked_as_if_by_chance() -> None:
    def forget(tree: Tree) -> None:
        del protocol(tree, "designModule")["designInfo"]["allocation"]

    questions = asked(record(forget))

    assert {"D2", "D3", "D4"} <= set(questions)
    assert questions["D4"].record_says == "silent"


def test_one_group_needs_no_reading_ratio_or_control() -> None:
    def one_group(tree: Tree) -> None:
        del protocol(tree, "armsInterventionsModule")["armGroups"][1:]
        del protocol(tree, "designModule")["designInfo"]["allocation"]

    assert not {"D1", "D2", "D6", "D7"} & set(asked(record(one_group)))


def test_named_masked_roles_are_not_asked_again() -> None:
    found = record(put(f"{MASKING}.whoMasked", ["PARTICIPANT", "OUTCOMES_ASSESSOR"]))

    assert "D5" not in asked(found)


def test_a_ratio_in_words_is_quoted_and_still_asked() -> None:
    found = record(put(f"{DESIGN}.interventionModelDescription", "Randomised 2:1 to cells or control, visits at 8:30."))

    assert asked(found)["D2"].record_says.startswith("2:1")


def test_numbers_with_a_colon_that_no_ratio_is_spoken_of_are_not_quoted() -> None:
    assert asked(record(put(f"{DESIGN}.interventionModelDescription", "Dilution 1:10.")))["D2"].record_says == "silent"


@pytest.mark.parametrize(("stated", "says"), [(True, "true"), (False, "false")])
def test_what_the_record_says_of_a_committee_is_quoted(stated: bool, says: str) -> None:
    assert asked(record(put("oversightModule.oversightHasDmc", stated)))["D10"].record_says == says


def test_a_date_in_words_is_asked_and_a_written_one_is_not() -> None:
    found = record(
        put("statusModule.startDateStruct", {"date": "January 3, 2024"}),
        put("statusModule.completionDateStruct", {"date": "2025-01"}),
    )

    assert asked(found)["R1"].record_says == "January 3, 2024"
    assert "R2" not in asked(found)


def test_a_masking_described_in_words_is_asked_beside_the_list() -> None:
    found = record(
        put(f"{MASKING}.whoMasked", ["PARTICIPANT", "INVESTIGATOR"]),
        put(f"{MASKING}.maskingDescription", "The pharmacist knows."),
    )

    assert asked(found)["R1"].record_says == "PARTICIPANT, INVESTIGATOR; The pharmacist knows."


def test_groups_in_a_single_group_trial_are_asked() -> None:
    found = record(put(f"{DESIGN}.interventionModel", "SINGLE_GROUP"))

    assert asked(found)["R1"].title == "One group or several"


def test_chance_without_a_choice_is_asked() -> None:
    def one_group(tree: Tree) -> None:
        del protocol(tree, "armsInterventionsModule")["armGroups"][1:]

    assert asked(record(one_group))["R1"].record_says == "RANDOMIZED; SLE group"


def test_a_sponsor_whose_name_is_not_kept_is_asked() -> None:
    found = record(put("sponsorCollaboratorsModule.leadSponsor", {"name": "Example, Jo", "class": "INDIV"}))

    assert asked(found)["R1"].record_says == "INDIV"


def test_a_planned_number_of_nought_is_asked() -> None:
    assert asked(record(put("designModule.enrollmentInfo.count", 0)))["R1"].record_says == "0; ESTIMATED"


def test_silence_of_the_registry_itself_is_asked() -> None:
    def forget(tree: Tree) -> None:
        info = protocol(tree, "designModule")["designInfo"]
        del info["allocation"], info["interventionModel"]

    titles = [
        question.title for question in open_questions(record(own_record, forget, DRUGS)) if question.code[0] == "R"
    ]

    assert titles == ["Phase", "Primary outcomes", "Dates of the trial", "Allocation", "Intervention model"]


def test_what_the_registry_itself_states_is_not_asked() -> None:
    found = record(
        own_record,
        put("designModule.phases", ["NA"]),
        put("outcomesModule.primaryOutcomes", [{"measure": "Proteinuria"}]),
        put("statusModule.startDateStruct", {"date": "2018-03"}),
    )

    assert not [code for code in asked(found) if code[0] == "R"]
