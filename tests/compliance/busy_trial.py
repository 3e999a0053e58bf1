"""A trial in which every kind of decision was made: by people, a service, in an emergency, for oneself, and refused."""

from base64 import urlsafe_b64encode
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.authentication import Authentication
from compliance.inquire import Inquire
from domain import streams
from domain.errors import Refusal
from domain.people.public_keys import device_of
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk

AWAY = "away"
"""Who left, and has no say any more."""


def busy(desk: Desk) -> None:
    """Two sites, and all that people do there and read of it."""
    open_trial(desk, cap=6, sites=("01", "02"))
    for person, role in (("aud", "auditor"), ("mon", "monitor"), ("doctor", "safety_physician")):
        desk.hire(person, role)
    desk.hire(AWAY, "site_coordinator", ["01"])
    first, second = enrolled(desk, site="01"), enrolled(desk, site="02")
    own = {"participant": first}
    desk.send("coo01", "allocate", own)
    desk.send(AWAY, "record_visit", {**own, "visit": "V1"})
    screened_again(desk, second)
    desk.send("coo01", "report_adverse_event", {"participant": "099", "term": "Fall", "reporter": "A", "site": "01"})
    emergency(desk, first)
    look(desk)
    machine(desk, second)
    review_and_leave(desk)
    with suppress(Refusal):
        desk.send("coo01", "open_screening", {})
    with suppress(Refusal):
        desk.send(AWAY, "record_visit", {**own, "visit": "V2"})


def screened_again(desk: Desk, number: str) -> None:
    """Somebody screened at site 02 comes again at site 01: entries of two sites are decided together."""
    desk.send("coo02", "withdraw_consent", {"participant": number, "scopes": ["treatment", "follow_up", "samples"]})
    desk.send("coo01", "open_screening_record", {"site": "01", "previous": number})


def emergency(desk: Desk, number: str) -> None:
    """In a session that an emergency credential opened."""
    authentication = Authentication(desk.store.ports)
    by = authentication.started(
        "inv01",
        strength="emergency",
        components=("emergency",),
        device="a telephone",
        lasts=timedelta(minutes=15),
        idle=timedelta(minutes=15),
        originator="tests",
    )
    payload = {"participant": number, "channel": "investigator", "reason": {"code": "suspected_reaction"}}
    done = desk.store.conduct.carry_out(desk.envelope("break_blind", payload), by, trial="T1")
    assert done.receipt is not None
    Inquire(desk.store.ports).disclosure(by, "T1", streams.name_of(done.receipt.placed[0].stream))
    authentication.ended(by.session, "log_out")


def look(desk: Desk) -> None:
    """Reads that are events, one at a site, one of the whole trial."""
    inquire = Inquire(desk.store.ports)
    inquire.ledger(desk.identity("aud"), "access:T1", "T1")
    inquire.ledger(desk.identity("lead"), "system", "T1")
    with suppress(Refusal):
        inquire.reading(desk.identity("maker"), "read_ledger", "T1")


def machine(desk: Desk, number: str) -> None:
    """A service transmits a fact."""
    system: dict[str, None] = {"trial": None}
    public = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    text = f'{{"crv":"Ed25519","kty":"OKP","x":"{urlsafe_b64encode(public).decode().rstrip("=")}"}}'
    key = sha256(text.encode()).hexdigest()
    account = {"person": "edc", "printed_name": "The EDC", "organisation": "A vendor", "kind": "service"}
    desk.send("admin", "register_person", account, **system)
    described = {"person": "edc", "duty": "originator", "software": "An EDC", "version": "1"}
    desk.send("admin", "describe_service", described, **system)
    given = {"person": "edc", "algorithm": "Ed25519", "key": key, "public": text}
    desk.send("admin", "register_service_key", given, **system)
    desk.grant("edc", "service")
    by = Authentication(desk.store.ports).started(
        "edc",
        strength="machine",
        components=("key",),
        device=device_of(key),
        lasts=timedelta(hours=1),
        idle=timedelta(hours=1),
        originator="edc",
    )
    visit = desk.envelope("record_visit", {"participant": number, "visit": "V1"})
    desk.store.conduct.carry_out(visit, by, trial="T1")


def review_and_leave(desk: Desk) -> None:
    """A grant is reviewed by the trial's own lead, another ends with its holder's account."""
    held = desk.store.ledger.stream("system/person/mon")
    (grant,) = [entry.fact.grant for entry in held if entry.frame.type == "grant.given.v1"]
    ahead = (desk.clock.shows + timedelta(days=90)).isoformat()
    desk.send(
        "lead", "review_grant", {"person": "mon", "grant": grant, "outcome": "keep", "next_review": ahead}, trial=None
    )
    desk.send("admin", "deactivate_person", {"person": AWAY}, trial=None)
