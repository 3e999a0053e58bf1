"""Any view of a projection can be told in statements, each with the entry behind it where one stands behind it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from adapters.cli.statements import Statement, statements, text_of
from domain.times import Occurred
from domain.values import Number, Quantity, Value
from projections.fold import Moment, Person

NOW = datetime(2027, 3, 3, 2, 15, tzinfo=UTC)
BEHIND = Moment(
    event_id=UUID(int=1),
    occurred_at=Occurred("2027-03-03[Asia/Shanghai]"),
    position=17,
    reason_code=None,
    recorded_at=NOW,
)
AGE = Quantity(value=Number("34"), unit="a")
DOCTOR = Person(actor="u1", organisation="Site 01", printed_name="Dr. One", role="investigator")


class Act(Value):
    """Something done, with its entry."""

    behind: Moment
    by: Person
    code: str
    value: Quantity | None


class Count(Value):
    """A count at a site in a month, which no single entry says."""

    enrolled: int
    month: str
    site: str | None


class OneEntry(Value):
    """A row that is one entry."""

    event_id: UUID
    occurred_at: Occurred
    position: int
    recorded_at: datetime
    words: tuple[tuple[str, str | None], ...]


class View(Value):
    """A view of all kinds of fields."""

    acts: tuple[Act, ...]
    closed: Moment | None
    counts: tuple[Count, ...]
    entries: tuple[OneEntry, ...]
    moments: tuple[Moment, ...]
    opened: Moment | None
    scopes: tuple[str, ...]


ACT = Act(behind=BEHIND, by=DOCTOR, code="biopsy", value=AGE)
ENTRY = OneEntry(
    event_id=UUID(int=2),
    occurred_at=BEHIND.occurred_at,
    position=18,
    recorded_at=NOW,
    words=(("given_on", None), ("code", "A")),
)
FULL = View(
    acts=(ACT,),
    closed=None,
    counts=(Count(enrolled=2, month="2027-03", site="01"), Count(enrolled=1, month="2027-04", site=None)),
    entries=(ENTRY,),
    moments=(BEHIND, BEHIND),
    opened=BEHIND,
    scopes=("treatment", "follow_up"),
)


def told(view: object) -> dict[str, tuple[str, int | None]]:
    return {one.what: (one.value, one.behind.position if one.behind else None) for one in statements(view)}


def test_every_field_is_told_with_the_entry_behind_it() -> None:
    assert told(FULL) == {
        "acts biopsy": ("by Dr. One (u1, investigator, Site 01); value 34 a", 17),
        "closed": ("not recorded", None),
        "counts 01 2027-03": ("2", None),
        "counts 2027-04": ("enrolled 1; site not recorded", None),
        "entries #1": ("given on not recorded, code A", 18),
        "moments #1": ("recorded", 17),
        "moments #2": ("recorded", 17),
        "opened": ("recorded", 17),
        "scopes": ("treatment, follow_up", None),
    }


def test_the_rows_of_a_view_are_named_by_what_tells_them_apart() -> None:
    other = Act(behind=BEHIND, by=DOCTOR, code="visit", value=None)

    assert list(told((ACT, other))) == ["biopsy", "visit"]
    assert list(told((ACT, ACT))) == ["biopsy #1", "biopsy #2"]


def test_a_view_of_nothing_says_nothing() -> None:
    assert list(statements(())) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "not recorded"),
        (True, "yes"),
        (False, "no"),
        ((), "none"),
        (0, "0"),
        (Number("1.50"), "1.50"),
        (AGE, "34 a"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (NOW, "2027-03-03T02:15:00Z"),
        (("a", "b"), "a, b"),
    ],
)
def test_values_are_told_in_words(value: object, words: str) -> None:
    assert text_of(value) == words


def test_a_statement_keeps_its_entry() -> None:
    assert next(statements(FULL)) == Statement(
        "acts biopsy", "by Dr. One (u1, investigator, Site 01); value 34 a", BEHIND
    )
