"""How the demonstration's people get to work: registered, verified, trained, activated, policy acknowledged, role given.

The product registers the first administrator; that one registers everybody else, and a second administrator
verifies who they are, so that two people have touched every account before it signs anything.
"""

from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from adapters.demo.director import TRIAL, Director
from adapters.demo.people import (
    ADMINISTRATOR,
    MEDICAL_MONITOR,
    SECOND_ADMINISTRATOR,
    SPONSOR,
    THE_SECOND,
    Cast,
    cast,
)
from adapters.demo.signing import acknowledgement
from compliance.gate_table import EMERGENCY_ROLES
from domain.people.roles import WITHOUT_TRAINING

POLICY: Final = "1"
POLICY_TEXT: Final = (
    "Fictional policy on electronic signatures, version 1. Whoever signs here answers for it as for a handwritten"
    " signature, keeps password and code to themselves, and reports at once that somebody else may know them."
)
SYSTEM_TRAINING, TRIAL_TRAINING = "T-SYSTEM", "T-PROTOCOL-1.0"
AUDIT: Final = timedelta(days=366)
"""For how long an auditor is given that role at a time."""
WITHOUT_LETTER: Final = "Fictional Site 02"
"""The one organisation whose letter on its signatures nobody has registered: the reports list it."""


def send(director: Director, person: str, command: str, payload: dict[str, Any]) -> None:
    """What concerns people and no trial."""
    director.carry(person, command, payload, trial=None)


def begin(director: Director) -> None:
    """From the first administrator to the day on which everybody may work."""
    director.doors.activate(ADMINISTRATOR, director.doors.invited(ADMINISTRATOR, by=None))
    policy = {
        "version": POLICY,
        "reference": POLICY_TEXT.partition(".")[0],
        "document_sha256": sha256(POLICY_TEXT.encode()).hexdigest(),
    }
    send(director, ADMINISTRATOR, "issue_policy", policy)
    lead, *others = cast()
    for member in (THE_SECOND, lead, *others):
        register(director, member)
    give(director, THE_SECOND, asked_by=SPONSOR)
    activate(director, THE_SECOND.person)
    prepare(director, lead, asked_by=MEDICAL_MONITOR)
    for person, verifier in ((ADMINISTRATOR, SECOND_ADMINISTRATOR), (SECOND_ADMINISTRATOR, SPONSOR)):
        verify(director, person, verifier)
        train(director, person)
        acknowledge(director, person)
    for member in others:
        prepare(director, member)
    organisations = dict.fromkeys(member.organisation for member in (lead, *others))
    for organisation in organisations:
        if organisation != WITHOUT_LETTER:
            letter = {
                "organisation": organisation,
                "reference": f"fictional letter of {organisation}",
                "sent": "2026-12-14",
            }
            send(director, ADMINISTRATOR, "register_certification", letter)


def hire(director: Director, member: Cast, **grant: Any) -> None:
    """Everything that one person needs before the first act."""
    register(director, member)
    prepare(director, member, **grant)


def prepare(director: Director, member: Cast, *, asked_by: str = SPONSOR, **grant: Any) -> None:
    """From the bare account to somebody who may act and sign."""
    if member.role not in WITHOUT_TRAINING:
        train(director, member.person)
    give(director, member, asked_by=asked_by, **grant)
    activate(director, member.person)
    verify(director, member.person)
    acknowledge(director, member.person)
    if member.role in EMERGENCY_ROLES:
        director.doors.prepare_for_emergency(member.person)


def register(director: Director, member: Cast) -> None:
    """The first administrator makes the person known."""
    send(director, ADMINISTRATOR, "register_person", named(member))


def named(member: Cast) -> dict[str, Any]:
    """Who it is, as `register_person` takes it."""
    return {"person": member.person, "printed_name": member.name, "organisation": member.organisation}


def verify(director: Director, person: str, verifier: str = SECOND_ADMINISTRATOR) -> None:
    """Somebody who neither registered nor invited the person looks who it was that set the credentials."""
    send(director, verifier, "verify_identity", {"person": person, "document": "identity_card", "method": "in_person"})


def train(director: Director, person: str) -> None:
    """In the system, and in the trial's protocol."""
    for training, more in (
        (SYSTEM_TRAINING, {}),
        (TRIAL_TRAINING, {"trial": TRIAL, "protocol_version": "1.0"}),
    ):
        record = {
            "person": person,
            "training": training,
            "completed": "2026-12-15",
            "reference": f"fictional file {training}",
        }
        send(director, SECOND_ADMINISTRATOR, "record_training", record | more)


def give(director: Director, member: Cast, *, asked_by: str = SPONSOR, **more: Any) -> None:
    """The first administrator gives the role that somebody else asked for, on the training that it rests on."""
    if member.role == "auditor":
        more = {"ends": (director.now + AUDIT).isoformat()} | more
    wish = {
        "person": member.person,
        "role": member.role,
        "sites": list(member.sites) if member.sites else None,
        "trial": None if member.role == "administrator" else TRIAL,
        "requested_by": asked_by,
        "training": None if member.role in WITHOUT_TRAINING else TRIAL_TRAINING,
    }
    send(director, ADMINISTRATOR, "grant_role", wish | more)


def activate(director: Director, person: str) -> None:
    """The owner sets password and codes with an invitation that the administrator hands over."""
    director.doors.activate(person, director.doors.invited(person, by=ADMINISTRATOR))


def acknowledge(director: Director, person: str) -> None:
    """The owner answers, under signature, for what will be signed in that name."""
    wish = acknowledgement(director.store, POLICY, person)
    director.carry(person, "acknowledge_policy", wish, trial=None, proves=True)
