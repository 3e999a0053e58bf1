"""Lists and commitments that were recorded before there were other methods, versions and lists of sites."""

from typing import Any, Final

import pytest

from domain.upcasts import upcast

COMMITTED: Final[dict[str, Any]] = {
    "ratio": [2, 1],
    "root": "0" * 64,
    "scheme": "rand/v1",
    "seed_commitment": "1" * 64,
    "strata": [{"cap": 15, "list_id": "q7", "stratum": "SLE"}],
}
SEALED: Final[dict[str, Any]] = {"block_sizes": [3, 6], "length": 64, "stratum": "SLE"}


@pytest.mark.requirement("P11-06")
def test_an_old_commitment_is_the_first_version_of_lists_that_serve_all_sites() -> None:
    found = upcast("randomisation.committed.v1", COMMITTED)

    assert found["strata"] == [{"cap": 15, "list_id": "q7", "site": None, "stratum": "SLE"}]
    assert (found["version"], found["beacon_value"]) == (1, None)
    assert COMMITTED["strata"] == [{"cap": 15, "list_id": "q7", "stratum": "SLE"}]


@pytest.mark.requirement("P11-06")
def test_an_old_list_is_of_permuted_blocks_drawn_here_for_all_sites() -> None:
    assert upcast("list.sealed.v1", SEALED) == {
        "length": 64,
        "method": "permuted_blocks",
        "origin": None,
        "parameters": [{"name": "sizes", "values": ["3", "6"]}],
        "site": None,
        "slots": None,
        "stratum": "SLE",
        "version": 1,
    }


def test_an_old_slot_was_drawn_from_a_list_alone() -> None:
    assert upcast("list.slot_drawn.v1", {"arm": "a1"}) == {"arm": "a1", "inputs": None}
