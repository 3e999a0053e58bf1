"""The lines of the unblinding log: one for each unblinding, whatever became of it, and one for each drill."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from compliance.reports.knowledge_known import said
from compliance.reports.unblinding_known import Unblinded
from compliance.reports.wording import listed, spaced
from domain.people.person import PRODUCT
from projections.fold import Moment
from projections.unblinding_log import disclosed_at, happened
from projections.unblinding_rows import Disclosure, Drill, Step, Unblinding, UnblindingRow

PHASES = {
    "TRIGGERED": "asked for", "REQUESTED": "asked for", "APPROVED": "approved", "REJECTED": "refused",
    "WITHDRAWN": "withdrawn", "EXPIRED": "expired", "INVOKED": "invoked", "DISCLOSED": "disclosed",
    "NARRATIVE_DUE": "to be explained", "COMPLETED": "explained", "REPORTED": "reported",
    "ACKNOWLEDGED": "acknowledged", "IMPACT_ASSESSED": "assessed", "CLOSED": "closed", "UNKNOWN": "unknown",
}  # fmt: skip
"""The states of an unblinding, as an auditor would say them."""


class Line(NamedTuple):
    """One line by column; what is not in it is not recorded."""

    request: str
    group: str | None
    cells: Mapping[str, str | None]

    def cell(self, key: str) -> str | None:
        """The cell of a column."""
        return self.cells.get(key)


def lines(known: Unblinded) -> tuple[Line, ...]:
    """Unblindings in the order in which they were opened, then the drills."""
    asked = (_unblinding(known, row) for row in known.log.rows)
    return (*asked, *(_drill(known, drill) for drill in known.log.drills))


def _drill(known: Unblinded, drill: Drill) -> Line:
    cells: dict[str, str | None] = {
        "type": "drill",
        "state": "opened" if drill.opened else "failed",
        "site": drill.site,
        "requested": _recorded(known, drill.behind),
        "claimed": str(drill.behind.occurred_at),
        "by": said(drill.by),
        "seconds": str(drill.milliseconds // 1000),
        "channel": spaced(drill.channel),
        "fallback": "yes" if drill.through_fallback else "no",
        "entry": f"trial {drill.behind.position:,}",
    }
    return Line(drill.drill, None, cells)


def _unblinding(known: Unblinded, row: UnblindingRow) -> Line:
    one = row.unblinding
    return Line(one.request, one.participant, {**_asked(known, row), **_answered(known, row), **_followed(known, row)})


def _asked(known: Unblinded, row: UnblindingRow) -> dict[str, str | None]:
    one, opened = row.unblinding, row.unblinding.opened
    asked: dict[str, str | None] = (
        {}
        if opened is None
        else {
            "requested": _recorded(known, opened.behind),
            "claimed": str(opened.behind.occurred_at),
            "by": _by(known, opened),
            "reason": _reason(one, opened),
            "reason_text": known.reasons.get(opened.behind.event_id),
            "entry": f"trial {opened.behind.position:,}",
        }
    )
    return {
        "participant": one.participant,
        "site": row.site,
        "type": one.kind,
        "state": PHASES[one.state_at(known.now)],
        "case": one.case,
        "channel": None if one.channel is None else spaced(one.channel),
        "flags": listed(map(spaced, one.flags)) or "none",
        **asked,
    }


def _by(known: Unblinded, step: Step) -> str:
    """Who did it; of what the product entered late, who had done it."""
    if step.by.actor != PRODUCT or step.performer is None:
        return said(step.by)
    return f"{known.who.name(step.performer)}, entered by {said(step.by)}"


def _reason(one: Unblinding, opened: Step) -> str | None:
    """The class of the reason: the purpose of a request, the coded reason of everything else."""
    code = one.purpose or opened.behind.reason_code
    return None if code is None else spaced(code)


def _answered(known: Unblinded, row: UnblindingRow) -> dict[str, str | None]:
    one = row.unblinding
    first = disclosed_at(one)
    late = one.late
    return {
        "approved": "; ".join(_step(known, step) for step in one.approvals) or None,
        "refused": _ended(known, one),
        "revealed": known.who.at(first),
        "seconds": None if row.seconds_to_disclosure is None else str(row.seconds_to_disclosure),
        "to": "; ".join(_told(known, one, told) for told in one.disclosures) or None,
        "again": str(len(one.repeats)),
        "late": None if late is None else str(late.gap),
        "cause": None if late is None else late.cause,
        "others": _others(known, one),
    }


def _ended(known: Unblinded, one: Unblinding) -> str | None:
    """Who refused or took it back, or when its time was over."""
    for word, step in (("refused", one.rejected), ("withdrawn", one.withdrawn)):
        if step is not None:
            return f"{word} by {_step(known, step)}"
    return f"expired {known.who.at(one.expires)}" if one.state_at(known.now) == "EXPIRED" else None


def _told(known: Unblinded, one: Unblinding, told: Disclosure) -> str:
    role = known.who.roles(told.recipient, told.behind.recorded_at)
    outside = "outside the trial, named by the code-break desk" if one.channel == "code_break_desk" else None
    return f"{known.who.name(told.recipient)}, {outside or role or 'no role known here'}"


def _others(known: Unblinded, one: Unblinding) -> str | None:
    """Who else knows, or may know, this participant's arm: through accidents, or another unblinding."""
    rows = (row.first for row in known.who.view.known if row.first.participant == one.participant)
    others = {way.person for way in rows if way.request != one.request or way.how in {"accident", "passed_on"}}
    return None if one.participant is None else known.who.names(others) or "nobody"


def _followed(known: Unblinded, row: UnblindingRow) -> dict[str, str | None]:
    one = row.unblinding
    impact = one.impacts[-1] if one.impacts else None
    notice = one.notices[0] if one.notices else None
    return {
        "acknowledged": str(len(one.acknowledged)),
        "blind": _blind(known, one),
        "on_product": _on_product(row),
        "impact": None if impact is None else spaced(impact.impact),
        "impact_by": None if impact is None else said(impact.by),
        "notified": None if notice is None else _recorded(known, notice.behind),
        "explained": None if one.narrative is None else _recorded(known, one.narrative.behind),
        "explanation_due": known.who.at(row.narrative_due),
        "explanation": None if one.narrative is None else known.explanations.get(one.narrative.behind.event_id),
        "explanation_late": _late(known, row),
        "closed": None if one.closed is None else _recorded(known, one.closed.behind),
    }


def _blind(known: Unblinded, one: Unblinding) -> str | None:
    """How many in blinded roles know nothing of this participant; not told by who reads no roles."""
    if not known.who.view.reads_system or one.participant is None:
        return None
    people = {held.person for held in known.who.blinded}
    return f"{len(people - known.who.know_of(one.participant)):,} of {len(people):,} in blinded roles"


def _on_product(row: UnblindingRow) -> str | None:
    return None if row.treatment is None else spaced(row.treatment)


def explained_late(known: Unblinded, row: UnblindingRow) -> bool:
    """Whether the explanation came, or is still awaited, after its time."""
    if row.narrative_due is None:
        return False
    narrative = row.unblinding.narrative
    return row.narrative_due < (known.now if narrative is None else happened(narrative.behind))


def _late(known: Unblinded, row: UnblindingRow) -> str | None:
    if row.narrative_due is None:
        return None
    return "yes" if explained_late(known, row) else "no"


def _recorded(known: Unblinded, behind: Moment) -> str | None:
    return known.who.at(behind.recorded_at)


def _step(known: Unblinded, step: Step) -> str:
    when: datetime = step.behind.recorded_at
    return f"{said(step.by)}, {known.who.at(when)}"
