"""Who got which arm, and what a blinded reader sees of each: the material of the functional-unblinding list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.reports import frame, vaulted
from compliance.reports.material import Material
from domain.adverse_event.facts import AdverseEventReported
from domain.allocation.facts import ListedArm, ListSealed, SlotDrawn
from domain.fields import SealedText
from domain.kits.facts import KitDispensed
from domain.record import Entry
from domain.streams import kind_of, name_of
from projections.adverse_event_rows import Case
from projections.cases import Cases
from projections.fold import Moment
from projections.participant import Participants
from projections.participant_rows import ParticipantRow


@dataclass(frozen=True, slots=True, repr=False)
class Visible:
    """The allocated with their arms, and what stands in the trial ledger about each; printed, it is its type alone."""

    arms: Mapping[str, str]
    since: Mapping[str, Moment]
    labels: Mapping[str, str]
    rows: Mapping[str, ParticipantRow]
    cases: Mapping[str, tuple[Case, ...]]
    terms: Mapping[str, frozenset[str]]
    entries: Mapping[str, tuple[Entry, ...]]
    kits: Mapping[str, int]

    @property
    def order(self) -> tuple[str, ...]:
        """The arms in their declared order; what is no arm of any list last."""
        used = set(self.arms.values())
        declared = [arm for arm in self.labels if arm in used]
        return (*declared, *sorted(used - set(declared)))

    def sizes(self, among: frozenset[str]) -> tuple[int, ...]:
        """How many of these each arm has."""
        return tuple(sum(self.arms[number] == arm for number in among) for arm in self.order)


def visible(material: Material) -> Visible:
    """Join the vault's arms with what is seen without them."""
    vault, trial = vaulted.vault_entries(material), frame.trial_entries(material)
    arms = {entry.fact.participant: entry.fact.arm for entry in vault if isinstance(entry.fact, SlotDrawn)}
    participants = frame.projected(material, Participants)
    known = {number: participants.of(number) for number in sorted(arms)}
    rows = {number: row for number, row in known.items() if row is not None and row.allocation is not None}
    since = {number: row.allocation.behind for number, row in rows.items() if row.allocation is not None}
    cases = _cases(material, since)
    own = _entries(trial, since, {case.case: number for number, listed in cases.items() for case in listed})
    return Visible(
        arms={number: arms[number] for number in rows},
        since=since,
        labels={listed.arm: listed.label for listed in _listed(vault)},
        rows=rows,
        cases=cases,
        terms={number: frozenset(_terms(material, listed)) for number, listed in own.items()},
        entries=own,
        kits={number: sum(isinstance(entry.fact, KitDispensed) for entry in own[number]) for number in rows},
    )


def _listed(vault: Sequence[Entry]) -> Iterator[ListedArm]:
    for entry in vault:
        if isinstance(entry.fact, ListSealed):
            yield from entry.fact.arms


def _cases(material: Material, since: Mapping[str, Moment]) -> dict[str, tuple[Case, ...]]:
    """The cases that were reported after the allocation."""
    found: dict[str, tuple[Case, ...]] = dict.fromkeys(since, ())
    for case in frame.projected(material, Cases).view():
        report = case.report
        if report is not None and report.participant in since and is_after(report.behind, since[report.participant]):
            found[report.participant] = (*found[report.participant], case)
    return found


def is_after(one: Moment, allocation: Moment) -> bool:
    """Whether it was recorded after the allocation: what came before cannot depend on it."""
    return one.position > allocation.position


def _entries(
    trial: Sequence[Entry], since: Mapping[str, Moment], about: Mapping[str, str]
) -> dict[str, tuple[Entry, ...]]:
    """What is recorded about each participant after the allocation."""
    found: dict[str, list[Entry]] = {number: [] for number in since}
    for entry in trial:
        number = _about(entry, about)
        if number in since and entry.frame.position > since[number].position:
            found[number].append(entry)
    return {number: tuple(entries) for number, entries in found.items()}


def _about(entry: Entry, about: Mapping[str, str]) -> str:
    kind, name = kind_of(entry.frame.stream), name_of(entry.frame.stream)
    if kind == "participant":
        return name
    named = about.get(name) if kind == "adverse-event" else getattr(entry.fact, "participant", None)
    return named if isinstance(named, str) else ""


def _terms(material: Material, entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry.fact, AdverseEventReported):
            yield " ".join(material.open_text(entry.fact.term).casefold().split())


def texts_of(entries: Sequence[Entry]) -> Iterator[tuple[str, SealedText[Any]]]:
    """The sealed texts among these entries, each with the name of its field."""
    for entry in entries:
        for place in (entry.fact, entry.body):
            for field in place.__struct_fields__:
                value = getattr(place, field)
                if isinstance(value, SealedText):
                    yield f"{entry.frame.type} {field}", value
