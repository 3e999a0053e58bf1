"""Facts about kits: what everyone at the site sees of them, and in the vault what each holds."""

from typing import Literal

from domain.allocation.facts import VaultFact
from domain.catalogue import Retention, recorded_as
from domain.fields import Concealed, Open
from domain.record import Fact
from domain.values import Code, PartialDate

KitState = Literal["unused", "partly_used", "empty", "lost", "damaged", "destroyed"]


@recorded_as("kits.supplied.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.57(a)")
class KitsSupplied(Fact):
    """A shipment for a site: its kit numbers in rising order, and how many dispensings it covers in any arms.

    `covers` is the smallest number of kits of any arm: with so many, no order of arms runs short. One expiry
    holds for the whole shipment, whatever the lots of the arms say.
    """

    covers: Open[int]
    expires: Open[PartialDate | None]
    kits: Open[tuple[Code, ...]]
    shipment: Open[Code]
    site: Open[Code]


@recorded_as("kits.received.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(a)")
class KitsReceived(Fact):
    """The site has the shipment; `damaged` kits are never dispensed, and each covers one dispensing less."""

    damaged: Open[tuple[Code, ...]]
    shipment: Open[Code]


@recorded_as("kit.dispensed.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(a)")
class KitDispensed(Fact):
    """A kit was handed out for a participant; the same event for every arm."""

    kit: Open[Code]
    participant: Open[Code]


@recorded_as("kit.misgiven.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(a)")
class KitMisgiven(Fact):
    """A participant got a kit that was not dispensed for this participant: the kit is used up all the same."""

    kit: Open[Code]
    participant: Open[Code]


@recorded_as("kit.returned.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(a)")
class KitReturned(Fact):
    """A kit came back, used or not, or is accounted for otherwise; the last word on a kit counts."""

    kit: Open[Code]
    state: Open[KitState]


class MappedKit(Concealed):
    """Which arm a kit belongs to."""

    arm: Code
    kit: Code
    lot: Code | None


@recorded_as("kits.mapped.v1", ledger="vault", retention=Retention.RANDOMISATION_RECORD, predicate="21 CFR 312.57(a)")
class KitsMapped(VaultFact):
    """What the kits of a shipment hold, in the order in which they are handed out."""

    kits: Open[tuple[MappedKit, ...]]
    shipment: Open[Code]
    site: Open[Code]
