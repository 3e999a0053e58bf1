"""The unblinding log in both forms: everything asked for and what followed, indicators, signatures, sites compared."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace

from compliance.reports.model import Body
from compliance.reports.unblinding_log import unblinding_log
from compliance.reports.unblinding_log_unblinded import unblinding_log_unblinded
from compliance.reports.unblinding_totals import at_least
from domain.adverse_event.facts import SeriousnessAssessed
from tests.projections import facts as told
from tests.projections.entries import Book
from tests.reports import unblinding_story as story
from tests.reports.materials import OPENED, cells, material, said
from tests.reports.people_story import by, ended, signed, withdrawn

NOBODY = Book()
Cells = dict[str, str | None]


def log(trial: Book, system: Book | None = None, access: Book = NOBODY, **changes: Any) -> Body:
    whole = story.people() if system is None else system
    return unblinding_log(material(trial.entries, whole.entries, access.entries, **changes))


def of(body: Body, request: str) -> Cells:
    return next(row for row in cells(body, "unblindings") if row["request"] == request)


def indicator(body: Body, name: str) -> Cells:
    return next(row for row in cells(body, "indicators") if (row["indicator"] or "").startswith(name))


def attention(body: Body) -> list[tuple[str, str]]:
    return [(item.severity, item.sentence) for item in body.attention]


@pytest.mark.requirement("E6-09", "E6-08")
def test_every_request_stands_in_the_log_whatever_became_of_it() -> None:
    states = {row["request"]: (row["type"], row["state"]) for row in cells(log(story.everything()), "unblindings")}

    drills = [found for request, found in states.items() if (request or "").startswith("D")]
    assert drills == [("drill", "opened"), ("drill", "failed")]
    assert {request: found for request, found in states.items() if not (request or "").startswith("D")} == {
        "E1": ("emergency", "assessed"),
        "E2": ("emergency", "to be explained"),
        "Q1": ("routine", "assessed"),
        "Q2": ("routine", "refused"),
        "Q3": ("routine", "withdrawn"),
        "Q4": ("routine", "expired"),
        "S1": ("susar", "disclosed"),
        "X1": ("accident", "reported"),
        "E3": ("emergency", "to be explained"),
    }


def test_an_emergency_tells_who_why_to_whom_how_fast_and_what_followed() -> None:
    one = of(log(story.everything()), "E1")

    assert (one["participant"], one["site"], one["reason"]) == ("007", "01", "life threatening")
    assert one["by"] == "Name of inv (investigator)"
    assert one["to"] == "Name of inv (inv), investigator"
    assert (one["seconds"], one["channel"], one["again"], one["flags"]) == ("60", "investigator", "1", "trial locked")
    assert (one["impact"], one["impact_by"], one["explanation_late"]) == ("none", "Name of med (medical monitor)", "no")
    assert (one["explanation"], one["on_product"], one["late"]) == (OPENED, "not started", None)
    assert one["notified"] is not None
    assert one["others"] == "Name of unb (unb)"


def test_what_nobody_records_is_not_recorded_and_no_cell_is_empty() -> None:
    for one in cells(log(story.everything()), "unblindings"):
        assert [one[name] for name in ("clause", "urgency", "sponsor", "impact_owner", "impact_due")] == [None] * 5
        assert "" not in one.values()


def test_the_desk_and_its_physician_stand_as_such() -> None:
    one = of(log(story.everything()), "E2")

    assert (one["to"], one["channel"]) == ("Dr Wu, outside the trial, named by the code-break desk", "code break desk")
    assert (one["by"], one["others"]) == ("Name of desk (code break desk)", "Name of desk (desk)")


def test_a_request_tells_its_approvals_its_reason_in_words_and_its_confirmations() -> None:
    one = of(log(story.everything()), "Q1")

    assert (one["reason"], one["reason_text"], one["acknowledged"]) == (
        "treatment decision",
        f"safety: {OPENED}",
        "1",
    )
    approved = one["approved"] or ""
    assert approved.startswith("Name of med (medical monitor), 2027-03-01T")
    assert "; Name of sta (statistician), " in approved


def test_refused_withdrawn_and_expired_requests_say_by_whom_and_when() -> None:
    body = log(story.everything())

    assert (of(body, "Q2")["refused"] or "").startswith("refused by Name of med (medical monitor), 2027")
    assert (of(body, "Q3")["refused"] or "").startswith("withdrawn by ")
    assert (of(body, "Q4")["refused"] or "").startswith("expired 2027-03-01T")
    assert {of(body, name)["revealed"] for name in ("Q2", "Q3", "Q4")} == {None}


@pytest.mark.requirement("E6-06")
def test_a_late_entry_says_by_how_much_why_and_who_had_acted() -> None:
    one = of(log(story.everything()), "E3")

    assert (one["late"], one["cause"]) == ("7380", "storage_full")
    assert one["by"] == "Name of inv2 (inv2), entered by Name of trialproof (none)"
    assert ("important", "1 disclosure entered late.") in attention(log(story.everything()))


def test_what_the_product_entered_for_nobody_known_stands_under_its_own_name() -> None:
    trial = story.trial()
    nobody = story.INVESTIGATOR["performer"]
    sender = by("trialproof", "none") | {"performer": type(nobody)(person=None, role=None)}
    trial.write(told.request("E9"), told.invoked(request="E9"), **sender)

    assert of(log(trial), "E9")["by"] == "Name of trialproof (none)"


def test_who_is_kept_blind_is_counted_where_roles_are_known() -> None:
    trial = story.everything()

    assert of(log(trial), "E1")["blind"] == "8 of 9 in blinded roles"
    assert of(log(trial, NOBODY), "E1")["blind"] is None


def test_of_an_accident_about_nobody_named_nothing_of_a_participant_is_said() -> None:
    trial = story.trial()
    story.accident(trial, participant=None)

    one = of(log(trial), "X1")

    assert (one["participant"], one["blind"], one["others"], one["on_product"]) == (None, None, None, None)


def test_what_stands_without_its_beginning_is_shown_as_unknown() -> None:
    trial = story.trial()
    trial.write(told.request("U9"), told.disclosed("u9"), **story.UNBLINDER)

    one = of(log(trial), "U9")

    assert (one["type"], one["state"], one["requested"], one["reason"]) == (None, "unknown", None, None)
    assert one["to"] == "u9, no role known here"


def test_totals_stand_by_site_and_reason_beside_the_randomised() -> None:
    rows = [
        (row["site"], row["kind"], row["reason"], row["asked"], row["participants"], row["share"])
        for row in cells(log(story.everything()), "totals")
    ]

    assert ("01", "routine", "treatment decision", "4", "1", "50.0") in rows
    assert ("01", "emergency", "life threatening", "1", "1", "50.0") in rows
    assert ("02", "emergency", "no reason coded", "1", "1", "50.0") in rows
    assert ("02", "accident", "no reason coded", "1", "1", "50.0") in rows


def many(trial: Book, at_site: str, count: int, unblinded: int, start: int) -> None:
    for number in range(start, start + count):
        trial.write(told.person(str(number)), told.screened(str(number), at_site))
        trial.write(told.person(str(number)), told.allocated(number=f"R{number}"))
        if number < start + unblinded:
            story.emergency(trial, f"M{number}", str(number))


def test_a_site_that_chance_alone_would_seldom_give_stands_out() -> None:
    trial = Book()
    many(trial, "01", 10, 5, 100)
    many(trial, "02", 30, 1, 200)

    body = log(trial)

    rows = {row["site"]: row for row in cells(body, "sites")}
    assert (rows["01"]["standing"], rows["02"]["standing"]) == ("stands out", "as others")
    assert (rows["01"]["share"], rows["01"]["chance"]) == ("50.0", "0.2")
    assert ("serious", "1 site stands out from others.") in attention(body)


def test_one_site_alone_or_nobody_unblinded_is_no_comparison() -> None:
    alone = Book()
    many(alone, "01", 3, 1, 100)

    assert {row["standing"] for row in cells(log(alone), "sites")} == {"no comparison"}
    assert {row["chance"] for row in cells(log(story.trial()), "sites")} == {None}


def test_the_chance_is_the_exact_hypergeometric_tail() -> None:
    assert at_least(0, 3, 2, 10) == 1
    assert at_least(2, 3, 2, 10) == Fraction(3, 45)
    assert at_least(3, 3, 2, 10) == 0


@pytest.mark.requirement("E6-02")
def test_indicators_have_their_targets_and_how_they_stand() -> None:
    body = log(story.everything(), access=story.looks())

    assert [indicator(body, f"Emergency: time to disclosure, {name}")["value"] for name in ("m", "95", "l")] == [
        "60",
        "60",
        "60",
    ]
    refused, late = indicator(body, "Emergency: refused"), indicator(body, "Explanations late")
    assert (refused["value"], refused["target"], refused["standing"]) == ("1", "0", "off target")
    assert (late["value"], late["standing"]) == ("2", "off target")
    assert indicator(body, "Recipients outside")["standing"] == "on target"
    assert indicator(body, "Breaks before any serious")["value"] == "3"
    assert indicator(body, "Participants unblinded")["value"] == "100.0"


def test_what_a_reader_cannot_know_is_not_known() -> None:
    body = log(story.everything(), NOBODY)
    site = log(story.everything(), sites=frozenset({"01"}))

    assert indicator(body, "Emergency: refused")["standing"] == "not known"
    assert indicator(body, "Recipients outside")["value"] is None
    assert indicator(site, "Recipients outside")["value"] is None
    assert indicator(log(story.trial()), "Emergency: time to disclosure, m")["standing"] == "not known"


def test_ranks_are_nearest_ranks() -> None:
    trial = story.trial()
    for number, waits in enumerate((1, 2, 3, 4, 5, 6, 7, 8, 9, 50)):
        trial.write(told.request(f"N{number}"), told.invoked(request=f"N{number}"), **story.INVESTIGATOR)
        trial.clock += timedelta(minutes=waits - 1)
        trial.write(told.request(f"N{number}"), told.disclosed("inv"), **story.INVESTIGATOR)

    body = log(trial)

    found = [indicator(body, f"Emergency: time to disclosure, {name}")["value"] for name in ("m", "95", "l")]
    assert found == ["300", "3000", "3000"]


def test_a_recipient_without_a_role_for_it_is_counted() -> None:
    trial = story.trial()
    story.routine(trial, recipient="sta")
    system = story.people()
    ended(system, "med", "medical_monitor")

    found = indicator(log(trial, system), "Recipients outside")

    assert (found["value"], found["standing"]) == ("1", "off target")


def test_a_break_after_a_serious_event_was_known_is_not_counted_as_before() -> None:
    trial = story.trial()
    trial.write(told.case("A1"), told.reported(participant="007"))
    trial.write(told.case("A1"), SeriousnessAssessed(criteria=(), serious=True, side="investigator"))
    trial.write(told.case("A2"), told.reported(participant="008", serious=None, case="A2"))
    trial.write(told.case("A9"), SeriousnessAssessed(criteria=(), serious=True, side="investigator"))
    story.emergency(trial)
    story.emergency(trial, "E8", "008")

    body = log(trial)

    assert indicator(body, "Breaks before any serious")["value"] == "1"
    assert ("to note", "1 code break before any serious event was known.") in attention(body)


def test_drills_stand_by_site_with_when_the_next_is_due() -> None:
    trial = story.everything()

    rows = {row["site"]: row for row in cells(log(trial), "drills")}
    trial.turn_to("2027-08-01")
    story.assessed(trial, "E2")
    later = {row["site"]: row["due"] for row in cells(log(trial), "drills")}

    assert {site: row["due"] for site, row in rows.items()} == {"01": "in time", "02": "due", "desk": "in time"}
    assert later == {"01": "due", "02": "due", "desk": "due"}
    assert (rows["01"]["took"], rows["01"]["result"], rows["desk"]["result"]) == ("1234", "yes", "no")
    assert (rows["02"]["last"], rows["02"]["by"]) == (None, None)


@pytest.mark.requirement("E6-09")
def test_signatures_stand_by_unblinding_and_signer() -> None:
    rows = {row["request"]: row for row in cells(log(story.everything()), "signed")}

    assert (rows["E1"]["investigator"], rows["E1"]["monitor"]) == ("signed", "owed")
    assert (rows["Q1"]["monitor"], rows["Q1"]["statistician"]) == ("overdue", "overdue")
    assert (rows["Q2"]["investigator"], rows["X1"]["others"]) == ("not signed", "not signed")
    assert "signed by Name of inv" in (rows["E1"]["signatures"] or "")
    assert ("serious", "1 unblinding with a signature overdue or broken.") in attention(log(story.everything()))


def test_a_signature_that_nothing_here_asks_for_stands_as_it_is() -> None:
    trial = story.trial()
    _, disclosed = story.emergency(trial)
    explained = story.explained(trial)
    one = signed(trial, explained, "inv")
    body_of = material(trial.entries, story.people().entries, broken={(one.frame.ledger, one.frame.position): "bent"})

    broken = cells(unblinding_log(body_of), "signed")[0]["investigator"]
    withdrawn(trial, one)

    assert broken == "signature broken"
    assert cells(log(trial), "signed")[0]["investigator"] == "needs re-signing"
    assert disclosed.frame.position < explained.frame.position


def test_a_review_by_a_role_of_which_nothing_is_asked_counts_as_signed() -> None:
    trial = story.trial()
    story.accident(trial)
    judged = story.assessed(trial, "X1")
    one = signed(trial, judged, "sta")
    trial.entries[-1] = replace(one, body=replace(one.body, role="statistician"))

    assert cells(log(trial), "signed")[0]["statistician"] == "signed"


def test_refused_commands_stand_in_the_log_for_who_reads_the_access_ledger() -> None:
    (row,) = cells(log(story.everything(), access=story.looks()), "refused")
    notes = {table.id: table.note for table in log(story.everything()).tables}

    assert (row["command"], row["user"], row["rule"], row["code"]) == (
        "break blind",
        "inv2",
        "only an allocation",
        "never_allocated",
    )
    assert "this reader does not read" in notes["refused"]


def test_the_first_screen_says_it_in_a_sentence() -> None:
    body = log(story.everything(), access=story.looks())

    assert body.answer == (
        "4 of 4 randomised participants unblinded: 3 emergencies, 1 on request, 1 for safety reports; "
        "1 accident reported; 1 refused, 1 withdrawn, 1 expired; 2 drills."
    )
    assert [one.value for one in body.figures] == ["4", "3", "60", "1", "2", "2"]
    assert log(NOBODY, NOBODY).figures[0].meaning == "nobody is randomised"


def unblinded(trial: Book, vault: Book) -> Body:
    return unblinding_log_unblinded(material(trial.entries, story.people().entries, vault.entries))


@pytest.mark.requirement("E6-08")
def test_the_unblinded_form_adds_the_arm_and_nothing_else() -> None:
    trial = story.everything()
    vault = story.vault(E1="a1", E2="a2", Q1="a1", S1="a1", E3="a2")

    with_arms = unblinded(trial, vault)

    arms = {row["request"]: (row["arm"], row["arm_id"]) for row in cells(with_arms, "unblindings")}
    assert (arms["E1"], arms["E2"], arms["Q2"]) == (("the first arm", "a1"), ("the other arm", "a2"), (None, None))
    assert with_arms.blinding_class == "UNBLINDED"
    assert [source.ledger for source in with_arms.sources][-1] == story.VAULT


def test_the_blinded_form_holds_no_arm_whatever_is_handed_in() -> None:
    vault = story.vault(E1="a1", E2="a2")

    body = unblinding_log(material(story.everything().entries, story.people().entries, vault.entries))

    assert not [arm for code, label in story.ARMS.items() for arm in (f'"{code}"', label) if arm in said(body)]
    assert body.blinding_class == "BLINDED"


def test_the_explanation_counts_as_late_when_it_came_after_a_day() -> None:
    trial = story.trial()
    story.emergency(trial)
    trial.clock += timedelta(hours=25)
    story.explained(trial)

    body = log(trial)

    assert of(body, "E1")["explanation_late"] == "yes"
    assert ("serious", "1 emergency not explained in time.") in attention(body)
