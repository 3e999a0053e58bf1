"""The roles that a grant can give (regulation: minimum roles and separations)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

Role = Literal[
    "investigator",
    "sub_investigator",
    "site_coordinator",
    "monitor",
    "unblinded_pharmacist",
    "randomisation_statistician",
    "statistician",
    "safety_physician",
    "safety_unblinder",
    "data_manager",
    "medical_monitor",
    "sponsor_lead",
    "auditor",
    "inspector",
    "administrator",
    "code_break_desk",
    "unblinding_officer",
    "unblinded_monitor",
    "committee_statistician",
    "key_custodian",
    "database_owner",
    "archivist",
    "service",
]
ActingRole = Role | Literal["own"]
"""The role in which somebody acts; `own` is what every open account may do about itself."""
SITE_ROLES: frozenset[Role] = frozenset({"investigator", "sub_investigator", "site_coordinator"})
INVESTIGATORS: frozenset[Role] = frozenset({"investigator", "sub_investigator"})
SPONSOR_ROLES: frozenset[Role] = frozenset(
    {"sponsor_lead", "medical_monitor", "monitor", "statistician", "data_manager", "safety_physician"}
)
UNBLINDED_ROLES: frozenset[Role] = frozenset(
    {
        "unblinded_pharmacist",
        "randomisation_statistician",
        "safety_unblinder",
        "unblinding_officer",
        "unblinded_monitor",
        "committee_statistician",
    }
)
"""Roles whose clearance excludes every blinded role in the same trial, also over time."""

SAFETY_ROLES: frozenset[Role] = frozenset({"safety_physician"})
WITHOUT_TRIAL_DATA: frozenset[Role] = frozenset({"administrator", "key_custodian", "database_owner", "archivist"})
WITHOUT_TRAINING: frozenset[Role] = frozenset({"administrator", "inspector", "service"})
"""Roles that rest on no training record kept here."""
READ_ONLY: frozenset[Role] = frozenset({"auditor", "inspector"})
"""Roles that only read: given for a time, with a clearance chosen for the visit."""
TIME_BOX: Final[Mapping[Role, timedelta]] = {"inspector": timedelta(days=90), "auditor": timedelta(days=366)}
"""How long at most a role is given that must have an end (conduct rules, section 13)."""
UNBLINDED_VISIT: Final = timedelta(days=90)
"""How long at most who only reads may read what tells an arm."""
Clearance = Literal["blinded", "safety", "unblinded", "none"]
"""What a role may know: nothing of a trial's data, blinded data, unreviewed safety narratives too, or the arm."""


def clearance_of(role: Role) -> Clearance:
    """The clearance that comes with a role."""
    if role in WITHOUT_TRIAL_DATA:
        return "none"
    if role in UNBLINDED_ROLES:
        return "unblinded"
    return "safety" if role in SAFETY_ROLES else "blinded"
