"""The fictional people of the demonstration and what they may do."""

from typing import NamedTuple

from adapters.demo.director import TRIAL, Director
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
INVESTIGATOR = {"01": "u11", "02": "u21"}
SUB_INVESTIGATOR = {"01": "u12", "02": "u22"}
COORDINATOR = {"01": "u13", "02": "u23"}
AUDITOR = "u30"
DESK = "u31"


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


def cast() -> tuple[Cast, ...]:
    """Everyone but the administrator, whom the set-up registered."""
    sponsor, site = "Fictional Sponsor", "Fictional Site {}"
    return (
        Cast(SPONSOR, "Sponsor Lead (fictional)", sponsor, "sponsor_lead", None),
        Cast(MEDICAL_MONITOR, "Medical Monitor (fictional)", sponsor, "medical_monitor", None),
        Cast(STATISTICIAN, "Statistician (fictional)", sponsor, "statistician", None),
        Cast(DATA_MANAGER, "Data Manager (fictional)", sponsor, "data_manager", None),
        Cast(
            LIST_MAKER,
            "Randomisation Statistician (fictional)",
            "Fictional List Office",
            "randomisation_statistician",
            None,
        ),
        Cast(PHARMACIST, "Unblinded Pharmacist (fictional)", "Fictional Pharmacy", "unblinded_pharmacist", None),
        Cast(SAFETY, "Safety Physician (fictional)", sponsor, "safety_physician", None),
        Cast(UNBLINDER, "Unblinding Officer (fictional)", "Fictional Safety Desk", "safety_unblinder", None),
        Cast(AUDITOR, "Auditor (fictional)", "Fictional Quality Assurance", "auditor", None),
        Cast(DESK, "Code-break Desk (fictional)", "Fictional Desk", "code_break_desk", None),
        *(
            Cast(people[code], f"{title} {code} (fictional)", site.format(code), role, (code,))
            for code in ("01", "02")
            for people, title, role in SITE_TEAM
        ),
    )


def register(director: Director) -> None:
    """The administrator registers everyone and gives each the role that somebody else asked for."""
    for member in cast():
        director.send(
            ADMINISTRATOR,
            "register_person",
            {"person": member.person, "printed_name": member.name, "organisation": member.organisation},
            trial=None,
        )
    for member in cast():
        asked_by = MEDICAL_MONITOR if member.person == SPONSOR else SPONSOR
        director.send(
            ADMINISTRATOR,
            "grant_role",
            {
                "person": member.person,
                "role": member.role,
                "sites": list(member.sites) if member.sites else None,
                "trial": TRIAL,
                "requested_by": asked_by,
                "training": "fictional training record",
            },
            trial=None,
        )
