"""The reconciliation of kits: what was sent is somewhere, and what was given fits what was allocated."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from compliance.reports.catalogue import CATALOGUE
from compliance.reports.kit_known import known
from compliance.reports.kit_mismatches import SENTENCES, findings
from compliance.reports.kit_reconciliation import kit_reconciliation
from compliance.reports.kit_tables import piles
from compliance.reports.model import Body
from domain import streams
from domain.allocation.facts import ListedArm, ListSealed, SlotDrawn
from domain.kits import facts as kits
from tests.projections.entries import TRIAL, Book
from tests.reports.materials import cells, material, opening, said

VAULT = streams.vault_ledger(TRIAL)
OWN, MAP = streams.kits(TRIAL, "01"), streams.kit_map(TRIAL, "01")
NUMBERS = ("01-000001", "01-000002", "01-000003", "01-000004")
ARMS = {NUMBERS[0]: "x1", NUMBERS[1]: "x2", NUMBERS[2]: "x1", NUMBERS[3]: "x2"}
SEALED = ListSealed(
    **dict.fromkeys(ListSealed.__struct_fields__)  # type: ignore[arg-type]  # only its arms are looked at
    | {"arms": (ListedArm(arm="x1", label="Cells"), ListedArm(arm="x2", label="Placebo"))}
)


def mapped(changed: Mapping[str, str | None] = ARMS, site: str = "01") -> kits.KitsMapped:
    """The map; `changed` gives a kit another arm, or leaves it out."""
    arms = {**ARMS, **changed}
    listed = tuple(kits.MappedKit(arm=arm, kit=kit, lot=f"L-{arm}") for kit, arm in arms.items() if arm is not None)
    return kits.KitsMapped(kits=listed, shipment="s1", site=site)


def drawn(participant: str, arm: str) -> SlotDrawn:
    given: dict[str, Any] = {"allocation": UUID(int=1), "index": 1, "inputs": None, "randomisation_number": "R-1"}
    return SlotDrawn(arm=arm, participant=participant, **given)


def supplied() -> kits.KitsSupplied:
    return kits.KitsSupplied(covers=2, expires=None, kits=NUMBERS, shipment="s1", site="01")


def received(*damaged: str) -> kits.KitsReceived:
    return kits.KitsReceived(damaged=damaged, shipment="s1")


def dispensed(kit: str, participant: str) -> kits.KitDispensed:
    return kits.KitDispensed(kit=kit, participant=participant)


def material_of(*facts: Any, vault: tuple[Any, ...] = (mapped(),)) -> Any:
    """A trial whose participants 001 and 002 have the arms x1 and x2."""
    trial, secret = Book(), Book()
    trial.write(streams.opening(streams.trial_ledger(TRIAL)), opening())
    secret.write(streams.opening(VAULT), opening("vault"))
    secret.write(streams.sealed_list(TRIAL, "q1"), SEALED)
    for participant, arm in (("001", "x1"), ("002", "x2")):
        secret.write(streams.sealed_list(TRIAL, "q1"), drawn(participant, arm))
    for fact in vault:
        secret.write(MAP, fact)
    for fact in facts:
        trial.write(OWN, fact)
    return material(trial.entries, secret.entries)


def made(*facts: Any, **more: Any) -> Body:
    return kit_reconciliation(material_of(*facts, **more))


def mismatches(body: Body) -> list[tuple[str | None, str | None, str | None]]:
    return [(row["mismatch"], row["kit"], row["participant"]) for row in cells(body, "mismatches")]


SOUND = (supplied(), received(), dispensed(NUMBERS[0], "001"), dispensed(NUMBERS[1], "002"))


def test_a_sound_history_reconciles_by_arm_lot_and_site() -> None:
    back = kits.KitReturned(kit=NUMBERS[0], state="empty")

    body = made(*SOUND, back, kits.KitReturned(kit=NUMBERS[3], state="lost"))

    cells_, other = cells(body, "piles")
    assert (cells_["arm"], cells_["lot"], cells_["site"]) == ("x1: Cells", "L-x1", "01")
    assert other["arm"] == "x2: Placebo"
    counted = ("mapped", "supplied", "in_stock", "dispensed", "accounted_for", "returned")
    assert [cells_[name] for name in counted] == ["2", "2", "1", "1", "0", "1"]
    assert [other[name] for name in counted] == ["2", "2", "0", "1", "1", "0"]
    assert {row["reconciles"] for row in (cells_, other)} == {"yes"}
    assert mismatches(body) == []
    assert body.attention == ()
    assert body.blinding_class == "UNBLINDED"
    assert "every kit that was given fits the allocation" in body.answer


@pytest.mark.requirement("E6-08")
def test_every_kit_stands_there_with_whom_it_went_to_and_whether_that_fits() -> None:
    body = made(*SOUND, kits.KitReturned(kit=NUMBERS[0], state="partly_used"))

    first, second, third, _ = cells(body, "kits")
    assert (first["participant"], first["agrees"], first["returned"], first["state"]) == (
        "001",
        "agrees",
        "partly used",
        "returned",
    )
    assert (second["participant"], second["allocated"], second["agrees"]) == ("002", "x2: Placebo", "agrees")
    assert (third["participant"], third["agrees"], third["state"]) == (None, "not given", "in stock")
    assert first["map_entry"] == "5"


@pytest.mark.parametrize(
    ("facts", "vault", "expected"),
    [
        ((supplied(), received(), dispensed(NUMBERS[0], "002")), (mapped(),), [("wrong-arm", NUMBERS[0], "002")]),
        ((supplied(), received(), dispensed(NUMBERS[0], "009")), (mapped(),), [("no-allocation", NUMBERS[0], "009")]),
        (
            (*SOUND, dispensed(NUMBERS[0], "001")),
            (mapped(),),
            [("dispensed-twice", NUMBERS[0], "001")],
        ),
        (SOUND, (mapped({NUMBERS[2]: None}),), [("not-mapped", NUMBERS[2], None)]),
        (
            (supplied(), received(), dispensed(NUMBERS[0], "001")),
            (mapped({NUMBERS[0]: None}),),
            [("not-mapped", NUMBERS[0], None)],
        ),
        ((), (mapped(),), [("mapped-not-supplied", kit, None) for kit in NUMBERS]),
        (SOUND, (mapped(), mapped()), [("mapped-twice", kit, None) for kit in NUMBERS]),
        (SOUND, (mapped(site="02"),), [("mapped-elsewhere", kit, None) for kit in NUMBERS]),
        (
            (supplied(), dispensed(NUMBERS[0], "001")),
            (mapped(),),
            [("dispensed-not-received", NUMBERS[0], "001")],
        ),
        (
            (supplied(), received(NUMBERS[0]), dispensed(NUMBERS[0], "001")),
            (mapped(),),
            [("dispensed-damaged", NUMBERS[0], "001")],
        ),
        (
            (*SOUND, kits.KitMisgiven(kit=NUMBERS[2], participant="002")),
            (mapped(),),
            [("misgiven-other-arm", NUMBERS[2], "002")],
        ),
        (
            (*SOUND, kits.KitMisgiven(kit=NUMBERS[2], participant="001")),
            (mapped(),),
            [("misgiven-same-arm", NUMBERS[2], "001")],
        ),
        (
            (*SOUND, kits.KitMisgiven(kit="02-000001", participant="001")),
            (mapped(),),
            [("not-supplied", "02-000001", None)],
        ),
    ],
)
def test_each_mismatch_is_named_with_its_kit(facts: Any, vault: Any, expected: Any) -> None:
    body = made(*facts, vault=vault)

    assert mismatches(body) == expected
    (attention,) = body.attention
    assert attention.severity == SENTENCES[expected[0][0]][0]
    assert len(attention.rows) == len(expected)
    assert body.answer.endswith("between kits, map and allocations.")


def test_every_mismatch_has_a_sentence_and_the_gravest_stand_first() -> None:
    facts = (*SOUND, kits.KitMisgiven(kit=NUMBERS[2], participant="001"), dispensed(NUMBERS[3], "001"))

    body = made(*facts)

    assert [item.severity for item in body.attention] == ["serious", "to note"]
    assert {name for name, _, _ in mismatches(body)} <= SENTENCES.keys()


def test_piles_that_do_not_reconcile_say_so() -> None:
    missing, unmapped = made(), made(*SOUND, vault=())

    assert {row["reconciles"] for row in cells(missing, "piles")} == {"no"}
    (line,) = cells(unmapped, "piles")
    assert (line["arm"], line["lot"], line["reconciles"], line["mapped"], line["supplied"]) == (
        "not mapped",
        None,
        "no",
        "0",
        "4",
    )


def test_an_arm_that_no_list_has_is_called_so() -> None:
    body = made(*SOUND, vault=(mapped({NUMBERS[3]: "x9"}),))

    assert "x9: not an arm of the lists" in {row["arm"] for row in cells(body, "piles")}


def test_a_kit_whose_wrong_arm_went_to_somebody_else_does_not_agree() -> None:
    body = made(*SOUND, kits.KitMisgiven(kit=NUMBERS[0], participant="002"), dispensed("03-000001", "009"))

    first = cells(body, "kits")[0]
    assert (first["agrees"], first["participant"], first["allocated"]) == (
        "differs",
        "001 and 002",
        "x1: Cells and x2: Placebo",
    )
    assert cells(body, "kits")[-1]["allocated"] == "none"


def test_it_reads_the_vault_and_says_so_and_is_for_unblinded_roles() -> None:
    body = made(*SOUND)

    assert {source.ledger for source in body.sources} == {streams.trial_ledger(TRIAL), VAULT}
    assert CATALOGUE["kit-reconciliation"].reads == ("trial", "vault")
    assert "Placebo" in said(body)


def test_what_the_report_is_made_from_shows_nothing_when_it_is_printed() -> None:
    own = material_of(*SOUND, kits.KitMisgiven(kit=NUMBERS[2], participant="002"))

    found = known(own)

    printed = repr(found) + repr(found.kits) + repr(list(piles(found))) + repr(findings(found))
    assert "x1" not in printed
    assert "Cells" not in printed
