"""What the Part 11 report finds in the ledgers: each finding, seeded, is an exception of its clause."""

from datetime import timedelta
from typing import Any

import pytest

from domain import streams
from domain.people import facts as people
from tests.projections import facts as told
from tests.projections.entries import START
from tests.reports.materials import LEDGER, cells
from tests.reports.part11_story import check, decided, exceptions, report, sentences, statuses
from tests.reports.people_story import (
    administrator,
    by,
    granted,
    hired,
    opened_trial,
    registered,
    sealed_as,
    signed,
    staffed,
)


@pytest.mark.requirement("P11-23")
def test_an_organisation_whose_people_signed_without_a_letter_is_an_exception() -> None:
    trial, system = opened_trial(), staffed()
    signed(trial, decided(trial), "inv")

    body = report(trial, system)

    assert ("letter missing", "An organisation") in exceptions(body)
    assert check(body, "letters") == ("not as it should be", "None registered for An organisation.")
    assert statuses(body)["11.100(c)"] == "not met"


def test_signatures_without_a_policy_or_an_acknowledgement_are_told() -> None:
    trial, system = opened_trial(), staffed()
    nobody = report(trial, system)
    signed(trial, decided(trial), "inv")
    without = report(trial, system)
    issued = people.PolicyIssued(document_sha256=told.SHA, reference="SOP 1", version="1")
    system.write(streams.policy(), issued, **administrator("issue_policy"))
    waiting = report(trial, system)
    system.write(streams.person("inv"), people.PolicyAcknowledged(person="inv", version="1"), **by("inv", "own"))

    assert check(nobody, "policy") == ("to note", "None issued.")
    assert check(without, "policy") == ("not as it should be", "Signatures were given, and no policy was issued.")
    assert check(waiting, "policy")[0] == "to note"
    assert check(report(trial, system), "policy") == (
        "as it should be",
        "SOP 1, version 1, acknowledged by every signer.",
    )


def test_an_identity_verified_by_who_registered_the_account_is_not_verified() -> None:
    trial, system = opened_trial(), staffed()
    own = people.IdentityVerified(document="passport", method="in_person", person="inv", verified_by="admin")
    signed(trial, decided(trial), "inv")
    good = report(trial, system)
    system.write(streams.person("inv"), own, **administrator("verify_identity"))

    body = report(trial, system)

    assert check(good, "identity")[0] == "as it should be"
    assert check(body, "identity") == ("not as it should be", "1 signature without it.")
    assert ("identity not verified", "inv") in exceptions(body)
    assert statuses(body)["11.100(b)"] == "not met"


@pytest.mark.parametrize(
    ("first", "components", "state"),
    [
        (True, ("password", "totp"), "as it should be"),
        (True, ("password",), "not as it should be"),
        (False, ("passkey",), "as it should be"),
        (False, (), "not as it should be"),
        (True, ("provider", "totp"), "as it should be"),
        (False, ("provider",), "not as it should be"),
    ],
)
def test_components_of_every_signature_are_checked_against_the_order_of_its_session(
    first: bool, components: Any, state: str
) -> None:
    trial = opened_trial()
    sealed_as(trial, told.person("001"), 1, "eligibility/x", "responsibility", "inv", first, components)

    assert check(report(trial, staffed()), "components")[0] == state


def test_a_broken_signature_an_overdue_one_and_one_to_give_again_are_exceptions() -> None:
    trial, system = opened_trial(), staffed()
    entry = decided(trial)
    one = signed(trial, entry, "inv")
    trial.turn_to("2027-03-20")
    trial.write(told.person("002"), told.screened("002"), **by("coo", "site_coordinator"))
    again = trial.write(told.person("002"), told.decided(eligible=True), **by("inv", "investigator"))
    signed(trial, again, "inv")
    trial.correct(again, "/payload/eligible", "true", "false", **by("inv", "investigator"))

    body = report(trial, system, broken={(LEDGER, one.frame.position): "It is a copy."})

    assert {kind for kind, _ in exceptions(body)} >= {"signature broken", "signature overdue", "to be signed again"}
    assert check(body, "signatures") == ("not as it should be", "1 signature broken.")
    assert (statuses(body)["11.70"], statuses(body)["11.50(a)"]) == ("not met", "not met")
    assert "001" not in [word for row in cells(body, "exceptions") for word in (row["words"] or "").split()]


def test_an_id_given_twice_is_found() -> None:
    system = staffed()
    registered(system, "coo")

    body = report(opened_trial(), system)

    assert check(body, "ids") == ("not as it should be", "1 id given twice.")
    assert (statuses(body)["11.100(a)"], statuses(body)["11.300(a)"]) == ("not met", "not met")


@pytest.mark.requirement("E6-29")
def test_orphans_training_gaps_overdue_reviews_conflicts_and_clock_drift_are_exceptions() -> None:
    trial, system = opened_trial(), staffed()
    hired(system, "gone", "monitor")
    system.write(streams.person("gone"), people.PersonDeactivated(person="gone"), **administrator("deactivate_person"))
    registered(system, "raw")
    granted(system, "raw", "statistician", training="t9")
    hired(system, "late", "data_manager", starts=START - timedelta(days=200))
    granted(system, "lead", "site_coordinator", ("01",), training="t1")
    drifted = by("inv", "investigator", clock_reading=trial.clock - timedelta(hours=1))
    trial.write(told.person("001"), told.known("well"), **drifted)

    body = report(trial, system)

    assert set(exceptions(body)) >= {
        ("orphaned role", "gone"),
        ("training gap", "raw"),
        ("review overdue", "late"),
        ("conflict", "lead"),
        ("clock drift", "web"),
    }
    assert statuses(body)["11.10(d)"] == statuses(body)["11.10(g)"] == "not met"
    assert check(body, "training") == ("to note", "1 open role without it.")
    assert check(body, "reviews") == ("to note", "1 review overdue.")
    assert check(body, "clock-drift") == ("to note", "1 entry more than a minute off.")
    assert "4 checks to be looked at." in sentences(body)
    (drift,) = [one for one in cells(body, "state") if one["what"] == "Clock drift"]
    assert (drift["value"], "the largest difference is 3,660 s" in (drift["words"] or "")) == ("1", True)
