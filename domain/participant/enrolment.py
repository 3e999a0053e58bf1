"""Enrolment and allocation: permissions, given only in order (21 CFR 11.10(f), ICH E9 2.3)."""

from typing import Literal

from domain import streams
from domain.allocation.facts import PlaceTaken, RandomisationCommitted, SlotDrawn
from domain.allocation.lists import Places, Randomisation, SealedList
from domain.command import Decided, Given, Room, command
from domain.eligibility.rule import Chosen
from domain.input import Code
from domain.participant.base import ParticipantCommand, ParticipantNumber
from domain.participant.eligibility import STRATUM_FACT
from domain.participant.facts import Allocated, AllocationErrorFound, Enrolled
from domain.participant.participant import KnownFact, Participant
from domain.refusals import not_in_order
from domain.trial.trial import Trial


def stratum_of(own: Participant) -> KnownFact | None:
    """The recorded fact that fixes the stratum."""
    fact = own.known.get(STRATUM_FACT)
    return fact if fact is not None and isinstance(fact.value, Chosen) else None


def stratum_code(fact: KnownFact) -> str:
    """The stratum that the fact names."""
    assert isinstance(fact.value, Chosen)
    return fact.value.code


@command("enrol")
class Enrol(ParticipantCommand):
    """Take the participant into the trial, in the stratum that the recorded facts say."""

    TASK = "enrolment"

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the commitment, the stratum's places, and the linked screenings of the same person."""
        named = (*super().streams(room), streams.randomisation(room.trial))
        own_stream = streams.participant(room.trial, self.participant)
        if own_stream not in room:
            return named
        fact = stratum_of(self.own(room))
        places = () if fact is None else (streams.stratum(room.trial, stratum_code(fact)),)
        return (*named, *places, *linked(room, self.own(room)))

    def lock(self, room: Room) -> str | None:
        """One enrolment at a time into a stratum."""
        fact = stratum_of(self.own(room))
        return None if fact is None else streams.stratum(room.trial, stratum_code(fact))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse without consent, without an eligible decision, twice, or over the stratum's cap."""
        own = self.permit(given, room, what="enrolment")
        self._in_order(own, room)
        fact = stratum_of(own)
        committed = room.get(Randomisation, streams.randomisation(given.trial))
        if fact is None or committed.stratum(stratum_code(fact)) is None:
            raise not_in_order(
                "no_stratum",
                f"No committed stratum is known for participant {self.participant}.",
                "Record the fact `stratum` with its source; the lists must be committed before the first enrolment.",
                rule="stratum-before-enrolment",
            )
        stratum = stratum_code(fact)
        self._has_place(room, stratum, committed)
        enrolled = self.in_own_stream(given, Enrolled(stratum=stratum, stratum_facts=(fact.event,)))
        place = given.fact(
            streams.stratum(given.trial, stratum), PlaceTaken(participant=self.participant, stratum=stratum)
        )
        return (enrolled, place, *self.with_deviations(given, room, enrolled, ())[1:])

    def _in_order(self, own: Participant, room: Room) -> None:
        others = [room.get(Participant, stream) for stream in linked(room, own)]
        checks = (
            ("already_enrolled", own.is_enrolled, "is enrolled already"),
            ("enrolled_before", any(o.is_enrolled for o in others), "was enrolled under another number"),
            ("screening_ended", own.screening_ended, "left, was lost or died before enrolment"),
            (
                "not_eligible",
                own.eligibility is None or not own.eligibility.eligible,
                "has no decision that says eligible",
            ),
            ("consent_withdrawn", own.withdrawn("treatment") is not None, "has withdrawn consent to treatment"),
        )
        for code, broken, words in checks:
            if broken:
                raise not_in_order(
                    code,
                    f"Participant {self.participant} {words}.",
                    "Look at the record with `trialproof show participant`.",
                    rule="enrolment-in-order",
                )

    def _has_place(self, room: Room, stratum: str, committed: Randomisation) -> None:
        row = committed.stratum(stratum)
        assert row is not None
        taken = room.get(Places, streams.stratum(room.trial, stratum)).taken
        over = room.get(Trial, streams.trial(room.trial)).settings.allow_over_enrolment
        if taken >= row.cap and not over:
            raise not_in_order(
                "stratum_full",
                f"The stratum {stratum} has no place left.",
                "Over-enrolment needs an approved decision.",
                rule="stratum-caps-hold",
            )


def linked(room: Room, own: Participant) -> tuple[str, ...]:
    """The other screenings of the same person, as far as they are loaded: earlier and later ones."""
    found: list[str] = []
    waiting = [number for number in (own.previous, own.next) if number]
    while waiting:
        stream = streams.participant(room.trial, waiting.pop())
        if stream in found or stream == streams.participant(room.trial, own.number):
            continue
        found.append(stream)
        if stream in room:
            other = room.get(Participant, stream)
            waiting += [number for number in (other.previous, other.next) if number]
    return tuple(found)


@command("allocate")
class Allocate(ParticipantCommand):
    """Draw the next slot of the stratum's sealed list; the arm goes into the envelope and the vault only."""

    TASK = "enrolment"

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the commitment and, once both are known, the sealed list of the stratum."""
        commitment = streams.randomisation(room.trial)
        named = (*super().streams(room), commitment)
        if commitment not in room or streams.participant(room.trial, self.participant) not in room:
            return named
        list_id = self._list_id(room)
        return named if list_id is None else (*named, streams.sealed_list(room.trial, list_id))

    def lock(self, room: Room) -> str | None:
        """One draw at a time from a list."""
        list_id = self._list_id(room)
        return None if list_id is None else streams.sealed_list(room.trial, list_id)

    def _list_id(self, room: Room) -> str | None:
        own = self.own(room)
        committed = room.get(Randomisation, streams.randomisation(room.trial))
        row = committed.stratum(own.stratum) if own.stratum else None
        return None if row is None else row.list_id

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse out of order and twice; an exhausted list is refused in words that tell nothing."""
        own = self.permit(given, room, what="allocation")
        if own.allocation is not None or not own.is_enrolled:
            code, words = (
                ("already_allocated", "has an allocation already")
                if own.allocation
                else ("not_enrolled", "is not enrolled")
            )
            raise not_in_order(
                code,
                f"Participant {self.participant} {words}.",
                "Nobody is allocated twice; enrol first.",
                rule="allocation-in-order",
            )
        list_id = self._list_id(room)
        assert list_id is not None
        stream = streams.sealed_list(given.trial, list_id)
        committed = room.get(Randomisation, streams.randomisation(given.trial)).committed
        assert committed is not None
        return self._draw(given, room.get(SealedList, stream), stream, committed)

    def _draw(
        self, given: Given, sealed_list: SealedList, stream: str, committed: RandomisationCommitted
    ) -> tuple[Decided, ...]:
        sealed = sealed_list.sealed
        assert sealed is not None
        slots = given.randomiser.slots(sealed, given.trial)
        if sealed_list.drawn >= len(slots):
            raise not_in_order(
                "no_allocation_possible",
                "No allocation is possible now.",
                "Call the randomisation statistician.",
                rule="allocation-needs-a-slot",
            )
        arm, event, number = slots[sealed_list.drawn], given.new_id(), f"R-{given.token()}"
        allocated = Allocated(
            envelope=given.seals.arm(
                arm, trial=given.trial, event_id=event, participant=self.participant, list_root=committed.root
            ),
            list_root=committed.root,
            randomisation_number=number,
            seed_commitment=committed.seed_commitment,
            stratum=sealed.stratum,
        )
        drawn = SlotDrawn(
            allocation=event,
            arm=arm,
            index=sealed_list.drawn + 1,
            participant=self.participant,
            randomisation_number=number,
        )
        return (
            Decided(streams.participant(given.trial, self.participant), allocated, event),
            given.fact(stream, drawn),
        )


@command("record_allocation_error")
class RecordAllocationError(ParticipantCommand):
    """Annotate an error around the allocation: it stays visible, nobody is re-randomised, no slot is reused."""

    error: Literal[
        "ineligible",
        "wrong_stratum",
        "wrong_participant",
        "duplicate_person",
        "allocated_before_consent",
        "withdrew_before_dosing",
        "wrong_kit",
        "wrong_treatment",
    ]
    other_participant: ParticipantNumber | None = None
    true_stratum: Code | None = None

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Record the truth beside what was used, and open an important deviation (conduct rules, section 6)."""
        own = self.known(room)
        fact = AllocationErrorFound(
            error=self.error,
            other_participant=self.other_participant,
            stratum_used=own.stratum,
            true_stratum=self.true_stratum,
        )
        return self.with_deviations(given, room, self.in_own_stream(given, fact), ("allocation-error",))
