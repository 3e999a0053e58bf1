"""Random commands in random order against a naive model: facts go in always, permissions in order only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain import streams
from domain.allocation.facts import ListSealed, PlaceTaken, SlotDrawn
from domain.command import Command
from domain.eligibility.rule import Chosen, FactValue, Stated
from domain.errors import Refusal
from domain.participant.allocation_error import RecordAllocationError
from domain.participant.conduct import (
    ChangeFollowUp,
    ChangeTreatmentState,
    RecordTreatment,
    RecordVisit,
    RecordVitalStatus,
)
from domain.participant.eligibility import DecideEligibility
from domain.participant.enrolment import Allocate, Enrol
from domain.participant.facts import Allocated, ConsentScope
from domain.participant.screening import (
    EndScreening,
    JudgeCriterion,
    OpenScreeningRecord,
    RecordFact,
    RecordProcedure,
    WithdrawConsent,
)
from domain.site.commands import HoldSite, ReleaseSite
from domain.trial.commands import PauseTrial, ResumeTrial
from tests.domain.harness import SPONSOR, World
from tests.domain.story import SITE, consenting, measured, open_trial

CAP = 2
PEOPLE = 4
SCOPES: tuple[ConsentScope, ...] = ("treatment", "follow_up", "samples", "data_use")
CHANGES = {
    "record_consent": "consent",
    "withdraw_consent": "consent",
    "record_treatment": "treatment",
    "change_treatment_state": "treatment",
    "enrol": "follow_up",
    "change_follow_up": "follow_up",
    "record_vital_status": "vital",
}
"""Which of the four states a command may change; the others change none."""

who = st.integers(0, PEOPLE - 1)


@dataclass
class Model:
    """What a participant's record says, as plain as can be."""

    person: int
    consented: bool = False
    withdrawn: bool = False
    age_known: bool = False
    pregnant: bool | None = None
    judged: bool | None = None
    stratum: str | None = None
    decision: bool | None = None
    ended: bool = False
    dead: bool = False
    enrolled: bool = False
    allocated: bool = False

    @property
    def meets_all(self) -> bool:
        return self.age_known and self.pregnant is False and self.judged is True


class Conduct(RuleBasedStateMachine):
    """One trial, one site, up to four screening numbers, an hour between any two commands."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.models: dict[str, Model] = {}
        self.paused = False
        self.held = False

    @initialize(seed=st.integers(0, 7), far=st.lists(st.integers(0, 4), max_size=PEOPLE))
    def open(self, seed: int, far: list[int]) -> None:
        """Some participants, each as far on the way to an allocation as its number says."""
        self.world = open_trial(cap=CAP, seed=seed)
        for index, steps in enumerate(far):
            self.screen(None)
            for step in (self.assess, self.decide_eligible, self.enrol, self.allocate)[:steps]:
                step(index)

    def assess(self, index: int) -> None:
        self.consent(index)
        for what in ("age", "not pregnant", "SLE" if index % 2 else "LN"):
            self.known(index, what)
        self.judge(index, "yes")

    def decide_eligible(self, index: int) -> None:
        self.decide(index, eligible=True)

    # what every command is held to

    def number(self, index: int) -> str | None:
        return f"{index + 1:03d}" if index < len(self.models) else None

    def send(self, wish: Command, number: str) -> bool:
        """Send it an hour later; whether it was accepted, and that no state moved but its own."""
        self.world.later(hours=1)
        before = {known: self.states(known) for known in self.models}
        try:
            self.world.when(wish, by=SPONSOR if wish.NAME in ("hold_site", "release_site") else None)
        except Refusal:
            return False
        for known, were in before.items():
            changed = {name for name, value in self.states(known).items() if were[name] != value}
            assert changed <= ({CHANGES.get(wish.NAME)} if known == number else set[str]())
        return True

    def fact(self, index: int, make: Callable[[str], Command]) -> Model | None:
        """A fact about a participant, which is never refused."""
        number = self.number(index)
        if number is None:
            return None
        assert self.send(make(number), number), "a fact was refused"
        return self.models[number]

    def states(self, number: str) -> dict[str, object]:
        own = self.world.participant(number)
        return {
            "consent": tuple(own.withdrawn(scope) for scope in SCOPES),
            "treatment": own.treatment,
            "follow_up": own.follow_up,
            "vital": own.vital,
        }

    def permitted(self, model: Model) -> bool:
        return not (self.paused or self.held or model.dead or model.withdrawn)

    def same_person(self, model: Model) -> list[Model]:
        return [other for other in self.models.values() if other.person == model.person]

    # facts

    @rule(previous=st.none() | who)
    def screen(self, previous: int | None) -> None:
        earlier = None if previous is None else self.number(previous)
        if len(self.models) == PEOPLE:
            return
        number = f"{len(self.models) + 1:03d}"
        wish = OpenScreeningRecord(expect=number, previous=earlier, site=SITE)
        assert self.send(wish, number), "a screening number was refused"
        person = len(self.models) if earlier is None else self.models[earlier].person
        self.models[number] = Model(person)

    @rule(index=who)
    def consent(self, index: int) -> None:
        model = self.fact(index, consenting)
        if model is not None:
            model.consented, model.withdrawn = True, False

    @rule(index=who, scopes=st.lists(st.sampled_from(SCOPES), min_size=1, unique=True).map(tuple))
    def withdraw(self, index: int, scopes: tuple[ConsentScope, ...]) -> None:
        model = self.fact(index, lambda number: WithdrawConsent(participant=number, scopes=scopes))
        if model is not None and "treatment" in scopes:
            model.withdrawn = True

    @rule(index=who, what=st.sampled_from(("age", "pregnant", "not pregnant", "SLE", "LN")))
    def known(self, index: int, what: str) -> None:
        said: dict[str, tuple[str, FactValue]] = {
            "age": ("age", measured("40", "a")),
            "pregnant": ("pregnant", Stated(holds=True)),
            "not pregnant": ("pregnant", Stated(holds=False)),
            "SLE": ("stratum", Chosen(code="SLE")),
            "LN": ("stratum", Chosen(code="LN")),
        }
        name, value = said[what]
        model = self.fact(index, lambda number: RecordFact(fact=name, participant=number, value=value))
        if model is None:
            return
        match what:
            case "age":
                model.age_known = True
            case "SLE" | "LN":
                model.stratum = what
            case _:
                model.pregnant = what == "pregnant"

    @rule(index=who, result=st.sampled_from(("yes", "no")))
    def judge(self, index: int, result: Literal["yes", "no"]) -> None:
        model = self.fact(
            index,
            lambda number: JudgeCriterion(criterion="I2", participant=number, rationale="As seen", result=result),
        )
        if model is not None:
            model.judged = result == "yes"

    @rule(index=who, kind=st.sampled_from(("procedure", "visit", "missed", "dose")))
    def act(self, index: int, kind: str) -> None:
        makers: dict[str, Callable[[str], Command]] = {
            "procedure": lambda number: RecordProcedure(participant=number, procedure="biopsy"),
            "visit": lambda number: RecordVisit(participant=number, visit="V2"),
            "missed": lambda number: RecordVisit(done=False, participant=number, visit="V9"),
            "dose": lambda number: RecordTreatment(dose=1, participant=number),
        }
        self.fact(index, makers[kind])

    @rule(index=who, state=st.sampled_from(("on", "interrupted", "stopped", "completed")))
    def treatment(self, index: int, state: Literal["on", "interrupted", "stopped", "completed"]) -> None:
        self.fact(index, lambda number: ChangeTreatmentState(participant=number, state=state))

    @rule(index=who, state=st.sampled_from(("completed", "left", "lost", "found_again")))
    def follow_up(self, index: int, state: Literal["completed", "left", "lost", "found_again"]) -> None:
        self.fact(index, lambda number: ChangeFollowUp(participant=number, state=state))

    @rule(index=who, status=st.sampled_from(("alive", "dead", "unknown")))
    def vital(self, index: int, status: Literal["alive", "dead", "unknown"]) -> None:
        model = self.fact(index, lambda number: RecordVitalStatus(participant=number, status=status))
        if model is not None and status != "unknown":
            model.dead = status == "dead"

    @rule(index=who)
    def end(self, index: int) -> None:
        model = self.fact(index, lambda number: EndScreening(how="left", participant=number))
        if model is not None:
            model.ended = True

    @rule(index=who, other=who)
    def duplicate(self, index: int, other: int) -> None:
        twin = self.number(other)
        if twin is None or index == other:
            return
        model = self.fact(
            index,
            lambda number: RecordAllocationError(error="duplicate_person", other_participant=twin, participant=number),
        )
        if model is not None:
            for same in self.same_person(self.models[twin]):
                same.person = model.person

    # permissions

    @rule(index=who, eligible=st.booleans())
    def decide(self, index: int, *, eligible: bool) -> None:
        number = self.number(index)
        if number is None:
            return
        model = self.models[number]
        may = self.permitted(model) and model.consented and not model.ended and model.meets_all == eligible

        assert self.send(DecideEligibility(eligible=eligible, participant=number), number) == may

        model.decision = eligible if may else model.decision

    @rule(index=who)
    def enrol(self, index: int) -> None:
        number = self.number(index)
        if number is None:
            return
        model = self.models[number]
        taken = sum(place.stratum == model.stratum for place in self.world.every(PlaceTaken))
        may = (
            self.permitted(model)
            and not any(same.enrolled for same in self.same_person(model))
            and not model.ended
            and model.decision is True
            and model.meets_all
            and model.stratum is not None
            and taken < CAP
        )

        assert self.send(Enrol(participant=number), number) == may

        model.enrolled = model.enrolled or may

    @rule(index=who)
    def allocate(self, index: int) -> None:
        number = self.number(index)
        if number is None:
            return
        model = self.models[number]
        may = (
            self.permitted(model)
            and not any(same.allocated for same in self.same_person(model))
            and model.enrolled
            and model.decision is True
            and model.meets_all
        )

        assert self.send(Allocate(participant=number), number) == may

        model.allocated = model.allocated or may

    @rule(kind=st.sampled_from(("trial", "site")))
    def stop_or_go_on(self, kind: str) -> None:
        if kind == "trial":
            self.world.when(ResumeTrial() if self.paused else PauseTrial(), by=SPONSOR)
            self.paused = not self.paused
        else:
            self.world.when(ReleaseSite(site=SITE) if self.held else HoldSite(site=SITE), by=SPONSOR)
            self.held = not self.held

    # what always holds

    @invariant()
    def one_allocation_per_number_and_none_beyond_the_model(self) -> None:
        allocated = [
            number
            for number in self.models
            for fact in self.world.facts(streams.participant("T1", number))
            if isinstance(fact, Allocated)
        ]
        assert sorted(allocated) == sorted(number for number, model in self.models.items() if model.allocated)

    @invariant()
    def slots_are_used_once_and_in_order(self) -> None:
        for sealed in self.world.every(ListSealed):
            facts = self.world.facts(streams.sealed_list("T1", sealed.list_id))
            drawn = [fact for fact in facts if isinstance(fact, SlotDrawn)]
            slots = self.world.randomiser.slots(sealed, "T1") if drawn else ()
            assert [slot.index for slot in drawn] == list(range(1, len(drawn) + 1))
            assert [slot.arm for slot in drawn] == list(slots[: len(drawn)])
            assert len({slot.participant for slot in drawn}) == len(drawn)

    @invariant()
    def caps_hold(self) -> None:
        places = self.world.every(PlaceTaken)
        assert all(sum(place.stratum == code for place in places) <= CAP for code in ("SLE", "LN"))

    @invariant()
    def every_entry_is_folded(self) -> None:
        for number in self.models:
            own = self.world.participant(number)
            assert own.version == len(self.world.entries[streams.participant("T1", number)])
            assert own.vital == "dead" or not self.models[number].dead


@pytest.mark.requirement("P11-11", "EMA-16")
def test_facts_are_never_refused_and_permissions_come_only_in_order_whatever_the_order_of_commands() -> None:
    run_state_machine_as_test(Conduct, settings=settings(max_examples=80, stateful_step_count=50))
