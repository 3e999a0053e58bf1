"""What a changed record makes of earlier acts and decisions: new findings, never changed decisions.

The same judgements are made over the record before and after the change; what is broken only now is found.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from domain.deviation.found import RuleCode
from domain.eligibility.rule import Result
from domain.participant.checks import after_consent, after_death, after_withdrawal, broken, outside_window
from domain.participant.eligibility import results
from domain.participant.facts import ConsentScope, EligibilityDecided
from domain.participant.participant import Participant
from domain.protocol.protocol import Protocol
from domain.record import Entry
from domain.site.site import Site
from domain.times import Occurred

Kind = Literal["procedure", "treatment", "visit", "allocation"]
SCOPES: Mapping[Kind, tuple[ConsentScope, ...]] = {
    "procedure": ("follow_up", "samples"),
    "treatment": ("treatment",),
    "visit": ("follow_up",),
    "allocation": ("treatment",),
}
"""The scopes of consent that an act needs."""


class Finding(NamedTuple):
    """A rule, and the entry that breaks it."""

    rule: RuleCode
    about: UUID


class _Act(NamedTuple):
    event: UUID
    kind: Kind
    code: str
    occurred: Occurred


def newly_broken(
    before: Sequence[Entry], after: Sequence[Entry], protocol: Protocol, site: Site
) -> tuple[Finding, ...]:
    """What the participant's entries break after a change that they did not break before it."""
    known = set(_broken_acts(before, protocol, site))
    acts = (finding for finding in _broken_acts(after, protocol, site) if finding not in known)
    return (*acts, *_affected_decision(before, after, protocol, site))


def _broken_acts(entries: Sequence[Entry], protocol: Protocol, site: Site) -> tuple[Finding, ...]:
    own = _participant(entries)
    return tuple(Finding(rule, act.event) for act in _acts(own) for rule in _broken(own, act, protocol, site))


def _acts(own: Participant) -> tuple[_Act, ...]:
    """Everything that needs consent before it, the allocation included."""
    done = tuple(_Act(act.event, act.kind, act.code, act.occurred) for act in own.acts)
    allocated = own.allocation
    return done if allocated is None else (*done, _Act(allocated.event, "allocation", "", allocated.occurred))


def _broken(own: Participant, act: _Act, protocol: Protocol, site: Site) -> tuple[RuleCode, ...]:
    consent = after_consent(own, act.occurred)
    version = site.protocol_version(act.occurred.day.latest)
    exempt = act.kind in ("procedure", "visit") and protocol.may_precede_consent(act.code, version)
    return broken(
        (consent or "act-before-consent", consent is not None and not exempt),
        ("act-after-withdrawal", after_withdrawal(own, SCOPES[act.kind], act.occurred)),
        ("act-after-death", after_death(own, act.occurred)),
        ("visit-outside-window", act.kind == "visit" and outside_window(own, protocol, site, act.code, act.occurred)),
    )


def _affected_decision(
    before: Sequence[Entry], after: Sequence[Entry], protocol: Protocol, site: Site
) -> tuple[Finding, ...]:
    """The eligibility decision, where a criterion would give another result today on what was known then."""
    decision = _decision(before)
    if decision is None or _results(before, decision, protocol, site) == _results(after, decision, protocol, site):
        return ()
    return (Finding("eligibility-affected-by-correction", decision.body.event_id),)


def _decision(entries: Sequence[Entry]) -> Entry | None:
    return next((entry for entry in reversed(entries) if isinstance(entry.fact, EligibilityDecided)), None)


def _results(entries: Sequence[Entry], decision: Entry, protocol: Protocol, site: Site) -> dict[str, Result]:
    known_then = _participant(entry for entry in entries if entry.frame.position < decision.frame.position)
    day = decision.body.occurred_at.day.latest
    window = protocol.reuse_days(site.protocol_version(day))
    return {result.criterion: result.met for result in results(protocol, known_then, day, window=window)}


def _participant(entries: Iterable[Entry]) -> Participant:
    own = Participant.start()
    for entry in entries:
        own = own.after(entry)
    return own
