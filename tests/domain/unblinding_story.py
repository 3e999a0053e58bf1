"""Requests and emergencies of a small trial, so that a test of unblinding can start where its rule begins."""

from datetime import timedelta
from typing import Any

from domain import streams
from domain.allocation.facts import DisclosureRecorded, SlotDrawn
from domain.allocation.lists import SealedList
from domain.command import Actor, Reason
from domain.record import Entry
from domain.unblinding.commands import ApproveUnblinding, BreakBlind, DiscloseArm, RequestUnblinding
from domain.unblinding.unblinding import Unblinding
from tests.domain.harness import MEDICAL_MONITOR, SPONSOR, World, persona
from tests.domain.story import allocated, open_trial

SAFETY = persona("safety-01", "safety_physician", "Sponsor")
UNBLINDER = persona("unblinder-01", "safety_unblinder", "CRO")
DESK = persona("desk-01", "code_break_desk", "Desk")
ELSEWHERE = persona("nurse-02", "site_coordinator", "Site 02")
WHY = Reason(code="safety_report", text="The authority must be told the treatment given.")
EMERGENCY = Reason(code="suspected_serious_reaction")
ARMS = ("Cells", "Placebo")
APPROVERS = (MEDICAL_MONITOR, SPONSOR)


def trial_with_allocation(*, seed: int = 1) -> World:
    """A trial with one allocated participant, 001."""
    world = open_trial(seed=seed)
    assert allocated(world) == "001"
    return world


def asking(world: World, **changed: Any) -> RequestUnblinding:
    wish: dict[str, Any] = {
        "expires": world.now + timedelta(days=10),
        "participant": "001",
        "purpose": "safety",
        "reason": WHY,
        "recipients": (SAFETY.person, UNBLINDER.person),
    }
    return RequestUnblinding(**(wish | changed))


def requested(world: World, **changed: Any) -> str:
    """A request by the safety physician; its id."""
    (entry,) = world.when(asking(world, **changed), by=SAFETY)
    return streams.name_of(entry.frame.stream)


def approved(world: World, **changed: Any) -> str:
    """A request that two others approved; its id."""
    request = requested(world, **changed)
    for approver in APPROVERS:
        world.when(ApproveUnblinding(request=request), by=approver)
    return request


def disclosed(world: World, **changed: Any) -> str:
    """A request disclosed to its first recipient; its id."""
    request = approved(world, **changed)
    world.when(DiscloseArm(request=request, recipient=SAFETY.person), by=UNBLINDER)
    return request


def breaking(number: str = "001", **changed: Any) -> BreakBlind:
    wish: dict[str, Any] = {"channel": "investigator", "participant": number, "reason": EMERGENCY}
    return BreakBlind(**(wish | changed))


def through_desk(number: str = "001", physician: str = "Treating physician, ward 3") -> BreakBlind:
    return breaking(number, channel="code_break_desk", recipient=physician)


def broken(world: World, wish: BreakBlind | None = None, *, by: Actor | None = None) -> str:
    """An emergency code-break; its id."""
    entries = world.when(wish or breaking(), by=by)
    return streams.name_of(entries[0].frame.stream)


def unblinding(world: World, request: str) -> Unblinding:
    return world.get(Unblinding, streams.unblinding(world.trial, request))


def true_arm(world: World, number: str = "001") -> str:
    """The arm that the list's slot holds, in the list's words."""
    (slot,) = [fact for fact in world.every(SlotDrawn) if fact.participant == number]
    stream = next(name for name in world.entries if streams.kind_of(name) == "list" and slot in world.facts(name))
    found = world.get(SealedList, stream).arm_of(slot.allocation)
    assert found is not None
    return found.label


def in_vault(entries: tuple[Entry, ...]) -> tuple[DisclosureRecorded, ...]:
    return tuple(entry.fact for entry in entries if isinstance(entry.fact, DisclosureRecorded))
