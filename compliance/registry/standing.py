"""D2 to D15 and TZ: what a registry never settles about the conduct of a trial, each only where it arises."""

from collections.abc import Callable
from typing import NamedTuple

from compliance.registry import paths
from compliance.registry.arising import (
    always,
    by_chance,
    committee,
    enrolment,
    group_criteria,
    groups,
    hidden_facts,
    masked,
    ratios,
    roles_open,
    several_groups,
    silent,
    something_to_hide,
    stated_allocation,
    stated_masking,
)
from compliance.registry.open_question import OpenQuestion
from compliance.registry.record import RegistryRecord


class _Standing(NamedTuple):
    code: str
    title: str
    question: str
    field: str
    options: tuple[str, ...]
    arises: Callable[[RegistryRecord], bool]
    says: Callable[[RegistryRecord], str] = silent

    def asked_of(self, record: RegistryRecord) -> OpenQuestion:
        return OpenQuestion(
            code=self.code,
            title=self.title,
            question=self.question,
            record_says=self.says(record),
            field=self.field,
            options=self.options,
        )


_STANDING = (
    _Standing(
        "D2",
        "Allocation ratio",
        "In what ratio are participants allocated to the groups, in each stratum?",
        paths.DESIGN_INFO,
        (
            "Equal in every stratum.",
            "Unequal, stated for each stratum.",
            "Equal overall, with caps instead of a ratio.",
        ),
        by_chance,
        ratios,
    ),
    _Standing(
        "D3",
        "Strata and caps",
        "Which strata are there, and how many participants may each hold?",
        paths.DESIGN_INFO,
        ("No strata.", "Strata, each with a cap.", "Strata without caps, closed by the total alone."),
        by_chance,
    ),
    _Standing(
        "D4",
        "Allocation method and its sizes",
        "By what method is the allocation list made, and with which block sizes (sealed)?",
        paths.ALLOCATION,
        ("Permuted blocks of hidden sizes.", "Block urn.", "Simple randomisation.", "Minimisation, without a list."),
        by_chance,
        stated_allocation,
    ),
    _Standing(
        "D5",
        "Masked roles",
        "Which roles are masked? The record names a degree of masking, but no role.",
        paths.WHO_MASKED,
        (
            "Named roles of the registry's four (participant, care provider, investigator, outcomes assessor).",
            "Named roles, with the statistician and the laboratory among them.",
            "Nobody can be masked in practice; the registry's claim is kept beside the decision.",
        ),
        roles_open,
        stated_masking,
    ),
    _Standing(
        "D6",
        "Control",
        "Which group, if any, is the control, and what do its participants receive?",
        paths.ARMS,
        (
            "A placebo or sham procedure that looks the same.",
            "An active comparator.",
            "Standard care, named.",
            "Nothing beyond follow-up.",
            "No group is a control.",
        ),
        several_groups,
        groups,
    ),
    _Standing(
        "D7",
        "Facts that reveal a group",
        "Which kinds of event would tell a masked person the group, and who records them unseen by the others?",
        paths.MASKING_INFO,
        (
            "None: every group has the same procedures.",
            "A named list, recorded by an unmasked team in the restricted part.",
        ),
        hidden_facts,
    ),
    _Standing(
        "D8",
        "Keys of the allocation",
        "Who holds the keys of the sealed allocation, and how many must act together?",
        paths.ALLOCATION,
        ("Two officers, both needed.", "Any two of three officers.", "An independent service."),
        something_to_hide,
    ),
    _Standing(
        "D9",
        "Emergency rota",
        "Who answers a code break at any hour, and by which line?",
        paths.MASKING_INFO,
        (
            "The site's investigators, with a 24-hour desk outside the trial team.",
            "The desk alone for sites without cover.",
        ),
        masked,
    ),
    _Standing(
        "D10",
        "Monitoring committee and interim analysis",
        "Is there an independent committee, what does it see, and when?",
        paths.HAS_DMC,
        ("No committee and no interim analysis.", "A committee with closed reports at stated points."),
        always,
        committee,
    ),
    _Standing(
        "D11",
        "Replacement",
        "Is a participant who leaves replaced, and until when?",
        paths.ENROLMENT,
        ("Nobody is replaced.", "Replaced under a new number and the next place, on stated conditions."),
        always,
    ),
    _Standing(
        "D12",
        "After a code break",
        "Does a participant whose group was disclosed go on with the treatment?",
        paths.MASKING_INFO,
        ("The investigator decides; follow-up goes on.", "Treatment stops; follow-up goes on.", "Both go on."),
        masked,
    ),
    _Standing(
        "D13",
        "Definition of a stratum",
        "Which facts define a stratum, taken when, from which source? Who has the disease but lies outside the"
        " thresholds belongs to no stratum, unless decided otherwise.",
        paths.CRITERIA,
        (
            "Facts at screening from the site's source; outside the thresholds: no stratum, not enrolled.",
            "Facts at screening from the site's source; outside the thresholds: the wider stratum, by decision.",
            "Facts confirmed by a central reading.",
        ),
        by_chance,
        group_criteria,
    ),
    _Standing(
        "D14",
        "A stratum that fills",
        "What happens to people in screening when their stratum fills?",
        paths.ENROLMENT,
        (
            "A notice stops screening for the stratum; people with consent given are told and not enrolled.",
            "A place is reserved at consent.",
            "Enrolment beyond the cap, each by a signed decision.",
        ),
        by_chance,
    ),
    _Standing(
        "D15",
        'What "enrolled" means',
        "Which act makes a participant enrolled, and so counts towards the registered number?",
        paths.ENROLMENT,
        ("Consent.", "The signed eligibility decision.", "Allocation.", "The first treatment."),
        always,
        enrolment,
    ),
    _Standing(
        "TZ",
        "Time zone of the trial",
        "In which IANA time zone do the trial's reports count days?",
        "",
        ("The zone of the sponsor.", "The zone of the coordinating site.", "Etc/UTC."),
        always,
    ),
)


def standing_questions(record: RegistryRecord) -> tuple[OpenQuestion, ...]:
    return tuple(standing.asked_of(record) for standing in _STANDING if standing.arises(record))
