"""Which files are read as a record, which are refused, and under which code and place."""

import json

import pytest

from compliance.registry.read import read_record
from compliance.registry.strict_json import MAX_BYTES
from domain.errors import InvalidInputError
from tests.registry.registry_files import Tree, as_bytes, changed, protocol, put, record, seed_bytes, seed_tree

MASKING = "designModule.designInfo.maskingInfo"


def refusal(raw: bytes) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as refused:
        read_record(raw)
    assert refused.value.next_step
    return refused.value


def test_the_seed_record_is_kept_as_stated() -> None:
    found = read_record(seed_bytes())

    assert found.nct_id == "NCT03458156"
    assert found.organisation_study_id == "DalianMU_JL_002"
    assert found.overall_status == "UNKNOWN"
    assert found.conditions == ("Lupus Nephritis",)
    assert (found.enrolment_count, found.enrolment_type) == (30, "ESTIMATED")
    assert [arm.type for arm in found.arm_groups] == ["EXPERIMENTAL"] * 3
    assert found.arm_groups[0].intervention_names == ("Biological: SLE group",)
    assert (found.sex, found.healthy_volunteers, found.locations_count) == ("ALL", False, 0)


def test_what_the_seed_record_does_not_state_is_none_and_listed() -> None:
    found = read_record(seed_bytes())

    assert (found.who_masked, found.phases, found.data_date, found.primary_outcomes) == (None, None, None, None)
    assert found.dates == ()
    assert {(warning.code, warning.field.rpartition(".")[2]) for warning in found.warnings} == {
        ("not_stated", "whoMasked"),
        ("not_stated", "phases"),
        ("not_stated", "versionHolder"),
        ("not_stated", "primaryOutcomes"),
        ("not_stated", "statusModule"),
    }


def test_ages_keep_number_unit_and_words() -> None:
    found = record(put("eligibilityModule.minimumAge", "6 Months"))

    assert found.minimum_age is not None
    assert found.maximum_age is not None
    assert (found.minimum_age.number, found.minimum_age.unit, found.minimum_age.verbatim) == (6, "MONTHS", "6 Months")
    assert (found.maximum_age.number, found.maximum_age.unit) == (60, "YEARS")


def test_an_age_limit_that_does_not_apply_is_none() -> None:
    assert record(put("eligibilityModule.maximumAge", "N/A")).maximum_age is None


def test_a_byte_order_mark_before_the_record_is_no_fault() -> None:
    assert read_record(b"\xef\xbb\xbf" + seed_bytes()).nct_id == "NCT03458156"


def test_a_record_with_every_field_keeps_them() -> None:
    found = record(
        put("designModule.phases", ["PHASE1", "PHASE2"]),
        put(f"{MASKING}.whoMasked", ["PARTICIPANT", "INVESTIGATOR"]),
        put("oversightModule.oversightHasDmc", True),
        put("outcomesModule.primaryOutcomes", [{"measure": "Proteinuria", "timeFrame": "6 months"}]),
        put("contactsLocationsModule.locations", [{"city": "Dalian"}, {"city": "Beijing"}]),
        put("statusModule.startDateStruct", {"date": "2018-03-01", "type": "ESTIMATED"}),
        put("statusModule.lastUpdateSubmitDate", "2018"),
        lambda tree: tree.update(derivedSection={"miscInfoModule": {"versionHolder": "2024-01-03"}}),
    )

    assert found.phases == ("PHASE1", "PHASE2")
    assert found.who_masked == ("PARTICIPANT", "INVESTIGATOR")
    assert (found.has_monitoring_committee, found.primary_outcomes) == (True, ("Proteinuria",))
    assert (found.locations_count, found.data_date) == (2, "2024-01-03")
    assert [(date.precision, date.claim) for date in found.dates] == [("day", "ESTIMATED"), ("year", None)]
    assert found.warnings == ()


def test_contacts_officials_and_responsible_parties_leave_no_trace() -> None:
    found = record(
        put("contactsLocationsModule.centralContacts", [{"name": "Jo Example", "phone": "555 010 0000"}]),
        put("contactsLocationsModule.overallOfficials", [{"name": "Jo Example"}]),
        put("contactsLocationsModule.locations", [{"contacts": [{"email": "jo@example.org"}]}]),
        put("sponsorCollaboratorsModule.responsibleParty", {"investigatorFullName": "Jo Example"}),
    )

    assert "Jo" not in found.model_dump_json()
    assert "555 010" not in found.model_dump_json()


@pytest.mark.parametrize(
    ("sponsor", "kind"), [("Example, Jo", "INDIV"), ("Jo Example, MD", "OTHER"), ("Jo Example, Ph.D.", None)]
)
def test_a_sponsor_that_is_a_person_is_not_named(sponsor: str, kind: str | None) -> None:
    found = record(put("sponsorCollaboratorsModule.leadSponsor", {"name": sponsor, "class": kind}))

    assert found.sponsor is None
    assert "sponsor_is_a_person" in {warning.code for warning in found.warnings}


@pytest.mark.parametrize(
    "contact",
    ["write to trials@example.org", "call +86 411 5555 0100", "call (555) 010-0199", "call 1-555-010-0199"],
)
def test_contact_details_inside_a_text_are_refused_not_stored(contact: str) -> None:
    refused = refusal(changed(put("eligibilityModule.eligibilityCriteria", f"Inclusion criteria\n* {contact}")))

    assert (refused.code, refused.field) == (
        "contact_details",
        "protocolSection.eligibilityModule.eligibilityCriteria",
    )
    assert contact not in str(refused)


@pytest.mark.parametrize(
    "raw",
    [b"", b"nct", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b"9" * 5_000, b"{} {}"],
    ids=["empty", "word", "not utf-8", "deep", "not a number", "endless number", "two values"],
)
def test_what_is_not_json_is_refused(raw: bytes) -> None:
    assert refusal(raw).code == "not_json"


def test_a_file_beyond_the_size_of_a_record_is_refused_before_it_is_read() -> None:
    assert refusal(b" " * (MAX_BYTES + 1)).code == "too_large"


def test_a_key_that_stands_twice_is_refused_with_its_place() -> None:
    raw = seed_bytes().replace(b'"masking": "DOUBLE"', b'"masking": "DOUBLE", "masking": "NONE"')

    refused = refusal(raw)

    assert (refused.code, refused.field) == ("duplicate_key", f"protocolSection.{MASKING}.masking")


def test_a_key_that_stands_twice_at_the_top_is_refused() -> None:
    assert refusal(b'{"hasResults": 1, "hasResults": 1}').field == "hasResults"


def test_half_a_character_is_refused_with_its_place() -> None:
    raw = changed(lambda tree: protocol(tree, "armsInterventionsModule")["armGroups"][1].update(label="\ud83d"))

    refused = refusal(raw)

    assert (refused.code, refused.field) == (
        "unpaired_surrogate",
        "protocolSection.armsInterventionsModule.armGroups[1].label",
    )


def test_half_a_character_in_a_key_is_refused() -> None:
    assert refusal(b'{"\\udc00": 1}').code == "unpaired_surrogate"


@pytest.mark.parametrize("tree", [[], 1, "text", None, {}, {"studies": []}, {"FullStudy": {}}])
def test_json_that_is_no_registry_record_is_called_foreign(tree: object) -> None:
    assert refusal(as_bytes(tree)).code == "not_a_registry_record"


@pytest.mark.parametrize(
    "module",
    [
        "identificationModule",
        "statusModule",
        "sponsorCollaboratorsModule",
        "conditionsModule",
        "designModule",
        "armsInterventionsModule",
        "eligibilityModule",
    ],
)
def test_a_missing_module_is_named(module: str) -> None:
    refused = refusal(changed(lambda tree: tree["protocolSection"].pop(module)))

    assert (refused.code, refused.field) == ("partial_record", f"protocolSection.{module}")
    assert module in refused.what


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("conditionsModule.conditions", []),
        ("armsInterventionsModule.armGroups", []),
        ("identificationModule.briefTitle", ""),
        ("eligibilityModule.eligibilityCriteria", " \n "),
    ],
)
def test_an_empty_value_counts_as_missing(path: str, value: object) -> None:
    refused = refusal(changed(put(path, value)))

    assert refused.code == "partial_record"
    assert refused.field.startswith(f"protocolSection.{path}")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("designModule.enrollmentInfo.count", "30"),
        ("designModule.enrollmentInfo.count", 30.0),
        ("designModule.enrollmentInfo.count", True),
        ("designModule.phases", "PHASE1"),
        ("designModule.studyType", 1),
        ("designModule.designInfo", []),
        ("eligibilityModule.healthyVolunteers", "false"),
        ("eligibilityModule.minimumAge", 18),
        ("armsInterventionsModule.armGroups", {}),
        ("statusModule.startDateStruct", "2018-03"),
    ],
)
def test_a_field_of_another_type_is_refused_by_name(path: str, value: object) -> None:
    refused = refusal(changed(put(path, value)))

    assert (refused.code, refused.field) == ("wrong_type", f"protocolSection.{path}")


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("identificationModule.nctId", "NCT0345815", "bad_nct_id"),
        ("identificationModule.nctId", "NCT03458156\n", "bad_nct_id"),
        ("designModule.studyType", "EXPANDED_ACCESS", "not_interventional"),
        ("designModule.designInfo.allocation", "CHOSEN", "unknown_value"),
        (f"{MASKING}.masking", "QUINTUPLE", "unknown_value"),
        ("identificationModule.briefTitle", "long" * 1_000, "too_large"),
        ("conditionsModule.conditions", ["asthma"] * 501, "too_large"),
        ("designModule.enrollmentInfo.count", 2**53, "too_large"),
        ("identificationModule.briefTitle", "a\x00b", "control_character"),
        ("eligibilityModule.minimumAge", "18 Moons", "unknown_unit"),
        ("eligibilityModule.minimumAge", "eighteen", "bad_age"),
        ("statusModule.startDateStruct", {"date": "2018-02-30"}, "bad_date"),
        ("statusModule.studyFirstSubmitDate", "2018-13", "bad_date"),
        ("statusModule.studyFirstSubmitDate", "0000", "bad_date"),
    ],
)
def test_a_value_that_the_registry_cannot_mean_is_refused(path: str, value: object, code: str) -> None:
    refused = refusal(changed(put(path, value)))

    assert refused.code == code
    assert refused.field.startswith(f"protocolSection.{path}")


@pytest.mark.parametrize("stated", ["2024-01", "January 3, 2024", "2024-02-30"])
def test_the_data_date_is_a_full_date_or_refused(stated: str) -> None:
    refused = refusal(changed(lambda tree: tree.update(derivedSection={"miscInfoModule": {"versionHolder": stated}})))

    assert (refused.code, refused.field) == ("bad_date", "derivedSection.miscInfoModule.versionHolder")


def two_roles(masking: str) -> bytes:
    roles = ["PARTICIPANT", "INVESTIGATOR"]
    return changed(put(MASKING, {"masking": masking, "whoMasked": roles}))


@pytest.mark.parametrize("masking", ["NONE", "SINGLE", "TRIPLE", "QUADRUPLE"])
def test_a_degree_of_masking_that_is_not_the_number_of_roles_is_a_contradiction(masking: str) -> None:
    refused = refusal(two_roles(masking))

    assert refused.code == "contradictory_record"
    assert refused.field == f"protocolSection.{MASKING}.masking, protocolSection.{MASKING}.whoMasked"


def test_double_masking_with_two_roles_agrees() -> None:
    assert read_record(two_roles("DOUBLE")).who_masked == ("PARTICIPANT", "INVESTIGATOR")


def test_roles_without_a_degree_of_masking_are_kept() -> None:
    found = record(put(MASKING, {"whoMasked": ["PARTICIPANT"]}))

    assert (found.masking, found.who_masked) == (None, ("PARTICIPANT",))


def test_a_role_named_twice_is_a_contradiction() -> None:
    refused = refusal(changed(put(f"{MASKING}.whoMasked", ["PARTICIPANT", "PARTICIPANT"])))

    assert (refused.code, refused.field) == ("contradictory_record", f"protocolSection.{MASKING}.whoMasked")


def test_a_negative_enrolment_is_a_contradiction() -> None:
    refused = refusal(changed(put("designModule.enrollmentInfo.count", -1)))

    assert refused.code == "contradictory_record"
    assert refused.field.endswith("enrollmentInfo.count")


@pytest.mark.parametrize(
    ("low", "high"),
    [("61 Years", "60 Years"), ("13 Months", "1 Year"), ("5 Weeks", "1 Month"), ("2 Days", "47 Hours")],
)
def test_a_minimum_age_above_the_maximum_is_a_contradiction(low: str, high: str) -> None:
    refused = refusal(changed(put("eligibilityModule.minimumAge", low), put("eligibilityModule.maximumAge", high)))

    assert refused.code == "contradictory_record"
    assert "minimumAge" in refused.field
    assert "maximumAge" in refused.field


@pytest.mark.parametrize(("low", "high"), [("12 Months", "1 Year"), ("30 Days", "1 Month"), ("4 Weeks", "1 Month")])
def test_ages_that_some_calendar_reconciles_are_no_contradiction(low: str, high: str) -> None:
    found = record(put("eligibilityModule.minimumAge", low), put("eligibilityModule.maximumAge", high))

    assert found.minimum_age is not None
    assert found.minimum_age.verbatim == low


def test_two_groups_of_one_name_are_a_contradiction() -> None:
    def rename(tree: Tree) -> None:
        protocol(tree, "armsInterventionsModule")["armGroups"][2]["label"] = "sle Group "

    refused = refusal(changed(rename))

    assert refused.code == "contradictory_record"
    assert "armGroups[0].label" in refused.field
    assert "armGroups[2].label" in refused.field


def test_an_intervention_that_nothing_defines_is_a_contradiction() -> None:
    def swap(tree: Tree) -> None:
        protocol(tree, "armsInterventionsModule")["armGroups"][1]["interventionNames"] = ["Drug: LN group"]

    refused = refusal(changed(swap))

    assert refused.code == "contradictory_record"
    assert "armGroups[1].interventionNames" in refused.field
    assert refused.field.endswith("armsInterventionsModule.interventions")


def test_a_random_allocation_to_one_group_is_accepted_with_a_warning() -> None:
    def one_group(tree: Tree) -> None:
        del protocol(tree, "armsInterventionsModule")["armGroups"][1:]

    found = record(one_group)

    assert "randomised_without_choice" in {warning.code for warning in found.warnings}


def test_text_that_the_ledger_would_write_otherwise_is_accepted_with_a_warning() -> None:
    found = record(put("identificationModule.briefTitle", "Cafe\u0301"))

    assert found.brief_title == "Cafe\u0301"
    assert "text_not_nfc" in {warning.code for warning in found.warnings}


def test_fields_that_are_not_read_may_hold_anything() -> None:
    tree = seed_tree()
    tree["resultsSection"] = {"anything": [1, {"nested": None}]}
    tree["protocolSection"]["designModule"]["bioSpec"] = "new"

    assert read_record(json.dumps(tree).encode()).nct_id == "NCT03458156"


def test_the_refusal_does_not_repeat_what_the_file_says() -> None:
    refused = refusal(changed(put("identificationModule.briefTitle", {"name": "Jo Example"})))

    assert "Jo Example" not in str(refused)
