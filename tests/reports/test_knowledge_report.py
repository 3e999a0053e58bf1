"""The knowledge report: who knew which arm since when and how, what they judged, who stays blind; never an arm."""

from typing import Any

import pytest

from compliance.reports.knowledge import knowledge
from compliance.reports.knowledge_shares import percent
from compliance.reports.model import Body
from tests.projections import facts as told
from tests.projections.entries import Book
from tests.reports import unblinding_story as story
from tests.reports.materials import cells, material, said

NOBODY = Book()


def report(trial: Book, system: Book | None = None, access: Book = NOBODY, **changes: Any) -> Body:
    whole = story.people() if system is None else system
    return knowledge(material(trial.entries, whole.entries, access.entries, **changes))


def attention(body: Body) -> list[tuple[str, str]]:
    return [(item.severity, item.sentence) for item in body.attention]


@pytest.mark.requirement("E6-08")
def test_each_person_who_knows_stands_with_the_date_the_way_and_the_roles_of_that_time() -> None:
    body = report(story.everything(), access=story.looks())

    found = [(row["participant"], row["person"], row["certain"], row["how"]) for row in cells(body, "known")]
    assert found == [
        ("all so far", "aud", "may know", "vault read"),
        ("007", "Name of inv (inv)", "knows", "emergency"),
        ("007", "Name of unb (unb)", "knows", "susar"),
        ("008", "Name of saf (saf)", "knows", "routine"),
        ("008", "Name of unb (unb)", "knows", "passed on"),
        ("009", "Dr Wu, outside the trial", "knows", "emergency"),
        ("009", "Name of desk (desk)", "knows", "passed on"),
        ("010", "Name of coo (coo)", "may know", "accident"),
        ("010", "Name of inv2 (inv2)", "knows", "emergency"),
    ]
    by_person = {(row["participant"], row["user"]): row for row in cells(body, "known")}
    assert by_person["007", "inv"]["roles"] == "investigator"
    assert by_person["007", "inv"]["again"] == "2"
    assert (by_person["009", "Dr Wu"]["roles"], by_person["009", "Dr Wu"]["request"]) == (None, "E2")
    assert (by_person["007", "inv"]["entry"] or "").startswith("trial ")
    assert (by_person["all so far", "aud"]["entry"] or "").startswith("access ")


def test_no_arm_stands_in_it_whatever_is_handed_in() -> None:
    trial = story.everything()
    vault = story.vault(E1="a1", Q1="a2")

    body = knowledge(material(trial.entries, story.people().entries, vault.entries))

    assert not [arm for code, label in story.ARMS.items() for arm in (f'"{code}"', label) if arm in said(body)]
    assert (body.blinding_class, [source.ledger.partition(":")[0] for source in body.sources]) == (
        "BLINDED",
        ["trial", "system"],
    )


def test_where_the_access_ledger_is_not_read_the_report_says_so_and_gives_no_position_of_it() -> None:
    trial, access = story.everything(), story.looks()
    whole = report(trial, access=access)
    hidden = tuple(source for source in whole.sources if not source.ledger.startswith("access:"))

    alone, blind = report(trial), report(trial, access=access, sources=hidden)

    notes = {table.id: table.note for table in alone.tables}
    assert "this reader does not read" in notes["known"]
    assert {row["entry"] for row in cells(blind, "known") if row["user"] == "aud"} == {"access ledger"}


@pytest.mark.requirement("E6-08")
def test_flagged_assessments_say_since_when_and_to_whom_they_are_offered() -> None:
    body = report(story.everything())

    flags = {row["kind"]: row for row in cells(body, "flags")}
    assert flags.keys() >= {"seriousness", "causality", "visit outcome", "sign off", "analysis set"}
    assert flags["causality"]["others"] == "Name of sub (sub)"
    assert flags["sign off"]["others"] == "nobody else holds such a role"
    assert (flags["causality"]["order"], flags["causality"]["certain"], flags["causality"]["record"]) == (
        "after",
        "knows",
        "adverse-event A1",
    )
    known = {row["user"]: row for row in cells(body, "known") if row["participant"] == "007"}
    assert {row["since"] for row in flags.values()} == {known["inv"]["since"]}
    assert ("important", "7 assessments made by somebody who knew the arm.") in attention(body)
    assert ("important", "4 flagged assessments that nobody else here could make blind.") in attention(body)


def test_without_the_system_ledger_nobody_is_offered_and_the_report_says_why() -> None:
    body = report(story.everything(), NOBODY)

    assert {row["others"] for row in cells(body, "flags")} == {None}
    assert "without the system ledger" in {table.id: table.note for table in body.tables}["cleared"]
    assert not any("could make blind" in sentence for _, sentence in attention(body))


def test_what_somebody_who_may_know_judged_is_to_be_noted() -> None:
    trial = story.trial()
    trial.write(told.case("A1"), told.reported())
    story.accident(trial, "inv", participant="007")
    story.judgements(trial)

    body = report(trial)

    assert ("to note", "7 assessments by somebody who may have known, or about that time.") in attention(body)
    assert {row["certain"] for row in cells(body, "flags")} == {"may know"}


def test_accidents_stand_with_their_account_and_impact() -> None:
    trial = story.trial()
    story.accident(trial)
    story.assessed(trial, "X1", "site")
    story.accident(trial, "coo", request="X2", participant=None)

    body = report(trial)

    first, second = cells(body, "accidents")
    assert (first["state"], first["impact"], first["assessed_by"]) == (
        "assessed",
        "site",
        "Name of med (medical monitor)",
    )
    assert (first["account"], first["why"]) == ("words of a sealed text", "words of a sealed text")
    assert (first["people"], first["site"]) == ("Name of coo (coo)", "02")
    assert (second["state"], second["impact"], second["assessed_by"], second["why"]) == (
        "not assessed",
        None,
        None,
        None,
    )
    assert ("serious", "1 accident whose impact nobody assessed.") in attention(body)
    assert ("important", "1 person who may know an arm, not told whose.") in attention(body)


def test_the_share_of_participants_unblinded_stands_by_site_and_kind() -> None:
    trial = story.trial()
    story.emergency(trial)
    story.emergency(trial, "E9")
    story.ended(trial)

    body = report(trial)

    assert [(row["site"], row["kind"], row["participants"], row["share"]) for row in cells(body, "shares")] == [
        ("01", "emergency", "1", "50.0"),
        ("02", "none", "0", "0.0"),
    ]


def test_an_unblinding_of_nobody_known_and_a_site_without_allocations_have_no_share() -> None:
    trial = story.trial()
    story.emergency(trial, "E9", "099")
    trial.write(told.request("U9"), told.disclosed("u9"), **story.UNBLINDER)

    shares = cells(report(trial), "shares")

    assert [(row["site"], row["kind"], row["share"]) for row in shares] == [
        (None, "emergency", None),
        ("01", "none", "0.0"),
        ("02", "none", "0.0"),
    ]


def test_who_stays_blind_is_told_by_role() -> None:
    roles = {row["role"]: row for row in cells(report(story.everything()), "blind")}

    assert (roles["investigator"]["holders"], roles["investigator"]["blind"]) == ("2", "0")
    assert roles["investigator"]["people"] == "Name of inv (inv) and Name of inv2 (inv2)"
    assert (roles["statistician"]["blind"], roles["statistician"]["people"]) == ("1", "nobody")
    assert "safety unblinder" not in roles


def test_clearances_stand_from_when_to_when() -> None:
    (row,) = cells(report(story.everything()), "cleared")

    assert (row["person"], row["role"], row["open"], row["ends"]) == (
        "Name of unb (unb)",
        "safety unblinder",
        "yes",
        None,
    )


def test_the_first_screen_counts_participants_and_people() -> None:
    body = report(story.everything(), access=story.looks())
    quiet = report(story.trial())

    assert body.answer.startswith("The arms of 4 of 4 randomised participants are known to 6 people; 1 person may know")
    assert quiet.answer == (
        "The arms of 0 of 4 randomised participants are known to 0 people; "
        "0 assessments made by somebody who knew or may have known."
    )
    assert [(one.label, one.value) for one in body.figures][:3] == [
        ("Randomised", "4"),
        ("Unblinded", "4"),
        ("Perhaps known", "1"),
    ]


def test_an_empty_trial_has_nobody_randomised() -> None:
    body = report(Book(), Book())

    assert body.figures[1].meaning == "nobody is randomised"
    assert body.attention == ()


@pytest.mark.parametrize(
    ("part", "whole", "said_"), [(1, 3, "33.3"), (2, 3, "66.7"), (1, 8, "12.5"), (0, 5, "0.0"), (1, 0, None)]
)
def test_shares_are_rounded_half_up_to_one_decimal(part: int, whole: int, said_: str | None) -> None:
    assert percent(part, whole) == said_
