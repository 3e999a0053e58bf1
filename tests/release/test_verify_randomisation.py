"""The stand-alone program over packages of a real store: PASS for every slot, FAIL naming what was tampered with."""

from collections.abc import Generator
from pathlib import Path

import pytest

from compliance.release_package import Package
from domain import streams
from domain.release.facts import PackageDelivered
from tests.compliance.stores import Desk
from tests.release.release_story import RECIPIENT, TRIAL, delivered, revealed, trial_with_allocations, verified
from tests.release.tampering_with_packages import Json, copy, entry_of, envelope, flipped, forge, read, with_key


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Desk, Package]]:
    """A revealed trial and its package."""
    with trial_with_allocations(tmp_path_factory.mktemp("revealed")) as desk:
        revealed(desk)
        yield desk, delivered(desk)


@pytest.fixture
def package(told: tuple[Desk, Package]) -> Json:
    return copy(read(told[1].data))


def slot(package: Json, row: Json, why: str) -> str:
    return (
        f"FAIL  list {row['list']} ({entry_of(package, row)['body']['payload']['stratum']}) slot {row['index']}: {why}"
    )


def failures(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("FAIL  ")]


@pytest.mark.requirement("ST-02", "E6-26")
def test_i21_the_verifier_says_pass_for_every_slot_from_the_package_alone(
    told: tuple[Desk, Package], package: Json, tmp_path: Path
) -> None:
    found = verified(tmp_path, told[1].data)

    numbers = [entry_of(package, row)["body"]["payload"]["randomisation_number"] for row in package["allocations"]]
    assert (found.returncode, found.stderr, failures(found.stdout)) == (0, "", [])
    assert len(numbers) == 4
    for row, number in zip(package["allocations"], numbers, strict=True):
        assert f"slot {row['index']}: participant {row['participant']}, {number}, {row['arm']}\n" in found.stdout
    assert "PASS: 13 passed, 0 failed (demonstration data)\n" in found.stdout


def test_it_says_what_it_does_not_prove(told: tuple[Desk, Package], tmp_path: Path) -> None:
    found = verified(tmp_path, told[1].data)

    _, _, limits = found.stdout.partition("This does not prove:\n")
    for limit in ("enrolment was honest", "at random", "unless you gave a root that you held", "people did not talk"):
        assert limit in limits


def test_what_an_auditor_held_before_is_compared(told: tuple[Desk, Package], package: Json, tmp_path: Path) -> None:
    desk, made = told
    early = desk.store.ledger.head(streams.trial_ledger(TRIAL), at=40).root.hex()
    (last,) = [e.fact for e in desk.store.ledger.stream(streams.reveal(TRIAL)) if isinstance(e.fact, PackageDelivered)]
    commitment = entry_of(package, package["allocations"][0])["body"]["payload"]["seed_commitment"]
    held = ("--root", early, "--seed-commitment", commitment, "--commitment", last.commitment)

    found = verified(tmp_path, made.data, *held)

    assert (found.returncode, failures(found.stdout)) == (0, [])
    assert "PASS  the root that you hold\n" in found.stdout


def test_a_held_value_that_this_trial_never_had_fails(told: tuple[Desk, Package], tmp_path: Path) -> None:
    other = "ab" * 32

    found = verified(tmp_path, told[1].data, "--root", other, "--seed-commitment", other, "--commitment", other)

    assert found.returncode == 1
    assert failures(found.stdout) == [
        "FAIL  the root that you hold: the package's ledger never had it",
        "FAIL  the seed commitment that you hold: no version of the lists has it",
        "FAIL  the commitment to this package: the ledger's is of another package",
    ]


def test_one_changed_slot_fails_by_its_name(package: Json, tmp_path: Path) -> None:
    row = package["allocations"][1]
    row["arm"] = "x1" if row["arm"] == "x2" else "x2"

    found = verified(tmp_path, package)

    assert found.returncode == 1
    (failure,) = failures(found.stdout)
    assert failure.startswith(slot(package, row, "the envelope holds"))


def test_exchanged_arms_fail_for_both(package: Json, tmp_path: Path) -> None:
    first, second = package["allocations"][0], next(r for r in package["allocations"] if r["arm"] == "x2")
    first["arm"], second["arm"] = second["arm"], first["arm"]

    found = failures(verified(tmp_path, package).stdout)

    assert [line.partition("the envelope")[0] for line in found] == [
        slot(package, first, ""),
        slot(package, second, ""),
    ]


def test_a_moved_envelope_does_not_open_in_its_new_place(package: Json, tmp_path: Path) -> None:
    source, target = package["allocations"][0], package["allocations"][2]
    moved = envelope(entry_of(package, source))
    forge(package, target, lambda entry: entry["body"]["payload"].update(envelope=moved))
    target["key"] = source["key"]

    found = failures(verified(tmp_path, package).stdout)

    assert found == [slot(package, target, "it does not open with this key in this place")]


def test_another_key_fails_even_with_its_commitment_in_the_envelope(package: Json, tmp_path: Path) -> None:
    row, key = package["allocations"][3], bytes(range(32))
    row["key"] = key.hex()
    plainly = copy(package)
    forge(package, row, lambda entry: with_key(entry, key))

    exchanged = failures(verified(tmp_path, plainly).stdout)
    committed = failures(verified(tmp_path, package).stdout)

    assert exchanged == [slot(package, row, "the envelope is committed to another key")]
    assert committed == [slot(package, row, "it does not open with this key in this place")]


@pytest.mark.parametrize("part", ["ciphertext", "nonce"])
def test_one_changed_bit_of_an_envelope_fails_by_its_slot(package: Json, tmp_path: Path, part: str) -> None:
    row = package["allocations"][0]
    forge(package, row, lambda entry: envelope(entry).update({part: flipped(envelope(entry)[part])}))

    found = failures(verified(tmp_path, package).stdout)

    assert found == [slot(package, row, "it does not open with this key in this place")]


def test_a_changed_seed_fails_and_with_it_every_slot(package: Json, tmp_path: Path) -> None:
    package["versions"][0]["seed"] = "ab" * 32

    found = failures(verified(tmp_path, package).stdout)

    assert found[:3] == [
        "FAIL  version 1: seed: it is not the seed that was committed to",
        "FAIL  version 1: joint seed: the shares do not make this seed",
        "FAIL  version 1: root over 128 slots: other slots were committed to",
    ]
    named = [slot(package, row, "") for row in package["allocations"]]
    assert all(any(line.startswith(name) for line in found[3:]) for name in named)


def test_a_changed_share_and_a_changed_design_fail_by_their_names(package: Json, tmp_path: Path) -> None:
    package["versions"][0]["shares"][0]["share"] = "cd" * 32
    package["versions"][0]["design"] = package["versions"][0]["design"].replace('"6"', '"9"')

    found = failures(verified(tmp_path, package).stdout)

    officer = package["versions"][0]["shares"][0]["officer"]
    assert "FAIL  version 1: design: it is not the design committed to" in found
    assert f"FAIL  version 1: share of {officer}: it is not the one committed to" in found
    assert f"FAIL  list {package['versions'][0]['lists'][0]['list']}: it was not made from the design" in found


def test_a_dropped_slot_is_missed_by_its_number(package: Json, tmp_path: Path) -> None:
    row = package["allocations"].pop(1)

    found = failures(verified(tmp_path, package).stdout)

    assert found == [
        slot(package, row, f"slot {row['index']} is missing, or its entry"),
        f"FAIL  entry {row['position']}: an allocation without a slot, or a slot without an allocation",
    ]


def test_a_slot_that_stands_twice_fails(package: Json, tmp_path: Path) -> None:
    package["allocations"].append(package["allocations"][0])

    found = failures(verified(tmp_path, package).stdout)

    assert found == [f"FAIL  list {package['allocations'][0]['list']}: a slot was used twice"]


def test_an_entry_that_is_not_what_the_ledger_holds_fails_by_its_position(package: Json, tmp_path: Path) -> None:
    package["entries"][0]["entry"] = package["entries"][0]["entry"].replace("demonstration", "production")

    found = failures(verified(tmp_path, package).stdout)

    assert found == ["FAIL  entry 1: its bytes are not those of this position of the ledger"]


def test_a_ledger_that_was_replaced_as_a_whole_passes_unless_a_root_is_held(
    told: tuple[Desk, Package], package: Json, tmp_path: Path
) -> None:
    held = told[0].store.ledger.head(streams.trial_ledger(TRIAL), at=package["ledger"]["size"]).root.hex()
    first = package["allocations"][0]
    forge(package, first, lambda entry: entry["body"].update(printed_name="Somebody Else"))

    without, with_root = verified(tmp_path, package), verified(tmp_path, package, "--root", held)

    assert (without.returncode, with_root.returncode) == (0, 1)
    assert failures(with_root.stdout) == ["FAIL  the root that you hold: the package's ledger never had it"]


def test_a_method_that_the_program_does_not_know_is_no_pass(package: Json, tmp_path: Path) -> None:
    for one in package["versions"][0]["lists"]:
        one["method"] = "coin_of_tomorrow"

    found = verified(tmp_path, package)

    assert found.returncode == 1
    assert "FAIL  version 1: this program does not know the method coin_of_tomorrow" in failures(found.stdout)


@pytest.mark.parametrize("data", [b"", b"[]", b'{"format":"other","kind":"planned"}', b"\xff"])
def test_what_is_no_package_is_not_readable(tmp_path: Path, data: bytes) -> None:
    found = verified(tmp_path, data)

    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("The package cannot be read: ")


def test_the_package_names_its_recipient(package: Json) -> None:
    assert (package["recipient"], package["trial"]) == (RECIPIENT, TRIAL)
