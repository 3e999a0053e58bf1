"""Enrolment and allocation: permissions, given only in order (21 CFR 11.10(f), ICH E9 2.3)."""

from domain import streams
from domain.allocation.facts import Level, PlaceTaken, RandomisationCommitted, SlotDrawn
from domain.allocation.lists import InUse, Places, Randomisation, SealedList
from domain.allocation.slots import factors
from domain.command import Decided, Given, Room, command
from domain.eligibility.rule import Chosen
from domain.errors import Refusal
from domain.participant.base import ParticipantCommand
from domain.participant.eligibility import STRATUM_FACT, refuse_unless_eligible, usable
from domain.participant.facts import Allocated, Enrolled
from domain.participant.participant import Participant
from domain.participant.parts import KnownFact
from domain.refusals import not_in_order
from domain.signature.permission import is_signed, refuse_unsigned, unsigned_decisions


class Placing(ParticipantCommand):
    """Enrolment or allocation: permissions for somebody eligible, one at a time, once per person."""

    TASK = "enrolment"

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the signatures of the record, the commitment, and the other screenings of the same person."""
        signatures = map(streams.signatures, self.entries_of(room))
        named = (*super().streams(room), *signatures, streams.randomisation(room.trial))
        return (*named, *linked(room, self.own(room))) if self.has_all(room, named) else named

    def has_all(self, room: Room, named: tuple[str, ...]) -> bool:
        """Whether these streams are loaded."""
        return all(stream in room for stream in named)

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The record and the trial, entry by entry: what was signed of them is looked at."""
        return (streams.participant(room.trial, self.participant), streams.trial(room.trial))

    def refuse_unless_signed(self, own: Participant, room: Room) -> None:
        """Refuse where the decision in force has no signature that covers the record as it was decided on."""
        record, decision = streams.participant(room.trial, self.participant), own.eligibility
        assert decision is not None, "who is not eligible was refused before"
        signed = is_signed(room, record, "eligibility", decision.event)
        missing = () if signed else (f"the eligibility of {self.participant}",)
        refuse_unsigned("This rests on a decision", missing, code="eligibility_not_signed")

    def window(self, given: Given, room: Room) -> int | None:
        """How old a result from before a re-screening may be."""
        return self.protocol(room).reuse_days(self.version_in_force(given, room))

    def others(self, room: Room) -> tuple[Participant, ...]:
        """The other screenings of the same person."""
        return tuple(room.get(Participant, stream) for stream in linked(room, self.own(room)))


@command("enrol")
class Enrol(Placing):
    """Take the participant into the trial, in the stratum that the recorded facts say."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the stratum's places."""
        named = super().streams(room)
        places = self.lock(room) if self.has_all(room, named) else None
        return named if places is None else (*named, places)

    def lock(self, room: Room) -> str | None:
        """One enrolment at a time into a stratum."""
        known = self.own(room).known.get(STRATUM_FACT)
        stratum = _stratum(known)
        return None if stratum is None else streams.stratum(room.trial, stratum)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse without consent, without an eligible decision, twice, or over the stratum's cap."""
        own = self.permit(given, room, what="enrolment")
        self._in_order(own, room)
        refuse_unless_eligible(own, self.protocol(room), self.window(given, room))
        self.refuse_unless_signed(own, room)
        fact = usable(own, self.window(given, room)).get(STRATUM_FACT)
        stratum = _stratum(fact)
        committed = room.get(Randomisation, streams.randomisation(given.trial))
        if fact is None or stratum is None or committed.in_use(stratum, own.site) is None:
            raise not_in_order(
                "no_stratum",
                f"No committed stratum is known for participant {self.participant}.",
                "Record the fact `stratum` with its source; the lists, those of the site where each site has its own,"
                " must be committed before the first enrolment.",
                rule="stratum-before-enrolment",
            )
        self._has_place(room, stratum, committed)
        enrolled = self.in_own_stream(given, Enrolled(stratum=stratum, stratum_facts=(fact.event,)))
        place = given.fact(
            streams.stratum(given.trial, stratum), PlaceTaken(participant=self.participant, stratum=stratum)
        )
        return (enrolled, place, *self.with_deviations(given, room, enrolled, ())[1:])

    def _in_order(self, own: Participant, room: Room) -> None:
        elsewhere = any(other.is_enrolled for other in self.others(room))
        checks = (
            ("already_enrolled", own.is_enrolled, "is enrolled already"),
            ("enrolled_before", elsewhere, "was enrolled under another number"),
            ("screening_ended", own.screening_ended, "left, was lost or died before enrolment"),
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
        trial = self.trial(room)
        if taken < row.cap:
            return
        if trial.settings.allow_over_enrolment:
            lifting = (proposal for proposal in trial.proposals if proposal.settings.allow_over_enrolment)
            refuse_unsigned("The cap holds", unsigned_decisions(room, lifting), code="approval_not_signed")
        else:
            raise not_in_order(
                "stratum_full",
                f"The stratum {stratum} has no place left.",
                "Over-enrolment needs an approved decision.",
                rule="stratum-caps-hold",
            )


def _no_slot() -> Refusal:
    """The same words whatever the reason: an exhausted list, or none for this site and stratum."""
    return not_in_order(
        "no_allocation_possible",
        "No allocation is possible now.",
        "Call the randomisation statistician.",
        rule="allocation-needs-a-slot",
    )


def _stratum(fact: KnownFact | None) -> str | None:
    """The stratum that the fact names."""
    return fact.value.code if fact is not None and isinstance(fact.value, Chosen) else None


def linked(room: Room, own: Participant) -> tuple[str, ...]:
    """The other screenings of the same person, as far as they are loaded: earlier, later, and found to be the same."""
    found: list[str] = []
    waiting = list(_same_person(own))
    while waiting:
        stream = streams.participant(room.trial, waiting.pop())
        if stream in found or stream == streams.participant(room.trial, own.number):
            continue
        found.append(stream)
        if stream in room:
            other = room.get(Participant, stream)
            waiting += _same_person(other)
    return tuple(found)


def _same_person(own: Participant) -> tuple[str, ...]:
    earlier = () if own.previous is None else (own.previous,)
    return (*earlier, *own.later, *own.duplicates)


@command("allocate")
class Allocate(Placing):
    """Draw the next slot of the stratum's sealed list; the arm goes into the envelope and the vault only."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the sealed list of the stratum."""
        named = super().streams(room)
        sealed_list = self.lock(room) if self.has_all(room, named) else None
        return named if sealed_list is None else (*named, sealed_list)

    def lock(self, room: Room) -> str | None:
        """One draw at a time from a list."""
        list_id = self._list_id(room)
        return None if list_id is None else streams.sealed_list(room.trial, list_id)

    def _list_id(self, room: Room) -> str | None:
        use = self._in_use(room)
        return None if use is None else use.row.list_id

    def _in_use(self, room: Room) -> InUse | None:
        own = self.own(room)
        committed = room.get(Randomisation, streams.randomisation(room.trial))
        return committed.in_use(own.stratum, own.site) if own.stratum else None

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse out of order and twice; an exhausted list is refused in words that tell nothing."""
        own = self.permit(given, room, what="allocation")
        self._in_order(own, room)
        refuse_unless_eligible(own, self.protocol(room), self.window(given, room))
        self.refuse_unless_signed(own, room)
        use = self._in_use(room)
        if use is None:
            raise _no_slot()
        sealed_list = room.get(SealedList, streams.sealed_list(given.trial, use.row.list_id))
        return self._draw(given, sealed_list, self._levels(given, room, own, sealed_list), use.committed)

    def _in_order(self, own: Participant, room: Room) -> None:
        elsewhere = any(other.allocation is not None for other in self.others(room))
        checks = (
            ("already_allocated", own.allocation is not None, "has an allocation already"),
            ("allocated_before", elsewhere, "has an allocation under another number"),
            ("not_enrolled", not own.is_enrolled, "is not enrolled"),
        )
        for code, broken, words in checks:
            if broken:
                raise not_in_order(
                    code,
                    f"Participant {self.participant} {words}.",
                    "Nobody is allocated twice; enrol first.",
                    rule="allocation-in-order",
                )

    def _levels(self, given: Given, room: Room, own: Participant, sealed_list: SealedList) -> tuple[Level, ...]:
        """The levels that a draw from this list needs, from the facts that may be used; none for a fixed list."""
        assert sealed_list.sealed is not None
        known = usable(own, self.window(given, room))
        levels = {"site": own.site, STRATUM_FACT: own.stratum or ""}
        levels |= {name: fact.value.code for name, fact in known.items() if isinstance(fact.value, Chosen)}
        needed = factors(sealed_list.sealed)
        missing = sorted(set(needed) - set(levels))
        if missing:
            raise not_in_order(
                "allocation_fact_missing",
                f"The allocation of participant {self.participant} needs facts that are not recorded:"
                f" {', '.join(missing)}.",
                "Record them with their source, then allocate.",
                rule="allocation-needs-its-facts",
            )
        return tuple(Level(factor=name, level=levels[name]) for name in needed)

    def _draw(
        self, given: Given, sealed_list: SealedList, levels: tuple[Level, ...], committed: RandomisationCommitted
    ) -> tuple[Decided, ...]:
        sealed = sealed_list.sealed
        assert sealed is not None
        slot = given.randomiser.next_slot(sealed, given.trial, sealed_list.slots, levels)
        if slot is None:
            raise _no_slot()
        event, number = given.new_id(), f"R-{given.token()}"
        allocated = Allocated(
            envelope=given.seals.arm(
                slot.arm, trial=given.trial, event_id=event, participant=self.participant, list_root=committed.root
            ),
            list_root=committed.root,
            randomisation_number=number,
            seed_commitment=committed.seed_commitment,
            stratum=sealed.stratum,
        )
        drawn = SlotDrawn(
            allocation=event,
            arm=slot.arm,
            index=sealed_list.drawn + 1,
            inputs=slot.inputs,
            participant=self.participant,
            randomisation_number=number,
        )
        return (
            Decided(streams.participant(given.trial, self.participant), allocated, event),
            given.fact(streams.sealed_list(given.trial, sealed.list_id), drawn),
        )
