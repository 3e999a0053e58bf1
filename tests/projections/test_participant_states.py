"""A participant's four independent states, each value with the entry behind it."""

import pytest

from domain.participant import conduct_facts as conduct
from domain.participant import facts as participant
from domain.record import Entry
from projections.participant import Participants
from projections.participant_rows import ParticipantRow
from projections.replay import replay
from tests.projections.entries import Book, at, event, sealed
from tests.projections.facts import (
    SHA,
    TRIAL_STREAM,
    allocated,
    chosen,
    consent,
    decided,
    enrolled,
    error,
    known,
    measured,
    number_in,
    person,
    screened,
    vital,
)

OWN = person("007")


def row(entries: list[Entry]) -> ParticipantRow:
    found = replay(Participants, entries).of("007")
    assert found is not None
    return found


def test_nobody_is_known_before_the_first_entry_and_other_streams_make_nobody_known() -> None:
    book = Book()
    book.write(TRIAL_STREAM, screened("007"))

    assert replay(Participants, book.entries).view() == ()
    assert replay(Participants, book.entries).of("007") is None


def test_a_new_screening_has_four_states_that_say_nothing_yet() -> None:
    book = Book()
    entry = book.write(OWN, screened("007", "01", "003"))

    own = row(book.entries)

    assert own.screening is not None
    assert (own.screening.behind.position, own.screening.behind.event_id) == (1, entry.body.event_id)
    assert (own.site, own.screening.previous) == ("01", "003")
    assert (own.consent, own.treatment, own.follow_up, own.vital) == ((), "not_started", "not_started", "unknown")
    assert (own.eligible, own.is_in_trial, own.death, own.consent_to("treatment")) == (None, False, None, None)


def test_consent_stands_per_scope_until_it_is_taken_back() -> None:
    book = Book()
    book.write(OWN, consent("treatment", "samples"))
    book.write(OWN, participant.ConsentWithdrawn(scopes=("samples",)), reason_code="no_reason_given")

    own = row(book.entries)

    assert [(state.scope, state.state, state.behind.position) for state in own.consent] == [
        ("treatment", "given", 1),
        ("samples", "withdrawn", 2),
    ]
    assert own.withdrawals[0].behind.reason_code == "no_reason_given"
    assert (own.consents[0].version, own.consents[0].signer) == ("1", "participant")


def test_a_consent_told_late_does_not_undo_a_withdrawal_that_came_after_it() -> None:
    book = Book()
    book.write(OWN, participant.ConsentWithdrawn(scopes=("treatment",)), occurred=at("2027-03-05"))
    book.write(OWN, consent("treatment"), occurred=at("2027-03-01"))

    own = row(book.entries)

    state = own.consent_to("treatment")
    assert state is not None
    assert state.state == "withdrawn"


def test_consent_can_be_given_again_after_a_withdrawal() -> None:
    book = Book()
    book.write(OWN, consent("treatment", version="1"))
    book.write(OWN, participant.ConsentWithdrawn(scopes=("treatment",)))
    book.write(OWN, consent("treatment", version="2"))

    state = row(book.entries).consent_to("treatment")
    assert state is not None
    assert (state.state, state.behind.position) == ("given", 3)


def test_treatment_is_on_from_the_first_dose_until_a_change_is_stated() -> None:
    book = Book()
    book.write(OWN, conduct.TreatmentGiven(dose=1, randomisation_number="R1"))
    on = row(book.entries)
    book.write(OWN, conduct.TreatmentStateChanged(state="interrupted"))
    book.write(OWN, conduct.TreatmentGiven(dose=2, randomisation_number="R1"))
    changed = row(book.entries)

    assert (on.treatment, changed.treatment) == ("on", "interrupted")
    assert [dose.dose for dose in changed.doses] == [1, 2]
    assert changed.treatment_changes[0].behind.position == 2


def test_stopping_treatment_leaves_follow_up_as_it_is() -> None:
    book = Book()
    book.write(OWN, enrolled())
    book.write(OWN, conduct.TreatmentStateChanged(state="stopped"))

    own = row(book.entries)

    assert (own.treatment, own.follow_up, own.vital) == ("stopped", "in", "unknown")


def test_follow_up_begins_with_enrolment_and_can_be_lost_and_found_again() -> None:
    book = Book()
    book.write(OWN, enrolled())
    book.write(OWN, conduct.FollowUpChanged(state="lost"))
    lost = row(book.entries)
    book.write(OWN, conduct.FollowUpChanged(state="found_again"))

    assert (lost.follow_up, row(book.entries).follow_up) == ("lost", "found_again")


def test_an_enrolment_told_late_does_not_bring_back_who_left() -> None:
    book = Book()
    book.write(OWN, conduct.FollowUpChanged(state="left"))
    book.write(OWN, enrolled())

    assert row(book.entries).follow_up == "left"


def test_a_death_keeps_its_date_its_source_and_its_case() -> None:
    book = Book()
    book.write(OWN, vital("dead", "2027-03", case="A1"))

    death = row(book.entries).death

    assert death is not None
    assert (str(death.date), death.source, death.case, death.is_explained) == (
        "2027-03",
        "hospital letter",
        "A1",
        False,
    )


def test_an_explained_death_tells_that_it_is_explained_and_no_word_of_it() -> None:
    book = Book()
    book.write(OWN, vital("dead", explanation=sealed()))

    death = row(book.entries).death
    assert death is not None
    assert death.is_explained


def test_an_earlier_sign_of_life_told_later_does_not_bring_back_the_dead() -> None:
    book = Book()
    book.write(OWN, vital("dead", "2027-03-02"), occurred=at("2027-03-02"))
    book.write(OWN, vital("alive", "2027-02-20"), occurred=at("2027-02-20"))

    own = row(book.entries)

    assert own.vital == "dead"
    assert [record.status for record in own.vital_records] == ["alive", "dead"]


@pytest.mark.requirement("E6-03")
def test_every_value_of_a_fact_stands_with_the_entries_behind_it() -> None:
    book = Book()
    first = book.write(OWN, known("creatinine", measured("88")), occurred=at("2027-03-02"))
    book.write(OWN, known("age", measured("41", "a")))
    book.write(OWN, known("creatinine", measured("70")), occurred=at("2027-02-20"))
    book.correct(first, "/payload/value/quantity/value", '"88"', '"8.8"')

    own = row(book.entries)

    (creatinine, age) = own.facts
    assert [(number_in(value.value), value.behind.position) for value in creatinine.entries] == [("70", 3), ("8.8", 1)]
    assert [moment.position for moment in creatinine.entries[1].corrections] == [4]
    assert creatinine.entries[0].corrections == ()
    assert age.fact == "age"
    assert own.value_of("creatinine") == creatinine.entries[1]
    assert own.value_of("weight") is None


def test_a_correction_that_is_claimed_to_be_older_than_its_target_is_still_shown_behind_it() -> None:
    book = Book()
    target = book.write(OWN, known("creatinine", measured("88")))
    book.correct(target, "/payload/value/quantity/value", '"88"', '"8.8"', occurred=at("2027-01-01"))

    true = replay(Participants, book.entries, true=at("2027-04-01").earliest).of("007")

    assert true is not None
    assert [moment.position for moment in true.facts[0].entries[0].corrections] == [2]
    assert [(note.pointer, note.target) for note in true.corrections] == [("/payload/value/quantity/value", event(1))]


def test_eligibility_stands_with_the_judgements_the_results_and_who_decided() -> None:
    book = Book()
    book.write(OWN, participant.CriterionJudged(criterion="E4", rationale=sealed(), result="no"))
    book.write(OWN, decided(eligible=False, failed=("I2",)), actor="u3", printed_name="U Three")
    book.write(OWN, decided(eligible=True))

    own = row(book.entries)

    assert [(judged.criterion, judged.result) for judged in own.judgements] == [("E4", "no")]
    assert [(decision.eligible, decision.failed, decision.by.printed_name) for decision in own.decisions] == [
        (False, ("I2",), "U Three"),
        (True, (), "U One"),
    ]
    assert own.eligible is True
    assert own.decisions[0].results[0].criterion == "I2"


@pytest.mark.requirement("E6-08")
def test_an_allocation_is_a_number_and_a_stratum_without_an_arm() -> None:
    book = Book()
    book.write(OWN, enrolled("LN"))
    book.write(OWN, allocated("LN", "R7"))

    own = row(book.entries)

    assert own.allocation is not None
    assert own.enrolment is not None
    assert set(own.allocation.__struct_fields__) == {"behind", "by", "randomisation_number", "stratum"}
    assert (own.allocation.randomisation_number, own.enrolment.stratum, own.is_in_trial) == ("R7", "LN", True)


def test_an_error_around_the_allocation_stands_beside_it() -> None:
    book = Book()
    book.write(OWN, allocated("LN"))
    book.write(OWN, error("wrong_stratum", stratum_used="LN", true_stratum="SLE"))

    own = row(book.entries)

    assert own.allocation is not None
    assert own.allocation.stratum == "LN"
    assert [(found.error, found.stratum_used, found.true_stratum) for found in own.allocation_errors] == [
        ("wrong_stratum", "LN", "SLE")
    ]


def test_links_ends_visits_procedures_and_sign_offs_are_kept() -> None:
    book = Book()
    book.write(OWN, participant.Rescreened(next="012"))
    book.write(OWN, participant.ScreeningEnded(how="lost"))
    book.write(OWN, conduct.VisitRecorded(done=False, visit="V2"))
    book.write(OWN, participant.ProcedurePerformed(procedure="biopsy"), occurred=at("2027-02-01"))
    book.write(OWN, conduct.SignedOff(record_digest=SHA, record_version=4))
    book.write(OWN, chosen("class", "IV"))

    own = row(book.entries)

    assert own.next == ("012",)
    assert own.screening_end is not None
    assert own.screening_end.how == "lost"
    assert [(act.kind, act.code, act.done) for act in own.acts] == [
        ("procedure", "biopsy", True),
        ("visit", "V2", False),
    ]
    assert [(sign.record_version, sign.by.actor) for sign in own.sign_offs] == [(4, "u1")]


def test_an_entry_that_says_nothing_about_a_participant_changes_nothing() -> None:
    book = Book()
    book.write(OWN, screened("007"))
    state = replay(Participants, book.entries)
    stray = book.write(OWN, screened_elsewhere())

    assert state.after(stray) is state


def screened_elsewhere() -> participant.ScreeningNumberIssued:
    return participant.ScreeningNumberIssued(number="008")
