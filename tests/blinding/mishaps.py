"""A second story: ten participants, lists of four slots, and nearly everything goes wrong.

What was allocated last finds its list exhausted; two are swapped; requests are rejected, withdrawn and left
to expire; the blind is broken through both channels and by accident; records are corrected and voided; and
at the end every command is sent wrongly in every way.
"""

import json
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from adapters.demo import criteria, design, hiring, people
from adapters.demo.director import TRIAL, Director, on_day, stream_named
from adapters.demo.participants import Course
from adapters.demo.people import (
    ADMINISTRATOR,
    AUDITOR,
    COORDINATOR,
    DATA_MANAGER,
    DESK,
    INVESTIGATOR,
    LIST_MAKER,
    MEDICAL_MONITOR,
    MONITOR,
    PHARMACIST,
    SAFETY,
    SPONSOR,
    STATISTICIAN,
    SUB_INVESTIGATOR,
    UNBLINDER,
    Cast,
)
from adapters.demo.plan import Planned
from adapters.demo.play import import_record
from adapters.demo.supply import Supply
from compliance.conduct import Done
from compliance.setup import set_up
from domain.commands import COMMANDS
from domain.errors import TrialproofError
from domain.people.public_keys import device_of
from tests.blinding.twins import Watched

Payload = dict[str, Any]
SLOTS: Final = 4
SERVICE, LEAVER = "u34", "u35"
PUBLIC: Final = '{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
"""The public key of RFC 8037, appendix A."""
KEY: Final = sha256(PUBLIC.encode()).hexdigest()
REASON: Final = {"code": "stated", "text": "It was found at the visit of the monitor."}
JUDGEMENTS: Final[dict[str, Payload]] = {
    "assess_seriousness": {"serious": True, "criteria": ["hospitalisation"]},
    "assess_causality": {"related": True},
    "assess_expectedness": {"expected": False, "reference": "RSI 1.0"},
    "code_adverse_event": {"code": "fictional-1", "dictionary": "site-terms", "dictionary_version": "1"},
    "follow_up_adverse_event": {"outcome": "recovered"},
}
NUMBERS: Final = tuple(f"{number:03d}" for number in range(1, 11))


def prepare(director: Director) -> None:
    """Up to the first screening, as the demonstration does it."""
    set_up(
        director.store.ports,
        person=ADMINISTRATOR,
        environment="demonstration",
        printed_name=people.ADMINISTRATORS_NAME,
        organisation=people.SPONSORS,
    )
    hiring.begin(director)
    import_record(director)
    for part in (design.decide, design.sites, criteria.code_rules, criteria.interpret, design.seal_lists):
        part(director)
    director.send(SPONSOR, "open_screening", {})


def supply(director: Director) -> None:
    """Kits of every arm at both sites, received."""
    for site in ("01", "02"):
        Supply(director).supply(site)
        Supply(director).receive(site)


def enrol(director: Director, number: str) -> None:
    """One participant from screening to enrolment, allocation, and the first dose where a slot was left."""
    at, even = int(number), int(number) % 2 == 0
    row = Planned(number, at, "02" if at in (5, 6) else "01", "LN" if even else "SLE", "enrolled")
    course = Course(director, row)
    for moment, act in (
        (on_day(at, 9), course.screen),
        (on_day(at, 10), course.consent),
        (on_day(at, 14), course.record_facts),
        (on_day(at, 16), course.decide),
        (on_day(at, 17), course.enrol),
        (on_day(at, 18), course.treat),
    ):
        director.show(moment)
        with suppress(TrialproofError):
            act()


class Mishaps:
    """What goes wrong after that."""

    def __init__(self, director: Watched) -> None:
        self.director = director
        self.investigator, self.coordinator = INVESTIGATOR["01"], COORDINATOR["01"]

    def tell(self) -> None:
        for day, act in enumerate(
            (self.hire, self.swap, self.ask, self.break_blind, self.accidents, self.harm, self.correct, self.end), 20
        ):
            self.director.show(on_day(day))
            act()

    def attempt(self, person: str, command: str, payload: Payload, **frame: Any) -> Done | None:
        """Send what may well be refused."""
        try:
            return self.director.send(person, command, payload, **frame)
        except TrialproofError:
            return None

    def personal(self, person: str, command: str, payload: Payload, **frame: Any) -> Done | None:
        """Send what concerns people and no trial, and may well be refused."""
        return self.attempt(person, command, payload, trial=None, **frame)

    def hire(self) -> None:
        """Roles that the demonstration has nobody for, and somebody who leaves."""
        hiring.hire(self.director, people.THE_VISITOR, ends=on_day(60).isoformat())
        hiring.hire(self.director, Cast(LEAVER, "Leaver (fictional)", "Fictional", "monitor", None))
        self.hire_service()
        mixed = {"person": MONITOR, "role": "unblinded_pharmacist", "trial": TRIAL, "requested_by": SPONSOR}
        self.personal(ADMINISTRATOR, "grant_role", {**mixed, "training": hiring.TRIAL_TRAINING})
        self.personal(ADMINISTRATOR, "end_grant", {"person": LEAVER, "grant": "none"})
        self.personal(ADMINISTRATOR, "deactivate_person", {"person": LEAVER})
        self.director.doors.fail(LEAVER)

    def hire_service(self) -> None:
        """A service that proves itself by its key."""
        named = {
            "person": SERVICE,
            "printed_name": "Service (fictional)",
            "organisation": "Fictional",
            "kind": "service",
        }
        described = {"person": SERVICE, "duty": "originator", "software": "EDC", "version": "1"}
        key = {"person": SERVICE, "key": KEY, "algorithm": "Ed25519", "public": PUBLIC}
        role = {"person": SERVICE, "role": "service", "trial": TRIAL, "requested_by": SPONSOR}
        for command, payload in (
            ("register_person", named),
            ("describe_service", described),
            ("register_service_key", key),
            ("register_service_key", key),
            ("grant_role", role),
            ("revoke_service_key", {"person": SERVICE, "key": "0" * 64}),
        ):
            self.personal(ADMINISTRATOR, command, payload)
        self.director.doors.let_in_by_key(SERVICE, device_of(KEY))

    def swap(self) -> None:
        """Errors around the allocation: recorded, never undone, nobody allocated again."""
        swapped = {"participant": "001", "error": "wrong_participant", "other_participant": "003"}
        self.director.send(self.investigator, "record_allocation_error", swapped)
        for number, error in (("002", "wrong_kit"), ("004", "wrong_treatment"), ("003", "ineligible")):
            found = {"participant": number, "error": error}
            self.director.send(MONITOR, "record_allocation_error", found)
        true = {"participant": "007", "error": "wrong_stratum", "true_stratum": "LN"}
        self.director.send(self.investigator, "record_allocation_error", true)
        for number in NUMBERS:
            for command in ("allocate", "enrol"):
                self.attempt(self.coordinator, command, {"participant": number})

    def ask(self) -> None:
        """Routine requests that end in each of the ways a request can end."""
        rejected, withdrawn, expired, disclosed = (self.request(number) for number in ("001", "002", "003", "004"))
        for command in ("approve_unblinding", "reject_unblinding"):
            self.attempt(SAFETY, command, {"request": rejected, "reason": REASON})
        self.director.send(MEDICAL_MONITOR, "reject_unblinding", {"request": rejected, "reason": REASON})
        self.attempt(SPONSOR, "withdraw_unblinding", {"request": withdrawn})
        self.director.send(SAFETY, "withdraw_unblinding", {"request": withdrawn})
        for request in (expired, disclosed):
            self.attempt(UNBLINDER, "disclose_arm", {"request": request, "recipient": UNBLINDER})
            for approver in (MEDICAL_MONITOR, SPONSOR):
                self.director.send(approver, "approve_unblinding", {"request": request})
        self.disclose(disclosed)
        self.director.show(on_day(26))
        for request in (rejected, withdrawn, expired):
            self.attempt(UNBLINDER, "disclose_arm", {"request": request, "recipient": UNBLINDER})
            self.attempt(SPONSOR, "close_unblinding", {"request": request})

    def request(self, number: str) -> str:
        asked: Payload = {
            "participant": number,
            "purpose": "safety",
            "recipients": [UNBLINDER],
            "expires": (on_day(22) + timedelta(days=3)).isoformat(),
            "reason": REASON,
        }
        return stream_named(self.director.send(SAFETY, "request_unblinding", asked), "unblinding")

    def disclose(self, request: str) -> None:
        """To whom it was asked for, and to nobody else."""
        self.attempt(UNBLINDER, "disclose_arm", {"request": request, "recipient": SAFETY})
        for _ in range(2):
            self.director.send(UNBLINDER, "disclose_arm", {"request": request, "recipient": UNBLINDER})
        self.attempt(SPONSOR, "close_unblinding", {"request": request})
        self.attempt(SAFETY, "acknowledge_disclosure", {"request": request})
        self.director.send(UNBLINDER, "acknowledge_disclosure", {"request": request})

    def break_blind(self) -> None:
        """Emergencies: at the site, through the desk, and by those who may not or of whom nothing is known."""
        reason = {"code": "suspected_serious_reaction"}
        own = {"participant": "005", "channel": "investigator", "reason": reason}
        for person in (INVESTIGATOR["01"], SPONSOR, SERVICE, DESK):
            self.attempt(person, "break_blind", own)
        request = stream_named(self.director.send(SUB_INVESTIGATOR["02"], "break_blind", own), "unblinding")
        self.director.send(SUB_INVESTIGATOR["02"], "acknowledge_disclosure", {"request": request})
        desk = {"participant": "006", "channel": "code_break_desk", "recipient": "Dr A (fictional)", "reason": reason}
        self.director.send(DESK, "break_blind", desk)
        for number in ("009", "010", "999"):
            self.attempt(DESK, "break_blind", {**desk, "participant": number})
        narrative = {"request": request, "narrative": "Antibiotic treatment depended on it."}
        self.director.send(SUB_INVESTIGATOR["02"], "record_unblinding_narrative", narrative)
        judged = {"request": request, "impact": "site", "explanation": "Two persons of the site know."}
        self.director.send(MEDICAL_MONITOR, "assess_unblinding_impact", judged)
        self.director.send(SPONSOR, "close_unblinding", {"request": request})
        self.attempt(SPONSOR, "close_unblinding", {"request": request})

    def accidents(self) -> None:
        """Anybody may report that somebody learned an arm by accident."""
        for person, about in ((AUDITOR, "001"), (PHARMACIST, None), (self.coordinator, "009"), (SERVICE, "999")):
            told = {"account": "A bag was labelled openly.", "learned_by": ["somebody"], "participant": about}
            self.attempt(person, "report_accidental_unblinding", {**told, "site": "01"})

    def harm(self) -> None:
        """Adverse events, one of them nullified, and a clock corrected."""
        told = {"participant": "003", "term": "Fever", "reporter": "Ward", "severity": "mild", "onset": "2027-01"}
        cases = [
            stream_named(self.director.send(self.coordinator, "report_adverse_event", told), "adverse-event")
            for _ in range(2)
        ]
        receipt = {"case": cases[0], "channel": "telephone"}
        self.director.send(SAFETY, "record_sponsor_receipt", receipt)
        clock = {"case": cases[0], "anchor": "sponsor_receipt", "aware_at": "2027-01-20", "reason": REASON}
        self.attempt(SAFETY, "correct_awareness", clock)
        self.attempt(SAFETY, "record_obligation_met", {"case": cases[0], "obligation": "none", "reference": "none"})
        for person in (self.investigator, SAFETY):
            for command, judged in JUDGEMENTS.items():
                self.attempt(person, command, {"case": cases[0], **judged})
        for _ in range(2):
            self.attempt(self.investigator, "nullify_adverse_event", {"case": cases[1], "reason": REASON})

    def correct(self) -> None:
        """Corrections of what may be corrected, and of an allocation, which stands for ever."""
        entries = self.director.store.ledger.stream(f"trial:{TRIAL}/participant/001")
        target: Payload = {"stream": "participant/001", "reason": REASON}
        for entry in entries[2:]:
            target["target"] = str(entry.body.event_id)
            pointer = f"/payload/{next(iter(entry.fact.__struct_fields__))}"
            self.attempt(MONITOR, "propose_correction", {**target, "pointer": pointer, "new": "k1"})
            self.attempt(self.coordinator, "correct_record", {**target, "pointer": pointer, "old": "k1", "new": "k2"})
        self.attempt(self.coordinator, "decline_correction", {**target, "proposal": target["target"]})
        self.attempt(self.coordinator, "void_record", target)
        elsewhere = {**target, "stream": "list/q7k2m9", "pointer": "/payload/arm", "old": "k1", "new": "k2"}
        self.attempt(self.coordinator, "correct_record", elsewhere)

    def end(self) -> None:
        """Deviations, pauses, delegations, deaths, locks that are not yet to be had."""
        told: Payload = {"about": [], "description": "The pharmacy was unlocked.", "important": True, "rule": "storage"}
        found = self.director.send(MONITOR, "record_deviation", {**told, "participant": "001"})
        graded: Payload = {"deviation": stream_named(found, "deviation"), "affects_safety": False, "affects_data": True}
        self.attempt(MEDICAL_MONITOR, "grade_deviation", {**graded, "important": True})
        closed = {"deviation": graded["deviation"], "action": "The door has a lock now."}
        self.attempt(MEDICAL_MONITOR, "close_deviation", closed)
        for command in ("hold_site", "release_site"):
            self.attempt(SPONSOR, command, {"site": "02", "reason": REASON})
        self.courses()
        for person, command in ((SPONSOR, "pause_trial"), (SPONSOR, "resume_trial"), (SPONSOR, "close_trial")):
            self.attempt(person, command, {"reason": REASON})
        ended = {"site": "01", "delegation": "none", "ended": "2027-01-20"}
        self.attempt(self.investigator, "end_delegation", ended)
        for number in ("001", "002"):
            dead = {"participant": number, "status": "dead", "date": "2027-01-25", "learned_from": "letter"}
            self.attempt(self.coordinator, "record_vital_status", dead)
            self.attempt(self.investigator, "sign_off_participant", {"participant": number})
        for person, command in ((DATA_MANAGER, "request_lock"), (STATISTICIAN, "confirm_lock")):
            self.attempt(person, command, {})
        unlock = {"expires": on_day(60).isoformat(), "reason": REASON}
        for person, command in ((DATA_MANAGER, "request_unlock"), (STATISTICIAN, "confirm_unlock")):
            self.attempt(person, command, unlock if command == "request_unlock" else {})
        self.attempt(SPONSOR, "close_site", {"site": "02", "reason": REASON})

    def courses(self) -> None:
        """What happens to participants whatever their arm: visits, withdrawals, what was stopped or lost."""
        for number in ("001", "003", "009", "999"):
            self.attempt(self.coordinator, "record_procedure", {"participant": number, "procedure": "renal_biopsy"})
            self.attempt(self.coordinator, "record_visit", {"participant": number, "visit": "V1"})
            self.attempt(self.coordinator, "withdraw_consent", {"participant": number, "scopes": ["treatment"]})
            self.attempt(self.investigator, "change_treatment_state", {"participant": number, "state": "stopped"})
            self.attempt(self.coordinator, "change_follow_up", {"participant": number, "state": "lost"})
            self.attempt(self.coordinator, "end_screening", {"participant": number, "how": "lost"})


def fail_everything(director: Director, *, samples: int = 1) -> None:
    """Each command again as it was sent (so it comes twice), by people who may not, and malformed in four ways."""
    latest: dict[str, list[tuple[str, Payload]]] = {}
    for sent in director.sent:
        latest.setdefault(sent.line["command"], []).append((sent.person, sent.line["payload"]))
    for command, lines in sorted(latest.items()):
        for person, payload in lines[-samples:]:
            _fail(director, person, command, payload)


def _fail(director: Director, person: str, command: str, payload: Payload) -> None:
    bare = dict(list(payload.items())[1:])
    wrong: Payload = dict.fromkeys(payload, 7)
    unknown = payload | ({"participant": "999"} if "participant" in payload else {})
    tries = [(who, payload) for who in (person, AUDITOR, LIST_MAKER, "nobody")]
    tries += [(person, {**payload, "arm": "k1"}), (person, bare), (person, wrong), (person, unknown)]
    kind = COMMANDS[command]
    for who, given in tries:
        trial = None if "trial" not in given and kind.SYSTEM else TRIAL
        with suppress(TrialproofError):
            director.send(who, command, json.loads(json.dumps(given)), trial=trial)
    if "display_digest" in kind.model_fields:
        with suppress(TrialproofError):
            director.send(person, command, payload, trial=None if kind.SYSTEM else TRIAL, proves=True)
