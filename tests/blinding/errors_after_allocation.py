"""Further acts of the second story: kits, every error after an allocation, and narratives that are reviewed.

They come after the participants were allocated and before the rest goes wrong, while the trial is still open. What
the unblinded side knows of the arms (what each really received, whether a narrative told it) differs between the
runs; the site does the same things in both.
"""

from typing import Any, Final

from adapters.demo.director import TRIAL, on_day, stream_named
from adapters.demo.people import COORDINATOR, MEDICAL_MONITOR, MONITOR, PHARMACIST, REVIEWER, SAFETY
from domain import streams
from domain.kits.facts import KitsSupplied
from tests.blinding.mishaps import Mishaps
from tests.blinding.twins import ARMS, arms_of

SITES: Final = ("01", "02")
ALLOCATED: Final = tuple(f"{number:03d}" for number in range(1, 7))
"""001 to 004 are of site 01, 005 and 006 of site 02."""
ERRORS: Final[tuple[dict[str, Any], ...]] = (
    {"participant": "001", "error": "wrong_participant", "other_participant": "003"},
    {"participant": "001", "error": "ineligible"},
    {"participant": "002", "error": "wrong_stratum", "true_stratum": "SLE"},
    {"participant": "003", "error": "allocated_before_consent"},
    {"participant": "004", "error": "withdrew_before_dosing"},
    {"participant": "004", "error": "wrong_treatment"},
    {"participant": "005", "error": "duplicate_person", "other_participant": "006"},
    {"participant": "006", "error": "duplicate_person", "other_participant": "099"},
)
"""All but the wrong kit, which names a kit."""
NARRATIVE: Final = "Fever of 39 degrees during the second night."


def tell_errors(mishaps: Mishaps) -> None:
    """All of it."""
    for day, act in enumerate((supply, dispense, give_wrongly, err, swap, allocate_again, review), 11):
        mishaps.director.show(on_day(day))
        act(mishaps)


def supply(mishaps: Mishaps) -> None:
    """A shipment to each site, one that names other arms, and receipts with damage, twice, and elsewhere."""
    for site in SITES:
        mishaps.attempt(COORDINATOR[site], "dispense_kit", {"participant": "001"})
        contents = [{"arm": arm, "kits": 4, "lot": f"LOT-{arm}"} for arm in ARMS]
        sent: dict[str, Any] = {"site": site, "contents": contents, "expires": "2028-06"}
        mishaps.director.send(PHARMACIST, "supply_kits", sent)
        mishaps.attempt(PHARMACIST, "supply_kits", {**sent, "contents": contents[:1]})
        mishaps.attempt(COORDINATOR[site], "supply_kits", sent)
        shipment = shipments(mishaps, site)[-1]
        received = {"site": site, "shipment": shipment.shipment, "damaged": [shipment.kits[-1]]}
        for damaged in (["01-000000"], received["damaged"], []):
            mishaps.attempt(COORDINATOR[site], "receive_kits", {**received, "damaged": damaged})


def dispense(mishaps: Mishaps) -> None:
    """To everybody as often as it goes, so that in some arm more is left than in another."""
    for _ in range(2):
        for number in (*ALLOCATED, "009", "099"):
            for site in SITES:
                mishaps.attempt(COORDINATOR[site], "dispense_kit", {"participant": number})


def give_wrongly(mishaps: Mishaps) -> None:
    """A kit from the shelf by mistake; kits come back used, and are lost."""
    first, *_, last = shipments(mishaps, "01")[-1].kits[:-1]
    wrong = {"participant": "002", "error": "wrong_kit"}
    for named in ({"kit": last}, {"kit": "07-123456"}, {}):
        mishaps.attempt(COORDINATOR["01"], "record_allocation_error", {**wrong, **named})
    for kit, state in ((first, "empty"), (first, "destroyed"), (last, "lost"), ("01-000000", "lost")):
        mishaps.attempt(COORDINATOR["01"], "return_kit", {"site": "01", "kit": kit, "state": state})


def err(mishaps: Mishaps) -> None:
    """Every error there is, found by the monitor; nobody looks at arms for that."""
    for found in ERRORS:
        mishaps.attempt(MONITOR, "record_allocation_error", found)


def swap(mishaps: Mishaps) -> None:
    """What each of the two swapped really received is recorded by the unblinded side, in the vault."""
    for number in ("001", "003"):
        mishaps.attempt(COORDINATOR["01"], "record_treatment", {"participant": number, "dose": 2})
        told = {"participant": number, "dose": 2, "product": "study product as listed", "lot": "LOT-2"}
        mishaps.attempt(PHARMACIST, "record_treatment_detail", told)


def allocate_again(mishaps: Mishaps) -> None:
    """Nobody is: whatever the error was."""
    for number in ALLOCATED:
        for command in ("enrol", "allocate", "dispense_kit"):
            mishaps.attempt(COORDINATOR["02" if number in ALLOCATED[4:] else "01"], command, {"participant": number})


def review(mishaps: Mishaps) -> None:
    """Narratives are released once, in words of one length; whether they told the arm stands in the vault."""
    arms = arms_of(mishaps.director.store.ledger)
    for number in ("003", "004"):
        told = {"participant": number, "term": "Fever", "reporter": "Ward", "narrative": NARRATIVE}
        done = mishaps.director.send(COORDINATOR["01"], "report_adverse_event", told)
        assert done.receipt is not None
        release: dict[str, Any] = {
            "case": stream_named(done, "adverse-event"),
            "of": str(done.receipt.placed[0].event_id),
            "text": NARRATIVE,
            "masked": arms.get(number) == ARMS[0],
        }
        for person in (MEDICAL_MONITOR, SAFETY, REVIEWER, REVIEWER):
            mishaps.attempt(person, "release_narrative", release)


def shipments(mishaps: Mishaps, site: str) -> list[KitsSupplied]:
    """The shipments of a site, as everybody there sees them."""
    entries = mishaps.director.store.ledger.stream(streams.kits(TRIAL, site))
    return [entry.fact for entry in entries if isinstance(entry.fact, KitsSupplied)]
