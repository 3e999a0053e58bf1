"""The steps of a small trial, one after the other, so that a test can start where its rule begins."""

from uuid import UUID

from domain import streams
from domain.allocation.commands import SealLists
from domain.allocation.design_commands import ArmPart, CommitSeedShare, DeclareDesign, ParameterPart, RevealSeedShare
from domain.allocation.lists import Randomisation
from domain.eligibility.rule import Chosen, Compare, FactValue, Holds, Judged, Measured, Rule, Stated
from domain.participant.eligibility import DecideEligibility
from domain.participant.enrolment import Allocate, Enrol
from domain.participant.participant import Participant
from domain.participant.screening import JudgeCriterion, OpenScreeningRecord, RecordConsent, RecordFact
from domain.protocol.commands import (
    ApproveProtocolVersion,
    CodeRule,
    IssueConsentVersion,
    RecordCriterion,
    VisitPart,
)
from domain.randomisation.rand_v1 import share_commitment
from domain.site.commands import (
    ActivateSite,
    ApproveConsentVersion,
    DelegateTasks,
    PutProtocolVersionIntoEffect,
    RecordApproval,
    RegisterSite,
)
from domain.trial.commands import (
    ApproveDecision,
    OpenScreening,
    OptionPart,
    ProposeDecision,
    QuestionPart,
    RegisterTrial,
    SettingsPart,
    StratumPart,
)
from domain.trial.facts import RegistryDesign
from domain.values import Number, PartialDate, Quantity, Unit
from tests.domain.harness import (
    INVESTIGATOR,
    MEDICAL_MONITOR,
    OFFICER,
    RANDOMISATION_STATISTICIAN,
    SECOND_SPONSOR,
    SPONSOR,
    World,
)

SHA = "ab" * 32
SITE = "01"
DAY = PartialDate("2027-01-04")
DESIGN = RegistryDesign(
    allocation="RANDOMIZED",
    arms=(),
    conditions=("Lupus",),
    criteria_sha256=SHA,
    dates=(),
    enrolment=6,
    enrolment_type="ESTIMATED",
    healthy_volunteers=False,
    interventions=(),
    locations=1,
    masking="DOUBLE",
    maximum_age=None,
    minimum_age=None,
    model="PARALLEL",
    official_title=None,
    organisation_study_id=None,
    overall_status=None,
    phases=("PHASE2",),
    primary_purpose=None,
    sex="ALL",
    sponsor="Sponsor",
    study_type="INTERVENTIONAL",
    who_masked=None,
)


def quantity(number: str, unit: Unit) -> Quantity:
    return Quantity(value=Number(number), unit=unit)


def measured(number: str, unit: Unit) -> Measured:
    return Measured(quantity=quantity(number, unit))


def question(code: str) -> QuestionPart:
    return QuestionPart(
        code=code,
        field=None,
        options=(OptionPart(code="a", text="One way to answer it"),),
        question="How is it meant?",
        record_says="Not stated",
        title=code.title(),
    )


def registering(*questions: str) -> RegisterTrial:
    return RegisterTrial(
        design=DESIGN,
        provenance="Written for a test",
        questions=tuple(question(code) for code in questions),
        registry_id="T1",
        source_date=None,
        source_sha256=SHA,
        title="A small trial",
    )


def registered(world: World, *questions: str) -> World:
    world.when(registering(*questions), by=SPONSOR)
    return world


def proposing(code: str, settings: SettingsPart | None = None) -> ProposeDecision:
    return ProposeDecision(
        choice="The first way",
        question=code,
        rationale="Because a test needs it",
        settings=settings or SettingsPart(),
    )


def decided(world: World, code: str, settings: SettingsPart | None = None) -> World:
    world.when(proposing(code, settings), by=SPONSOR)
    world.when(ApproveDecision(question=code), by=SECOND_SPONSOR)
    world.when(ApproveDecision(question=code), by=MEDICAL_MONITOR)
    return world


def strata(*codes: str, cap: int = 3) -> tuple[StratumPart, ...]:
    return tuple(StratumPart(cap=cap, code=code, definition="By class", label=code) for code in codes)


def settings(*, cap: int = 3, over_enrolment: bool | None = None) -> SettingsPart:
    return SettingsPart(
        allow_over_enrolment=over_enrolment,
        planned_enrolment=6,
        ratio=(2, 1),
        strata=strata("SLE", "LN", cap=cap),
        zone="Asia/Shanghai",
    )


def criterion(
    code: str, rule: Rule | None, *, exclusion: bool = False, scope: str | None = None
) -> tuple[RecordCriterion | CodeRule, ...]:
    """The commands that record a criterion and code its rule."""
    recorded = RecordCriterion(
        criterion=code,
        kind="exclusion" if exclusion else "inclusion",
        ordinal=1,
        scope=scope,
        sha256=SHA,
        verbatim=f"The words of {code}",
    )
    return (recorded,) if rule is None else (recorded, CodeRule(criterion=code, note="As worded", rule=rule))


ADULT = Compare(fact="age", relation=">=", threshold=quantity("18", "a"))


def with_protocol(world: World) -> World:
    """Version 1: adults, not pregnant, judged able to take part."""
    world.when(
        ApproveProtocolVersion(
            before_consent=("temperature",),
            change="initial",
            digest=SHA,
            references="None",
            summary="The first version",
            version="1",
            visits=(
                VisitPart(visit="V1", target_day=0, days_before=0, days_after=0),
                VisitPart(visit="V2", target_day=28, days_before=3, days_after=3),
            ),
        ),
        by=SPONSOR,
    )
    world.when(IssueConsentVersion(digest=SHA, document="ICF", language="zh", version="1"), by=SPONSOR)
    for wish in (
        *criterion("I1", ADULT),
        *criterion("E1", Holds(fact="pregnant"), exclusion=True),
        *criterion("I2", Judged()),
    ):
        world.when(wish, by=SPONSOR)
    return world


def with_site(world: World, site: str = SITE, *, active: bool = True) -> World:
    """A site with approvals, versions, and all tasks delegated to the investigator."""
    for wish in (
        RegisterSite(country="CN", name="A hospital", site=site, zone="Asia/Shanghai"),
        RecordApproval(granted=DAY, kind="ethics", protocol_version="1", reference="EC 1", site=site),
        RecordApproval(granted=DAY, kind="authority", protocol_version="1", reference="CA 1", site=site),
        ApproveConsentVersion(approved=DAY, document="ICF", language="zh", reference="EC 1", site=site, version="1"),
        PutProtocolVersionIntoEffect(effective=DAY, reference="EC 1", site=site, version="1"),
    ):
        world.when(wish, by=SPONSOR)
    world.when(
        DelegateTasks(
            delegate=INVESTIGATOR.person,
            delegate_role="investigator",
            site=site,
            starts=DAY,
            tasks=(
                "consent", "eligibility", "enrolment", "treatment",
                "visits", "adverse_events", "corrections", "unblinding",
            ),
        )
    )  # fmt: skip
    if active:
        world.when(ActivateSite(effective=DAY, site=site), by=SPONSOR)
    return world


SEED_GIVERS = (RANDOMISATION_STATISTICIAN, OFFICER)
BLOCK_DESIGN = DeclareDesign(
    arms=(ArmPart(arm="a1", label="Cells"), ArmPart(arm="a2", label="Placebo")),
    method="permuted_blocks",
    parameters=(ParameterPart(name="sizes", values=("3", "6")),),
)


def with_design(world: World, design: DeclareDesign = BLOCK_DESIGN) -> World:
    """A design with the seed of two persons, before its lists."""
    world.when(design, by=RANDOMISATION_STATISTICIAN)
    version = world.get(Randomisation, streams.randomisation(world.trial)).version_declared
    shares = {person: world.chance.randbytes(32) for person in SEED_GIVERS}
    for person, share in shares.items():
        commitment = share_commitment(world.trial, version, person.person, share).hex()
        world.when(CommitSeedShare(commitment=commitment), by=person)
    for person, share in shares.items():
        world.when(RevealSeedShare(share=share.hex()), by=person)
    return world


def with_lists(world: World, design: DeclareDesign = BLOCK_DESIGN) -> World:
    """Sealed lists."""
    with_design(world, design).when(SealLists(), by=RANDOMISATION_STATISTICIAN)
    return world


def open_trial(*, cap: int = 3, over_enrolment: bool | None = None, seed: int = 1) -> World:
    """A trial open to screening, with one active site and sealed lists."""
    world = decided(registered(World(seed=seed), "design"), "design", settings(cap=cap, over_enrolment=over_enrolment))
    with_site(with_protocol(world))
    with_lists(world)
    world.when(OpenScreening(), by=SPONSOR)
    return world


def screened(world: World, *, site: str = SITE, previous: str | None = None) -> str:
    """A new screening; the number."""
    entries = world.when(OpenScreeningRecord(previous=previous, site=site))
    return streams.name_of(entries[0].frame.stream)


def consenting(number: str = "001", *, version: str = "1", language: str = "zh") -> RecordConsent:
    return RecordConsent(
        document="ICF",
        informed_by=INVESTIGATOR.person,
        language=language,
        participant=number,
        version=version,
    )


def consented(world: World, number: str, moment: str | None = None) -> UUID:
    """Consent on the approved version; the event's id."""
    (entry,) = world.when(consenting(number), occurred=moment)
    return entry.body.event_id


def assessed(world: World, number: str, *, stratum: str | None = "SLE") -> Participant:
    """All facts on record that the criteria and the stratum ask for."""
    known: dict[str, FactValue] = {"age": measured("40", "a"), "pregnant": Stated(holds=False)}
    if stratum is not None:
        known["stratum"] = Chosen(code=stratum)
    for name, value in known.items():
        world.when(RecordFact(fact=name, participant=number, value=value))
    world.when(JudgeCriterion(criterion="I2", participant=number, rationale="Able to take part", result="yes"))
    return world.participant(number)


def eligible(world: World, *, stratum: str | None = "SLE", previous: str | None = None) -> str:
    """A participant whom the investigator judged eligible; the number."""
    number = screened(world, previous=previous)
    consented(world, number)
    world.later(hours=1)
    assessed(world, number, stratum=stratum)
    world.when(DecideEligibility(eligible=True, participant=number))
    return number


def enrolled(world: World, *, stratum: str = "SLE") -> str:
    number = eligible(world, stratum=stratum)
    world.when(Enrol(participant=number))
    return number


def allocated(world: World, *, stratum: str = "SLE") -> str:
    number = enrolled(world, stratum=stratum)
    world.when(Allocate(participant=number))
    return number
