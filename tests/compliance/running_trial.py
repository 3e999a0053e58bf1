"""A small trial in a real store: decided, committed, open, with one site and participants ready for the next step."""

from hashlib import sha256
from typing import Any

from domain.randomisation.rand_v1 import share_commitment
from tests.compliance.stores import Desk


def decide_design(desk: Desk, *, cap: int, strata: tuple[str, ...] = ("A", "B")) -> None:
    """One person proposes the design, two others approve it."""
    desk.hire("stat", "statistician")
    desk.hire("med", "medical_monitor")
    desk.hire("dm", "data_manager")
    desk.hire("maker", "randomisation_statistician")
    desk.hire("seeder", "unblinding_officer")
    rows = [{"code": code, "label": code, "definition": f"stratum {code}", "cap": cap} for code in strata]
    settings = {"ratio": [2, 1], "strata": rows, "zone": "Asia/Shanghai", "planned_enrolment": cap * len(strata)}
    decision = {"question": "D2", "choice": "2:1", "rationale": "for the test", "settings": settings}
    desk.send("stat", "propose_decision", decision)
    for person in ("med", "lead"):
        desk.send(person, "approve_decision", {"question": "D2"})


def open_site(desk: Desk, code: str = "01") -> None:
    """A site with all it needs, its investigator and coordinator delegated for everything."""
    desk.send("lead", "register_site", {"site": code, "name": "A site", "country": "CN", "zone": "Asia/Shanghai"})
    for kind in ("ethics", "authority"):
        approval = {
            "site": code,
            "kind": kind,
            "protocol_version": "1.0",
            "reference": f"{kind} 1",
            "granted": "2027-01-10",
        }
        desk.send("lead", "record_approval", approval)
    consent = {
        "site": code,
        "document": "ICF",
        "version": "1.0",
        "language": "zh",
        "approved": "2027-01-10",
        "reference": "ethics 2",
    }
    desk.send("lead", "approve_consent_version", consent)
    effect = {"site": code, "version": "1.0", "effective": "2027-01-10", "reference": "ethics 1"}
    desk.send("lead", "put_protocol_version_into_effect", effect)
    tasks = [
        "consent",
        "eligibility",
        "enrolment",
        "treatment",
        "visits",
        "adverse_events",
        "corrections",
        "unblinding",
    ]
    desk.hire(f"inv{code}", "investigator", [code])
    desk.hire(f"coo{code}", "site_coordinator", [code])
    for person, role in ((f"inv{code}", "investigator"), (f"coo{code}", "site_coordinator")):
        delegation = {"site": code, "delegate": person, "delegate_role": role, "starts": "2027-01-10", "tasks": tasks}
        desk.send(f"inv{code}", "delegate_tasks", delegation)
    desk.send("lead", "activate_site", {"site": code, "effective": "2027-01-11"})


def open_trial(desk: Desk, *, cap: int, sites: tuple[str, ...] = ("01",)) -> None:
    """Everything that comes before the first participant."""
    decide_design(desk, cap=cap)
    version = {"version": "1.0", "change": "initial", "digest": "1" * 64, "references": "PV-1", "summary": "first"}
    desk.send("lead", "approve_protocol_version", version)
    document = {"document": "ICF", "version": "1.0", "language": "zh", "digest": "2" * 64}
    desk.send("lead", "issue_consent_version", document)
    criterion = {"criterion": "I1", "kind": "inclusion", "ordinal": 1, "sha256": "3" * 64, "verbatim": "Is well."}
    desk.send("lead", "record_criterion", criterion)
    desk.send("dm", "code_rule", {"criterion": "I1", "rule": {"type": "holds", "fact": "well"}, "note": "as written"})
    for code in sites:
        open_site(desk, code)
    arms = [{"arm": "x1", "label": "first of two"}, {"arm": "x2", "label": "the other one"}]
    seal_lists(desk, arms, {"method": "permuted_blocks", "parameters": [{"name": "sizes", "values": ["3", "6"]}]})
    desk.send("lead", "open_screening", {})


def seal_lists(desk: Desk, arms: list[dict[str, str]], method: dict[str, Any], *, version: int = 1) -> None:
    """A design, its seed from two persons, and its lists."""
    with_seed(desk, arms, method, version=version)
    desk.send("maker", "seal_lists", {})


def with_seed(desk: Desk, arms: list[dict[str, str]], method: dict[str, Any], *, version: int = 1) -> None:
    """A design and its seed from two persons."""
    desk.send("maker", "declare_design", {"arms": arms, **method})
    shares = {person: sha256(f"share of {person}".encode()).digest() for person in ("maker", "seeder")}
    for person, share in shares.items():
        commitment = share_commitment("T1", version, person, share).hex()
        desk.send(person, "commit_seed_share", {"commitment": commitment})
    for person, share in shares.items():
        desk.send(person, "reveal_seed_share", {"share": share.hex()})


def enrolled(desk: Desk, stratum: str = "A", site: str = "01") -> str:
    """A participant who is enrolled and waits for allocation; the number."""
    done = desk.send(f"coo{site}", "open_screening_record", {"site": site})
    assert done.receipt is not None
    number = done.receipt.placed[0].stream.rpartition("/")[2]
    own = {"participant": number}
    consent = {**own, "document": "ICF", "version": "1.0", "language": "zh", "informed_by": f"inv{site}"}
    desk.send(f"coo{site}", "record_consent", consent)
    desk.send(f"coo{site}", "record_fact", {**own, "fact": "well", "value": {"type": "stated", "holds": True}})
    desk.send(f"coo{site}", "record_fact", {**own, "fact": "stratum", "value": {"type": "chosen", "code": stratum}})
    desk.send(f"inv{site}", "decide_eligibility", {**own, "eligible": True})
    desk.send(f"coo{site}", "enrol", own)
    return number
