"""Where golden entries come from: the demonstration's ledgers, samples of the rest appended to them, older forms."""

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import orjson
from msgspec.structs import asdict

from adapters.chance import FreshIds, SeededBytes
from adapters.demo.director import TRIAL
from adapters.demo.play import play
from adapters.keys.sealing import VaultSealing
from adapters.storage.codec import decode
from adapters.wiring import Store
from domain.catalogue import EventType, event_types
from domain.fields import Audience, SealedFact, SealedText
from domain.ports import NewEntry
from domain.record import Context
from domain.streams import SYSTEM_LEDGER, access_ledger, ledger_of, officers, person, provider
from domain.upcasts import STEPS
from tests.golden.samples import VARIANTS, sample

Payload = dict[str, Any]
AT_MOST = 3
LIKE = "participant.visit_recorded.v1"
"""Whose context the samples borrow, under ids of their own."""

NEW_STREAMS = {
    "command.refused.v1": f"{access_ledger(TRIAL)}/refusal/golden",
    "record.read.v1": f"{access_ledger(TRIAL)}/reading/golden",
    "report.requested.v2": f"{access_ledger(TRIAL)}/report/golden",
    "report.opened.v1": f"{access_ledger(TRIAL)}/report/golden",
    "report.produced.v1": f"{access_ledger(TRIAL)}/report/golden",
    "report.delivered.v1": f"{access_ledger(TRIAL)}/report/golden",
    "officer.appointed.v1": officers(TRIAL),
    "officer.released.v1": officers(TRIAL),
    "provider_identity.linked.v1": provider("https://login.example"),
    "provider_identity.unlinked.v1": provider("https://login.example"),
    "security.signal_raised.v1": f"{SYSTEM_LEDGER}/authentication/golden",
    "service.described.v1": person("service-01"),
    "service.key_registered.v1": person("service-01"),
    "service.key_revoked.v1": person("service-01"),
    "deployment.checked.v1": "system/deployment/golden",
    "evidence.presented.v1": "system/deployment/golden",
    "procedures.named.v1": "system/deployment/golden",
    "custody.checked.v1": "system/deployment/golden",
    "escrow.opened.v1": f"trial:{TRIAL}/escrow",
    "interim.approved.v1": f"trial:{TRIAL}/interim/golden",
    "interim.delivered.v1": f"trial:{TRIAL}/interim/golden",
    "interim.requested.v1": f"trial:{TRIAL}/interim/golden",
    "kit.misgiven.v1": f"trial:{TRIAL}/kits/01",
    "kit.returned.v1": f"trial:{TRIAL}/kits/01",
    "participant_key.destroyed.v1": f"trial:{TRIAL}/key/005",
    "release.recorded.v1": f"vault:{TRIAL}/release",
    "reveal.package_delivered.v1": f"trial:{TRIAL}/reveal",
    "treatment.observed.v1": f"vault:{TRIAL}/administration/005",
    "correction.proposed.v1": f"trial:{TRIAL}/participant/005",
    "correction.declined.v1": f"trial:{TRIAL}/participant/005",
}
"""Where a sample is appended when its subject has no stream yet; all others join the first stream of their subject."""


def _without_previous(payload: Payload) -> Payload:
    return {name: value for name, value in payload.items() if name != "previous"}


OLDER: Mapping[str, Callable[[Payload], Payload]] = {"participant.screening_opened.v1": _without_previous}
"""How an older version wrote what today's says; only where nothing is lost (`may_be_older`)."""


class Found(NamedTuple):
    """An entry as it is stored; of a vault entry, the payload too."""

    entry: bytes
    opened: bytes | None = None


@contextmanager
def demonstration() -> Generator[Store]:
    """The whole demonstration, played into a store that goes away."""
    with TemporaryDirectory() as folder:
        store, _ = play(Path(folder) / "store", Path(folder) / "secret", progress=lambda _done, _of: None)
        try:
            yield store
        finally:
            store.close()


def all_found(store: Store) -> dict[str, list[Found]]:
    """The entries for the corpus, by stored name: from the ledgers, else samples, and the older forms."""
    recorded = _recorded(store)
    for row in event_types():
        if row.name not in recorded:
            _append_samples(store, row, recorded)
    stored = _recorded(store)
    chosen = {name: _telling(entries) for name, entries in stored.items()}
    for name, older in OLDER.items():
        current = STEPS[name].name
        rest = [found for found in stored[current] if found not in chosen[current]]
        chosen[name] = [Found(_as_older(found.entry, name, older)) for found in rest[: AT_MOST - 1]]
    return chosen


def _recorded(store: Store) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {}
    vault = VaultSealing(store.keys, SeededBytes("opening draws nothing"))
    for ledger in sorted(store.ledger.ledgers()):
        size = store.ledger.head(ledger).size
        for stored in store.ledger.stored_page(ledger, limit=size):
            entry = decode(stored.entry, stored.type)
            opened = None
            if isinstance(entry.fact, SealedFact):
                event = entry.body.event_id
                opened = vault.open_fact(entry.fact, stream=stored.stream, type_name=stored.type, event_id=event)
            found.setdefault(stored.type, []).append(Found(stored.entry, opened))
    return found


def _append_samples(store: Store, row: EventType, recorded: Mapping[str, list[Found]]) -> None:
    stream, chance = _stream(row, recorded), SeededBytes(row.name)
    like = decode(recorded[LIKE][0].entry, LIKE).body
    given = {name: value for name, value in asdict(like).items() if name != "payload"}

    def sealed(words: str, audience: type[Audience], size: int) -> SealedText[Any]:
        return store.ports.seals.text(words, audience, size, scope=f"trial:{TRIAL}")

    for variant in VARIANTS:
        ids = FreshIds(chance)
        new: Payload = {"event_id": ids.event_id(), "command_id": ids.event_id(), "salt": chance(16)}
        entry = NewEntry(stream, Context(**given | new), sample(row, variant, sealed))
        store.ledger.append([entry], expected={stream: len(store.ledger.stream(stream))}, outcome=None)


def _stream(row: EventType, recorded: Mapping[str, list[Found]]) -> str:
    if row.name in NEW_STREAMS:
        return NEW_STREAMS[row.name]
    subject = row.name.partition(".")[0] + "."
    heads = (entries[0].entry for name, entries in sorted(recorded.items()) if name.startswith(subject))
    streams = (json.loads(entry)["frame"]["stream"] for entry in heads)
    found: str | None = next((one for one in streams if ledger_of(one).partition(":")[0] in row.ledgers), None)
    assert found is not None, f"say in NEW_STREAMS where a sample of {row.name} belongs"
    return found


def _as_older(entry: bytes, name: str, older: Callable[[Payload], Payload]) -> bytes:
    tree = json.loads(entry)
    tree["body"]["payload"] = older(tree["body"]["payload"])
    tree["frame"]["type"] = name
    return orjson.dumps(tree, option=orjson.OPT_SORT_KEYS)


def _telling(entries: list[Found]) -> list[Found]:
    """A few that differ most in form, in the order of the ledger: the first, then whatever shows something new."""
    forms = [frozenset(_forms(json.loads(found.opened or found.entry))) for found in entries]
    chosen = [0]
    seen = set(forms[0])
    while len(chosen) < min(AT_MOST, len(entries)):
        best = max(range(len(entries)), key=lambda at: (len(forms[at] - seen), at not in chosen, -at))
        if not forms[best] - seen:
            break
        chosen.append(best)
        seen |= forms[best]
    return [entries[at] for at in sorted(chosen)]


def _forms(tree: Any, place: str = "") -> Iterator[str]:
    match tree:
        case dict():
            for name, part in tree.items():  # pyright: ignore[reportUnknownVariableType]  # a parsed JSON object
                yield from _forms(part, f"{place}.{name}")
        case list():
            yield f"{place} {'holds' if tree else 'empty'}"
            for part in tree:  # pyright: ignore[reportUnknownVariableType]  # a parsed JSON array
                yield from _forms(part, f"{place}[]")
        case bool() | None:
            yield f"{place} {tree}"
        case str() if place.endswith((".type", ".kind", ".state", ".status", ".how", ".found", ".ledger")):
            yield f"{place} {tree}"
        case _:
            yield place
