"""One plain entry to start from, as JSON that a test can spoil."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.fields import SealedText, TrialTeam
from domain.record import Authority, Context, Performer
from domain.times import Occurred

MOMENT = datetime(2027, 3, 3, 2, 15, 0, 0, tzinfo=UTC)


def context(**changes: Any) -> Context:
    given: dict[str, Any] = {
        "actor": "u12",
        "authority": Authority(grant="g1", rule="r1", system_position=4, table_version="1"),
        "causation": None,
        "clock_reading": MOMENT,
        "command_id": UUID(int=1),
        "correlation": UUID(int=2),
        "event_id": UUID(int=3),
        "occurred_at": Occurred("2027-03-03T10:15:00+08:00[Asia/Shanghai]"),
        "on_behalf_of": None,
        "organisation": "Site 01",
        "originator": "web",
        "performer": Performer(person="u12", role="investigator"),
        "printed_name": "U Twelve",
        "protocol_version": "1.0",
        "reason_code": None,
        "reason_text": None,
        "role": "investigator",
        "salt": bytes(16),
        "session": "s1",
        "software_version": "0.1.0",
        "source_kind": "direct",
        "source_ref": None,
        "strength": "asserted",
    }
    return Context(**given | changes)


def sealed(size: int = 1024, *, length: int | None = None, audience: str = "trial_team") -> SealedText[TrialTeam]:
    given: Any = {"audience": audience, "size": size}
    ciphertext = bytes(size + 16 if length is None else length)
    return SealedText(ciphertext=ciphertext, commitment=bytes(32), key=bytes(16), nonce=bytes(12), **given)


def entry_json(type_name: str, payload: dict[str, Any]) -> dict[str, Any]:
    """An entry as the ledger would hold it, written out by hand."""
    body = {
        "actor": "u12",
        "authority": {"grant": "g1", "rule": "r1", "system_position": 4, "table_version": "1"},
        "causation": None,
        "clock_reading": "2027-03-03T02:15:00.000000Z",
        "command_id": str(UUID(int=1)),
        "correlation": str(UUID(int=2)),
        "event_id": str(UUID(int=3)),
        "occurred_at": "2027-03-03T10:15:00+08:00[Asia/Shanghai]",
        "on_behalf_of": None,
        "organisation": "Site 01",
        "originator": "web",
        "payload": deepcopy(payload),
        "performer": {"person": "u12", "role": "investigator"},
        "printed_name": "U Twelve",
        "protocol_version": "1.0",
        "reason_code": None,
        "reason_text": None,
        "role": "investigator",
        "salt": "AAAAAAAAAAAAAAAAAAAAAA==",
        "session": "s1",
        "software_version": "0.1.0",
        "source_kind": "direct",
        "source_ref": None,
        "strength": "asserted",
    }
    frame = {
        "ledger": "trial:DEMO",
        "position": 5,
        "recorded_at": "2027-03-03T02:15:01.000000Z",
        "schema": "trialproof.entry.v1",
        "stream": "trial:DEMO/participant/007",
        "type": type_name,
        "version": 1,
    }
    return {"body": body, "frame": frame}


def spelled(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
