"""Signatures as reports show them: how each stands, whether its seal holds, and what is owed to which entry."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from compliance.reports import frame
from compliance.reports.material import Material
from compliance.reports.model import Code
from compliance.reports.wording import counted
from domain import streams
from domain.record import Entry
from projections.replay import replay
from projections.signature_rows import RequiredRow, SignatureRow
from projections.signatures import Signatures

STATUSES: Final = (
    Code(code="valid", meaning="given, and nothing has altered since what was signed", tone="good"),
    Code(code="superseded", meaning="what was signed was altered later; the signature stays visible", tone="watch"),
    Code(code="withdrawn", meaning="the signer took it back, with a reason; it stays visible", tone="watch"),
    Code(code="broken", meaning="seal, digest or place does not verify: it proves nothing", tone="bad"),
)
STANDINGS: Final = (
    Code(code="signed", meaning="signed, and nothing has altered it since", tone="good"),
    Code(code="needs re-signing", meaning="signed once, and altered or taken back since", tone="watch"),
    Code(code="owed", meaning="recorded, not signed yet; the time for signing is not over", tone="watch"),
    Code(code="overdue", meaning="recorded, not signed in time", tone="bad"),
    Code(code="signature broken", meaning="signed, but the signature does not verify", tone="bad"),
)


def utc_words(instant: datetime) -> str:
    """To the minute, in UTC."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class OneSigned:
    """A signature with its entry, the one that took it back, and why it is broken, where that is so."""

    row: SignatureRow
    entry: Entry
    taken_back: Entry | None
    why_broken: str | None

    @property
    def status(self) -> str:
        """How it stands; one that does not verify is broken, whatever else it is."""
        return self.row.status if self.why_broken is None else "broken"


@dataclass(frozen=True, slots=True)
class Signed:
    """All signatures that a reader may see, and all that are needed, on the axes asked for.

    `of_event` holds the signatures given for an entry, the earlier ones first; `at` a signature by its ledger and
    position; `asked` what an entry asks for, `ledgers` in which some do.
    """

    made: tuple[OneSigned, ...]
    needed: tuple[RequiredRow, ...]
    of_event: Mapping[UUID, tuple[OneSigned, ...]]
    at: Mapping[tuple[str, int], OneSigned]
    asked: Mapping[UUID, RequiredRow]
    ledgers: frozenset[str]
    now: datetime

    def standing(self, row: RequiredRow) -> str:
        """How what is needed stands; signed only where a signature that covers it verifies."""
        covering = [one for one in self.on(row.behind.event_id) if one.row.status == "valid"]
        if covering and all(one.why_broken is not None for one in covering):
            return "signature broken"
        standing = row.standing(self.now)
        return "signed" if standing == "given" else standing

    def on(self, event: UUID) -> tuple[OneSigned, ...]:
        """All signatures that were given for an entry, the earlier ones first."""
        return self.of_event.get(event, ())

    def standing_of(self, event: UUID) -> str | None:
        """How what an entry asks for stands; None where it asks for nothing, or something took its place."""
        need = self.asked.get(event)
        return None if need is None else self.standing(need)


def signed_known(material: Material) -> Signed:
    """Fold the trial ledger, and the system ledger for the signatures on the policy."""
    made: list[OneSigned] = []
    needed: list[RequiredRow] = []
    for ledger in (streams.trial_ledger(material.trial), streams.SYSTEM_LEDGER):
        entries = {entry.frame.position: entry for entry in material.entries.get(ledger, ())}
        view = replay(Signatures, entries.values(), true=material.true).view()
        made += [_one(row, entries, material.broken.get((ledger, row.behind.position))) for row in view.made]
        needed += view.needed
    of_event: dict[UUID, tuple[OneSigned, ...]] = {}
    for one in made:
        if one.row.target is not None:
            of_event[one.row.target] = (*of_event.get(one.row.target, ()), one)
    return Signed(
        made=tuple(made),
        needed=tuple(needed),
        of_event=of_event,
        at={(one.entry.frame.ledger, one.entry.frame.position): one for one in made},
        asked={row.behind.event_id: row for row in needed},
        ledgers=frozenset(row.stream.partition("/")[0] for row in needed),
        now=frame.as_of(material),
    )


def _one(row: SignatureRow, entries: Mapping[int, Entry], why_broken: str | None) -> OneSigned:
    taken_back = None if row.withdrawn is None else entries[row.withdrawn.position]
    return OneSigned(row, entries[row.behind.position], taken_back, why_broken)


def signature_words(one: OneSigned) -> str:
    """A signature in a line: by whom, when, meaning what, and how it stands."""
    row = one.row
    successor = f" as successor of {row.successor_of}" if row.successor_of else ""
    signed = f"signed by {row.printed_name}{successor} on {utc_words(row.signed_at)} as {row.meaning}"
    match one.status:
        case "broken":
            return f"{signed}: BROKEN, {one.why_broken}"
        case "withdrawn":
            return f"{signed}: withdrawn"
        case "superseded" if row.superseded_by is not None:
            return f"{signed}: superseded by entry {row.superseded_by.position:,}"
        case _:
            return signed


def signatures_note(signed: Signed) -> str:
    """What signatures here are, and how many of those needed stand."""
    kind = (
        "Electronic signatures sealed by the service for a person who proved components of their own at that moment; "
        "no personal digital signatures."
    )
    counts = Counter(signed.standing(row) for row in signed.needed)
    said = [f"{counts[code.code]:,} {_NOTED[code.code]}" for code in STANDINGS if counts[code.code]]
    if not said:
        return f"{kind} Nothing here asks for one."
    return f"{kind} Of {counted(len(signed.needed), 'entry', 'entries')} that ask for one: {', '.join(said)}."


_NOTED: Final = {
    "signed": "signed",
    "needs re-signing": "to be signed again",
    "owed": "recorded, not signed yet",
    "overdue": "overdue",
    "signature broken": "signed with a signature that does not verify",
}
