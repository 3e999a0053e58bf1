"""The register of events: what has no class, no canonical form or no free name is refused at import."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

import domain.facts as every_fact
from domain.catalogue import (
    Blinding,
    RegistrationError,
    Retention,
    event_type,
    event_types,
    fields_of,
    recorded_as,
    type_of,
)
from domain.fields import Open, Prose256, Prose1024, Safety, SealedArm, TrialTeam
from domain.participant.facts import Allocated, CriterionJudged, ScreeningOpened
from domain.record import Fact
from domain.values import Value


class Bare(Fact):
    """A field of no kind."""

    note: str


class TwoKinds(Fact):
    """A field of two kinds."""

    note: Open[str] | Prose256[TrialTeam]


class Marked(Fact):
    """A field with a mark of another sort."""

    note: msgspec.Raw | None


class Inner(Value):
    """A value that holds a float."""

    value: float


class Tree(Value):
    """A value that holds itself."""

    parts: tuple["Tree", ...]


class WithTree(Fact):
    """A recursive value is as canonical as its leaves."""

    tree: Open[Tree]


def with_field(kind: Any) -> type[Fact]:
    made = msgspec.defstruct("Made", [("given", kind)], bases=(Fact,), frozen=True, kw_only=True)
    assert issubclass(made, Fact)
    return made


def opened(kind: Any) -> Any:
    return Annotated[kind, Meta(extra_json_schema={"x-kind": "open"})]


def registering(fact: type[Fact], name: str = "test.made.v1") -> Callable[[], object]:
    return lambda: recorded_as(name, retention=Retention.SYSTEM_RECORD, predicate="none")(fact)


@pytest.mark.requirement("P11-01")
@pytest.mark.parametrize("fact", [Bare, TwoKinds], ids=["no kind", "two kinds"])
def test_an_event_with_an_unclassified_field_is_refused_at_import(fact: type[Fact]) -> None:
    with pytest.raises(RegistrationError, match=r"note is neither Open nor sealed: give it a field kind"):
        registering(fact)()

    assert event_type("test.made.v1") is None


@pytest.mark.parametrize(
    "kind",
    [
        float,
        Decimal,
        dict[str, int],
        set[int],
        frozenset[int],
        list[int],
        Any,
        msgspec.Raw,
        int | float,
        tuple[float, ...],
        Inner,
        tuple[Inner | None, ...],
    ],
    ids=str,
)
def test_an_event_that_holds_what_has_no_single_canonical_form_is_refused_at_import(kind: Any) -> None:
    with pytest.raises(RegistrationError, match="no single canonical form"):
        registering(with_field(opened(kind)))()


@pytest.mark.parametrize("name", ["Made.v1", "made.v1", "test.made.v0", "test.made", "test.made.v01", "a.b.c.v1", ""])
def test_a_stored_name_of_another_form_is_refused_at_import(name: str) -> None:
    with pytest.raises(RegistrationError, match=r"is no free name of the form subject\.fact\.vN"):
        registering(with_field(Open[int]), name)()


def test_a_stored_name_and_an_event_are_registered_once() -> None:
    with pytest.raises(RegistrationError, match=r"participant\.allocated\.v1 is no free name"):
        registering(with_field(Open[int]), "participant.allocated.v1")()
    with pytest.raises(RegistrationError, match=r"participant\.allocated\.v9 is no free name"):
        registering(Allocated, "participant.allocated.v9")()


def test_a_recursive_value_is_read_to_its_leaves_once() -> None:
    assert [field.kind for field in fields_of(WithTree)] == ["open"]


def test_a_mark_of_another_sort_is_no_field_kind() -> None:
    with pytest.raises(RegistrationError):
        fields_of(Marked)
    with pytest.raises(RegistrationError, match="neither Open nor sealed"):
        fields_of(with_field(every_fact.ledger.JsonText))


def test_the_register_knows_size_and_audience_of_every_sealed_text() -> None:
    rationale = next(field for field in type_of(CriterionJudged).fields if field.name == "rationale")

    assert (rationale.kind, rationale.size, rationale.audience) == ("sealed-text", 1024, "trial_team")
    assert fields_of(with_field(Prose1024[Safety]))[0].audience == "safety"
    assert fields_of(with_field(Prose1024[Safety] | None))[0].kind == "sealed-text"
    assert fields_of(with_field(SealedArm))[0].kind == "sealed-arm"


@pytest.mark.requirement("P11-01")
def test_every_event_names_the_rule_that_makes_it_a_record_and_its_retention() -> None:
    rows = list(event_types())

    assert [row.name for row in rows] == sorted(row.name for row in rows)
    assert all(row.predicate and row.retention in Retention for row in rows)
    assert event_type("participant.screening_opened.v2") is type_of(ScreeningOpened)
    assert len(every_fact.__all__) == len(set(every_fact.__all__))


@pytest.mark.requirement("E6-08")
def test_what_may_tell_an_arm_lives_in_the_vault_alone_and_is_sealed_whole() -> None:
    restricted = {row.name for row in event_types() if row.is_sealed_whole}

    assert {"list.sealed.v2", "list.slot_drawn.v2", "treatment.detail_recorded.v1"} <= restricted
    for row in event_types():
        assert (row.blinding is Blinding.RESTRICTED) == (row.ledgers == {"vault"})


def test_a_trial_event_shows_an_arm_under_seal_only() -> None:
    kinds = {field.name: field.kind for field in type_of(Allocated).fields}

    assert kinds.pop("envelope") == "sealed-arm"
    assert set(kinds.values()) == {"open"}
    assert "arm" not in kinds
