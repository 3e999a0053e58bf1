"""The randomisation log, unblinded form: cell for cell the blinded one, with arm and slot behind, reconciled."""

from typing import Any

import pytest

from compliance.proofs.list_records import records_of
from compliance.proofs.list_slots import digest
from compliance.reports.model import Body
from compliance.reports.randomisation_log import randomisation_log
from compliance.reports.randomisation_log_unblinded import randomisation_log_unblinded
from domain import streams
from domain.allocation.facts import ListOrigin, ListSealed, Parameter, SlotDrawn
from domain.signature.facts import SignatureMade
from domain.signature.meanings import ATTESTATIONS
from tests.projections import facts as told
from tests.projections.entries import TRIAL
from tests.proofs.conducted import altered, with_fact
from tests.reports.materials import cells, material, said
from tests.reports.randomisation_story import VAULT, Randomised, orderly

SHA = "ab" * 32
MINIMISED = tuple(
    Parameter(name=name, values=values)
    for name, values in (("factors", ("site",)), ("form", ("fake_arms",)), ("measure", ("range",)), ("p", ("4/5",)))
)


def log(story: Randomised, vault: Any = None, **changes: Any) -> Body:
    return randomisation_log_unblinded(material(story.trial.entries, vault or story.vault.entries, **changes))


def checks(body: Body) -> dict[str, tuple[str | None, str | None]]:
    return {row["check"] or "": (row["made"], row["state"]) for row in cells(body, "reconciliation")}


def attention(body: Body) -> dict[str, str]:
    return {one.sentence: one.severity for one in body.attention}


@pytest.mark.requirement("ST-02", "E6-08")
def test_both_forms_of_the_same_positions_agree_in_every_cell_that_both_have() -> None:
    story = orderly()
    story.trial.write(told.person("001"), told.error("wrong_stratum", stratum_used="LN", true_stratum="SLE"))
    whole = material(story.trial.entries, story.vault.entries)

    blinded, unblinded = randomisation_log(whole), randomisation_log_unblinded(whole)

    tables = {table.id: table for table in unblinded.tables}
    for table in blinded.tables:
        other = tables[table.id]
        width = len(table.columns)
        assert other.columns[:width] == table.columns
        assert [(row.key, row.cells[:width]) for row in other.rows] == [(row.key, row.cells) for row in table.rows]
    assert blinded.pictures == unblinded.pictures
    assert len(tables["allocations"].columns) > len(blinded.tables[0].columns)


@pytest.mark.requirement("ST-02")
def test_each_allocation_has_arm_slot_block_list_and_opens_under_the_public_root() -> None:
    story = orderly()
    slots = {e.fact.participant: e for e in story.vault.entries if isinstance(e.fact, SlotDrawn)}

    body = log(story)

    first, second, third = cells(body, "allocations")
    assert (first["arm"], third["arm"]) == tuple(
        f"{slots[number].fact.arm}: {'Brindlewick' if slots[number].fact.arm == 'x1' else 'Umberlynx'}"
        for number in ("001", "003")
    )
    assert [row["list_position"] for row in (first, second, third)] == ["1", "1", "2"]
    assert {row["block"] for row in (first, second, third)} == {"1"}
    assert {(row["opens"], row["agrees"], row["kit_check"]) for row in (first, second, third)} == {
        ("opens", "agrees", "of this arm")
    }
    held = records_of(TRIAL, story.trial.entries, story.vault.entries).lists["l1ln"]
    assert (first["list_id"], first["cell"], first["algorithm"]) == ("l1ln", "LN", "permuted blocks, rand/v1")
    assert (first["list_digest"], first["seed"]) == (digest(held), held.sealed.seed_commitment)
    assert (first["inputs"], first["differences"]) == (None, None)
    assert first["vault_entry"] == str(slots["001"].frame.position)
    assert body.blinding_class == "UNBLINDED"
    assert {source.ledger for source in body.sources} == {f"trial:{TRIAL}", VAULT}
    assert body.entries_read == len(story.trial.entries) + len(story.vault.entries)


@pytest.mark.requirement("ST-02")
def test_an_honest_trial_reconciles_and_says_on_how_much() -> None:
    body = log(orderly())

    found = checks(body)
    assert {state for _, state in found.values()} == {"holds", "nothing to check"}
    assert found["Each allocation is one slot of a sealed list"] == ("3", "holds")
    assert found["Every draw is made again from its recorded inputs"] == ("0", "nothing to check")
    assert found["Every share of a seed opens its commitment"] == ("2", "holds")
    assert (
        body.answer
        == "3 allocations; each is the slot of a sealed list that the public root fixed before; no mismatch."
    )
    (ln, sle) = cells(body, "lists")
    assert (ln["used"], ln["unused"], ln["skipped"], ln["twice"]) == ("2", "10", "none", "none")
    assert (ln["parameters"], sle["length"], sle["first_leaf"]) == ("ratio 2:1; sizes 3", "12", "13")
    assert (sle["arms"] or "").startswith("x1: Brindlewick: ")


def test_neither_the_seed_nor_a_slot_that_is_not_used_is_printed() -> None:
    story = orderly()
    words = said(log(story))

    assert story.lists[1, "LN"].seed.hex() not in words
    assert "The arms of slots that are not used yet stand in no report." in words


@pytest.mark.requirement("ST-02")
def test_a_tampered_slot_is_named_in_its_row_in_the_checks_and_first_of_all() -> None:
    story = orderly()
    wrong = altered(story.vault.entries, SlotDrawn, lambda entry: with_fact(entry, arm="x3"))

    body = log(story, wrong)

    first = cells(body, "allocations")[0]
    assert (first["arm"], first["opens"], first["agrees"]) == ("x3: not an arm of the list", "does not open", "differs")
    assert (first["differences"] or "").startswith("The arm that was used is not the one")
    assert [row["mismatch"] for row in cells(body, "mismatches")] == ["arm-not-listed", "leaf-outside-root"]
    assert (cells(body, "mismatches")[0]["entry"] or "").startswith("vault ")
    assert checks(body)["Every slot that was used opens under the public root"] == ("3", "does not hold")
    assert body.attention[0].severity == "serious"
    assert attention(body)["2 mismatches between allocations, sealed lists and commitments."] == "serious"
    assert attention(body)["2 checks of the reconciliation with a mismatch."] == "serious"
    assert body.answer == "3 allocations; 2 mismatches against the sealed lists."


def test_an_allocation_without_a_slot_has_none_of_its_columns() -> None:
    story = orderly()
    story.trial.write(told.person("009"), told.allocated(number="R-009"))

    last = cells(log(story), "allocations")[-1]

    assert (last["arm"], last["list_position"], last["block"]) == (None, None, None)
    assert (last["opens"], last["agrees"], last["kit_check"]) == ("no slot", "differs", "no kit")
    assert last["differences"] == "An allocation has no slot."


@pytest.mark.requirement("E6-08")
def test_kits_are_held_against_the_arm_and_one_on_no_map_is_none_of_it() -> None:
    story = Randomised()
    story.commit("LN")
    arms = {number: story.whole(number) for number in ("001", "002", "003", "004")}
    for kit in ("K1", "K5"):
        story.give("001", kit, arms["001"])
    story.give("002", "K2", "x2" if arms["002"] == "x1" else "x1")
    story.give("003", "K3", None)

    body = log(story)

    rows = {row["participant"]: row for row in cells(body, "allocations")}
    assert {number: row["kit_check"] for number, row in rows.items()} == {
        "001": "of this arm",
        "002": "of another arm",
        "003": "of another arm",
        "004": "no kit",
    }
    assert rows["003"]["kit_arms"] == "K3: on no map"
    assert rows["004"]["kit_arms"] is None
    assert attention(body)["2 allocations with a kit of another arm."] == "serious"


def test_minimised_draws_show_what_they_were_made_from() -> None:
    story = Randomised()
    story.commit("LN", method="minimisation", parameters=MINIMISED)
    for number in ("001", "002"):
        story.whole(number)

    body = log(story)

    first, second = cells(body, "allocations")
    assert (first["block"], first["algorithm"], first["opens"]) == ("none", "minimisation, rand/v1", "opens")
    assert (first["inputs"] or "").startswith("site 01; scores ")
    assert first["inputs"] != second["inputs"]
    assert checks(body)["Every draw is made again from its recorded inputs"] == ("2", "holds")


def test_a_list_made_outside_names_its_program() -> None:
    story = orderly()
    origin = ListOrigin(program="R blockrand", program_sha256=SHA, version="1.5")
    outside = altered(story.vault.entries, ListSealed, lambda e: with_fact(e, slots="01" * 6, origin=origin))
    unknown = altered(story.vault.entries, ListSealed, lambda e: with_fact(e, slots="01" * 6))

    first, second = log(story, outside), log(story, unknown)

    assert cells(first, "allocations")[0]["algorithm"] == "made outside by R blockrand 1.5"
    assert cells(first, "allocations")[0]["block"] == "none"
    assert (cells(first, "lists")[0]["origin"], cells(second, "lists")[0]["origin"]) == (SHA, None)
    assert cells(second, "lists")[0]["algorithm"] == "made outside"
    assert checks(first)["Lists made outside are as they were handed in"] == ("1", "does not hold")


def test_who_is_expected_to_sign_is_listed_and_a_signature_on_the_randomisation_counts() -> None:
    story = orderly()
    fields: dict[str, Any] = {
        "attestation": ATTESTATIONS["authorship"],
        "components": ("password", "totp"),
        "display_digest": SHA,
        "first_in_session": True,
        "key": SHA,
        "local_offset": "+08:00",
        "meaning": "authorship",
        "printed_name": "The maker",
        "purpose": "review",
        "record_digest": SHA,
        "seal": bytes(64),
        "signature": "s1",
        "signed_at": story.trial.clock,
        "signer": "u40",
        "stream": streams.randomisation(TRIAL),
        "successor_of": None,
        "version": 6,
    }
    unsigned = log(story)
    where = streams.signatures(streams.randomisation(TRIAL))
    story.trial.write(where, SignatureMade(**fields), actor="u40", role="randomisation_statistician")

    body = log(story)

    assert [row["state"] for row in cells(unsigned, "signers")] == ["not signed", "not signed"]
    assert [row["state"] for row in cells(body, "signers")] == ["valid", "not signed"]
    assert (cells(body, "signers")[0]["signature"] or "").startswith("signed by The maker on ")
    assert attention(unsigned)["2 expected signatures not given."] == "to note"
    assert attention(body)["1 expected signature not given."] == "to note"


def test_where_the_vault_is_not_read_nothing_is_claimed_of_it() -> None:
    body = randomisation_log_unblinded(material(orderly().trial.entries))

    rows = cells(body, "allocations")
    assert {row[one] for row in rows for one in ("opens", "agrees", "kit_check")} == {"no slot"}
    assert body.answer == "3 allocations; the vault is not read for this reader: nothing is reconciled."
    assert cells(body, "mismatches") == []
    assert {state for _, state in checks(body).values()} == {"nothing to check"}
