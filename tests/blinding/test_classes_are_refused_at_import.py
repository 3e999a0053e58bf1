"""What design section 6 forbids never comes to run: the register refuses the class of the event when it is imported."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final, get_args, get_origin

import pytest
from msgspec import Meta
from pydantic import BaseModel

import domain.facts  # noqa: F401  # pyright: ignore[reportUnusedImport]  # fills the register of event types
from compliance.gate_table import TABLE
from domain.allocation.facts import ListedArm, VaultFact
from domain.arm_revealing import ARM_REVEALING, is_of_the_vault
from domain.catalogue import (
    VAULT_ALONE,
    Blinding,
    LedgerKind,
    RegistrationError,
    Retention,
    event_type,
    event_types,
    fields_of,
    recorded_as,
)
from domain.commands import COMMANDS
from domain.fields import Open, Prose256, TrialTeam
from domain.record import Fact
from domain.values import Value

NAME: Final = "test.misplaced.v1"
PUBLIC: Final[tuple[LedgerKind, ...]] = ("trial", "access", "system")


class Unclassified(Fact):
    """A field of no kind."""

    note: str


class UnclassifiedInVault(VaultFact):
    """The same in the vault."""

    note: str


class Wrapped(Value):
    """A value that holds what belongs to the vault."""

    arms: tuple[ListedArm | None, ...]


class TellsInDepth(Fact):
    """A concealed value far below an open field."""

    settings: Open[Wrapped | None]
    text: Prose256[TrialTeam] | None


class TellsAtOnce(Fact):
    """A concealed value in an open field."""

    arm: Open[ListedArm]


class OfTheVault(VaultFact):
    """A fact of the vault."""

    arm: Open[ListedArm]


class ShowsItself(Fact):
    """What the vault would hold, and a log would print."""

    arm: Open[str]


class Nested(Value):
    """A value that may hold itself."""

    parts: tuple["Nested", ...]


class Harmless(Fact):
    """Nothing in it tells."""

    parts: Open[tuple[Nested, int] | None]


class AndOneThatTells(Harmless):
    """As harmless, with a field that is not."""

    last: Open[tuple[Nested, ListedArm] | None]


def registering(fact: type[Fact], ledger: LedgerKind | tuple[LedgerKind, ...]) -> Callable[[], object]:
    return lambda: recorded_as(NAME, ledger=ledger, retention=Retention.SYSTEM_RECORD, predicate="none")(fact)


@pytest.mark.requirement("P11-01", "E6-08")
@pytest.mark.parametrize("ledger", [*PUBLIC, "vault"])
def test_i13_an_event_with_an_unclassified_field_cannot_be_registered_in_any_ledger(ledger: LedgerKind) -> None:
    with pytest.raises(RegistrationError, match="note is neither Open nor sealed"):
        registering(UnclassifiedInVault if ledger == "vault" else Unclassified, ledger)()

    assert event_type(NAME) is None


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("ledger", PUBLIC)
@pytest.mark.parametrize("fact", [TellsAtOnce, TellsInDepth, OfTheVault])
def test_i13_a_restricted_field_cannot_be_registered_outside_the_vault(fact: type[Fact], ledger: LedgerKind) -> None:
    with pytest.raises(RegistrationError, match="belongs to the vault alone"):
        registering(fact, ledger)()

    assert event_type(NAME) is None


@pytest.mark.requirement("E6-08")
def test_i13_a_restricted_event_stands_in_no_second_ledger_beside_the_vault() -> None:
    with pytest.raises(RegistrationError, match="belongs to the vault alone"):
        registering(OfTheVault, ("vault", "trial"))()


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("ledger", ["vault", ("vault",)])
def test_an_event_of_the_vault_that_would_show_itself_in_a_log_is_refused(ledger: Any) -> None:
    with pytest.raises(RegistrationError, match="is not concealed: derive it from VaultFact"):
        registering(ShowsItself, ledger)()


def test_a_value_that_may_hold_itself_is_looked_through_once() -> None:
    with pytest.raises(RegistrationError, match=r"last holds ListedArm, which belongs to the vault alone"):
        registering(AndOneThatTells, "trial")()

    assert {field.kind for field in fields_of(Harmless)} == {"open"}


# --- what tells, and where it stands ---------------------------------------------------------------------------


@pytest.mark.requirement("E6-08", "EMA-06")
def test_whatever_the_decision_calls_arm_revealing_has_its_home_in_the_vault_alone() -> None:
    registered = {row.name.rpartition(".")[0]: row for row in event_types() if is_of_the_vault(row.name)}

    assert registered.keys() == ARM_REVEALING.keys()
    for row in registered.values():
        assert (row.ledgers, row.blinding, row.is_sealed_whole) == (VAULT_ALONE, Blinding.RESTRICTED, True)


@pytest.mark.requirement("E6-08")
def test_every_event_of_the_vault_is_listed_with_what_it_would_tell() -> None:
    restricted = {row.name.rpartition(".")[0] for row in event_types() if row.blinding is Blinding.RESTRICTED}

    assert restricted == ARM_REVEALING.keys()


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("ledger", PUBLIC)
@pytest.mark.parametrize("name", sorted(ARM_REVEALING))
def test_no_version_of_an_arm_revealing_event_can_be_registered_elsewhere(name: str, ledger: LedgerKind) -> None:
    with pytest.raises(RegistrationError, match="reveals an arm and belongs to the vault alone"):
        recorded_as(f"{name}.v99", ledger=ledger, retention=Retention.SYSTEM_RECORD, predicate="none")(Harmless)

    assert event_type(f"{name}.v99") is None


@pytest.mark.requirement("E6-08")
def test_treatment_leaves_one_event_for_every_arm_and_what_was_given_goes_to_the_vault() -> None:
    given = event_type("participant.treatment_given.v1")
    sealed = [event_type("treatment.detail_recorded.v1"), event_type("treatment.observed.v1")]

    assert given is not None
    assert {field.name for field in given.fields} == {"dose", "randomisation_number"}
    in_vault = {field.name for row in sealed if row is not None for field in row.fields}
    assert {"product", "amount", "lot", "premedication", "infusion_reaction"} <= in_vault


# --- commands --------------------------------------------------------------------------------------------------

TELLING: Final = frozenset(
    {
        "amount", "arm", "arms", "contents", "infusion_reaction", "label", "lot", "lots", "masked", "method",
        "parameters", "premedication", "product", "program", "share", "slots", "submission",
    }
)  # fmt: skip
"""Names of command fields whose values may tell an arm, or what arms were drawn from."""
SAID_OPENLY: Final = frozenset(
    {
        "report_adverse_event.product",
        "propose_decision.settings.strata.label",
        "request_recovery.method",
        "verify_identity.method",
    }
)
"""Such a name for something else: study treatment or another medicine; how an identity was checked."""


def models(kind: Any) -> Iterator[type[BaseModel]]:
    """The parts that a field is made of."""
    if isinstance(kind, type) and issubclass(kind, BaseModel) and get_origin(kind) is None:
        yield kind
    for part in get_args(kind):
        yield from models(part)


def shown(name: str, kind: type[BaseModel]) -> Iterator[str]:
    """The fields of a command, and of its parts, that its printed form shows."""
    for field_name, field in kind.model_fields.items():
        if not field.repr:
            continue
        yield f"{name}.{field_name}"
        for part in models(field.annotation):
            yield from shown(f"{name}.{field_name}", part)


@pytest.mark.requirement("E6-08")
def test_no_command_shows_a_field_that_may_tell_when_it_is_printed() -> None:
    found = {place for name, kind in COMMANDS.items() for place in shown(name, kind)}

    telling = {place for place in found if place.rpartition(".")[2] in TELLING}

    assert telling - SAID_OPENLY == set()


@pytest.mark.requirement("E6-08")
def test_what_the_vault_takes_in_is_sent_by_unblinded_roles_alone() -> None:
    for name, kind in COMMANDS.items():
        hidden = {field for field, info in kind.model_fields.items() if not info.repr}
        if hidden & TELLING:
            assert TABLE[name].touches == "VAULT", name


def test_a_field_of_a_part_that_would_be_printed_is_seen() -> None:
    class Part(BaseModel):
        arm: str

    class Wish(BaseModel):
        parts: Annotated[tuple[Part, ...], Meta()]

    assert set(shown("wish", Wish)) == {"wish.parts", "wish.parts.arm"}
