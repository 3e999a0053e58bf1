"""The register of event types: stored name and version, ledger, blinding class, retention class, predicate rule.

An event that is not registered, holds a field of no kind, or holds what its ledger may not hold is
refused at import (21 CFR 11.1(b); design: "the unregistered fails at import"). Stored names never
contain a module path, so code may move without touching history.
"""

import re
import types
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec.inspect
from msgspec import Meta

from domain.arm_revealing import is_of_the_vault
from domain.fields import Concealed, SealedArmEnvelope, SealedText
from domain.record import Fact

LedgerKind = Literal["trial", "vault", "access", "system"]
STORED_NAME = re.compile(r"[a-z_]+\.[a-z_]+\.v[1-9]\d*", re.ASCII)


class Blinding(Enum):
    """Whether an event may be read without knowing an arm."""

    NEUTRAL = "NEUTRAL"
    RESTRICTED = "RESTRICTED"


class Retention(Enum):
    """Which retention rule a record falls under; the years are data of the retention engine."""

    TRIAL_MASTER_FILE = "trial master file"
    PARTICIPANT_RECORD = "participant record"
    SAFETY_RECORD = "safety record"
    RANDOMISATION_RECORD = "randomisation record"
    ACCESS_RECORD = "access record"
    SYSTEM_RECORD = "system record"


FieldKind = Literal["open", "sealed-text", "sealed-arm"]


class FieldEntry(NamedTuple):
    """One field of an event: its kind and, for a sealed text, its fixed size and audience."""

    name: str
    kind: FieldKind
    size: int | None
    audience: str | None


class EventType(NamedTuple):
    """One row of the register."""

    name: str
    fact: type[Fact]
    ledgers: frozenset[LedgerKind]
    blinding: Blinding
    retention: Retention
    predicate: str
    fields: tuple[FieldEntry, ...]

    @property
    def is_sealed_whole(self) -> bool:
        """Its whole payload is encrypted, because it may reveal an arm."""
        return self.blinding is Blinding.RESTRICTED


class RegistrationError(TypeError):
    """An event class breaks a rule of the register; raised at import."""


VAULT_ALONE: Final[frozenset[LedgerKind]] = frozenset({"vault"})
_BY_NAME: dict[str, EventType] = {}
_BY_FACT: dict[type[Fact], EventType] = {}
E = TypeVar("E", bound=type[Fact])


def recorded_as(
    name: str,
    *,
    ledger: LedgerKind | tuple[LedgerKind, ...] = "trial",
    retention: Retention,
    predicate: str,
) -> Callable[[E], E]:
    """Register a fact under its stored name; `predicate` names the rule that makes it a regulated record."""
    ledgers: frozenset[LedgerKind] = frozenset((ledger,) if isinstance(ledger, str) else ledger)

    def register(fact: E) -> E:
        if STORED_NAME.fullmatch(name) is None or name in _BY_NAME or fact in _BY_FACT:
            raise RegistrationError(f"{name} is no free name of the form subject.fact.vN")
        blinding = Blinding.RESTRICTED if ledgers == VAULT_ALONE else Blinding.NEUTRAL
        _refuse_misplaced(fact, name, blinding)
        row = EventType(name, fact, ledgers, blinding, retention, predicate, fields_of(fact))
        _BY_NAME[name] = _BY_FACT[fact] = row
        return fact

    return register


def event_type(name: str) -> EventType | None:
    """The row of a stored name, or None for a name that only older versions wrote."""
    return _BY_NAME.get(name)


def type_of(fact: type[Fact]) -> EventType:
    """The row of an event class."""
    return _BY_FACT[fact]


def event_types() -> Iterator[EventType]:
    """All rows, by stored name."""
    return iter([_BY_NAME[name] for name in sorted(_BY_NAME)])


def fields_of(fact: type[Fact]) -> tuple[FieldEntry, ...]:
    """The kinds of a fact's fields; RegistrationError names the field that has none or cannot be canonical."""
    hints = get_type_hints(fact, include_extras=True)
    known = msgspec.inspect.type_info(fact)
    assert isinstance(known, msgspec.inspect.StructType)
    for field in known.fields:
        _refuse_uncanonical(field.type, f"{fact.__name__}.{field.name}")
    return tuple(_field(fact, name, hints[name]) for name in fact.__struct_fields__)


def _refuse_misplaced(fact: type[Fact], name: str, blinding: Blinding) -> None:
    """Refuse what may tell an arm outside the vault, and in the vault what would show itself when printed."""
    if blinding is Blinding.RESTRICTED and not issubclass(fact, Concealed):
        raise RegistrationError(f"{name} belongs to the vault and is not concealed: derive it from VaultFact")
    if blinding is Blinding.NEUTRAL:
        if is_of_the_vault(name):
            raise RegistrationError(f"{name} reveals an arm and belongs to the vault alone")
        _refuse_concealed(msgspec.inspect.type_info(fact), name)


def _refuse_concealed(kind: msgspec.inspect.Type, place: str, inside: frozenset[type] = frozenset()) -> None:
    match kind:
        case msgspec.inspect.Metadata(type=inner) | msgspec.inspect.VarTupleType(item_type=inner):
            _refuse_concealed(inner, place, inside)
        case msgspec.inspect.UnionType(types=parts) | msgspec.inspect.TupleType(item_types=parts):
            for part in parts:
                _refuse_concealed(part, place, inside)
        case msgspec.inspect.StructType(cls=made, fields=fields) if made not in inside:
            if issubclass(get_origin(made) or made, Concealed):
                raise RegistrationError(f"{place} holds {made.__name__}, which belongs to the vault alone")
            for field in fields:
                _refuse_concealed(field.type, f"{place}.{field.name}", inside | {made})
        case _:
            return


def _field(fact: type[Fact], name: str, hint: Any) -> FieldEntry:
    kinds = [found for member in _members(hint) if (found := _kind(name, member)) is not None]
    if len(kinds) != 1:
        raise RegistrationError(f"{fact.__name__}.{name} is neither Open nor sealed: give it a field kind")
    return kinds[0]


def _members(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _kind(name: str, hint: Any) -> FieldEntry | None:
    if get_origin(hint) is not Annotated:
        return None
    inner, *marks = get_args(hint)
    schema: dict[str, Any] = {}
    for mark in marks:
        schema |= (mark.extra_json_schema or {}) if isinstance(mark, Meta) else {}
    match schema.get("x-kind"):
        case "sealed-text":
            (audience,) = get_args(inner)
            return FieldEntry(name, "sealed-text", schema["x-size"], audience.name)
        case "sealed-arm":
            return FieldEntry(name, "sealed-arm", None, None)
        case "open":
            return FieldEntry(name, "open", None, None)
        case _:
            return None


UNCANONICAL = (
    msgspec.inspect.FloatType,
    msgspec.inspect.DictType,
    msgspec.inspect.SetType,
    msgspec.inspect.FrozenSetType,
    msgspec.inspect.ListType,
    msgspec.inspect.AnyType,
    msgspec.inspect.RawType,
    msgspec.inspect.DecimalType,
)


def _refuse_uncanonical(kind: msgspec.inspect.Type, place: str, inside: frozenset[type] = frozenset()) -> None:
    """Refuse what has no single canonical form, or could be changed after the decision."""
    if isinstance(kind, msgspec.inspect.Metadata):
        _refuse_uncanonical(kind.type, place, inside)
    if isinstance(kind, UNCANONICAL):
        raise RegistrationError(f"{place} holds {type(kind).__name__}, which has no single canonical form")
    if isinstance(kind, msgspec.inspect.UnionType):
        for member in kind.types:
            _refuse_uncanonical(member, place, inside)
    if isinstance(kind, msgspec.inspect.VarTupleType):
        _refuse_uncanonical(kind.item_type, place, inside)
    if isinstance(kind, msgspec.inspect.StructType) and kind.cls not in inside | {
        SealedText,
        SealedArmEnvelope,
    }:
        for field in kind.fields:
            _refuse_uncanonical(field.type, f"{place}.{field.name}", inside | {kind.cls})
