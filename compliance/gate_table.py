"""The gate's one table: action -> class of what it touches, and the roles that may; everything else is denied.

Role x action x trial x site x class (21 CFR 11.10(d), (g)). Data alone: `gate.py` decides with it, every decision
stores its version, and an independent rendering in Cedar is compared with it over the whole space.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from domain.people.person import Grant
from domain.people.roles import Role

TABLE_VERSION: Final = "gate-3"

Class = Literal["SYSTEM", "TRIAL", "SAFETY", "ACCESS", "VAULT"]
"""What an action touches: people and grants; blinded trial data; unreviewed safety narratives; the access ledger;
what may tell an arm."""


class Row(NamedTuple):
    """One action: its class, and its roles in the order in which a person's roles are tried."""

    touches: Class
    roles: tuple[Role, ...]


SITE: tuple[Role, ...] = ("investigator", "sub_investigator", "site_coordinator")
PHYSICIANS: tuple[Role, ...] = ("investigator", "sub_investigator")
SPONSOR: tuple[Role, ...] = ("sponsor_lead", "medical_monitor", "statistician", "data_manager")
SAFETY: tuple[Role, ...] = ("safety_physician", "medical_monitor")
READERS: tuple[Role, ...] = ("auditor", "inspector", "monitor", *SPONSOR, "safety_physician")
UNBLINDED: tuple[Role, ...] = (
    "unblinded_pharmacist",
    "randomisation_statistician",
    "safety_unblinder",
    "unblinding_officer",
    "unblinded_monitor",
    "committee_statistician",
)
SIGNERS: tuple[Role, ...] = (*SITE, *SPONSOR, "safety_physician", *UNBLINDED, "code_break_desk")
EVERYONE: tuple[Role, ...] = (*SITE, *READERS, *UNBLINDED, "code_break_desk", "service")
"""Who may report that somebody learned an arm by accident: also those who only read otherwise."""

TABLE: Final[Mapping[str, Row]] = {
    "register_person": Row("SYSTEM", ("administrator",)),
    "deactivate_person": Row("SYSTEM", ("administrator",)),
    "grant_role": Row("SYSTEM", ("administrator",)),
    "end_grant": Row("SYSTEM", ("administrator",)),
    "review_grant": Row("SYSTEM", ("administrator", "sponsor_lead")),
    "verify_identity": Row("SYSTEM", ("administrator", "sponsor_lead", "investigator")),
    "record_training": Row("SYSTEM", ("administrator", "sponsor_lead", "investigator")),
    "issue_policy": Row("SYSTEM", ("administrator", "sponsor_lead")),
    "register_certification": Row("SYSTEM", ("administrator", "sponsor_lead")),
    "describe_service": Row("SYSTEM", ("administrator",)),
    "register_service_key": Row("SYSTEM", ("administrator",)),
    "revoke_service_key": Row("SYSTEM", ("administrator",)),
    "link_provider_identity": Row("SYSTEM", ("administrator",)),
    "unlink_provider_identity": Row("SYSTEM", ("administrator",)),
    "invite_person": Row("SYSTEM", ("administrator",)),
    "request_recovery": Row("SYSTEM", ("administrator",)),
    "approve_recovery": Row("SYSTEM", ("administrator",)),
    "revoke_credential": Row("SYSTEM", ("administrator",)),
    "end_session": Row("SYSTEM", ("administrator",)),
    "read_system_ledger": Row("SYSTEM", ("administrator", "sponsor_lead", "auditor", "inspector")),
    "register_trial": Row("TRIAL", ("sponsor_lead",)),
    "propose_decision": Row("TRIAL", SPONSOR),
    "approve_decision": Row("TRIAL", (*SPONSOR, "investigator")),
    "open_screening": Row("TRIAL", ("sponsor_lead",)),
    "pause_trial": Row("TRIAL", ("sponsor_lead", "medical_monitor")),
    "resume_trial": Row("TRIAL", ("sponsor_lead",)),
    "close_trial": Row("TRIAL", ("sponsor_lead",)),
    "approve_protocol_version": Row("TRIAL", ("sponsor_lead", "medical_monitor")),
    "issue_consent_version": Row("TRIAL", ("sponsor_lead", "medical_monitor")),
    "record_criterion": Row("TRIAL", SPONSOR),
    "code_rule": Row("TRIAL", ("data_manager", "statistician")),
    "propose_interpretation": Row("TRIAL", (*SPONSOR, "investigator")),
    "approve_interpretation": Row("TRIAL", (*SPONSOR, "investigator")),
    "register_site": Row("TRIAL", ("sponsor_lead",)),
    "record_approval": Row("TRIAL", ("sponsor_lead", *SITE)),
    "approve_consent_version": Row("TRIAL", ("sponsor_lead", *SITE)),
    "put_protocol_version_into_effect": Row("TRIAL", ("sponsor_lead",)),
    "delegate_tasks": Row("TRIAL", ("investigator",)),
    "end_delegation": Row("TRIAL", ("investigator",)),
    "activate_site": Row("TRIAL", ("sponsor_lead",)),
    "hold_site": Row("TRIAL", ("sponsor_lead", "medical_monitor")),
    "release_site": Row("TRIAL", ("sponsor_lead",)),
    "close_site": Row("TRIAL", ("sponsor_lead",)),
    "open_screening_record": Row("TRIAL", (*SITE, "service")),
    "record_consent": Row("TRIAL", (*SITE, "service")),
    "withdraw_consent": Row("TRIAL", (*SITE, "service")),
    "record_fact": Row("TRIAL", (*SITE, "service")),
    "record_procedure": Row("TRIAL", (*SITE, "service")),
    "judge_criterion": Row("TRIAL", PHYSICIANS),
    "end_screening": Row("TRIAL", (*SITE, "service")),
    "decide_eligibility": Row("TRIAL", PHYSICIANS),
    "enrol": Row("TRIAL", SITE),
    "allocate": Row("TRIAL", SITE),
    "record_allocation_error": Row("TRIAL", (*SITE, *SPONSOR, "monitor")),
    "record_treatment": Row("TRIAL", (*SITE, "service")),
    "change_treatment_state": Row("TRIAL", PHYSICIANS),
    "record_visit": Row("TRIAL", (*SITE, "service")),
    "change_follow_up": Row("TRIAL", (*SITE, "service")),
    "record_vital_status": Row("TRIAL", (*SITE, "service")),
    "declare_design": Row("VAULT", ("randomisation_statistician",)),
    "commit_seed_share": Row("VAULT", ("unblinding_officer", "randomisation_statistician")),
    "reveal_seed_share": Row("VAULT", ("unblinding_officer", "randomisation_statistician")),
    "seal_lists": Row("VAULT", ("randomisation_statistician",)),
    "import_lists": Row("VAULT", ("randomisation_statistician",)),
    "establish_escrow": Row("VAULT", ("unblinding_officer",)),
    "open_escrow": Row("VAULT", ("unblinding_officer",)),
    "destroy_participant_key": Row("SYSTEM", ("key_custodian",)),
    "supply_kits": Row("VAULT", ("unblinded_pharmacist",)),
    "receive_kits": Row("TRIAL", SITE),
    "dispense_kit": Row("TRIAL", SITE),
    "return_kit": Row("TRIAL", SITE),
    "record_treatment_detail": Row("VAULT", ("unblinded_pharmacist",)),
    "report_adverse_event": Row("TRIAL", (*SITE, *SAFETY, "service")),
    "follow_up_adverse_event": Row("TRIAL", (*SITE, *SAFETY, "service")),
    "assess_seriousness": Row("TRIAL", (*PHYSICIANS, *SAFETY)),
    "assess_causality": Row("TRIAL", (*PHYSICIANS, *SAFETY)),
    "assess_expectedness": Row("TRIAL", SAFETY),
    "code_adverse_event": Row("TRIAL", ("data_manager", *SAFETY)),
    "record_sponsor_receipt": Row("TRIAL", (*SAFETY, "data_manager", "service")),
    "correct_awareness": Row("TRIAL", (*SITE, *SAFETY)),
    "nullify_adverse_event": Row("TRIAL", (*PHYSICIANS, *SAFETY)),
    "record_obligation_met": Row("TRIAL", (*SAFETY, "sponsor_lead")),
    "record_deviation": Row("TRIAL", (*SITE, *SPONSOR, "monitor")),
    "grade_deviation": Row("TRIAL", ("medical_monitor", "sponsor_lead")),
    "close_deviation": Row("TRIAL", ("medical_monitor", "sponsor_lead", "data_manager")),
    "request_unblinding": Row("TRIAL", (*PHYSICIANS, *SAFETY, "sponsor_lead")),
    "approve_unblinding": Row("TRIAL", ("medical_monitor", "sponsor_lead", "statistician")),
    "reject_unblinding": Row("TRIAL", ("medical_monitor", "sponsor_lead", "statistician")),
    "withdraw_unblinding": Row("TRIAL", (*PHYSICIANS, *SAFETY, "sponsor_lead")),
    "disclose_arm": Row("VAULT", ("safety_unblinder",)),
    "break_blind": Row("TRIAL", (*PHYSICIANS, "code_break_desk")),
    "acknowledge_disclosure": Row("TRIAL", (*PHYSICIANS, *SAFETY, "safety_unblinder", "code_break_desk")),
    "record_unblinding_narrative": Row("TRIAL", (*PHYSICIANS, "code_break_desk")),
    "assess_unblinding_impact": Row("TRIAL", ("medical_monitor", "sponsor_lead")),
    "close_unblinding": Row("TRIAL", ("medical_monitor", "sponsor_lead")),
    "trigger_susar_unblinding": Row("TRIAL", SAFETY),
    "record_regulatory_submission": Row("VAULT", ("safety_unblinder",)),
    "release_narrative": Row("VAULT", ("unblinded_monitor",)),
    "run_unblinding_drill": Row("TRIAL", (*PHYSICIANS, "code_break_desk")),
    "record_analysis_plan": Row("TRIAL", ("statistician",)),
    "exclude_from_analysis_set": Row("TRIAL", ("statistician", "medical_monitor")),
    "fix_analysis_sets": Row("TRIAL", ("statistician", "medical_monitor")),
    "request_reveal": Row("VAULT", ("unblinding_officer",)),
    "confirm_reveal": Row("VAULT", ("unblinding_officer",)),
    "deliver_release_package": Row("VAULT", ("unblinding_officer",)),
    "decide_publication": Row("TRIAL", ("sponsor_lead",)),
    "request_interim": Row("TRIAL", ("statistician", "sponsor_lead")),
    "approve_interim": Row("TRIAL", ("medical_monitor", "sponsor_lead", "statistician")),
    "deliver_interim_package": Row("VAULT", ("unblinding_officer",)),
    "report_accidental_unblinding": Row("TRIAL", EVERYONE),
    "correct_record": Row("TRIAL", SITE),
    "void_record": Row("TRIAL", SITE),
    "propose_correction": Row("TRIAL", (*SPONSOR, "monitor", "service")),
    "decline_correction": Row("TRIAL", PHYSICIANS),
    "sign_off_participant": Row("TRIAL", ("investigator",)),
    "request_lock": Row("TRIAL", ("data_manager", "statistician")),
    "confirm_lock": Row("TRIAL", ("data_manager", "statistician")),
    "request_unlock": Row("TRIAL", ("data_manager", "statistician")),
    "confirm_unlock": Row("TRIAL", ("data_manager", "statistician")),
    "sign_record": Row("TRIAL", SIGNERS),
    "sign_review": Row("TRIAL", ("monitor", *SPONSOR)),
    "withdraw_signature": Row("TRIAL", (*SIGNERS, "monitor")),
    "name_successor": Row("TRIAL", ("sponsor_lead", "investigator")),
    "read_trial": Row("TRIAL", (*SITE, *READERS, *UNBLINDED, "code_break_desk")),
    "read_participant": Row("TRIAL", (*SITE, *READERS)),
    "read_ledger": Row("TRIAL", (*SITE, *READERS)),
    "read_disclosure": Row("TRIAL", (*PHYSICIANS, *SAFETY, "safety_unblinder", "code_break_desk")),
    "read_safety_text": Row("SAFETY", (*SITE, "safety_physician", "unblinded_monitor")),
    "read_break_notice": Row("TRIAL", (*SITE, "medical_monitor", "sponsor_lead", "safety_physician")),
    "read_text": Row("TRIAL", (*SITE, *READERS, "unblinded_monitor")),
    "report_audit_trail": Row("TRIAL", (*SITE, *READERS)),
    "report_screening_log": Row("TRIAL", (*SITE, *READERS)),
    "report_randomisation_log": Row("TRIAL", (*SITE, *READERS)),
    "report_randomisation_log_unblinded": Row(
        "VAULT", ("randomisation_statistician", "unblinding_officer", "unblinded_pharmacist", "auditor", "inspector")
    ),
    "report_unblinding_log": Row("TRIAL", (*SITE, *READERS)),
    "report_unblinding_log_unblinded": Row("VAULT", ("unblinding_officer", "safety_unblinder", "auditor", "inspector")),
    "report_knowledge": Row("TRIAL", ("auditor", "inspector", "statistician", "sponsor_lead", "medical_monitor")),
    "report_custody_log": Row("VAULT", ("unblinding_officer", "auditor", "inspector")),
    "report_functional_unblinding": Row("VAULT", ("unblinded_monitor",)),
    "report_kit_reconciliation": Row("VAULT", ("unblinded_pharmacist", "auditor", "inspector")),
    "report_part11": Row("ACCESS", ("sponsor_lead", "auditor", "inspector")),
    "report_signature_log": Row("TRIAL", (*SITE, *READERS)),
    "report_access_log": Row("ACCESS", ("sponsor_lead", "auditor", "inspector", "investigator")),
    "read_access_ledger": Row("ACCESS", ("sponsor_lead", "auditor", "inspector")),
    "read_vault_ledger": Row("VAULT", (*UNBLINDED, "auditor", "inspector")),
    "read_interim_package": Row("VAULT", ("committee_statistician",)),
    "read_release_package": Row("TRIAL", (*SITE, *READERS, *UNBLINDED)),
}
"""Action -> the roles that may, in the order in which a person's roles are tried. Everything else is denied."""


TRIAL_VOICE: Final = frozenset(
    {
        "approve_decision",
        "propose_interpretation",
        "approve_interpretation",
        "report_accidental_unblinding",
        "sign_record",
        "withdraw_signature",
        "verify_identity",
        "record_training",
    }
)
"""Actions about the trial as a whole for which a grant at one site is enough."""

ANY_TRIAL: Final = frozenset({"verify_identity", "record_training", "register_certification"})
"""Actions about people and no trial for which a grant in one trial is enough; others take one for all trials."""

EMERGENCY: Final = frozenset(
    {
        "break_blind",
        "read_disclosure",
        "record_unblinding_narrative",
        "acknowledge_disclosure",
        "run_unblinding_drill",
    }
)
"""What an emergency credential opens, and what overdue training never refuses (conduct rules, section 9)."""

EMERGENCY_ROLES: Final[frozenset[Role]] = frozenset(TABLE["break_blind"].roles)
"""The roles for which that holds."""

OWN: Final = frozenset({"acknowledge_policy"})
"""What every open account of a person may do about itself, whatever roles it holds."""


def clears(grant: Grant, touches: Class) -> bool:
    """Whether the grant's clearance reaches what the action touches; a site reads its own safety texts.

    Who reviews narratives for blinded readers is unblinded and reads them all.
    """
    match touches:
        case "SYSTEM":
            return True
        case "VAULT":
            return grant.clearance == "unblinded"
        case "SAFETY":
            return grant.clearance in ("safety", "unblinded") or (grant.sites is not None and grant.clearance != "none")
        case _:
            return grant.clearance != "none"
