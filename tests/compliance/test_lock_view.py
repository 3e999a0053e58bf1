"""What a hard lock binds: every open item, and a digest that moves when the data do and never else."""

from hashlib import sha256

import pytest

from compliance.lock_view import data_digest, data_line, is_data, lock_view
from domain import streams
from domain.adverse_event.commands import (
    AssessCausality,
    AssessSeriousness,
    CodeAdverseEvent,
    NullifyAdverseEvent,
)
from domain.command import Command, Reason
from domain.deviation.commands import CloseDeviation, RecordDeviation
from domain.participant.conduct import RecordVisit
from domain.participant.eligibility import DecideEligibility
from domain.participant.facts import CriterionResult, EligibilityDecided, FactRecorded
from domain.participant.screening import EndScreening, RecordFact, RecordProcedure
from domain.record import Entry
from domain.trial.facts import OpenItem, OpenKind
from domain.trial.lock import LockView
from domain.trial.lock_commands import ConfirmLock, RequestLock, SignOffParticipant
from domain.unblinding.commands import AssessUnblindingImpact, ReportAccidentalUnblinding
from projections.amendments import effective
from tests.domain.corrections_story import aged, correcting, proposing, voiding
from tests.domain.harness import DATA_MANAGER, MEDICAL_MONITOR, SPONSOR, STATISTICIAN, World
from tests.domain.safety_story import SAFETY_PHYSICIAN, reporting
from tests.domain.story import SITE, assessed, consented, enrolled, measured, open_trial, screened
from tests.domain.unblinding_story import broken, trial_with_allocation


def trial_ledger(world: World) -> list[Entry]:
    held = [entry for entries in world.entries.values() for entry in entries]
    own = [entry for entry in held if entry.frame.ledger == streams.trial_ledger(world.trial)]
    return sorted(own, key=lambda entry: entry.frame.position)


def view(world: World) -> LockView:
    return lock_view(trial_ledger(world), lambda size: f"{size:064x}")


def open_in(world: World, kind: OpenKind) -> list[str]:
    return [item.about for item in view(world).open_items if item.kind == kind]


@pytest.fixture
def world() -> World:
    return open_trial()


def test_the_view_stands_at_the_last_position_and_its_root(world: World) -> None:
    found = view(world)

    assert found.position == len(trial_ledger(world)) > 0
    assert found.root == f"{found.position:064x}"
    assert found.open_items == ()
    assert lock_view([], lambda size: f"{size:064x}").position == 0


def test_an_enrolled_participant_is_unsigned_until_the_investigator_signs_off(world: World) -> None:
    number = enrolled(world)
    before = open_in(world, "unsigned")

    world.when(SignOffParticipant(participant=number))

    assert before == [number]
    assert view(world).open_items == ()


def test_a_record_that_changed_since_the_sign_off_needs_re_signing(world: World) -> None:
    number = enrolled(world)
    world.when(SignOffParticipant(participant=number))
    world.when(RecordVisit(participant=number, visit="V1"))
    changed = open_in(world, "not_locked_softly")

    world.when(SignOffParticipant(participant=number))

    assert changed == [number]
    assert view(world).open_items == ()


def test_a_correction_needs_re_signing_and_a_proposal_does_not(world: World) -> None:
    number = enrolled(world)
    target = world.participant(number).known["age"].event
    world.when(SignOffParticipant(participant=number))

    world.when(proposing(target), by=SPONSOR)
    proposed = view(world).open_items
    world.when(correcting(target))

    assert proposed == ()
    assert open_in(world, "not_locked_softly") == [number]


def test_screening_that_nobody_decided_or_ended_has_unknown_eligibility(world: World) -> None:
    pending, ended, again = screened(world), screened(world), screened(world)
    world.when(EndScreening(how="left", participant=ended))
    later = screened(world, previous=again)

    assert open_in(world, "eligibility_unknown") == [pending, later]


def test_enrolment_whose_decision_was_voided_has_unknown_eligibility(world: World) -> None:
    number = enrolled(world)
    decision = world.participant(number).eligibility
    assert decision is not None

    world.when(voiding(decision.event))

    assert open_in(world, "eligibility_unknown") == [number]


@pytest.mark.parametrize(
    ("results", "unknown"),
    [(("yes", "unknown"), True), (("no", "unknown"), False), (("yes", "no"), False), (("yes", "yes"), False)],
)
def test_a_decision_that_rests_on_unknown_alone_leaves_eligibility_unknown(
    world: World, results: tuple[str, ...], unknown: bool
) -> None:
    number = screened(world)
    fact = EligibilityDecided(
        eligible=False,
        failed=(),
        results=tuple(
            CriterionResult(criterion=f"I{index}", facts=(), interpretation=None, met=met, rule_version=1)  # type: ignore[arg-type]  # written as a parameter
            for index, met in enumerate(results)
        ),
    )

    world.happened(streams.participant(world.trial, number), fact)

    assert open_in(world, "eligibility_unknown") == ([number] if unknown else [])


def test_the_latest_decision_counts(world: World) -> None:
    number = screened(world)
    consented(world, number)
    world.later(hours=1).when(DecideEligibility(eligible=False, participant=number))
    before = open_in(world, "eligibility_unknown")

    assessed(world, number)
    world.when(DecideEligibility(eligible=True, participant=number))

    assert before == [number]
    assert open_in(world, "eligibility_unknown") == []


def test_a_deviation_is_open_until_it_is_closed(world: World) -> None:
    world.when(RecordDeviation(description="A letter went astray", rule="letter-lost", site=SITE))
    (name,) = open_in(world, "open_deviation")

    world.when(CloseDeviation(action="Written once more", deviation=name), by=MEDICAL_MONITOR)

    assert open_in(world, "open_deviation") == []


@pytest.mark.requirement("E6-14")
def test_an_unblinding_is_open_until_its_impact_is_assessed() -> None:
    world = trial_with_allocation()
    request = broken(world)
    before = open_in(world, "open_impact_assessment")

    world.when(
        AssessUnblindingImpact(explanation="One person knows one arm.", impact="none", request=request),
        by=MEDICAL_MONITOR,
    )

    assert before == [request]
    assert open_in(world, "open_impact_assessment") == []


def serious() -> Command:
    return reporting(case="AE-1", serious=True, criteria=("death",))


RECONCILING = (
    (AssessCausality(case="AE-1", related=True), None),
    (AssessCausality(case="AE-1", related=False), SAFETY_PHYSICIAN),
    (CodeAdverseEvent(case="AE-1", code="10016558", dictionary="MedDRA", dictionary_version="29.0"), DATA_MANAGER),
)


@pytest.mark.parametrize("missing", range(len(RECONCILING)))
def test_a_serious_case_is_reconciled_by_both_assessments_and_a_code(world: World, missing: int) -> None:
    screened(world)
    world.when(serious())
    for index, (wish, by) in enumerate(RECONCILING):
        if index != missing:
            world.when(wish, by=by)
    before = open_in(world, "unreconciled_sae")

    world.when(RECONCILING[missing][0], by=RECONCILING[missing][1])

    assert before == ["AE-1"]
    assert open_in(world, "unreconciled_sae") == []


def test_a_case_that_is_not_serious_is_nothing_to_reconcile_and_an_unjudged_one_is(world: World) -> None:
    screened(world)
    world.when(reporting(case="AE-1", serious=False))
    world.when(reporting(case="AE-2"))
    for wish, by in RECONCILING:
        world.when(wish.model_copy(update={"case": "AE-2"}), by=by)
    before = open_in(world, "unreconciled_sae")

    world.when(AssessSeriousness(case="AE-2", criteria=(), serious=False))

    assert before == ["AE-2"]
    assert open_in(world, "unreconciled_sae") == []


def test_a_nullified_case_is_nothing_to_reconcile(world: World) -> None:
    screened(world)
    world.when(serious())

    reason = Reason(code="duplicate", text="Two reports of one fall.")
    world.when(NullifyAdverseEvent(case="AE-1", reason=reason))

    assert open_in(world, "unreconciled_sae") == []


def test_open_items_are_listed_by_kind_and_then_by_number(world: World) -> None:
    enrolled(world)
    enrolled(world)
    screened(world)
    world.when(RecordProcedure(participant="003", procedure="biopsy"))

    items = view(world).open_items

    assert [item.kind for item in items] == ["eligibility_unknown", "open_deviation", "unsigned", "unsigned"]
    assert items[-2:] == (OpenItem(about="001", kind="unsigned"), OpenItem(about="002", kind="unsigned"))


@pytest.mark.requirement("E6-23")
def test_the_digest_covers_the_data_lines_in_the_order_of_the_ledger(world: World) -> None:
    screened(world)
    aged(world)
    lines = [data_line(entry) for entry in trial_ledger(world) if is_data(entry)]

    assert view(world).data_digest == sha256(b"".join(lines)).hexdigest()
    assert all(line.endswith(b"}\n") for line in lines)
    assert b'"recorded_at"' not in b"".join(lines)
    assert b'"type":"participant.fact_recorded.v1"' in lines[-1]


def test_the_digest_moves_with_every_new_fact_and_every_corrected_or_voided_one(world: World) -> None:
    screened(world)
    digests = [view(world).data_digest]
    first, second = aged(world), aged(world, age="50")
    for wish in (None, correcting(first), correcting(first, old="41", new="42"), voiding(second)):
        if wish is not None:
            world.when(wish)
        digests.append(view(world).data_digest)

    assert len(set(digests)) == len(digests)


def test_a_correction_taken_back_by_another_gives_the_first_digest_again(world: World) -> None:
    screened(world)
    target = aged(world)
    before = view(world).data_digest
    world.when(correcting(target))

    world.when(correcting(target, old="41", new="40"))

    assert view(world).data_digest == before


def test_a_voided_fact_leaves_the_digest_as_if_it_had_never_been(world: World) -> None:
    screened(world)
    before = view(world).data_digest
    target = aged(world)

    world.when(voiding(target))

    assert view(world).data_digest == before


def test_what_is_no_data_leaves_the_digest_as_it_is() -> None:
    world = trial_with_allocation()
    target = world.participant().known["age"].event
    before = view(world).data_digest

    world.when(SignOffParticipant(participant="001"))
    broken(world)
    accident = ReportAccidentalUnblinding(account="A label could be read.", learned_by=(), site=SITE)
    world.when(accident)
    world.when(proposing(target), by=SPONSOR)
    world.whole = LockView(position=1, root="ab" * 32, data_digest="cd" * 32, open_items=())
    world.when(RequestLock(), by=DATA_MANAGER)
    world.when(ConfirmLock(), by=STATISTICIAN)

    assert view(world).data_digest == before


def test_what_a_rule_found_is_no_data_and_what_a_person_found_is(world: World) -> None:
    screened(world)
    by_rule = world.when(RecordProcedure(participant="001", procedure="biopsy"))
    by_person = world.when(RecordDeviation(description="A letter went astray", rule="letter-lost", site=SITE))

    assert [is_data(entry) for entry in (*by_rule, by_person[0])] == [True, *[False] * (len(by_rule) - 1), True]


def test_the_digest_does_not_depend_on_when_or_where_it_was_recorded() -> None:
    digests = set[str]()
    for pause in (0, 5):
        world = open_trial()
        target = screened(world)
        moment = str(world.claimed(None))
        entry = world.later(days=pause).when(
            RecordFact(fact="age", participant=target, value=measured("40", "a")), occurred=moment
        )[0]
        digests.add(data_digest(e for e in effective(trial_ledger(world)) if isinstance(e.fact, FactRecorded)))
        assert entry.frame.recorded_at == world.now

    assert len(digests) == 1
