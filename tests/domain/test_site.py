"""A site: approvals, versions in force, delegations, and whether it may enrol on a day."""

from datetime import date

import pytest

from domain import streams
from domain.people.facts import TrialAdded
from domain.protocol.commands import ApproveProtocolVersion, IssueConsentVersion
from domain.site.commands import (
    ActivateSite,
    ApproveConsentVersion,
    CloseSite,
    DelegateTasks,
    EndDelegation,
    HoldSite,
    PutProtocolVersionIntoEffect,
    RecordApproval,
    RegisterSite,
    ReleaseSite,
    SiteCommand,
)
from domain.site.facts import SiteActivated, SiteRegistered, Task, TaskDelegated
from domain.site.site import Site
from domain.values import PartialDate
from tests.domain.harness import INVESTIGATOR, SPONSOR, World, one
from tests.domain.story import DAY, SHA, registered, with_protocol, with_site


def site(world: World, code: str = "01") -> Site:
    return world.get(Site, streams.site("T1", code))


def world_with_protocol() -> World:
    world = with_protocol(registered(World()))
    world.by = SPONSOR
    return world


def ready() -> World:
    world = with_site(world_with_protocol(), active=False)
    world.by = SPONSOR
    return world


def day(text: str) -> PartialDate:
    return PartialDate(text)


def approval(kind: str = "ethics", *, granted: str = "2027-01-04", until: str | None = None) -> RecordApproval:
    return RecordApproval(
        granted=day(granted),
        kind="ethics" if kind == "ethics" else "authority",
        protocol_version="1",
        reference=f"{kind} 1",
        site="01",
        valid_until=None if until is None else day(until),
    )


REGISTERING = RegisterSite(country="CN", name="A hospital", site="01", zone="Asia/Shanghai")


def test_a_site_is_registered_once_with_its_time_zone() -> None:
    world = world_with_protocol()

    fact = one(world.when(REGISTERING), SiteRegistered)

    assert (fact.country, fact.zone) == ("CN", "Asia/Shanghai")
    assert site(world).zone == "Asia/Shanghai"
    assert site(world).active_from is None
    assert world.refuses(REGISTERING).code == "site_exists"


@pytest.mark.parametrize(
    "wish",
    [
        approval(),
        ApproveConsentVersion(approved=DAY, document="ICF", language="zh", reference="x", site="01", version="1"),
        PutProtocolVersionIntoEffect(effective=DAY, reference="x", site="01", version="1"),
        DelegateTasks(delegate="u", delegate_role="investigator", site="01", starts=DAY, tasks=("consent",)),
        EndDelegation(delegation="d", ended=DAY, site="01"),
        ActivateSite(effective=DAY, site="01"),
        HoldSite(site="01"),
        ReleaseSite(site="01"),
        CloseSite(site="01"),
    ],
    ids=lambda wish: wish.NAME,
)
def test_nothing_is_said_about_a_site_that_is_not_registered(wish: SiteCommand) -> None:
    assert world_with_protocol().refuses(wish).code == "no_such_site"
    assert wish.concerned_site(world_with_protocol().room(wish)) == "01"


def test_versions_come_into_use_at_a_site_only_if_the_sponsor_issued_them() -> None:
    world = world_with_protocol()
    world.when(REGISTERING)
    consent = ApproveConsentVersion(approved=DAY, document="ICF", language="zh", reference="x", site="01", version="9")

    assert world.refuses(consent).code == "no_such_version"
    effective = PutProtocolVersionIntoEffect(effective=DAY, reference="x", site="01", version="9")
    assert world.refuses(effective).rule == "effective-version-was-approved"


def test_a_site_says_what_activation_still_needs() -> None:
    world = world_with_protocol()
    world.when(REGISTERING)

    refusal = world.refuses(ActivateSite(effective=DAY, site="01"))

    assert refusal.code == "site_not_ready"
    for missing in ("ethics approval", "authority approval", "protocol version", "consent version", "delegation"):
        assert missing in refusal.what


@pytest.mark.requirement("E6-27", "P11-11")
@pytest.mark.parametrize("left_out", range(5))
def test_a_site_is_not_activated_while_one_approval_version_or_delegation_is_missing(left_out: int) -> None:
    world = world_with_protocol()
    world.when(REGISTERING)
    wishes: tuple[SiteCommand, ...] = (
        approval("ethics"),
        approval("authority"),
        ApproveConsentVersion(approved=DAY, document="ICF", language="zh", reference="x", site="01", version="1"),
        PutProtocolVersionIntoEffect(effective=DAY, reference="x", site="01", version="1"),
        DelegateTasks(delegate="u", delegate_role="investigator", site="01", starts=DAY, tasks=("consent",)),
    )
    for index, wish in enumerate(wishes):
        if index != left_out:
            world.when(wish)

    assert world.refuses(ActivateSite(effective=DAY, site="01")).code == "site_not_ready"
    world.when(wishes[left_out])

    assert one(world.when(ActivateSite(effective=DAY, site="01")), SiteActivated).effective == DAY


@pytest.mark.parametrize(("until", "enough"), [("2027-01-05", False), ("2027-02", True), (None, True)])
def test_an_approval_that_lapses_before_the_day_of_activation_does_not_count(until: str | None, enough: bool) -> None:
    world = world_with_protocol()
    world.when(REGISTERING)
    for wish in (
        approval("ethics", until=until),
        approval("authority"),
        ApproveConsentVersion(approved=DAY, document="ICF", language="zh", reference="x", site="01", version="1"),
        PutProtocolVersionIntoEffect(effective=DAY, reference="x", site="01", version="1"),
        DelegateTasks(delegate="u", delegate_role="investigator", site="01", starts=DAY, tasks=("consent",)),
    ):
        world.when(wish)

    assert site(world).missing_for_activation(day("2027-01-06")) == (() if enough else ("ethics approval",))


def test_a_site_is_not_activated_from_a_day_on_which_its_approvals_were_not_granted_yet() -> None:
    world = ready()

    assert "ethics approval" in world.refuses(ActivateSite(effective=day("2027-01-03"), site="01")).what
    assert world.refuses(ActivateSite(effective=day("2027"), site="01")).code == "site_not_ready"


def test_approvals_of_an_earlier_protocol_version_do_not_open_a_site_for_the_next() -> None:
    world = ready()
    version = ApproveProtocolVersion(change="substantial", digest=SHA, references="None", summary="Second", version="2")
    world.when(version)
    world.when(PutProtocolVersionIntoEffect(effective=day("2027-02-01"), reference="x", site="01", version="2"))

    assert site(world).missing_for_activation(day("2027-01-31")) == ()
    assert site(world).missing_for_activation(day("2027-02-01")) == ("ethics approval", "authority approval")


def test_a_site_is_active_from_its_day_on_while_neither_held_nor_closed() -> None:
    world = ready()
    world.when(ActivateSite(effective=day("2027-02"), site="01"))

    assert not site(world).is_active_on(day("2027-02-27"))
    assert site(world).is_active_on(day("2027-02-28"))
    assert not site(world).is_active_on(day("2027"))
    world.when(HoldSite(site="01"))
    assert not site(world).is_active_on(day("2027-03-01"))
    assert world.refuses(HoldSite(site="01")).code == "already_held"
    world.when(ReleaseSite(site="01"))
    assert site(world).is_active_on(day("2027-03-01"))
    assert world.refuses(ReleaseSite(site="01")).code == "not_held"
    world.when(CloseSite(site="01"))
    assert not site(world).is_active_on(day("2027-03-01"))
    assert world.refuses(CloseSite(site="01")).code == "already_closed"


@pytest.mark.parametrize("wish", [HoldSite, ReleaseSite, CloseSite])
def test_holding_releasing_and_closing_need_a_reason(wish: type[SiteCommand]) -> None:
    assert wish.NEEDS_REASON


def test_a_protocol_version_is_in_force_from_its_day_on_at_each_site_by_itself() -> None:
    world = ready()
    world.when(
        ApproveProtocolVersion(change="substantial", digest=SHA, references="None", summary="Second", version="2")
    )
    world.when(PutProtocolVersionIntoEffect(effective=day("2027-02-10"), reference="x", site="01", version="2"))

    assert site(world).protocol_version(date(2027, 1, 3)) is None
    assert site(world).protocol_version(date(2027, 2, 9)) == "1"
    assert site(world).protocol_version(date(2027, 2, 10)) == "2"
    assert site(world, "02").protocol_version(date(2027, 2, 10)) is None
    world.when(PutProtocolVersionIntoEffect(effective=day("2027-02-10"), reference="y", site="01", version="1"))
    assert site(world).protocol_version(date(2027, 2, 10)) == "1"


def test_the_consent_version_to_use_is_the_latest_surely_approved_for_that_language_by_that_day() -> None:
    world = ready()
    for version in ("2", "3"):
        world.when(IssueConsentVersion(digest=SHA, document="ICF", language="zh", version=version))
    for version, approved in (("2", "2027-02"), ("3", "2027-03-01")):
        world.when(
            ApproveConsentVersion(
                approved=day(approved), document="ICF", language="zh", reference="x", site="01", version=version
            )
        )

    assert site(world).consent_version("ICF", "zh", day("2027-01-03")) is None
    assert site(world).consent_version("ICF", "zh", day("2027-02-27")) == "1"
    assert site(world).consent_version("ICF", "zh", day("2027-02-28")) == "2"
    assert site(world).consent_version("ICF", "zh", day("2027-03-01")) == "3"
    assert site(world).consent_version("ICF", "en", day("2027-03-01")) is None
    assert site(world).consent_version("Genetics", "zh", day("2027-03-01")) is None


@pytest.mark.requirement("P11-12")
def test_a_delegation_holds_for_its_person_tasks_and_days_and_only_where_that_is_certain() -> None:
    world = world_with_protocol()
    world.when(REGISTERING)
    tasks: tuple[Task, ...] = ("consent", "visits")
    wish = DelegateTasks(
        delegate="u7",
        delegate_role="site_coordinator",
        ends=day("2027-03"),
        site="01",
        starts=day("2027-02-10"),
        tasks=tasks,
    )
    delegation = one(world.when(wish, by=INVESTIGATOR), TaskDelegated).delegation

    def held(text: str, person: str = "u7", task: Task = "consent") -> bool:
        return site(world).delegated(person, task, day(text))

    assert [held(text) for text in ("2027-02-09", "2027-02-10", "2027-02-28", "2027-03-02")] == [
        False,
        True,
        True,
        False,
    ]
    assert not held("2027-02")
    assert not held("2027-02-10", person="u8")
    assert not held("2027-02-10", task="eligibility")
    other = one(world.when(wish, by=INVESTIGATOR), TaskDelegated).delegation
    world.when(EndDelegation(delegation=delegation, ended=day("2027-02-11"), site="01"))
    world.when(EndDelegation(delegation=other, ended=day("2027-02-12"), site="01"))
    assert [held(text) for text in ("2027-02-11", "2027-02-12", "2027-02-13")] == [True, True, False]
    assert world.refuses(EndDelegation(delegation="other", ended=DAY, site="01")).code == "no_such_delegation"


def test_a_site_is_unmoved_by_what_is_not_about_sites() -> None:
    world = ready()
    before = site(world)

    entry = world.happened("system/trial/T1", TrialAdded(trial="T1"))

    assert before.after(entry).at_version(before.version) == before
