"""What is known is shown with the entries behind it, on both time axes, to those who may see it."""

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.chance import system_clock
from tests.cli.invoking import TRIAL, Cli, line

WHEN = "2025-03-03T10:15:00+08:00[Asia/Shanghai]"


def fact(value: str, occurred: str = WHEN) -> str:
    measured = {"type": "measured", "quantity": {"value": value, "unit": "a"}}
    payload = {"participant": "001", "fact": "age_at_consent", "value": measured}
    return line("record_fact", payload, occurred_at=occurred)


@pytest.fixture
def known(cli: Cli) -> Cli:
    """Participant 001 with an age."""
    (told,) = cli.apply(fact("34"), person="coordinator-01")
    assert told["outcome"] == "done", told
    return cli


def view(cli: Cli, *words: str) -> dict[str, Any]:
    found = cli.json(*words)
    return next(one["view"] for one in found if "view" in one)


def ages(shown: dict[str, Any]) -> list[str]:
    return [entry["value"]["quantity"]["value"] for fact in shown["facts"] for entry in fact["entries"]]


def test_a_participant_is_shown_with_values_entries_and_zone(known: Cli) -> None:
    position = known.heads()[f"trial:{TRIAL}"]

    done = known("show", "participant", "001", *known.by("coordinator-01"), "--zone", "Asia/Shanghai")

    assert done.exit_code == 0, done.output
    (row,) = (one for one in done.stdout.splitlines() if "age_at_consent" in one)
    assert "34 a" in row
    assert WHEN in row
    assert "+08:00" in row.rpartition(WHEN)[2], "recorded time is shown in the zone"
    assert any(f" {at} " in row for at in range(position - 3, position + 1)), "the entry is named"
    assert "zone Asia/Shanghai" in done.stdout
    assert "consents" in done.stdout
    assert "none" in done.stdout, "what was never recorded is said"


def test_a_participant_as_known_on_a_day_before_is_not_known(known: Cli) -> None:
    yesterday = (system_clock() - timedelta(days=2)).date().isoformat()

    done = known("show", "participant", "001", *known.by("coordinator-01"), "--as-known-on", yesterday)

    assert done.exit_code == 6


def test_as_true_on_leaves_out_what_happened_later(known: Cli) -> None:
    words = ("show", "participant", "001", *known.by("auditor-01"), "--zone", "Asia/Shanghai", "--as-true-on")

    before = known("--json", *words, "2025-03-02")
    after = known("--json", *words, "2025-03-03")

    assert before.exit_code == 6, "nothing at all was true of 001 then"
    shown = next(one["view"] for one in map(json.loads, after.stdout.splitlines()) if "view" in one)
    assert ages(shown) == ["34"]


def test_the_end_of_a_day_is_the_end_in_the_zone_named(known: Cli) -> None:
    """10:15 in Shanghai on 3 March is still 2 March on Hawaii's calendar."""
    words = ("show", "participant", "001", *known.by("auditor-01"), "--as-true-on", "2025-03-02")

    in_hawaii = known.json(*words, "--zone", "Pacific/Honolulu")

    assert in_hawaii[0]["zone"] == "Pacific/Honolulu"
    assert in_hawaii[0]["as_true_on"] == "the end of 2025-03-02"
    assert ages(in_hawaii[1]["view"]) == ["34"]


def test_an_instant_is_taken_with_its_offset(known: Cli) -> None:
    now = system_clock().astimezone(ZoneInfo("Asia/Shanghai")).isoformat(timespec="seconds")

    shown = known.json("show", "participant", "001", *known.by("auditor-01"), "--as-known-on", now)

    assert shown[0]["as_known_on"] == now


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--as-known-on", "yesterday"), "bad_date"),
        (("--as-known-on", "2025-02-30"), "bad_date"),
        (("--as-known-on", "0"), "bad_date"),
        (("--as-true-on", "2025-03-03T10:00:00"), "naive_time"),
        (("--zone", "Mars/Olympus"), "unknown_zone"),
        (("--as-known-on", "2025-03-03", "--zone", "../etc"), "unknown_zone"),
    ],
)
def test_a_day_that_cannot_be_meant_is_refused(known: Cli, words: tuple[str, ...], code: str) -> None:
    done = known("--json", "show", "participant", "001", *known.by("auditor-01"), *words)

    assert done.exit_code == 3
    assert json.loads(done.stderr)["error"] == code


def test_a_site_does_not_see_another_sites_participant(known: Cli) -> None:
    own = known("show", "participant", "002", *known.by("coordinator-02"))
    other = known("show", "participant", "002", *known.by("coordinator-01"))
    nobody = known("show", "participant", "999", *known.by("coordinator-01"))

    assert (own.exit_code, other.exit_code) == (0, 6)
    assert other.stderr.replace("002", "999") == nobody.stderr, "hidden and absent look the same"


def test_a_site_reader_is_told_which_sites_are_seen(known: Cli) -> None:
    assert known.json("show", "site", *known.by("coordinator-01"))[0]["seen_by"] == "01"
    assert [one["view"]["site"] for one in known.json("show", "site", *known.by("coordinator-01"))[1:]] == ["01"]
    assert [one["view"]["site"] for one in known.json("show", "site", *known.by("auditor-01"))[1:]] == ["01", "02"]


@pytest.mark.parametrize(
    "subject", ["trial", "site", "adverse-events", "deviations", "unblinding", "enrolment", "allocations"]
)
def test_every_subject_can_be_shown_to_people_and_programs(known: Cli, subject: str) -> None:
    words = known("show", subject, *known.by("auditor-01"))
    told = known.json("show", subject, *known.by("auditor-01"))

    assert words.exit_code == 0, words.output
    assert words.stdout.startswith("[demonstration] position ")
    assert told[0]["row"] == "reading"
    assert all(one["environment"] == "demonstration" for one in told)


def test_the_deviation_that_opened_by_itself_is_shown(known: Cli) -> None:
    shown = view(known, "show", "deviations", *known.by("auditor-01"))

    assert "screening-before-opening" in {row["report"]["rule"] for row in shown["rows"]}


def test_who_may_not_read_is_refused_and_the_refusal_is_recorded(known: Cli) -> None:
    before = known.heads()

    done = known("show", "participant", "001", *known.by("admin-01"))

    assert done.exit_code == 4
    assert known.heads() == {**before, f"access:{TRIAL}": before[f"access:{TRIAL}"] + 1}


def test_a_replay_gives_the_same_digest_every_time_and_another_after_more(known: Cli) -> None:
    def digest() -> str:
        return str(known.json("replay", "participants", *known.by("auditor-01"))[-1]["sha256"])

    first, second = digest(), digest()
    known.apply(fact("35"), person="coordinator-01")

    assert first == second != digest()


def test_a_replay_up_to_an_instant_is_what_was_known_then(known: Cli) -> None:
    then = known.json("replay", "participants", *known.by("auditor-01"))
    now = system_clock().isoformat()
    known.apply(fact("35"), person="coordinator-01")

    again = known.json("replay", "participants", *known.by("auditor-01"), "--as-known-on", now)

    assert again[-1]["sha256"] == then[-1]["sha256"]


@pytest.mark.parametrize("projection", ["audit-trail", "timeline", "late-entries", "trial-state", "screening-log"])
def test_any_projection_can_be_replayed_in_words(known: Cli, projection: str) -> None:
    done = known("replay", projection, *known.by("auditor-01"))

    assert done.exit_code == 0, done.output
    assert "SHA-256 of the view: " in done.stdout


def test_a_projection_that_is_not_there_cannot_be_read(known: Cli) -> None:
    done = known("replay", "everything", *known.by("auditor-01"))

    assert done.exit_code == 3
    assert "participants" in done.stderr, "the known ones are named"


def test_a_sealed_reason_is_opened_for_those_who_may_read_it(known: Cli) -> None:
    reason = {"code": "safety", "text": "A device must be inspected before anybody else is treated."}
    (held,) = known.apply(line("hold_site", {"site": "01", "reason": reason}), person="monitor-01")
    assert held["outcome"] == "done", held
    position = held["entries"][0].rpartition("@")[2]

    (shown,) = known.json("show", "text", position, "reason_text", *known.by("auditor-01"))
    missing = known("show", "text", position, "term", *known.by("auditor-01"))
    beyond = known("show", "text", "9999", "reason_text", *known.by("auditor-01"))

    assert shown["text"] == reason["text"]
    assert reason["text"] not in known("ledger", "tail", f"trial:{TRIAL}", *known.by("auditor-01")).stdout
    assert (missing.exit_code, beyond.exit_code) == (6, 6)


def test_a_disclosure_that_was_not_made_to_the_reader_is_not_shown(known: Cli) -> None:
    assert known("show", "disclosure", "u1", *known.by("investigator-01")).exit_code == 6
    assert known("show", "disclosure", "u1", *known.by("auditor-01")).exit_code == 4
