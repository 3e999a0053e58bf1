"""The design decisions of the demonstration: reading R3, our assumption, with the registry's words beside each."""

from hashlib import sha256
from typing import Any, Final, NamedTuple

from adapters.demo.director import TRIAL, Director
from adapters.demo.people import (
    COORDINATOR,
    INVESTIGATOR,
    LIST_MAKER,
    MEDICAL_MONITOR,
    SEED_OFFICERS,
    SPONSOR,
    STATISTICIAN,
    SUB_INVESTIGATOR,
)
from compliance.conduct import Done
from domain.people.roles import Role
from domain.randomisation.rand_v1 import share_commitment

ASSUMPTION = "Assumed for this demonstration; not the trial's design and not what its investigators did."
CAP = 15
WITHOUT_JUDGEMENT = ("consent", "enrolment", "treatment", "visits", "adverse_events", "corrections")
EVERYTHING = (*WITHOUT_JUDGEMENT, "eligibility", "unblinding")


class Choice(NamedTuple):
    """An answer to a design question."""

    question: str
    choice: str
    rationale: str
    settings: dict[str, Any]
    option: str | None = None


def strata() -> list[dict[str, Any]]:
    """Two strata that exclude each other; disease is a stratum, never an arm."""
    return [
        {
            "code": "SLE",
            "label": "SLE without lupus nephritis",
            "definition": "Classified SLE and no lupus nephritis in the record at screening, by the investigator, from the site's source.",
            "cap": CAP,
        },
        {
            "code": "LN",
            "label": "Lupus nephritis within the record's thresholds",
            "definition": "24-hour urine protein >= 1.0 g, serum creatinine >= 1.5 mg/dL and biopsy class III, IV or V at screening; "
            "nephritis outside these belongs to neither stratum.",
            "cap": CAP,
        },
    ]


CHOICES = (
    Choice("D1", "R3: disease is a stratum; within each stratum cells or control is randomised.",
           "Nobody without nephritis can be assigned to a nephritis group; R3 is the one reading in which everybody is randomised. " + ASSUMPTION, {}),
    Choice("D2", "2:1 cells to control in each stratum.", "Gives 10:10:10 over the three labels of the record when the strata hold 15 each. " + ASSUMPTION, {"ratio": [2, 1]}),
    Choice("D3", "15 participants in each stratum.", "10:10:10 needs exactly 15 and 15. " + ASSUMPTION, {"strata": strata(), "planned_enrolment": 30}),
    Choice("D4", "Permuted blocks per stratum; sizes and their order are hidden in the vault, and the planned totals cannot be missed.", "Hiding sizes lowers certainty at block ends; sizes that make up the cap keep 10:5. " + ASSUMPTION, {}),
    Choice("D5", "Masked: outcomes assessor and statistician.", "Operator and participant cannot be masked without a sham. The record says double and names no roles. " + ASSUMPTION,
           {"masked_roles": ["outcomes_assessor", "statistician"]}),
    Choice("D6", "Control: continued conventional treatment, no sham.", "The record names no control content. " + ASSUMPTION, {}),
    Choice("D7", "Arm-revealing: product, dose, lot, infusion reactions, premedication.", "They are recorded in the vault only. " + ASSUMPTION, {}),
    Choice("D8", "Keys: the randomisation office and the unblinding officer.", "Neither enrols, assesses or analyses. " + ASSUMPTION, {}),
    Choice("D9", "Emergency: the site's investigators, and the code-break desk at all hours.", "An emergency waits for nobody. " + ASSUMPTION, {}),
    Choice("D10", "No interim analysis; a safety committee sees pooled data.", "30 participants allow no formal interim look. " + ASSUMPTION, {}),
    Choice("D11", "No replacement of withdrawn participants.", "Intention to treat. " + ASSUMPTION, {}),
    Choice("D12", "After an emergency break the participant stays in follow-up; treatment is the investigator's decision.", "Follow-up is a safety duty. " + ASSUMPTION, {}),
    Choice("D13", "Stratum by the facts of screening; nephritis outside the thresholds belongs to neither stratum.", "The thresholds are the record's own. " + ASSUMPTION, {}),
    Choice("D14", "A full stratum stops screening for it; no over-enrolment.", "Caps hold the ratio. " + ASSUMPTION, {"allow_over_enrolment": False}),
    Choice("D15", "Enrolled is who was taken in after an eligible decision; these count to 30.", "The record says 30 participants and not when they count. " + ASSUMPTION, {}),
    Choice("TZ", "Asia/Shanghai.", "The sponsor of the record is in Dalian. " + ASSUMPTION, {"zone": "Asia/Shanghai"}),
)  # fmt: skip


def decide(director: Director) -> None:
    """One person proposes each answer; two others approve and sign."""
    for choice in CHOICES:
        payload: dict[str, Any] = {
            "question": choice.question,
            "choice": choice.choice,
            "rationale": choice.rationale,
            "settings": choice.settings,
        }
        director.send(STATISTICIAN, "propose_decision", payload)
        for approver in (MEDICAL_MONITOR, SPONSOR):
            director.send(approver, "approve_decision", {"question": choice.question})


SIZES: Final = ("3", "12")
"""They make up the cap: in either order each stratum ends at 10:5."""
METHOD: Final = f"shuffled_block_sizes:sizes={','.join(SIZES)}"
"""The method and its hidden parameter, as `trialproof design` takes them."""
ARMS: Final = (
    {"arm": "k1", "label": "umbilical cord mesenchymal stem cells"},
    {"arm": "k2", "label": "continued conventional treatment"},
)


def seal_lists(director: Director) -> None:
    """The list maker fixes the design; two officers give the seed; then the lists are sealed.

    Arms have opaque ids; their words stay in the vault, as do the block sizes.
    """
    design = {"method": "shuffled_block_sizes", "parameters": [{"name": "sizes", "values": list(SIZES)}]}
    director.send(LIST_MAKER, "declare_design", {"arms": list(ARMS), **design})
    give_seed(director, 1)
    director.send(LIST_MAKER, "seal_lists", {})


def give_seed(director: Director, version: int) -> None:
    """Two officers commit to their shares, and then reveal them."""
    shares = {officer: share_of(officer, version) for officer in SEED_OFFICERS}
    for officer, share in shares.items():
        commitment = share_commitment(TRIAL, version, officer, share).hex()
        director.send(officer, "commit_seed_share", {"commitment": commitment})
    for officer, share in shares.items():
        director.send(officer, "reveal_seed_share", {"share": share.hex()})


def share_of(officer: str, version: int) -> bytes:
    """An officer's share in the demonstration, the same every time; a real one comes from the officer's own machine."""
    return sha256(f"fictional share of {officer} in version {version}".encode()).digest()


def sites(director: Director) -> None:
    """Two fictional sites with their approvals, versions and delegations, then activated."""
    director.send(
        SPONSOR,
        "approve_protocol_version",
        {
            "version": "1.0",
            "change": "initial",
            "digest": "1" * 64,
            "references": "fictional approval PV-1.0",
            "summary": "First version, after the design decisions.",
            "before_consent": ["medical_history_review"],
            "visits": [
                {"visit": "V1", "target_day": 30, "days_before": 7, "days_after": 7},
                {"visit": "V2", "target_day": 90, "days_before": 14, "days_after": 14},
                {"visit": "V3", "target_day": 180, "days_before": 14, "days_after": 14},
            ],
        },
    )
    for version, digest in (("1.0", "a"), ("2.0", "b")):
        director.send(
            SPONSOR,
            "issue_consent_version",
            {"document": "ICF", "version": version, "language": "zh", "digest": digest * 64},
        )
    for code in ("01", "02"):
        _site(director, code)


def _site(director: Director, code: str) -> None:
    director.send(
        SPONSOR,
        "register_site",
        {"site": code, "name": f"Fictional Site {code}", "country": "CN", "zone": "Asia/Shanghai"},
    )
    for kind in ("ethics", "authority"):
        director.send(
            SPONSOR,
            "record_approval",
            {
                "site": code,
                "kind": kind,
                "protocol_version": "1.0",
                "reference": f"fictional {kind} approval {code}/1",
                "granted": "2027-01-04",
            },
        )
    director.send(
        SPONSOR,
        "approve_consent_version",
        {
            "site": code,
            "document": "ICF",
            "version": "1.0",
            "language": "zh",
            "approved": "2027-01-04",
            "reference": f"fictional ethics {code}/ICF-1",
        },
    )
    director.send(
        SPONSOR,
        "put_protocol_version_into_effect",
        {"site": code, "version": "1.0", "effective": "2027-01-05", "reference": f"fictional ethics {code}/1"},
    )
    _delegate(director, code)
    director.send(SPONSOR, "activate_site", {"site": code, "effective": "2027-01-05"})


def _delegate(director: Director, code: str) -> None:
    delegate(director, code, INVESTIGATOR[code], "investigator", EVERYTHING)
    delegate(director, code, SUB_INVESTIGATOR[code], "sub_investigator", EVERYTHING)
    delegate(director, code, COORDINATOR[code], "site_coordinator", WITHOUT_JUDGEMENT)


def delegate(
    director: Director, code: str, person: str, role: Role, tasks: tuple[str, ...], *, starts: str = "2027-01-04"
) -> Done:
    """The investigator delegates, and signs."""
    given = {"site": code, "delegate": person, "delegate_role": role, "starts": starts, "tasks": list(tasks)}
    return director.send(INVESTIGATOR[code], "delegate_tasks", given)
