"""Accidents in the knowledge report: what was reported, who may know since then, and what it means for the data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from compliance.reports import frame
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.knowledge_known import Knowing, said
from compliance.reports.material import Material
from compliance.reports.model import Code, Table
from compliance.reports.wording import spaced
from domain.unblinding.facts import AccidentReported, ImpactAssessed
from projections.unblinding_rows import ImpactRow, Step, UnblindingRow, UnblindingView

ACCIDENTS: Final = "accidents"
STATES: Final = (
    Code(code="assessed", meaning="its impact was judged after it", tone="good"),
    Code(code="not assessed", meaning="nobody judged its impact yet", tone="bad"),
)


class Accident(NamedTuple):
    """An accident, its account and the last judgement, as far as the reader may know their words."""

    row: UnblindingRow
    opened: Step
    account: str | None
    impact: ImpactRow | None
    why: str | None

    @property
    def assessed(self) -> bool:
        """Whether somebody judged what it means."""
        return self.row.unblinding.assessed


def accidents(material: Material, log: UnblindingView) -> tuple[Accident, ...]:
    """Every accident of the log, in its order."""
    words = dict(_words(material))
    return tuple(
        _accident(row, row.unblinding.opened, words)
        for row in log.rows
        if row.unblinding.kind == "accident" and row.unblinding.opened is not None
    )


def _accident(row: UnblindingRow, opened: Step, words: Mapping[UUID, str]) -> Accident:
    impact = row.unblinding.impacts[-1] if row.unblinding.impacts else None
    return Accident(
        row=row,
        opened=opened,
        account=words.get(opened.behind.event_id),
        impact=impact,
        why=None if impact is None else words.get(impact.behind.event_id),
    )


def _words(material: Material) -> Iterator[tuple[UUID, str]]:
    """The sealed words of accidents and judgements, opened as far as the reader may know them."""
    for entry in frame.trial_entries(material):
        match entry.fact:
            case AccidentReported(account=sealed) | ImpactAssessed(explanation=sealed):
                yield entry.body.event_id, material.open_text(sealed)
            case _:
                pass


def accidents_table(known: Knowing, found: Sequence[Accident]) -> Table:
    """Accidents, with their impact."""
    columns: tuple[Filled[Accident], ...] = (
        shown("request", "Accident", "id", "Its id", lambda a: a.row.unblinding.request),
        shown("participant", "Participant", "id", "Whose arm", lambda a: a.row.unblinding.participant),
        shown("site", "Site", "id", "Site", lambda a: a.row.site),
        shown("reported", "Reported", "time", "When", lambda a: known.at(a.opened.behind.recorded_at)),
        shown("by", "By", "text", "Who reported it", lambda a: said(a.opened.by)),
        shown("people", "May know", "text", "Who learned it, or may have", lambda a: _people(known, a)),
        shown("state", "State", "status", "Whether assessed", _state, codes=STATES),
        shown("impact", "Impact", "text", "On what", lambda a: None if a.impact is None else spaced(a.impact.impact)),
        folded("assessed_by", "Assessed by", "text", "Who", lambda a: None if a.impact is None else said(a.impact.by)),
        folded("account", "Account", "text", "What happened; no arm is named", lambda a: a.account),
        folded("why", "Assessment", "text", "Why the impact is so", lambda a: a.why),
    )
    return table_of(
        ACCIDENTS,
        "Accidents and their impact",
        "Reported by anyone, of any participant; the account names no arm.",
        columns,
        found,
        row_word="accident",
    )


def _people(known: Knowing, accident: Accident) -> str | None:
    return known.names(accident.row.unblinding.learned_by)


def _state(accident: Accident) -> str:
    return "assessed" if accident.assessed else "not assessed"
