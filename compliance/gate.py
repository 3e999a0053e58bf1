"""The gate: role x action x trial x site, default deny, decided once and stored with every fact.

The typed table below is the one authority (21 CFR 11.10(d), (g)). Only this module makes an `Authority`;
an auditor replays any fact against the table version and the system position stored with it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from domain.command import Actor
from domain.errors import Refusal
from domain.ledger.facts import Environment
from domain.people.person import Grant, Person
from domain.people.roles import Role
from domain.record import Authority, Strength

TABLE_VERSION = "gate-1"


class Identity(NamedTuple):
    """Who sends, how that was established, and through what; never a field of a command."""

    person: str
    strength: Strength
    session: str | None
    originator: str


class Allowed(NamedTuple):
    """The gate's yes: who acts in which role, and the authority to store."""

    actor: Actor
    authority: Authority


SITE: tuple[Role, ...] = ("investigator", "sub_investigator", "site_coordinator")
PHYSICIANS: tuple[Role, ...] = ("investigator", "sub_investigator")
SPONSOR: tuple[Role, ...] = ("sponsor_lead", "medical_monitor", "statistician", "data_manager")
SAFETY: tuple[Role, ...] = ("safety_physician", "medical_monitor")
READERS: tuple[Role, ...] = ("auditor", "inspector", "monitor", *SPONSOR, "safety_physician")
UNBLINDED: tuple[Role, ...] = ("unblinded_pharmacist", "randomisation_statistician", "safety_unblinder")
EVERYONE: tuple[Role, ...] = (*SITE, *READERS, *UNBLINDED, "code_break_desk", "service")

TABLE: Mapping[str, tuple[Role, ...]] = {
    "register_person": ("administrator",),
    "deactivate_person": ("administrator",),
    "grant_role": ("administrator",),
    "end_grant": ("administrator",),
    "register_trial": ("sponsor_lead",),
    "propose_decision": SPONSOR,
    "approve_decision": (*SPONSOR, "investigator"),
    "open_screening": ("sponsor_lead",),
    "pause_trial": ("sponsor_lead", "medical_monitor"),
    "resume_trial": ("sponsor_lead",),
    "close_trial": ("sponsor_lead",),
    "approve_protocol_version": ("sponsor_lead", "medical_monitor"),
    "issue_consent_version": ("sponsor_lead", "medical_monitor"),
    "record_criterion": SPONSOR,
    "code_rule": ("data_manager", "statistician"),
    "propose_interpretation": (*SPONSOR, "investigator"),
    "approve_interpretation": (*SPONSOR, "investigator"),
    "register_site": ("sponsor_lead",),
    "record_approval": ("sponsor_lead", *SITE),
    "approve_consent_version": ("sponsor_lead", *SITE),
    "put_protocol_version_into_effect": ("sponsor_lead",),
    "delegate_tasks": ("investigator",),
    "end_delegation": ("investigator",),
    "activate_site": ("sponsor_lead",),
    "hold_site": ("sponsor_lead", "medical_monitor"),
    "release_site": ("sponsor_lead",),
    "close_site": ("sponsor_lead",),
    "open_screening_record": (*SITE, "service"),
    "record_consent": (*SITE, "service"),
    "withdraw_consent": (*SITE, "service"),
    "record_fact": (*SITE, "service"),
    "record_procedure": (*SITE, "service"),
    "judge_criterion": PHYSICIANS,
    "end_screening": (*SITE, "service"),
    "decide_eligibility": PHYSICIANS,
    "enrol": SITE,
    "allocate": SITE,
    "record_allocation_error": (*SITE, *SPONSOR, "monitor"),
    "record_treatment": (*SITE, "service"),
    "change_treatment_state": PHYSICIANS,
    "record_visit": (*SITE, "service"),
    "change_follow_up": (*SITE, "service"),
    "record_vital_status": (*SITE, "service"),
    "seal_lists": ("randomisation_statistician",),
    "record_treatment_detail": ("unblinded_pharmacist",),
    "report_adverse_event": (*SITE, *SAFETY, "service"),
    "follow_up_adverse_event": (*SITE, *SAFETY, "service"),
    "assess_seriousness": (*PHYSICIANS, *SAFETY),
    "assess_causality": (*PHYSICIANS, *SAFETY),
    "assess_expectedness": SAFETY,
    "code_adverse_event": ("data_manager", *SAFETY),
    "record_sponsor_receipt": (*SAFETY, "data_manager", "service"),
    "correct_awareness": (*SITE, *SAFETY),
    "nullify_adverse_event": (*PHYSICIANS, *SAFETY),
    "record_obligation_met": (*SAFETY, "sponsor_lead"),
    "record_deviation": (*SITE, *SPONSOR, "monitor", "auditor"),
    "grade_deviation": ("medical_monitor", "sponsor_lead"),
    "close_deviation": ("medical_monitor", "sponsor_lead", "data_manager"),
    "request_unblinding": (*PHYSICIANS, *SAFETY, "sponsor_lead"),
    "approve_unblinding": ("medical_monitor", "sponsor_lead", "statistician"),
    "reject_unblinding": ("medical_monitor", "sponsor_lead", "statistician"),
    "withdraw_unblinding": (*PHYSICIANS, *SAFETY, "sponsor_lead"),
    "disclose_arm": ("safety_unblinder",),
    "break_blind": (*PHYSICIANS, "code_break_desk"),
    "acknowledge_disclosure": (*PHYSICIANS, *SAFETY, "safety_unblinder", "code_break_desk"),
    "record_unblinding_narrative": (*PHYSICIANS, "code_break_desk"),
    "assess_unblinding_impact": ("medical_monitor", "sponsor_lead"),
    "close_unblinding": ("medical_monitor", "sponsor_lead"),
    "report_accidental_unblinding": EVERYONE,
    "correct_record": SITE,
    "void_record": SITE,
    "propose_correction": (*SPONSOR, "monitor", "service"),
    "decline_correction": PHYSICIANS,
    "sign_off_participant": ("investigator",),
    "request_lock": ("data_manager", "statistician"),
    "confirm_lock": ("data_manager", "statistician"),
    "request_unlock": ("data_manager", "statistician"),
    "confirm_unlock": ("data_manager", "statistician"),
    "read_trial": (*SITE, *READERS, *UNBLINDED, "code_break_desk"),
    "read_participant": (*SITE, *READERS),
    "read_ledger": (*SITE, *READERS),
    "read_disclosure": (*PHYSICIANS, *SAFETY, "safety_unblinder", "code_break_desk"),
    "read_safety_text": (*SITE, "safety_physician"),
    "read_text": (*SITE, *READERS),
    "report_audit_trail": (*SITE, *READERS),
    "report_screening_log": (*SITE, *READERS),
}
"""Action -> the roles that may, in the order in which a person's roles are tried. Everything else is denied."""


TRIAL_VOICE = frozenset(
    {"approve_decision", "propose_interpretation", "approve_interpretation", "report_accidental_unblinding"}
)
"""Actions about the trial as a whole for which a grant at one site is enough."""


def decide(
    identity: Identity,
    person: Person,
    action: str,
    *,
    trial: str | None,
    site: str | None,
    now: datetime,
    environment: Environment,
    system_position: int,
) -> Allowed:
    """Allow the action and say by which grant and rule, or raise a Refusal that names the rule."""
    _check_account(identity, person, environment)
    for role in TABLE.get(action, ()):
        grant = _grant(person, role, trial, site, now, anywhere=action in TRIAL_VOICE)
        if grant is not None:
            return Allowed(
                Actor(person.person, person.printed_name, role, person.organisation),
                Authority(
                    grant=grant.grant,
                    rule=f"{action}/{role}",
                    system_position=system_position,
                    table_version=TABLE_VERSION,
                ),
            )
    where = f" at site {site}" if site else ""
    raise Refusal(
        "not_allowed",
        f"{person.person} holds no role that may {action.replace('_', ' ')}{where} now.",
        rule="default-deny",
        next_step="Ask an administrator for the role, or ask somebody who holds it.",
    )


def _check_account(identity: Identity, person: Person, environment: Environment) -> None:
    if not person.exists or not person.active:
        raise Refusal(
            "no_account",
            f"{identity.person} is not an open account.",
            rule="account-must-be-open",
            next_step="Ask an administrator; in an emergency call the code-break desk.",
        )
    if identity.strength == "asserted" and environment != "demonstration":
        raise Refusal(
            "not_authenticated",
            "An identity that is only asserted counts in demonstrations alone.",
            rule="asserted-only-in-demonstrations",
            next_step="Log in with credentials.",
        )


def _grant(
    person: Person, role: Role, trial: str | None, site: str | None, now: datetime, *, anywhere: bool
) -> Grant | None:
    own = (grant for grant in person.grants if grant.role == role)
    return next((g for g in own if g.covers(trial, _site(g, site, anywhere=anywhere), now)), None)


def _site(grant: Grant, site: str | None, *, anywhere: bool) -> str | None:
    return grant.sites[0] if site is None and anywhere and grant.sites else site


def refused(rule: str, system_position: int) -> Authority:
    """What stands where an authority would, in the record of a refusal."""
    return Authority(grant="none", rule=rule, system_position=system_position, table_version=TABLE_VERSION)


def first_administrator() -> Authority:
    """The one authority that no grant gives: setting the store up, once."""
    return Authority(grant="none", rule="first-administrator", system_position=0, table_version=TABLE_VERSION)


class AllowedReading(NamedTuple):
    """The gate's yes to a reader; `sites` are those whose content may be read, None for all."""

    actor: Actor
    authority: Authority
    sites: frozenset[str] | None


def decide_reading(
    identity: Identity,
    person: Person,
    action: str,
    *,
    trial: str,
    now: datetime,
    environment: Environment,
    system_position: int,
) -> AllowedReading:
    """Allow a read and say how far it reaches; a trial-wide role first, else the sites of the person's grants."""
    try:
        allowed = decide(
            identity,
            person,
            action,
            trial=trial,
            site=None,
            now=now,
            environment=environment,
            system_position=system_position,
        )
    except Refusal as refusal:
        sites = _sites(person, action, trial, now)
        if refusal.rule != "default-deny" or not sites:
            raise
        allowed = decide(
            identity,
            person,
            action,
            trial=trial,
            site=min(sites),
            now=now,
            environment=environment,
            system_position=system_position,
        )
        return AllowedReading(allowed.actor, allowed.authority, sites)
    return AllowedReading(allowed.actor, allowed.authority, None)


def _sites(person: Person, action: str, trial: str, now: datetime) -> frozenset[str]:
    grants = (g for g in person.grants if g.role in TABLE.get(action, ()))
    return frozenset(site for grant in grants for site in grant.sites or () if grant.covers(trial, site, now))
