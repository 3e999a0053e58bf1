"""Commands about kits: supplied, received, dispensed, returned. The product picks a kit and tells its number alone."""

from collections import Counter
from typing import Annotated

from pydantic import Field

from domain import streams
from domain.allocation.design_commands import ArmGiven
from domain.allocation.lists import Randomisation, SealedList
from domain.command import Decided, Given, Room, command
from domain.input import Code, DateGiven
from domain.kits.facts import KitDispensed, KitReturned, KitsMapped, KitsReceived, KitsSupplied, KitState, MappedKit
from domain.kits.mapping import drawn_numbers, shuffled
from domain.kits.numbers import KitNumber
from domain.kits.stock import KitMap, Kits
from domain.participant.base import ParticipantCommand
from domain.participant.participant import Participant
from domain.randomisation.rand_v1 import Stream
from domain.refusals import not_in_order
from domain.site.commands import SiteCommand
from domain.trial.commands import Part

KITS_AT_MOST = 200
"""How many kits a shipment holds at most, so that its map always fits into one entry; send more in another one."""


class ContentPart(Part):
    """How many kits of an arm, and of which lot."""

    arm: ArmGiven
    kits: Annotated[int, Field(ge=1, le=KITS_AT_MOST, repr=False)]
    lot: Annotated[Code | None, Field(repr=False)] = None


class KitCommand(SiteCommand):
    """A command about the kits of one site."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the site's kits."""
        return (*super().streams(room), streams.kits(room.trial, self.site))

    def lock(self, room: Room) -> str | None:
        """One change of a site's stock at a time."""
        return streams.kits(room.trial, self.site)

    def kits(self, room: Room) -> Kits:
        """The site's kits; Refusal when the site was never registered."""
        self.known_site(room)
        return room.get(Kits, streams.kits(room.trial, self.site))

    def in_kits(self, given: Given, fact: KitsSupplied | KitsReceived | KitReturned) -> Decided:
        """A fact in the stream of the site's kits."""
        return given.fact(streams.kits(given.trial, self.site), fact)


@command("supply_kits")
class SupplyKits(KitCommand):
    """Send kits to a site: the product gives each a random number; which is which goes into the vault alone."""

    contents: Annotated[tuple[ContentPart, ...], Field(min_length=1, max_length=20, repr=False)]
    expires: DateGiven | None = None

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the map of the site's kits, and the arms of the committed lists."""
        public = streams.randomisation(room.trial)
        named = (*super().streams(room), streams.kit_map(room.trial, self.site), public)
        return (*named, *arm_lists(room)) if public in room else named

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a shipment that leaves an arm of the lists out or names another; say nothing of the arms."""
        kits, known = self.kits(room), arms_of_lists(room)
        counts = Counter[str]()
        for part in self.contents:
            counts[part.arm] += part.kits
        if not known or set(counts) != known:
            raise not_in_order(
                "kits_not_of_every_arm",
                "A shipment holds kits of every arm of the committed lists, and of no other.",
                "Commit the lists first; then name each of their arms with its number of kits.",
                rule="kits-cover-every-arm",
            )
        if counts.total() > KITS_AT_MOST:
            raise not_in_order(
                "too_many_kits",
                f"A shipment holds {KITS_AT_MOST} kits at most.",
                "Send the rest in another shipment.",
                rule="a-shipment-fits-one-entry",
            )
        shipment = given.token()
        mapped = self._mapped(given, shipment, kits)
        supplied = KitsSupplied(
            covers=min(counts.values()),
            expires=self.expires,
            kits=tuple(sorted(kit.kit for kit in mapped)),
            shipment=shipment,
            site=self.site,
        )
        in_vault = KitsMapped(kits=mapped, shipment=shipment, site=self.site)
        return (self.in_kits(given, supplied), given.fact(streams.kit_map(given.trial, self.site), in_vault))

    def _mapped(self, given: Given, shipment: str, kits: Kits) -> tuple[MappedKit, ...]:
        """Kits in an order of their own for each shipment, from a secret that is kept nowhere."""
        draws = Stream(given.secret(), given.trial, "kits", self.site, shipment)
        contents = shuffled(draws, [part for part in self.contents for _ in range(part.kits)])
        numbers = drawn_numbers(draws, self.site, len(contents), kits.numbers)
        return tuple(
            MappedKit(arm=part.arm, kit=number, lot=part.lot) for part, number in zip(contents, numbers, strict=True)
        )


@command("receive_kits")
class ReceiveKits(KitCommand):
    """Record that a shipment arrived, and which of its kits are damaged."""

    damaged: Annotated[tuple[KitNumber, ...], Field(max_length=KITS_AT_MOST)] = ()
    shipment: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse only what cannot be about a shipment that is under way to this site."""
        kits = self.kits(room)
        shipment = kits.shipment(self.shipment)
        if shipment is None or self.shipment in kits.received:
            raise not_in_order(
                "no_such_shipment",
                f"No shipment {self.shipment} is under way to site {self.site}.",
                "Check the code; kits found damaged later are recorded with `return_kit`.",
                rule="shipments-are-received-once",
            )
        if not set(self.damaged) <= set(shipment.kits):
            raise no_such_kit(f"A kit named as damaged does not belong to shipment {self.shipment}.")
        received = KitsReceived(damaged=tuple(sorted(set(self.damaged))), shipment=self.shipment)
        return (self.in_kits(given, received),)


@command("return_kit")
class ReturnKit(KitCommand):
    """Record that a kit came back, or what else became of it; it is never handed out again."""

    kit: KitNumber
    state: KitState

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse only a kit that was never supplied to this site."""
        if self.kit not in self.kits(room).numbers:
            raise no_such_kit(f"Kit {self.kit} was never supplied to site {self.site}.")
        return (self.in_kits(given, KitReturned(kit=self.kit, state=self.state)),)


@command("dispense_kit")
class DispenseKit(ParticipantCommand):
    """Hand a kit out for a participant: the product picks it; the event is the same whatever the arm."""

    TASK = "treatment"

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the kits of the participant's site with their map, and the lists that tell which kit fits."""
        named, public = super().streams(room), streams.randomisation(room.trial)
        own = streams.participant(room.trial, self.participant)
        if own not in room or not self.own(room).site:
            return named
        site = self.own(room).site
        kits = (streams.kits(room.trial, site), streams.kit_map(room.trial, site), public)
        if public not in room:
            return (*named, *kits)
        drawn = _own_list(room, self.own(room))
        return (*named, *kits, *arm_lists(room), *(() if drawn is None else (drawn,)))

    def lock(self, room: Room) -> str | None:
        """One dispensing at a time at a site."""
        site = self.concerned_site(room)
        return None if site is None else streams.kits(room.trial, site)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse before the allocation, after treatment ended, and in the same words whenever no kit is left."""
        own = self.permit(given, room, what="dispensing")
        self._in_order(own)
        kit = self._picked(given, room, own)
        if kit is None:
            raise not_in_order(
                "no_kit_available",
                f"No kit can be dispensed at site {own.site} now.",
                "Record the receipt of shipments that arrived, or call the unblinded pharmacist.",
                rule="kits-cover-every-arm",
            )
        fact = KitDispensed(kit=kit, participant=self.participant)
        main = given.fact(streams.kits(given.trial, own.site), fact)
        return self.with_deviations(given, room, main, ())

    def _in_order(self, own: Participant) -> None:
        checks = (
            ("not_allocated", own.allocation is None, "has no allocation"),
            ("treatment_ended", own.treatment in ("stopped", "completed"), "has stopped or completed treatment"),
        )
        for code, broken, words in checks:
            if broken:
                raise not_in_order(
                    code,
                    f"Participant {self.participant} {words}: dispensing is not possible.",
                    "Allocate first; treatment taken up again is recorded with `change_treatment_state`.",
                    rule="dispensing-in-order",
                )

    def _picked(self, given: Given, room: Room, own: Participant) -> str | None:
        """A kit of the first shipment that covers one more dispensing and holds every arm of the lists."""
        kits = room.get(Kits, streams.kits(room.trial, own.site))
        kit_map = room.get(KitMap, streams.kit_map(room.trial, own.site))
        known = arms_of_lists(room)
        fitting = (kit_map.of(one.shipment) for one in kits.in_use(given.occurred.day.earliest))
        mapped = next((found for found in fitting if known <= {kit.arm for kit in found}), ())
        return given.randomiser.next_kit(mapped, _arm(room, own), kits.gone)


def no_such_kit(what: str) -> Exception:
    """A kit number that the site's shipments do not hold."""
    return not_in_order(
        "no_such_kit", what, "Check the number on the kit; `trialproof show kits` lists them.", rule="kits-are-known"
    )


def arm_lists(room: Room) -> tuple[str, ...]:
    """One list of each committed version: all lists of a version have the same arms."""
    versions = room.get(Randomisation, streams.randomisation(room.trial)).versions
    return tuple(streams.sealed_list(room.trial, row.list_id) for version in versions for row in version.strata[:1])


def arms_of_lists(room: Room) -> set[str]:
    """Every arm that an allocation may have."""
    lists = (room.get(SealedList, stream).sealed for stream in arm_lists(room))
    return {listed.arm for sealed in lists if sealed is not None for listed in sealed.arms}


def _own_list(room: Room, own: Participant) -> str | None:
    if own.allocation is None:
        return None
    public = room.get(Randomisation, streams.randomisation(room.trial))
    list_id = public.list_of(own.allocation.fact.list_root, own.allocation.fact.stratum)
    return None if list_id is None else streams.sealed_list(room.trial, list_id)


def _arm(room: Room, own: Participant) -> str:
    """The participant's arm; an empty one, of which there is no kit, where the vault holds no slot."""
    stream = _own_list(room, own)
    if stream is None or own.allocation is None:
        return ""
    found = room.get(SealedList, stream).arm_of(own.allocation.event)
    return "" if found is None else found.arm
