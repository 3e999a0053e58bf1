"""What goes wrong with accounts, sessions and signatures; arms have nothing to do with it, and must not show in it."""

from typing import Final

from adapters.demo import hiring
from adapters.demo.director import TRIAL, on_day
from adapters.demo.people import (
    ADMINISTRATOR,
    COORDINATOR,
    DATA_MANAGER,
    INVESTIGATOR,
    MEDICAL_MONITOR,
    MONITOR,
    SECOND_ADMINISTRATOR,
    SPONSOR,
    SUB_INVESTIGATOR,
    Cast,
)
from compliance.authentication import Authentication
from compliance.signing import reviewed
from domain import streams
from domain.signature.signatures import Signatures
from tests.blinding.mishaps import REASON, SERVICE, Mishaps

NEWCOMER: Final = "u36"
ISSUER: Final = "https://identity.example"
NUMBER: Final = "001"


def tell_accounts(mishaps: Mishaps) -> None:
    """All of it."""
    for act in (ask_as_service, refuse_newcomer, lose_everything, end_sessions, link, sign_wrongly, withdraw):
        act(mishaps)


def ask_as_service(mishaps: Mishaps) -> None:
    """A service is refused whatever is a person's."""
    for command, payload in (
        ("allocate", {}),
        ("record_visit", {"visit": "V2"}),
        ("decide_eligibility", {"eligible": True}),
    ):
        mishaps.attempt(SERVICE, command, {"participant": NUMBER, **payload})


def named(person: str) -> Cast:
    return Cast(person, f"{person} (fictional)", "Fictional", "monitor", None)


def refuse_newcomer(mishaps: Mishaps) -> None:
    """An account without training, identity or policy may not do what the role would allow."""
    hiring.register(mishaps.director, named(NEWCOMER))
    role = {"person": NEWCOMER, "role": "monitor", "trial": TRIAL, "requested_by": SPONSOR}
    for training in (None, hiring.TRIAL_TRAINING):
        mishaps.personal(ADMINISTRATOR, "grant_role", {**role, "training": training})
    mishaps.personal(ADMINISTRATOR, "verify_identity", {"person": NEWCOMER, "document": "passport", "method": "video"})
    for minutes in (1, 2):
        expires = on_day(25, 9, minutes).isoformat()
        mishaps.personal(ADMINISTRATOR, "invite_person", {"person": NEWCOMER, "expires": expires})
    mishaps.director.doors.fail(COORDINATOR["02"], 7)


def lose_everything(mishaps: Mishaps) -> None:
    """A recovery by two; one administrator alone gets nowhere."""
    lost, send = {"person": DATA_MANAGER}, mishaps.personal
    send(ADMINISTRATOR, "approve_recovery", lost)
    for person in (ADMINISTRATOR, DATA_MANAGER):
        send(person, "request_recovery", {**lost, "identity_checked": "on the telephone"})
    for person in (ADMINISTRATOR, SECOND_ADMINISTRATOR):
        send(person, "approve_recovery", lost)
    hiring.activate(mishaps.director, DATA_MANAGER)
    hiring.verify(mishaps.director, DATA_MANAGER)
    held = recorded(mishaps).credentials(MEDICAL_MONITOR).of("password")[-1].credential
    for credential in ("none", held):
        gone = {"person": MEDICAL_MONITOR, "credential": credential, "why": "compromised"}
        send(ADMINISTRATOR, "revoke_credential", gone)
    mishaps.director.doors.fail(MEDICAL_MONITOR)
    recover(mishaps, MEDICAL_MONITOR)


def recover(mishaps: Mishaps, person: str) -> None:
    mishaps.personal(ADMINISTRATOR, "request_recovery", {"person": person, "identity_checked": "in person"})
    mishaps.personal(SECOND_ADMINISTRATOR, "approve_recovery", {"person": person})
    hiring.activate(mishaps.director, person)
    hiring.verify(mishaps.director, person)


def end_sessions(mishaps: Mishaps) -> None:
    """An administrator ends a session; its owner acts on and has to log in again."""
    session = mishaps.director.doors.identity(INVESTIGATOR["01"]).session
    for _ in range(2):
        mishaps.personal(ADMINISTRATOR, "end_session", {"person": INVESTIGATOR["01"], "session": session})
    mishaps.attempt(
        INVESTIGATOR["01"], "break_blind", {"participant": "005", "channel": "investigator", "reason": REASON}
    )
    mishaps.director.doors.log_in(INVESTIGATOR["01"])


def link(mishaps: Mishaps) -> None:
    """A person at an identity provider; a link that is there already, and one that is not."""
    wish = {"person": MONITOR, "issuer": ISSUER, "requested_by": SPONSOR, "subject": "subject-of-nobody"}
    for _ in range(2):
        mishaps.personal(ADMINISTRATOR, "link_provider_identity", wish)
    for _ in range(2):
        mishaps.personal(ADMINISTRATOR, "unlink_provider_identity", {"person": MONITOR, "issuer": ISSUER})
    grant = recorded(mishaps).person(MONITOR).grants[-1].grant
    kept = {"person": MONITOR, "grant": grant, "outcome": "keep", "next_review": on_day(90).isoformat()}
    for person in (ADMINISTRATOR, SECOND_ADMINISTRATOR):
        mishaps.personal(person, "review_grant", kept)


def sign_wrongly(mishaps: Mishaps) -> None:
    """Signatures without components, of another's act, over what is not there, with other words, and twice."""
    director, store = mishaps.director, mishaps.director.store
    signed = next(sent for sent in director.sent if sent.line["command"] == "sign_record")
    wish, other = signed.line["payload"], SUB_INVESTIGATOR["01"]
    mishaps.attempt(signed.person, "sign_record", wish)
    for person in (signed.person, other):
        mishaps.attempt(person, "sign_record", wish, proves=True)
    for wrong in ({"attestation": "I was told to sign."}, {"record_digest": "0" * 64}, {"meaning": "review"}):
        mishaps.attempt(signed.person, "sign_record", {**wish, **wrong}, proves=True)
    for person in (MONITOR, COORDINATOR["01"]):
        shown = reviewed(store.ports, streams.participant(TRIAL, NUMBER), signer=person, printed_name=person)
        mishaps.attempt(person, "sign_review", shown.payload)
        mishaps.attempt(person, "sign_review", shown.payload, proves=True)


def withdraw(mishaps: Mishaps) -> None:
    """A signature taken back by its signer, and not by anybody else; a successor for somebody who is still there."""
    record = f"participant/{NUMBER}"
    made = Signatures.start()
    for entry in mishaps.director.store.ledger.stream(streams.signatures(streams.participant(TRIAL, NUMBER))):
        made = made.after(entry)
    for person in (SUB_INVESTIGATOR["01"], made.made[0].signer, made.made[0].signer):
        back = {"record": record, "signature": made.made[0].signature, "reason": REASON}
        mishaps.attempt(person, "withdraw_signature", back)
    for successor in (INVESTIGATOR["01"], SUB_INVESTIGATOR["01"]):
        mishaps.attempt(
            SPONSOR,
            "name_successor",
            {"record": record, "of": INVESTIGATOR["01"], "successor": successor, "reason": REASON},
        )


def recorded(mishaps: Mishaps) -> Authentication:
    return Authentication(mishaps.director.store.ports)
