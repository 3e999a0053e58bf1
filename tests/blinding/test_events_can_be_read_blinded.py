"""Every event outside the vault can be read without learning an arm: by its fields, their names and their values.

What it does not show: what people write into the texts that they may write. Registry texts are public and name
arms; no participant stands beside them.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Final, NamedTuple, get_args

import msgspec.inspect
import pytest
from msgspec import Meta

import domain.facts  # noqa: F401  # pyright: ignore[reportUnusedImport]  # fills the register of event types
from domain.allocation.facts import VaultFact
from domain.catalogue import Blinding, EventType, LedgerKind, event_types, fields_of
from domain.deviation.found import RuleCode
from domain.ledger.facts import LedgerOpened
from domain.record import Context, Fact
from domain.values import Value

TELLING: Final = frozenset({
    "amount", "amounts", "arm", "arms", "batch", "block", "blocks", "brand", "cell", "cells", "comparator", "control",
    "dosage", "drug", "group", "groups", "index", "infusion", "kit", "kits", "label", "labels", "length", "list",
    "lists", "lot", "lots", "placebo", "premedication", "product", "products", "ratio", "seed", "sham", "slot", "slots",
    "transplant",
})  # fmt: skip
"""Words of a name, or of a value that an event may hold, that could tell an arm. That, and how often, study treatment
was given may be told: the events of it are the same for every arm."""
HARMLESS: Final = {
    "adverse_event.reported.v1.product": "study treatment or another medicine, never which",
    "participant.allocated.v1.list_root": "the commitment to all lists, the same for everybody",
    "participant.allocated.v1.seed_commitment": "the commitment to the seed, the same for everybody",
    "kit.dispensed.v1.kit": "a number drawn at random, one permutation for each site",
    "kit.returned.v1.kit": "the same number",
    "kit.misgiven.v1.kit": "the same number",
    "kits.supplied.v1.kits": "all numbers of a shipment, in rising order",
    "participant.allocation_error_found.v1.error=wrong_kit": "that it was wrong, never which it was",
    "randomisation.committed.v2.ratio": "public in the design",
    "randomisation.committed.v2.seed_commitment": "binds the seed and hides it",
    "randomisation.committed.v2.strata.list_id": "an opaque code",
    "trial.decision_proposed.v1.settings.ratio": "public in the design",
    "trial.decision_proposed.v1.settings.strata.label": "of a stratum, which everybody knows",
    "trial.registered.v1.design.arms": "the registry's words, before there are participants",
    "trial.registered.v1.design.arms.label": "the registry's words, before there are participants",
}
"""Where such a word stands all the same, and why it tells nothing."""
ABOUT_KITS: Final = re.compile(r"kits?\.[a-z_]+\.v1")
"""Kits are handed out in every arm, one event for all: that there is one tells nothing."""
VAULT: Final[frozenset[LedgerKind]] = frozenset({"vault"})
KINDS: Final = frozenset({"open", "sealed-text", "sealed-arm"})


class Place(NamedTuple):
    """A field, or a value that it may have: `participant.allocated.v1.envelope`, `...error=wrong_kit`."""

    path: str
    name: str


def blinded_types() -> list[EventType]:
    """All event types of the trial, access and system ledgers."""
    return [row for row in event_types() if row.ledgers - VAULT]


def places(kind: msgspec.inspect.Type, path: str, inside: frozenset[type] = frozenset()) -> Iterator[Place]:
    """Every name and every enumerated value below a type, through all that it is made of."""
    match kind:
        case msgspec.inspect.Metadata(type=inner) | msgspec.inspect.VarTupleType(item_type=inner):
            yield from places(inner, path, inside)
        case msgspec.inspect.UnionType(types=parts) | msgspec.inspect.TupleType(item_types=parts):
            yield from chain.from_iterable(places(part, path, inside) for part in parts)
        case msgspec.inspect.LiteralType(values=values):
            yield from (Place(f"{path}={value}", str(value)) for value in values)
        case msgspec.inspect.StructType(cls=made, fields=fields, tag=tag) if made not in inside:
            yield from () if tag is None else (Place(f"{path}={tag}", str(tag)),)
            for field in fields:
                below = f"{path}.{field.name}"
                yield Place(below, field.name)
                yield from places(field.type, below, inside | {made})
        case _:
            return


def telling(found: Iterator[Place]) -> set[str]:
    """The places whose names hold a telling word."""
    return {place.path for place in found if not TELLING.isdisjoint(re.split(r"[_\W]+", place.name.lower()))}


@pytest.mark.requirement("E6-08")
def test_every_field_outside_the_vault_is_open_or_sealed_and_only_an_allocation_seals_an_arm() -> None:
    kinds = {f"{row.name}.{field.name}": field.kind for row in blinded_types() for field in row.fields}

    assert set(kinds.values()) == KINDS
    assert [place for place, kind in kinds.items() if kind == "sealed-arm"] == ["participant.allocated.v1.envelope"]
    assert {row.blinding for row in blinded_types()} == {Blinding.NEUTRAL}


@pytest.mark.requirement("E6-08", "EMA-06")
def test_no_name_and_no_enumerated_value_outside_the_vault_tells_an_arm() -> None:
    found = chain.from_iterable(places(msgspec.inspect.type_info(row.fact), row.name) for row in blinded_types())

    assert telling(found) == HARMLESS.keys()


def test_no_field_that_stands_beside_every_fact_tells_an_arm() -> None:
    found = places(msgspec.inspect.type_info(Context), "context")

    assert telling(found) == set()


def test_no_rule_that_a_deviation_names_tells_an_arm() -> None:
    assert telling(Place(rule, rule) for rule in get_args(RuleCode)) == set()


def test_no_stored_name_outside_the_vault_tells_an_arm() -> None:
    named = telling(Place(row.name, row.name) for row in blinded_types())

    assert {name for name in named if not ABOUT_KITS.fullmatch(name)} == set()


@pytest.mark.requirement("E6-08", "ST-02")
def test_every_event_of_the_vault_is_restricted_and_shows_nothing_of_itself_when_printed() -> None:
    vault = [row for row in event_types() if "vault" in row.ledgers and row.fact is not LedgerOpened]

    assert {row.name for row in vault} >= {"list.sealed.v2", "list.slot_drawn.v2", "disclosure.recorded.v1"}
    for row in vault:
        assert (row.ledgers, row.blinding, row.is_sealed_whole) == (VAULT, Blinding.RESTRICTED, True), row.name
        assert issubclass(row.fact, VaultFact), row.name
        assert [field.name for field in row.fields if field.kind != "open"] == [], "sealed whole, not twice"


class Batch(Value):
    lot: str


class Leaking(Fact):
    """Three ways to tell an arm that the look must see."""

    given: Annotated[tuple[Batch, ...], Meta(extra_json_schema={"x-kind": "open"})]
    kit_number: Annotated[int, Meta(extra_json_schema={"x-kind": "open"})]


def test_a_telling_name_is_seen_wherever_it_stands() -> None:
    found = telling(places(msgspec.inspect.type_info(Leaking), "test.leaking.v1"))

    assert found == {"test.leaking.v1.given.lot", "test.leaking.v1.kit_number"}
    assert {field.kind for field in fields_of(Leaking)} == {"open"}
