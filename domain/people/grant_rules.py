"""The rules of giving a role, one function each: who is concerned, for how long, on what it rests, what excludes it."""

from datetime import datetime

from domain.errors import Refusal
from domain.people.officers import OFFICERS, Officers
from domain.people.person import Person
from domain.people.roles import (
    READ_ONLY,
    SITE_ROLES,
    TIME_BOX,
    UNBLINDED_VISIT,
    WITHOUT_TRAINING,
    Clearance,
    Role,
    clearance_of,
)
from domain.refusals import same_person


def check_parties(person: Person, requested_by: str, requester: Person, approver: str) -> None:
    """The approver neither asked for the role nor gets it; who asked is a person with an open account."""
    if approver in (requested_by, person.person):
        raise same_person(
            "A grant is approved by somebody who neither asked for it nor gets it.",
            rule="requester-is-not-approver",
        )
    if not requester.active or requester.is_service:
        raise Refusal(
            "unknown_requester",
            f"{requested_by}, who is to have asked for the role, is no person with an open account.",
            rule="requester-must-be-registered",
            next_step="Name the registered person who asked for it.",
        )


def check_account(person: Person, role: Role) -> None:
    """A role goes to an open account; `service` is for service accounts, and they hold nothing else."""
    if not person.active:
        raise Refusal(
            "account_ended",
            f"The account {person.person} has ended.",
            rule="roles-go-to-open-accounts",
            next_step="Register the person anew under another id.",
        )
    if person.is_service != (role == "service"):
        kind = "a service account" if person.is_service else "a person"
        raise Refusal(
            "wrong_kind_of_account",
            f"{person.person} is {kind} and cannot be {role}.",
            rule="services-hold-service-only",
            next_step="Give service accounts the role `service`, and persons any other.",
        )


def check_reach(role: Role, trial: str | None, sites: tuple[str, ...] | None) -> None:
    """Sites belong to a trial; whoever works at a site is given that site; an officer is one trial's."""
    if sites is not None and (trial is None or not sites or len(set(sites)) != len(sites)):
        raise _reach("Sites are sites of one trial, each named once.", rule="sites-belong-to-a-trial")
    if role in SITE_ROLES and sites is None:
        raise _reach(f"The role {role} is held at a site.", rule="site-roles-name-their-sites")
    if role == "unblinding_officer" and trial is None:
        raise _reach("An unblinding officer is one trial's.", rule="officers-belong-to-a-trial")


def clearance_for(role: Role, wished: Clearance | None) -> Clearance:
    """What the role may know; chosen for the visit where it only reads, fixed everywhere else."""
    if wished is None:
        return clearance_of(role)
    if role not in READ_ONLY:
        raise Refusal(
            "clearance_is_fixed",
            f"The role {role} has a clearance of its own.",
            rule="clearance-is-chosen-for-readers-only",
            next_step="Leave the clearance out, or give the role whose clearance is meant.",
        )
    return wished


def check_time(role: Role, clearance: Clearance, starts: datetime, ends: datetime | None, now: datetime) -> None:
    """A role is never given for the past; readers from outside are there for a time (conduct rules, section 13)."""
    if starts < now or (ends is not None and ends <= starts):
        raise Refusal(
            "bad_period",
            "A role begins now or later, and ends after it begins.",
            rule="roles-are-given-ahead",
            next_step="Leave the start out for now, and give an end that lies after it.",
        )
    limit = TIME_BOX.get(role)
    if limit is None:
        return
    limit = min(limit, UNBLINDED_VISIT) if clearance == "unblinded" else limit
    if ends is None or ends - starts > limit:
        raise Refusal(
            "end_needed",
            f"The role {role} is given for at most {limit.days} days.",
            rule="readers-are-there-for-a-time",
            next_step="Give an end; the role can be given again.",
        )


def check_training(person: Person, role: Role, training: str | None, trial: str | None, now: datetime) -> None:
    """A role rests on a current training of that person, in the system or in that trial (21 CFR 11.10(i))."""
    if training is None and role in WITHOUT_TRAINING:
        return
    fitting = [one for one in person.trainings if one.training == training and one.trial in (None, trial)]
    if not any(one.is_current(now) for one in fitting):
        named = "" if training is None else f" {training}"
        raise Refusal(
            "training_missing",
            f"{person.person} has no current training{named} on which the role could rest.",
            rule="roles-need-current-training",
            next_step="Record the training with `record_training`, and name it here.",
        )


def check_separations(person: Person, role: Role, clearance: Clearance, trial: str | None, now: datetime) -> None:
    """Nobody is on both sides of the blind in one trial, ever, nor joins duties that are kept apart."""
    if person.would_mix_blinding(role, clearance, trial):
        raise Refusal(
            "mixed_blinding",
            f"{person.person} has held a role on the other side of the blind in this trial.",
            rule="blinded-role-excludes-unblinded-clearance",
            next_step="Give the role to a person who never held the other clearance in this trial.",
        )
    separation = person.parted_by(role, trial, now)
    if separation is not None:
        raise Refusal(
            "mixed_duties",
            f"{person.person} holds or held a role that excludes {role} ({separation.clause}).",
            rule=separation.rule,
            next_step="Give the role to another person, or, where that is enough, end the other role first.",
        )


def check_seats(officers: Officers, person: str, starts: datetime, ends: datetime | None) -> None:
    """A trial has few unblinding officers at a time."""
    others = officers.beside(person, starts, ends)
    if len(others) >= OFFICERS:
        raise Refusal(
            "officers_complete",
            f"The trial has {OFFICERS} unblinding officers in that time.",
            rule="few-unblinding-officers",
            next_step="End the role of one of them first, or let this one begin when it ends.",
        )


def _reach(what: str, *, rule: str) -> Refusal:
    return Refusal("bad_reach", what, rule=rule, next_step="Name the trial and the sites for which the role is given.")
