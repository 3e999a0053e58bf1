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
UNBLINDED_ROLES: frozenset[Role] = frozenset({"unblinded_pharmacist", "randomisation_statistician", "safety_unblinder"})
"""Roles whose clearance excludes every blinded role in the same trial, also over time."""
