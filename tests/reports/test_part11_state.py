"""The rest of the Part 11 report: the state of the trial, classes of records, and what changed since the last one."""

import pytest

from domain import streams
from domain.access.facts import (
    ReportProduced,
    ReportRequested,
    SourcePosition,
)
from tests.projections import facts as told
from tests.projections.entries import TRIAL, Book
from tests.reports.materials import LEDGER, cells, material, opening
from tests.reports.part11_story import ACCESS, checked, decided, report
from tests.reports.people_story import (
    by,
    hired,
    opened_trial,
    signed,
    staffed,
)


def test_the_state_of_the_trial_counts_ledgers_people_and_signatures() -> None:
    trial, system = opened_trial(), staffed()
    signed(trial, decided(trial), "inv")
    checked(system)

    body = report(trial, system)

    state = {one["what"]: (one["value"], one["words"]) for one in cells(body, "state")}
    assert state["Accounts"] == ("5 open, 0 ended", "0 of them of services")
    assert state["Role: sponsor lead"] == ("1", "open grants for this trial or for all")
    assert state["Meaning: responsibility"] == ("1", "1 valid")
    assert state["Entries that ask for one"] == ("2", "1 owed, 1 signed")
    assert state["Interfaces"] == ("closed", "as wanted")
    assert state["System: web"][0] == f"{len(trial.entries) + len(system.entries)} entries"
    assert state[f"{LEDGER} ledger"][0] == f"positions 1 to {len(trial.entries)}"
    assert {one["section"] for one in cells(body, "absent")} >= {
        "Backup and restore drills",
        "Incidents",
        "Accepted risks",
    }


def test_ledgers_read_in_part_say_that_the_rest_concerns_others() -> None:
    system = staffed()
    own = material(opened_trial().entries, system.entries)
    sources = tuple(
        source.model_copy(update={"size": source.size + 1}) if source.ledger == "system" else source
        for source in own.sources
    )

    body = report(opened_trial(), system, sources=sources)

    (told_,) = [one for one in cells(body, "state") if one["what"] == "system ledger"]
    assert (told_["words"] or "").endswith("the others concern other trials, people or sites")


@pytest.mark.requirement("P11-01")
def test_every_kind_of_entry_stands_under_its_class_and_rule() -> None:
    body = report(opened_trial(), staffed())

    assert sum(int(one["entries"] or 0) for one in cells(body, "records")) == body.entries_read
    assert ("trial master file", "ICH E6(R3) 2.3.3") in {(one["class"], one["rule"]) for one in cells(body, "records")}


def runs(book: Book, number: str, *, produced: bool = True, name: str = "part11", **read: int) -> None:
    asked = ReportRequested(
        blinding="NEUTRAL",
        parameters=(),
        purpose="p",
        report=name,
        scope="all",
        sources=tuple(SourcePosition(ledger=ledger.replace("_", ":"), position=at) for ledger, at in read.items()),
    )
    stream = streams.report(TRIAL, number)
    book.write(stream, asked, **by("lead"))
    if produced:
        book.write(stream, ReportProduced(body_digest=told.SHA, files=(), rows=1), **by("lead"))


def test_what_changed_since_the_last_report_of_this_kind_is_told() -> None:
    trial, system, access = opened_trial(), staffed(), Book()
    checked(system, "1", software="trialproof/0.0.9.", clock="10:00.")
    runs(access, "r1", name="audit-trail", trial_DEMO=1)
    runs(access, "r2", trial_DEMO=len(trial.entries), access_DEMO=2, system=len(system.entries))
    runs(access, "r3", produced=False)
    hired(system, "mon", "monitor")
    signed(trial, decided(trial), "inv")
    checked(system, "2", software="trialproof/0.1.0.", clock="11:00.")

    body = report(trial, system, access)

    changes = {one["what"]: one["words"] for one in cells(body, "changes")}
    assert changes == {
        "The trial ledger": "read to position 3 then, to 6 now",
        "The access ledger": "read to position 2 then, to 5 now",
        "The system ledger": f"read to position {len(system.entries) - 5} then, to {len(system.entries)} now",
        "Accounts registered": "1",
        "Roles given": "1",
        "Signatures given": "1",
        "Software and table of the gate": "was: trialproof/0.0.9. Is: trialproof/0.1.0. (as it should be)",
    }
    note = next(table.note for table in body.tables if table.id == "changes")
    assert "by Name of lead (access 3)" in note


def test_the_first_report_and_one_without_the_access_ledger_say_so() -> None:
    trial, system, access = opened_trial(), staffed(), Book()
    access.write(streams.opening(ACCESS), opening("access"))
    first = Book()
    first.entries = access.entries[:]
    runs(access, "r1")

    notes = [
        next(table.note for table in body.tables if table.id == "changes")
        for body in (report(trial, system), report(trial, system, first), report(trial, system, access))
    ]

    assert notes[0].startswith("Earlier reports stand in the access ledger")
    assert notes[1] == "This is the first such report of this trial."
    assert notes[2].startswith("Since the report asked for at 2027-03-01")
    assert "The trial ledger" in {one["what"] for one in cells(report(trial, system, access), "changes")}
