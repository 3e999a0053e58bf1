"""The fictional people of the demonstration and the role of each."""

from datetime import datetime
from typing import NamedTuple

from adapters.demo.director import on_day
from domain.people.roles import Role

ADMINISTRATOR = "u01"
SPONSOR = "u02"
MEDICAL_MONITOR = "u03"
STATISTICIAN = "u04"
DATA_MANAGER = "u05"
LIST_MAKER = "u06"
PHARMACIST = "u07"
SAFETY = "u08"
UNBLINDER = "u09"
SECOND_ADMINISTRATOR = "u10"
INVESTIGATOR = {"01": "u11", "02": "u21"}
SUB_INVESTIGATOR = {"01": "u12", "02": "u22"}
COORDINATOR = {"01": "u13", "02": "u23"}
MONITOR = "u14"
AFTER_THE_LEAVER = "u24"
"""Sub-investigator of site 02 after the first one has left."""
AUDITOR = "u30"
DESK = "u31"
INSPECTOR = "u40"
OFFICERS = ("u50", "u51", "u52")
"""The unblinding officers: each holds a part of the escrow key."""
REVIEWER = "u53"
"""Reads unblinded, so that blinded readers get narratives that tell no arm."""
SEED_OFFICERS = OFFICERS[:2]
"""Those of them who give a share of the seed."""
LEAVES = on_day(310, 17)
"""When the sub-investigator of site 02 leaves."""


class Cast(NamedTuple):
    """A person, the role, and the sites (None: the whole trial)."""

    person: str
    name: str
    organisation: str
    role: Role
    sites: tuple[str, ...] | None


SITE_TEAM: tuple[tuple[dict[str, str], str, Role], ...] = (
    (INVESTIGATOR, "Investigator", "investigator"),
    (SUB_INVESTIGATOR, "Sub-investigator", "sub_investigator"),
    (COORDINATOR, "Coordinator", "site_coordinator"),
)
ADMINISTRATORS_NAME = "Administrator (fictional)"
SPONSORS, SITES = "Fictional Sponsor", "Fictional Site {}"
THE_SECOND = Cast(SECOND_ADMINISTRATOR, "Second Administrator (fictional)", SPONSORS, "administrator", None)
THE_NEXT = Cast(
    AFTER_THE_LEAVER, "Second Sub-investigator 02 (fictional)", SITES.format("02"), "sub_investigator", ("02",)
)
THE_VISITOR = Cast(INSPECTOR, "Inspector (fictional)", "Fictional Authority", "inspector", None)


def cast() -> tuple[Cast, ...]:
    """Everyone who is there from the first day, but the administrators."""
    return (
        Cast(SPONSOR, "Sponsor Lead (fictional)", SPONSORS, "sponsor_lead", None),
        Cast(MEDICAL_MONITOR, "Medical Monitor (fictional)", SPONSORS, "medical_monitor", None),
        Cast(STATISTICIAN, "Statistician (fictional)", SPONSORS, "statistician", None),
        Cast(DATA_MANAGER, "Data Manager (fictional)", SPONSORS, "data_manager", None),
        Cast(LIST_MAKER, "Randomisation Statistician (fictional)", "Fictional List Office", "randomisation_statistician", None),
        Cast(PHARMACIST, "Unblinded Pharmacist (fictional)", "Fictional Pharmacy", "unblinded_pharmacist", None),
        Cast(SAFETY, "Safety Physician (fictional)", SPONSORS, "safety_physician", None),
        Cast(UNBLINDER, "Safety Unblinder (fictional)", "Fictional Safety Desk", "safety_unblinder", None),
        Cast(MONITOR, "Monitor (fictional)", "Fictional Monitoring", "monitor", None),
        Cast(AUDITOR, "Auditor (fictional)", "Fictional Quality Assurance", "auditor", None),
        Cast(REVIEWER, "Unblinded Reviewer (fictional)", "Fictional Safety Desk", "unblinded_monitor", None),
        *(
            Cast(officer, f"Unblinding Officer {number} (fictional)", "Fictional Key Office", "unblinding_officer", None)
            for number, officer in enumerate(OFFICERS, 1)
        ),
        Cast(DESK, "Code-break Desk (fictional)", "Fictional Desk", "code_break_desk", None),
        *(
            Cast(people[code], f"{title} {code} (fictional)", SITES.format(code), role, (code,))
            for code in ("01", "02")
            for people, title, role in SITE_TEAM
        ),
    )  # fmt: skip


def sub_investigator(site: str, when: datetime) -> str:
    """Who informs participants at that site then."""
    return AFTER_THE_LEAVER if site == "02" and when >= LEAVES else SUB_INVESTIGATOR[site]
