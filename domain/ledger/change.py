"""One value of an entry, changed: what it is now, what it becomes, and what no correction touches."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, NamedTuple, NoReturn, cast

import msgspec
from pydantic import AfterValidator, Field, JsonValue

from domain.adverse_event.facts import AdverseEventReported
from domain.catalogue import type_of
from domain.command import Given
from domain.corrections import corrected, pointed_at
from domain.deviation.facts import DeviationRecorded
from domain.errors import InvalidInputError, Refusal
from domain.fields import Audience, NeedToKnow, Safety, SealedText, TrialTeam
from domain.input import fault, plain_text
from domain.participant.facts import EligibilityDecided, Rescreened, ScreeningOpened
from domain.plain import Json, canonical, written
from domain.record import Entry, Fact
from domain.site.facts import SiteRegistered
from domain.times import matches_zone

STANDING: Final[Mapping[type[Fact], frozenset[str]]] = {
    AdverseEventReported: frozenset({"case", "participant"}),
    DeviationRecorded: frozenset({"about", "deviation", "found", "participant", "site"}),
    EligibilityDecided: frozenset({"eligible", "failed", "results"}),
    Rescreened: frozenset({"next"}),
    ScreeningOpened: frozenset({"number", "previous", "site"}),
    SiteRegistered: frozenset({"site"}),
}
"""Fields that say what a record is about, or what was decided: recorded under the right name, or decided, anew."""
AUDIENCES: Final[Mapping[str, type[Audience]]] = {kind.name: kind for kind in (TrialTeam, Safety, NeedToKnow)}
"""The audiences of texts in a trial ledger."""
LONGEST: Final = 24_576


def _plain_json(given: JsonValue) -> JsonValue:
    match given:
        case float():
            raise fault("float", "a decimal number is written as text")
        case str():
            plain_text(given)
        case list():
            for item in given:
                _plain_json(item)
        case dict():
            for name, item in given.items():
                plain_text(name)
                _plain_json(item)
        case _:
            pass
    return given


JsonGiven = Annotated[JsonValue, AfterValidator(_plain_json)]
Pointer = Annotated[str, Field(pattern=r"^/", max_length=256), AfterValidator(plain_text)]


class Change(NamedTuple):
    """A value as it stands, as it becomes, and the entry with the new value in it."""

    old: str
    new: str
    entry: Entry


def change(given: Given, entry: Entry, pointer: str, new: JsonValue) -> Change:
    """The change of one value; Refusal where none may be made, InvalidInputError where the value does not fit."""
    present = pointed_at(entry, pointer)
    refuse_standing(entry, pointer)
    text = _new_value(given, entry, pointer, new)
    if text == present:
        raise Refusal(
            "nothing_changes",
            "The new value is the present one.",
            rule="a-correction-changes-something",
            next_step="Nothing needs to be done.",
        )
    try:
        changed = corrected(entry, pointer, text)
    except InvalidInputError as error:
        if error.code == "not_correctable":
            raise _standing(error.what) from error
        raise
    _check_time(given, changed, pointer)
    return Change(present, text, changed)


def is_present(entry: Entry, pointer: str, old: JsonValue) -> bool:
    """Whether `old` is the value as it stands; a sealed text may be named by its commitment alone."""
    text = pointed_at(entry, pointer)
    if canonical(cast("Json", old)) == text:
        return True
    if _sealing(entry, pointer) is None or text == "null":
        return False
    return msgspec.json.decode(text, type=dict[str, str | int])["commitment"] == old


def refuse_standing(entry: Entry, pointer: str) -> None:
    """Refuse what is never corrected: what a rule found, and what a record is about."""
    if entry.body.source_kind == "derived":
        raise _standing("What a rule found by itself is closed with words, never corrected.")
    part, _, rest = pointer[1:].partition("/")
    if part == "payload" and rest.partition("/")[0] in STANDING.get(_kind(entry), frozenset()):
        raise _standing("This tells what the record is about, or what was decided: it stands.")


def _standing(what: str) -> Refusal:
    return Refusal(
        "not_correctable",
        what,
        rule="what-stands-is-annotated",
        next_step="Record or decide it anew, void the entry if it never held, or report a deviation that explains it.",
    )


def _kind(entry: Entry) -> type[Fact]:
    fact: Fact = entry.fact
    return type(fact)


def _new_value(given: Given, entry: Entry, pointer: str, new: JsonValue) -> str:
    sealing = _sealing(entry, pointer)
    if sealing is None or new is None:
        text = canonical(cast("Json", new))
    elif isinstance(new, str):
        text = written(_sealed(given, new, *sealing))
    else:
        _misfit("sealed_by_words", "A sealed text is corrected by giving the new words.", pointer)
    if len(text) > LONGEST:
        _misfit("text_too_long", "The new value is too long for one entry.", pointer)
    return text


def _sealing(entry: Entry, pointer: str) -> tuple[type[Audience], int] | None:
    """How the text that the pointer leads to is sealed; None where it is no sealed text."""
    if pointer == "/reason_text":
        return TrialTeam, 1024
    for field in type_of(_kind(entry)).fields:
        if field.kind == "sealed-text" and pointer == f"/payload/{field.name}":
            assert field.audience is not None and field.size is not None, "a sealed text has audience and size"  # noqa: PT018 (one statement about one field)
            return AUDIENCES[field.audience], field.size
    return None


def _sealed(given: Given, words: str, audience: type[Audience], size: int) -> SealedText[Any]:
    if not words.strip() or len(words.encode()) > size - 4:
        _misfit("text_does_not_fit", f"The new words are blank or longer than {size - 4} bytes.", "new")
    return given.text(words, audience, size)


def _check_time(given: Given, changed: Entry, pointer: str) -> None:
    """A corrected time is held to what a time is held to when it is first claimed."""
    occurred = changed.body.occurred_at
    if pointer != "/occurred_at":
        return
    if not matches_zone(occurred):
        _misfit("wrong_offset", f"{occurred.when} is not an offset that {occurred.zone_name} has then.", pointer)
    if occurred.earliest > given.now:
        _misfit("future_time", f"{occurred} lies in the future.", pointer)


def _misfit(code: str, what: str, field: str) -> NoReturn:
    raise InvalidInputError(code, what, field=field, next_step="Give the new value in the form of the old one.")
