"""Every registered fact, with any value its types allow, survives its own bytes."""

from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from adapters.storage.codec import decode, decode_payload, encode_body, encode_payload
from adapters.storage.verified import verified_body, verified_payload
from compliance.proofs.canonical import read_canonical
from compliance.proofs.entry import body_of, frame_entry
from domain.catalogue import EventType
from domain.record import Body
from tests.codec.any_facts import ROWS, any_context, any_fact, plain

OPEN_ROWS = [row for row in ROWS if not row.is_sealed_whole]
VAULT_ROWS = [row for row in ROWS if row.is_sealed_whole]
WITHOUT_EXPLANATION = tuple(phase for phase in Phase if phase is not Phase.explain)
"""A change that breaks every type is told in seconds, not in minutes."""
NOW = datetime(2027, 3, 3, 10, 15, tzinfo=UTC)


def ledger_for(row: EventType) -> str:
    kind = min(row.ledgers)
    return kind if kind == "system" else f"{kind}:DEMO"


@pytest.mark.parametrize("row", OPEN_ROWS, ids=lambda row: row.name)
@settings(max_examples=8, phases=WITHOUT_EXPLANATION)
@given(data=st.data())
def test_an_entry_of_this_type_reads_back_as_written(row: EventType, data: st.DataObject) -> None:
    context, fact = data.draw(any_context()), data.draw(any_fact(row))

    body = verified_body(context, fact, ledger=ledger_for(row))
    entry = frame_entry(
        body,
        ledger=ledger_for(row),
        position=7,
        recorded_at=NOW,
        stream=f"{ledger_for(row)}/x",
        type_name=row.name,
        version=3,
    )
    found = decode(entry, row.name)

    assert found.fact == fact
    assert found.body == Body(payload=fact, **{name: getattr(context, name) for name in context.__struct_fields__})
    assert (found.frame.position, found.frame.version, found.frame.recorded_at) == (7, 3, NOW)
    assert body_of(entry) == body


@pytest.mark.parametrize("row", VAULT_ROWS, ids=lambda row: row.name)
@settings(max_examples=8, phases=WITHOUT_EXPLANATION)
@given(data=st.data())
def test_a_payload_for_the_vault_reads_back_as_written(row: EventType, data: st.DataObject) -> None:
    fact = data.draw(any_fact(row))

    written = verified_payload(fact, ledger="vault:DEMO")

    assert decode_payload(written, row.name) == fact


@settings(max_examples=120, phases=WITHOUT_EXPLANATION)
@given(data=st.data())
def test_the_bytes_are_those_of_the_reference_for_canonical_json(data: st.DataObject) -> None:
    row = data.draw(st.sampled_from(ROWS))
    context, fact = data.draw(any_context()), data.draw(any_fact(row))

    written = encode_body(context, fact)

    assert written == rfc8785.dumps(plain(context) | {"payload": plain(fact)})
    assert encode_payload(fact) == rfc8785.dumps(plain(fact))
    assert read_canonical(written) == plain(context) | {"payload": plain(fact)}
