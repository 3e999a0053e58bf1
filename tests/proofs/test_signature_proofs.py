"""Every signature of a real store is checked from its ledgers alone; a seal that was moved or altered is broken."""

from collections.abc import Callable, Generator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from compliance.pages import all_entries
from compliance.proofs.signatures import SignatureCheck, check_signatures
from domain import streams
from domain.people.facts import PersonRegistered, SignerKeyRegistered
from domain.record import Entry
from domain.signature.facts import SignatureMade
from projections.replay import replay
from projections.signatures import Signatures
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

TRIAL = "trial:T1"
RECORD = f"{TRIAL}/participant/001"
BESIDE = streams.signatures(RECORD)
CHANGE = {"code": "transcription", "text": "The sheet said something else."}
Change = Callable[[Entry], Entry]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk]:
    """A trial with two participants whose eligibility was decided and signed."""
    with open_desk(tmp_path_factory.mktemp("signed")) as opened:
        open_trial(opened, cap=6)
        enrolled(opened)
        enrolled(opened)
        yield opened


class Ledgers:
    """The two ledgers and the leaves as somebody holds them who may have altered them."""

    def __init__(self, desk: Desk) -> None:
        ports = desk.store.ports
        self.trial = all_entries(ports.ledger, TRIAL)
        self.system = all_entries(ports.ledger, streams.SYSTEM_LEDGER)
        self.leaves = list(ports.leaves(TRIAL, len(self.trial)))
        self.system_leaves = list(ports.leaves(streams.SYSTEM_LEDGER, len(self.system)))
        self.verifies = ports.verifies

    def checked(self) -> tuple[SignatureCheck, ...]:
        return check_signatures(self.trial, self.system, self.leaves, self.verifies)

    def signature(self) -> Entry:
        """The signature on the eligibility of 001."""
        return next(entry for entry in self.trial if entry.frame.stream == BESIDE)

    def alter(self, changed: Change, entry: Entry | None = None) -> SignatureCheck:
        """The check of the signature on 001 after one entry was altered underneath the leaves."""
        target = entry or self.signature()
        position = target.frame.position
        self.trial[position - 1] = changed(target)
        return self.of_001()

    def of_001(self) -> SignatureCheck:
        position = self.signature().frame.position
        return next(check for check in self.checked() if check.position == position)


@pytest.fixture
def ledgers(desk: Desk) -> Ledgers:
    return Ledgers(desk)


def with_fact(entry: Entry, **changed: Any) -> Entry:
    return replace(entry, body=replace(entry.body, payload=replace(entry.fact, **changed)))


def test_every_signature_of_an_untouched_trial_is_valid(ledgers: Ledgers) -> None:
    checks = ledgers.checked()

    made = [entry for entry in ledgers.trial if isinstance(entry.fact, SignatureMade)]
    assert len(checks) == len(made) >= 6
    assert {(check.result, check.code, check.sentence) for check in checks} == {("valid", "", "")}
    assert [check.position for check in checks] == [entry.frame.position for entry in made]
    assert [(check.signature, check.signer) for check in checks] == [(e.fact.signature, e.fact.signer) for e in made]


def test_the_signatures_on_the_policy_are_checked_in_the_system_ledger(ledgers: Ledgers) -> None:
    checks = check_signatures(ledgers.system, ledgers.system, ledgers.system_leaves, ledgers.verifies)

    assert len(checks) >= 5
    assert {check.result for check in checks} == {"valid"}


OTHER = f"{TRIAL}/participant/002"
MOVED: Mapping[str, dict[str, Any]] = {
    "record": {"stream": OTHER},
    "version": {"version": 2},
    "record_digest": {"record_digest": "0" * 64},
    "display_digest": {"display_digest": "0" * 64},
    "meaning": {"meaning": "approval"},
    "attestation": {"attestation": "I had a look at it."},
    "purpose": {"purpose": f"eligibility/{UUID(int=7)}"},
    "signer": {"signer": "coo01"},
    "name": {"printed_name": "Somebody else"},
    "local time": {"local_offset": "+09:00"},
    "seal": {"seal": bytes(64)},
    "key": {"key": "0" * 64},
}


@pytest.mark.requirement("P11-20")
@pytest.mark.parametrize("changed", MOVED.values(), ids=MOVED)
def test_a_seal_moved_to_anything_but_what_it_was_given_for_is_broken(
    ledgers: Ledgers, changed: dict[str, Any]
) -> None:
    check = ledgers.alter(lambda entry: with_fact(entry, **changed))

    assert check.result == "broken"
    assert check.code
    assert check.sentence.endswith(".")


@pytest.mark.requirement("P11-20")
@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"record_digest": "0" * 64},
        {"display_digest": "0" * 64},
        {"meaning": "approval"},
        {"attestation": "I had a look at it."},
        {"purpose": f"eligibility/{UUID(int=7)}"},
        {"signer": "coo01"},
        {"printed_name": "Somebody else"},
        {"local_offset": "+09:00"},
        {"seal": bytes(64)},
    ],
    ids=str,
)
def test_the_seal_alone_tells_of_every_part_that_was_altered(ledgers: Ledgers, changed: dict[str, Any]) -> None:
    assert ledgers.alter(lambda entry: with_fact(entry, **changed)).code == "seal_differs"


@pytest.mark.requirement("P11-20")
def test_a_seal_moved_to_another_time_is_broken(ledgers: Ledgers) -> None:
    later = ledgers.signature().fact.signed_at + timedelta(hours=1)

    def moved(entry: Entry) -> Entry:
        other = with_fact(entry, signed_at=later)
        return replace(other, body=replace(other.body, clock_reading=later))

    assert ledgers.alter(moved).code == "seal_differs"


@pytest.mark.requirement("P11-20")
def test_a_signature_copied_onto_another_record_is_broken(ledgers: Ledgers) -> None:
    original = ledgers.signature()
    verbatim = replace(original, frame=replace(original.frame, stream=streams.signatures(OTHER), position=9_999))
    adapted = with_fact(verbatim, stream=OTHER, signature="s-new")
    ledgers.trial += [verbatim, adapted]

    *_, first, second = ledgers.checked()

    assert (first.code, second.code) == ("stands_elsewhere", "seal_differs")
    assert first.sentence == f"It was given for {RECORD}, but stands in {streams.signatures(OTHER)}."
    assert ledgers.of_001().result == "valid"


@pytest.mark.requirement("P11-20")
def test_a_signature_copied_beside_itself_is_broken(ledgers: Ledgers) -> None:
    original = ledgers.signature()
    ledgers.trial.append(replace(original, frame=replace(original.frame, position=9_999, version=2)))

    *_, copy = ledgers.checked()

    assert (copy.result, copy.code) == ("broken", "made_twice")
    assert ledgers.of_001().result == "valid"


@pytest.mark.requirement("P11-20")
def test_a_signature_moved_to_another_ledger_is_broken(ledgers: Ledgers) -> None:
    def moved(entry: Entry) -> Entry:
        elsewhere = replace(entry, frame=replace(entry.frame, ledger="trial:T2", stream=BESIDE))
        return with_fact(elsewhere, stream=RECORD)

    assert ledgers.alter(moved).code == "seal_differs"


@pytest.mark.requirement("P11-20")
def test_a_record_altered_underneath_its_signature_breaks_it(ledgers: Ledgers) -> None:
    covered = [entry for entry in ledgers.trial if entry.frame.stream == RECORD][1]
    ledgers.leaves[covered.frame.position - 1] = bytes(32)

    check = ledgers.of_001()

    assert (check.result, check.code) == ("broken", "record_differs")
    assert check.sentence == f"Versions 1 to {ledgers.signature().fact.version} of {RECORD} are not what was signed."


def test_what_was_recorded_after_the_signature_does_not_touch_it(ledgers: Ledgers) -> None:
    last = [entry for entry in ledgers.trial if entry.frame.stream == RECORD][-1]
    ledgers.leaves[last.frame.position - 1] = bytes(32)

    assert last.frame.version > ledgers.signature().fact.version
    assert ledgers.of_001().result == "valid"


def test_a_record_that_lost_what_was_signed_breaks_the_signature(ledgers: Ledgers) -> None:
    covered = next(entry for entry in ledgers.trial if entry.frame.stream == RECORD)

    check = ledgers.alter(lambda entry: replace(entry, frame=replace(entry.frame, stream=OTHER)), covered)

    assert check.result == "broken"


def anything_verifies(public: bytes, signed: bytes, seal: bytes) -> bool:
    return bool(public and signed and seal)


def forged(ledgers: Ledgers, **changed: Any) -> SignatureCheck:
    """The check of a signature whose seal somebody could make: every seal verifies."""
    ledgers.verifies = anything_verifies
    return ledgers.alter(lambda entry: with_fact(entry, **changed))


@pytest.mark.parametrize("beyond", [0, 1])
def test_even_a_seal_that_verifies_covers_no_version_that_was_not_there_yet(ledgers: Ledgers, beyond: int) -> None:
    held = sum(entry.frame.stream == RECORD for entry in ledgers.trial)

    assert forged(ledgers, version=held + beyond).code == "not_there"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"purpose": f"eligibility/{UUID(int=7)}"}, "nothing_asked"),
        ({"purpose": "lock/00000000-0000-0000-0000-000000000007"}, "nothing_asked"),
        ({"purpose": "unheard-of/1"}, "nothing_asked"),
        ({"meaning": "approval"}, "nothing_asked"),
        ({"record_digest": "0" * 64}, "record_differs"),
        ({"printed_name": "Somebody else"}, "other_name"),
        ({"signer": "nobody"}, "unknown_signer"),
        ({"signer": "coo01", "printed_name": "Name of coo01"}, "other_signer"),
        ({"key": "0" * 64}, "unknown_key"),
    ],
)
def test_even_a_seal_that_verifies_must_fit_what_the_ledgers_say(
    ledgers: Ledgers, changed: dict[str, Any], code: str
) -> None:
    check = forged(ledgers, **changed)

    assert (check.result, check.code) == ("broken", code)


def test_even_a_seal_that_verifies_was_given_when_its_entry_was_recorded(ledgers: Ledgers) -> None:
    later = ledgers.signature().fact.signed_at + timedelta(hours=1)

    assert forged(ledgers, signed_at=later).code == "other_time"


def renumbered(ledgers: Ledgers, kind: type[Any], **match: str) -> None:
    """What a registration of that kind says was registered only after everything else."""
    for index, entry in enumerate(ledgers.system):
        if isinstance(entry.fact, kind) and all(getattr(entry.fact, n) == v for n, v in match.items()):
            ledgers.system[index] = replace(entry, frame=replace(entry.frame, position=99_999))


def test_a_key_or_a_name_that_was_registered_only_afterwards_makes_no_signature_valid(ledgers: Ledgers) -> None:
    renumbered(ledgers, PersonRegistered, person="inv01")
    late_person = ledgers.of_001()
    renumbered(ledgers, SignerKeyRegistered)

    assert late_person.code == "unknown_signer"
    assert ledgers.of_001().code == "unknown_key"


def test_a_key_that_is_not_what_its_id_says_makes_no_signature_valid(ledgers: Ledgers) -> None:
    for index, entry in enumerate(ledgers.system):
        if isinstance(entry.fact, SignerKeyRegistered):
            ledgers.system[index] = with_fact(entry, public=bytes(32))

    assert ledgers.of_001().code == "unknown_key"


@pytest.mark.requirement("P11-20")
def test_a_record_that_was_corrected_after_signing_leaves_the_seal_valid_and_the_signature_superseded(
    tmp_path: Path,
) -> None:
    with open_desk(tmp_path) as desk:
        open_trial(desk, cap=6)
        number = enrolled(desk)
        record = f"participant/{number}"
        held = desk.store.ledger.stream(f"{TRIAL}/{record}")
        target = next(entry for entry in held if getattr(entry.fact, "fact", "") == "well")
        pointer = {"pointer": "/payload/value/holds", "old": True, "new": False}
        correction = {"stream": record, "target": str(target.body.event_id), "reason": CHANGE, **pointer}
        corrected = desk.send("coo01", "correct_record", correction).placed[0]

        ledgers = Ledgers(desk)
        (row,) = [row for row in replay(Signatures, ledgers.trial).view().made if row.stream == f"{TRIAL}/{record}"]

        assert {check.result for check in ledgers.checked()} == {"valid"}
        assert row.status == "superseded"
        assert row.superseded_by is not None
        assert (TRIAL, row.superseded_by.position) == corrected
