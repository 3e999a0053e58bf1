"""The comparison of twin runs fails as soon as anything tells an arm; without that it would show nothing."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from adapters.demo.director import Director
from adapters.demo.people import COORDINATOR, INVESTIGATOR
from domain.errors import TrialproofError
from domain.fields import SealedArmEnvelope
from tests.blinding import leaks
from tests.blinding.conftest import MORE_GIVEN, two
from tests.blinding.leaks import Patch, sealing
from tests.blinding.mishaps import enrol, prepare, supply
from tests.blinding.reach import LEDGERS, Channel, Circle, differences, reached_in
from tests.blinding.twins import Choices, Twin, Watched, as_drawn, mirrored

CIRCLE: Final = Circle(
    ("u13",), ("u30",), (), ("u11",), (("ledger", "tail", LEDGERS[0]), ("show", "participant", "001"))
)
NUMBERS: Final = ("001", "002")


def no_leak(patch: Patch, twin: Twin) -> None:
    del patch, twin


def compared(folder: Path, choices: Choices, leak: Callable[[Patch, Twin], None] = no_leak) -> list[str]:
    """Tell a short story twice, with a leak, and give the differences."""
    with two(folder, choices, mirrored) as twins:
        reached: list[dict[str, Channel]] = []
        for twin in twins:
            with pytest.MonkeyPatch.context() as patch:
                leak(patch, twin)
                tell(Watched(twin))
            reached.append(reached_in(twin, CIRCLE))
        return differences(*reached)


def tell(director: Director) -> None:
    """Two participants, allocated, treated and signed off; somebody tries to allocate them again."""
    prepare(director)
    supply(director)
    for number in NUMBERS:
        enrol(director, number)
        for person, command in ((COORDINATOR["01"], "allocate"), (INVESTIGATOR["01"], "sign_off_participant")):
            with suppress(TrialproofError):
                director.send(person, command, {"participant": number})


HONEST: Final = Choices(as_drawn, MORE_GIVEN)


def test_the_short_story_without_a_leak_tells_nothing(tmp_path: Path) -> None:
    assert compared(tmp_path, HONEST) == []


@pytest.mark.parametrize("change", [leaks.in_the_nonce, leaks.in_the_last_bit])
def test_a_sealing_port_that_tells_the_arm_is_found(
    change: Callable[[SealedArmEnvelope, str], SealedArmEnvelope], tmp_path: Path
) -> None:
    found = compared(tmp_path, HONEST._replace(sealing=sealing(change)))

    assert channels(found) >= {"the ledgers", "the command line"}


def test_an_envelope_whose_length_tells_the_arm_is_not_even_written(tmp_path: Path) -> None:
    found = compared(tmp_path, HONEST._replace(sealing=sealing(leaks.in_the_length)))

    assert found, "the run stops at one of the arms, and that is seen"


@pytest.mark.parametrize(
    ("leak", "shows_in"),
    [
        (leaks.in_the_number, {"the ledgers", "the command line", "projections"}),
        (leaks.in_a_refusal, {"answers"}),
        (leaks.in_the_rule_of_a_refusal, {"answers", "the ledgers"}),
        (leaks.in_the_time_it_takes, {"the ledgers"}),
        (leaks.in_the_kit, {"the ledgers", "projections"}),
        (leaks.in_vault_positions, {"answers", "the log"}),
        (leaks.in_what_was_displayed, {"the ledgers", "the command line", "projections"}),
        (leaks.in_the_seal, {"the ledgers"}),
        (leaks.in_who_may_sign, {"answers", "the ledgers", "projections"}),
    ],
)
def test_whatever_else_tells_the_arm_is_found(
    leak: Callable[[Patch, Twin], None], shows_in: set[str], tmp_path: Path
) -> None:
    assert channels(compared(tmp_path, HONEST, leak)) >= shows_in


def channels(found: list[str]) -> set[str]:
    return {one.partition(":")[0] for one in found}
