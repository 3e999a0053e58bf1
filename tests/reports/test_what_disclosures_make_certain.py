"""The leak calculator of the unblinded log: which arms follow from those that were disclosed."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest

from compliance.reports.model import Body
from compliance.reports.unblinding_log_unblinded import unblinding_log_unblinded
from domain import streams
from domain.allocation.facts import DisclosureRecorded, ListedArm, ListSealed, Parameter, SlotDrawn
from domain.allocation.slots import contents
from tests.projections.entries import TRIAL, Book
from tests.reports import unblinding_story as story
from tests.reports.materials import cells, material

ARMS = (ListedArm(arm="k1", label="the one"), ListedArm(arm="k2", label="the other"))


def blocks_of_three(**changes: Any) -> ListSealed:
    """A list of two to one in blocks of three, all of one arm known from two of the other."""
    given: dict[str, Any] = {
        "arms": ARMS,
        "first_leaf": 1,
        "length": 64,
        "list_id": "q7",
        "method": "permuted_blocks",
        "origin": None,
        "parameters": (Parameter(name="sizes", values=("3",)),),
        "ratio": (2, 1),
        "root": "0" * 64,
        "seed": bytes(range(32)),
        "seed_commitment": "1" * 64,
        "site": None,
        "slots": None,
        "stratum": "LN",
        "version": 1,
    }
    return ListSealed(**given | changes)


def log(sealed: ListSealed, drawn: int, disclosed: Iterable[int]) -> Body:
    """The log after so many were allocated and the arms of some, counted from 1, were disclosed."""
    book, arms = Book(), contents(sealed, TRIAL)
    stream = streams.sealed_list(TRIAL, sealed.list_id)
    book.write(stream, sealed)
    for index in range(1, drawn + 1):
        slot = SlotDrawn(
            allocation=UUID(int=index),
            arm=arms[index - 1],
            index=index,
            inputs=None,
            participant=f"{index:03d}",
            randomisation_number=f"R{index}",
        )
        book.write(stream, slot)
    for index in disclosed:
        told = DisclosureRecorded(
            arm=arms[index - 1], label="l", participant=f"{index:03d}", recipient="inv", request=f"E{index}"
        )
        book.write(streams.disclosure(TRIAL, f"E{index}"), told)
    return unblinding_log_unblinded(material(story.trial().entries, story.people().entries, book.entries))


def certain(body: Body) -> list[str | None]:
    return [row["certain"] for row in cells(body, "made-certain")]


@pytest.mark.requirement("E6-08")
def test_the_control_of_a_block_makes_the_two_others_certain_once_they_are_allocated() -> None:
    sealed = blocks_of_three()
    control = contents(sealed, TRIAL).index("k2") + 1

    assert certain(log(sealed, 3, (control,))) == ["2"]
    assert certain(log(sealed, 3, ())) == ["0"]


def test_two_of_the_larger_arm_make_the_third_of_their_block_certain() -> None:
    sealed = blocks_of_three()
    larger = [index for index, arm in enumerate(contents(sealed, TRIAL)[:3], 1) if arm == "k1"]

    (row,) = cells(log(sealed, 6, larger), "made-certain")

    assert (row["list"], row["label"], row["allocated"], row["disclosed"], row["certain"]) == (
        "q7",
        "LN",
        "6",
        "2",
        "1",
    )


def test_what_was_made_outside_is_not_told_by_a_design() -> None:
    outside = blocks_of_three(slots="001" * 8, length=24)

    assert certain(log(outside, 3, (3,))) == ["not told by the design"]


def test_a_list_that_nothing_was_drawn_from_stands_in_no_row() -> None:
    assert certain(log(blocks_of_three(), 0, ())) == []
