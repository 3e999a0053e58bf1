"""What stands around the rows of every report: its title, scope and sources, and the notes on what they can show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from compliance.reports.material import Material
from compliance.reports.model import Attention, Scope, Severity, Source
from compliance.reports.wording import listed
from domain.record import Entry, Strength
from domain.streams import trial_ledger
from projections.amendments import effective
from projections.fold import S
from projections.replay import as_true, replay

VERIFICATION: Final = (
    "Compute the RFC 6962 root over the first entries of each ledger, up to the size given here, and compare it "
    "with the root beside it and with a checkpoint that you hold. Equal roots show that these are the entries that "
    "were read; they do not show that what a person recorded is true."
)
STRENGTHS: Final[Mapping[Strength, str]] = {
    "asserted": "asserted: people said who they were, nothing proved it (old demonstrations only)",
    "emergency": "emergency: a credential that breaks the code and does nothing else",
    "machine": "machine: a service account by its own key, or the product itself",
    "passkey": "passkey: a device of the owner's, which answered for this very log-in",
    "password_totp": "password and one-time code: two components of the owner's, proved at log-in",
    "single_sign_on": "single sign-on: an identity provider vouched for the owner",
}
EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_SEVERITIES: Final[tuple[Severity, ...]] = ("serious", "important", "to note")
_RANKS: Final = {"trial": 0, "access": 1, "vault": 2, "system": 3}


def gravest_first(found: Iterable[Attention]) -> tuple[Attention, ...]:
    """What needs attention, in order of severity; of equals, as found."""
    return tuple(sorted(found, key=lambda item: _SEVERITIES.index(item.severity)))


def rank(ledger: str) -> int:
    """Where a ledger stands among entries recorded at the same instant."""
    return _RANKS[ledger.partition(":")[0]]


def trial_only(material: Material) -> Material:
    """The material without any other ledger: for reports that read the trial ledger alone."""
    name = trial_ledger(material.trial)
    return replace(
        material,
        entries={name: material.entries.get(name, ())},
        sources=tuple(source for source in material.sources if source.ledger == name),
    )


def readable(material: Material) -> dict[str, Sequence[Entry]]:
    """The entries by ledger, without the vault: no report made here reads it, whatever is handed in."""
    return {name: entries for name, entries in material.entries.items() if not _is_vault(name)}


def entries_of(material: Material, ledger: str) -> list[Entry]:
    """The entries of a ledger as they count on the axes asked for: amended, and true by then."""
    own = material.entries.get(ledger, ())
    return effective(own) if material.true is None else as_true(own, material.true)


def is_read(material: Material, ledger: str) -> bool:
    """Whether this reader's report reads the ledger at all."""
    return ledger in material.entries


def order(entry: Entry) -> tuple[datetime, int, int]:
    """Where an entry stands among those of several ledgers."""
    return entry.frame.recorded_at, rank(entry.frame.ledger), entry.frame.position


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Entries of several ledgers in one order: (recorded_at, trial < access < vault < system, position)."""
    return sorted(entries, key=order)


def as_of(material: Material) -> datetime:
    """The moment at which due dates are judged: the one asked for, else the last entry that was read."""
    if material.true is not None:
        return material.true
    ends = (entries[-1].frame.recorded_at for entries in readable(material).values() if entries)
    return max(ends, default=EARLIEST)


def handle(material: Material, entry: Entry) -> str:
    """How an entry is named: its ledger and position; without the position where the reader may not know its size."""
    ledger = entry.frame.ledger
    kind = ledger.partition(":")[0]
    if any(source.ledger == ledger for source in material.sources):
        return f"{kind} {entry.frame.position:,}"
    return f"{kind} ledger"


def sources(material: Material) -> tuple[Source, ...]:
    """The ledgers that were read."""
    return tuple(source for source in material.sources if not _is_vault(source.ledger))


def _is_vault(ledger: str) -> bool:
    return ledger.startswith("vault:")


def trial_entries(material: Material) -> list[Entry]:
    """The entries of the trial ledger as they count on the axes asked for: amended, and true by then."""
    return entries_of(material, trial_ledger(material.trial))


def projected(material: Material, projection: type[S]) -> S:
    """A projection of the trial ledger on the axes asked for."""
    return replay(projection, material.entries.get(trial_ledger(material.trial), ()), true=material.true)


def titled(what: str, material: Material) -> str:
    """The title: what, for whom, on which axes, in which zone."""
    axes = f"as known {material.known_on}"
    if material.true is not None:
        axes = f"as true {material.true_on}, {axes}"
    return f"{what}, {axes}, {material.zone}"


def sites_words(sites: frozenset[str] | None) -> str:
    """The sites that the reader may see."""
    if sites is None:
        return "all sites"
    return f"site{'s' if len(sites) > 1 else ''} {listed(sorted(sites))} only"


def scope(material: Material, *, template: str, filters: tuple[str, ...] = (), period: str = "not restricted") -> Scope:
    """What was asked, in words; a site reader's report says that it shows that site only."""
    own = (
        () if material.sites is None else (f"{sites_words(material.sites)}: entries of other sites are not shown here",)
    )
    return Scope(
        trial=material.trial,
        protocol_versions=_protocol_versions(material),
        filters=(*own, *filters),
        period=period,
        time_axis=(
            f"recorded time: as known {material.known_on}; claimed time: as true {material.true_on}. "
            "A bare date means the end of that day."
        ),
        zone=material.zone,
        template_version=template,
    )


def _protocol_versions(material: Material) -> tuple[str, ...]:
    named = {entry.body.protocol_version for entries in readable(material).values() for entry in entries}
    return tuple(sorted(version for version in named if version is not None))


def strength_note(material: Material) -> str:
    """How those who recorded the entries were authenticated."""
    found = {entry.body.strength for entries in readable(material).values() for entry in entries}
    return "; ".join(words for strength, words in STRENGTHS.items() if strength in found) or "no entry was read"


def entries_read(material: Material) -> int:
    """How many entries the report rests on."""
    return sum(len(entries) for entries in readable(material).values())
