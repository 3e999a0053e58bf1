"""Beside the signature log: failed attempts to sign, time from the last change to the signature, the first screen."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from compliance.reports import frame
from compliance.reports.access_known import Access
from compliance.reports.access_sessions import attempts
from compliance.reports.access_words import recorded
from compliance.reports.audit_shown import hours
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.material import Material
from compliance.reports.model import Attention, Figure, RowRef, Severity, Table
from compliance.reports.signature_known import Signed
from compliance.reports.signature_rows import NEEDED, SIGNATURES, Logged
from compliance.reports.wording import counted, listed, spaced
from domain.access.facts import CommandRefused
from domain.record import Entry
from domain.session.facts import AuthenticationFailed
from domain.streams import access_ledger

FAILED: Final = "failed"
_SIGNING: Final = frozenset(
    {"sign_record", "sign_review", "withdraw_signature", "acknowledge_policy", "name_successor"}
)


class Failure(NamedTuple):
    """One failed attempt to sign."""

    person: str
    times: int
    what: str
    why: str
    entry: Entry


def failures(access: Access) -> tuple[Failure, ...]:
    """Refused commands of signing, and secrets that did not prove the signer."""
    refused = [
        Failure(entry.body.actor, 1, spaced(entry.fact.command), spaced(entry.fact.rule.replace("-", " ")), entry)
        for entry in (*access.access, *access.system)
        if isinstance(entry.fact, CommandRefused) and entry.fact.command in _SIGNING
    ]
    unproved = [
        Failure(one.person, one.times, "sign record", "what was given did not prove the signer", one.entry)
        for one in attempts(access.system)
        if isinstance(one.entry.fact, AuthenticationFailed) and one.entry.fact.purpose == "signing"
    ]
    return tuple(sorted((*refused, *unproved), key=lambda one: frame.order(one.entry)))


def failures_table(material: Material, found: Sequence[Failure]) -> Table:
    """Failed signing attempts."""
    columns: tuple[Filled[Failure], ...] = (
        shown("person", "User", "id", "Account", lambda f: f.person),
        shown("what", "Attempt", "text", "What was attempted", lambda f: f.what),
        shown("why", "Why it failed", "text", "The rule that refused it, or what was not proved", lambda f: f.why),
        shown("times", "Times", "number", "How often, since the last such entry", lambda f: str(f.times)),
        shown("recorded", "Recorded", "time", "When", lambda f: recorded(f.entry, material.zone)),
        folded("session", "Session", "id", "Session in which it was attempted", lambda f: f.entry.body.session),
        folded("entry", "Entry", "text", "Entry that tells of it", lambda f: frame.handle(material, f.entry)),
    )
    whole = frame.is_read(material, access_ledger(material.trial))
    note = "Refused commands and attempts that did not prove the signer."
    return table_of(
        FAILED,
        "Failed signing attempts",
        note if whole else f"{note} This reader sees no refused commands: they stand in the access ledger.",
        columns,
        found,
        row_word="attempt",
    )


class Delays(NamedTuple):
    """How long signatures of one kind took after the last change of what they cover, in seconds."""

    kind: str
    meaning: str
    taken: tuple[int, ...]


def delays_table(signed: Signed) -> Table:
    """Time from the last change of a record to its signature, by kind of act."""
    kinds: dict[tuple[str, str], list[int]] = {}
    for one in signed.made:
        if one.row.after_change is not None:
            kinds.setdefault((one.row.kind, one.row.meaning), []).append(one.row.after_change)
    columns: tuple[Filled[Delays], ...] = (
        shown("kind", "For", "text", "Kind of act", lambda d: spaced(d.kind)),
        shown("meaning", "Meaning", "text", "What the signatures mean", lambda d: d.meaning),
        shown("signatures", "Signatures", "number", "How many", lambda d: str(len(d.taken))),
        shown("shortest", "Shortest", "number", "Time taken", lambda d: hours(d.taken[0]), unit="h"),
        shown(
            "median", "Median", "number", "Time taken, the lower of two middles", lambda d: hours(_median(d)), unit="h"
        ),
        shown("longest", "Longest", "number", "Time taken", lambda d: hours(d.taken[-1]), unit="h"),
    )
    rows = [Delays(*key, tuple(sorted(kinds[key]))) for key in sorted(kinds)]
    note = "From the last entry that a signature covers to the signature; each signature's own stands in its row."
    return table_of("delays", "Time from last change to signature", note, columns, rows, row_word="kind")


def _median(delays: Delays) -> int:
    return delays.taken[(len(delays.taken) - 1) // 2]


def answer(signed: Signed) -> str:
    """The result in one sentence."""
    states = Counter(one.status for one in signed.made)
    standings = Counter(signed.standing(row) for row in signed.needed)
    people = len({one.row.signer for one in signed.made})
    waiting = sum(standings.values()) - standings["signed"]
    late = f", {standings['overdue']:,} overdue" if standings["overdue"] else ""
    waits = f"{counted(waiting, 'record')} {'waits' if waiting == 1 else 'wait'} for one{late}"
    given = f"{counted(len(signed.made), 'signature')} by {counted(people, 'person', 'people')}"
    return (
        f"{given}: {states['valid']:,} valid, {states['superseded']:,} superseded, {states['withdrawn']:,} withdrawn, "
        f"{states['broken']:,} broken; {waits if waiting else 'no record waits for one'}."
    )


def figures(signed: Signed, failed: Sequence[Failure]) -> tuple[Figure, ...]:
    """The strip of figures."""
    states = Counter(one.status for one in signed.made)
    standings = Counter(signed.standing(row) for row in signed.needed)
    return (
        _figure("Signatures", len(signed.made), "given, whatever became of them"),
        _figure("Valid", states["valid"], "nothing altered what they cover"),
        _figure("Superseded", states["superseded"], f"{standings['needs re-signing']:,} to be signed again in time"),
        _figure("Broken", states["broken"], "do not verify"),
        _figure("Unsigned", standings["owed"] + standings["overdue"], f"{standings['overdue']:,} overdue"),
        _figure("Failed attempts", sum(one.times for one in failed), "to sign"),
    )


def _figure(label: str, value: int, meaning: str) -> Figure:
    return Figure(label=label, value=f"{value:,}", meaning=meaning)


def attention(rows: Sequence[Logged], needed: Table, failed: Sequence[Failure]) -> Iterator[Attention]:
    """What an inspector would want to see, with its rows."""
    yield from _signatures(rows, "serious", lambda s: s.one.status == "broken", "does not verify", "do not verify")
    unknown = "by somebody whose identity was not verified before"
    yield from _signatures(rows, "serious", lambda s: s.verified is None and s.is_known, unknown, unknown)
    standing = next(at for at, column in enumerate(needed.columns) if column.key == "standing")
    for severity, which, words in _WAITING:
        hits = [row.key for row in needed.rows if row.cells[standing] in which]
        yield from _item(severity, NEEDED, hits, "record", words)
    organisations = sorted({row.one.row.by.organisation for row in rows if row.letter is None})
    if organisations:
        sentence = f"No certification letter is registered for {listed(organisations)}, whose people signed."
        yield Attention(severity="important", sentence=sentence)
    yield from _signatures(rows, "to note", lambda s: s.one.status == "withdrawn", "was taken back", "were taken back")
    keys = [str(number) for number, _ in enumerate(failed, 1)]
    yield from _item("to note", FAILED, keys, "line", "of failed attempts to sign.")


_WAITING: Final[tuple[tuple[Severity, frozenset[str], str], ...]] = (
    ("serious", frozenset({"overdue"}), "not signed in time."),
    ("important", frozenset({"needs re-signing", "signature broken"}), "to be signed again."),
    ("to note", frozenset({"owed"}), "not signed yet; the time is not over."),
)


def _signatures(
    rows: Sequence[Logged], severity: Severity, test: Callable[[Logged], bool], one: str, many: str
) -> Iterator[Attention]:
    hits = [str(number) for number, row in enumerate(rows, 1) if test(row)]
    yield from _item(severity, SIGNATURES, hits, "signature", f"{one if len(hits) == 1 else many}.")


def _item(severity: Severity, table: str, keys: Sequence[str], word: str, words: str) -> Iterator[Attention]:
    if keys:
        refs = tuple(RowRef(table=table, row=key) for key in keys)
        yield Attention(severity=severity, sentence=f"{counted(len(keys), word)} {words}", rows=refs)
