"""Who took a consent, under which delegation, on which approved version, and where the source is."""

from collections.abc import Iterable
from typing import NamedTuple

from compliance.questions.delegations import Signed, site_at
from domain import streams
from domain.errors import NotFoundError
from domain.participant.facts import ConsentGiven, ScreeningOpened
from domain.record import Entry, SourceKind
from domain.times import Occurred
from projections.amendments import effective


class Trace(NamedTuple):
    """One consent. Persons are ids; `by` is who recorded it, `informed_by` who took it (None: not recorded).

    `delegation` is the one that surely held for that person on that day, None where there was none;
    `approval` the reference under which the version had been approved for the site, None where it was not.
    """

    position: int
    given: Occurred
    document: str
    version: str
    language: str
    signer: str
    by: str
    by_name: str
    by_role: str
    performer: str | None
    informed_by: str | None
    delegation: Signed | None
    approval: str | None
    source_kind: SourceKind
    source_ref: str | None


def consent_trace(participant: str, *, trial: str, entries: Iterable[Entry]) -> tuple[Trace, ...]:
    """Every consent of a participant, from the entries of the trial ledger that the reader may see.

    Delegations are taken as they are known at the last of these entries, so that one recorded late is found too.
    Raises NotFoundError for a participant of whom nothing is to be seen.
    """
    listed = list(entries)
    own = [e for e in effective(listed) if e.frame.stream == streams.participant(trial, participant)]
    opened = next((entry for entry in own if isinstance(entry.fact, ScreeningOpened)), None)
    if opened is None:
        raise NotFoundError(
            f"There is no participant {participant} to be seen here.",
            next_step="Give the screening number, such as 007.",
        )
    there = site_at(listed, trial, opened.fact.site, listed[-1].frame.recorded_at)
    approvals = {(a.document, a.version, a.language): a.reference for a in there.site.consents}
    found: list[Trace] = []
    for entry in own:
        fact, body = entry.fact, entry.body
        if not isinstance(fact, ConsentGiven):
            continue
        taker = fact.informed_by or body.performer.person
        held = list(there.held(taker, "consent", body.occurred_at.day)) if taker else []
        found.append(
            Trace(
                position=entry.frame.position,
                given=body.occurred_at,
                document=fact.document,
                version=fact.version,
                language=fact.language,
                signer=fact.signer,
                by=body.actor,
                by_name=body.printed_name,
                by_role=body.role,
                performer=body.performer.person,
                informed_by=fact.informed_by,
                delegation=held[0] if held else None,
                approval=approvals.get((fact.document, fact.version, fact.language)),
                source_kind=body.source_kind,
                source_ref=body.source_ref,
            )
        )
    return tuple(found)
