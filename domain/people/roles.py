"""The roles that a grant can give (regulation: minimum roles and separations)."""

from typing import Literal

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
    "service",
]
SITE_ROLES: frozenset[Role] = frozenset({"investigator", "sub_investigator", "site_coordinator"})
INVESTIGATORS: frozenset[Role] = frozenset({"investigator", "sub_investigator"})
SPONSOR_ROLES: frozenset[Role] = frozenset(
    {"sponsor_lead", "medical_monitor", "monitor", "statistician", "data_manager", "safety_physician"}
)
UNBLINDED_ROLES: frozenset[Role] = frozenset({"unblinded_pharmacist", "randomisation_statistician", "safety_unblinder"})
"""Roles whose clearance excludes every blinded role in the same trial, also over time."""


def kept_apart(one: Role, other: Role) -> bool:
    """Whether no one may hold both: administrator or code-break desk and anything else, sponsor and site."""
    if one == other:
        return False
    pair = {one, other}
    return bool(pair & {"administrator", "code_break_desk"}) or bool(pair & SPONSOR_ROLES and pair & SITE_ROLES)
