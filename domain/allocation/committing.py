"""The commitment to lists that were just made: one root over all their slots, in public, and the lists in the vault."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import msgspec

from domain import streams
from domain.allocation.facts import CommittedStratum, ListSealed, RandomisationCommitted, Scheme
from domain.command import Decided, Given

NO_ROOT: Final = "0" * 64
"""What stands in a list until the root that covers it is known; the root does not depend on it."""


def committing(
    given: Given, lists: Sequence[ListSealed], caps: Sequence[int], *, scheme: Scheme, beacon_value: str | None
) -> tuple[Decided, ...]:
    """Commit to these lists of one design; `caps` are those of their strata."""
    ends = accumulate((sealed.length for sealed in lists), initial=1)
    placed = [msgspec.structs.replace(sealed, first_leaf=first) for sealed, first in zip(lists, ends, strict=False)]
    root = given.randomiser.root(placed, given.trial)
    one = placed[0]
    committed = RandomisationCommitted(
        beacon_value=beacon_value,
        ratio=one.ratio,
        root=root,
        scheme=scheme,
        seed_commitment=one.seed_commitment,
        strata=tuple(
            CommittedStratum(cap=cap, list_id=sealed.list_id, site=sealed.site, stratum=sealed.stratum)
            for sealed, cap in zip(placed, caps, strict=True)
        ),
        version=one.version,
    )
    sealed_lists = (msgspec.structs.replace(sealed, root=root) for sealed in placed)
    return (
        given.fact(streams.randomisation(given.trial), committed),
        *(given.fact(streams.sealed_list(given.trial, sealed.list_id), sealed) for sealed in sealed_lists),
    )
