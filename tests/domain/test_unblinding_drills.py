"""Drills of the code-break: recorded whatever is closed or locked, when they failed above all; one each quarter."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain import streams
from domain.command import Reason
from domain.site.commands import CloseSite
from domain.trial.commands import CloseTrial
from domain.unblinding.drill import RunUnblindingDrill, is_due, last_drills
from domain.unblinding.facts import UnblindingDrillRun
from tests.domain.harness import SPONSOR, World, one
from tests.domain.story import SITE
from tests.domain.unblinding_story import DESK, trial_with_allocation

WHY = Reason(code="decided", text="Decided by the sponsor for this test.")


def drilling(**changed: Any) -> RunUnblindingDrill:
    wish: dict[str, Any] = {
        "channel": "investigator",
        "milliseconds": 41,
        "opened": True,
        "receipt": UUID(int=7, version=4),
        "site": SITE,
        "through_fallback": False,
    }
    return RunUnblindingDrill(**(wish | changed))


@pytest.fixture
def world() -> World:
    return trial_with_allocation()


def test_a_drill_is_recorded_with_its_time_and_its_receipt(world: World) -> None:
    (entry,) = world.when(drilling())

    fact = entry.fact
    assert isinstance(fact, UnblindingDrillRun)
    assert (fact.milliseconds, fact.opened, fact.receipt, fact.site) == (41, True, UUID(int=7, version=4), SITE)
    assert entry.frame.stream == streams.drill(world.trial, str(fact.receipt))


def test_nothing_that_is_closed_refuses_a_drill_nor_that_it_failed(world: World) -> None:
    world.when(CloseSite(reason=WHY, site=SITE), by=SPONSOR)
    world.when(CloseTrial(reason=WHY), by=SPONSOR)

    fact = one(world.when(drilling(opened=False, through_fallback=True)), UnblindingDrillRun)

    assert (fact.opened, fact.through_fallback) == (False, True)


def test_a_drill_in_a_trial_that_is_not_here_is_refused() -> None:
    assert World().refuses(drilling()).code == "no_such_trial"


def test_a_time_below_nothing_cannot_be_read() -> None:
    with pytest.raises(ValidationError):
        drilling(milliseconds=-1)


def test_the_last_drill_of_each_site_and_of_the_desk_is_known_and_a_failed_one_is_none(world: World) -> None:
    entries = [*world.when(drilling())]
    first = world.now
    world.later(days=1)
    entries += world.when(drilling(receipt=UUID(int=8, version=4), opened=False))
    entries += world.when(drilling(receipt=UUID(int=9, version=4), channel="code_break_desk", site=None), by=DESK)
    entries += world.entries[streams.trial(world.trial)]

    assert last_drills(entries) == {SITE: first, None: world.now}


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, True),
        (datetime(2027, 3, 31, 15, 59, tzinfo=UTC), True),
        (datetime(2027, 3, 31, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 5, 1, tzinfo=UTC), True),
    ],
)
def test_a_drill_is_due_once_in_each_quarter_of_the_calendar_of_its_zone(last: datetime | None, *, due: bool) -> None:
    assert is_due(last, datetime(2027, 5, 2, tzinfo=UTC), "Asia/Shanghai") is due
