"""What a hard lock binds: position, root, a digest of the data as they count now, and every open item.

The data digest is SHA-256 over one line for each entry of the trial ledger that holds data, in the order of
the ledger, corrections applied and voided entries left out. A line is the canonical JSON (RFC 8785) of

    {"event_id", "occurred_at", "payload", "performer", "source_kind", "source_ref", "stream", "type"}

followed by a newline. No position, no recorded time, actor, reason or salt goes in, so that the digest moves
when the data do and never because something else was recorded. Left out as no data are: what a rule found by
itself (`derived`), corrections as such (their effect is in), proposals, sign-offs, locks and unlocks, every
stream about an unblinding, an interim analysis, the reveal or the analysis plan, all signatures, and the
ledger's first entry. That somebody is left out of an analysis set counts as data.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, TypeVar

from domain import streams
from domain.adverse_event.adverse_event import AdverseEvent
from domain.adverse_event.facts import AdverseEventCoded
from domain.aggregate import Aggregate
from domain.catalogue import type_of
from domain.deviation.deviation import Deviation
from domain.ledger.facts import CorrectionDeclined, CorrectionProposed, LedgerOpened, RecordCorrected, RecordVoided
from domain.participant.conduct_facts import SignedOff
from domain.participant.facts import EligibilityDecided
from domain.participant.participant import Participant
from domain.plain import written
from domain.record import Entry, Fact
from domain.signature.required import ALTERS_NOTHING
from domain.signature.signatures import Signatures
from domain.signature.standing import Standing, needs, standing
from domain.trial.facts import LockRequested, OpenItem, OpenKind, TrialLocked, TrialUnlocked, UnlockRequested
from domain.trial.lock import LockView
from domain.unblinding.unblinding import Unblinding
from projections.amendments import effective
from projections.fold import place

NO_DATA: Final = (
    LedgerOpened,
    RecordCorrected,
    RecordVoided,
    CorrectionProposed,
    CorrectionDeclined,
    SignedOff,
    LockRequested,
    TrialLocked,
    UnlockRequested,
    TrialUnlocked,
)
NO_DATA_IN: Final = frozenset({"analysis-plan", "interim", "reveal", "signature", "unblinding"})
KIND_OF: Final[Mapping[Standing, OpenKind | None]] = {
    "given": None,
    "owed": "signature_owed",
    "superseded": "signature_superseded",
}
A = TypeVar("A", bound=Aggregate)
Items = Iterator[OpenKind]


def lock_view(entries: Iterable[Entry], root_at: Callable[[int], str]) -> LockView:
    """The trial ledger up to the last of these entries, in order from the first; `root_at` gives the root at a size."""
    known = list(entries)
    counting = effective(known)
    position = known[-1].frame.position if known else 0
    return LockView(
        position=position, root=root_at(position), data_digest=data_digest(counting), open_items=open_items(counting)
    )


def data_digest(counting: Iterable[Entry]) -> str:
    """SHA-256 over the data lines of entries as they count now, in hex."""
    digest = sha256()
    for entry in counting:
        if is_data(entry):
            digest.update(data_line(entry))
    return digest.hexdigest()


def is_data(entry: Entry) -> bool:
    """Whether the entry holds data that a lock binds."""
    by_rule = entry.body.source_kind == "derived"
    return not by_rule and not isinstance(entry.fact, NO_DATA) and place(entry.frame.stream)[0] not in NO_DATA_IN


def data_line(entry: Entry) -> bytes:
    """The line of an entry in the data digest."""
    body = entry.body
    fact: Fact = body.payload
    line: dict[str, Any] = {
        "event_id": body.event_id,
        "occurred_at": body.occurred_at,
        "payload": fact,
        "performer": body.performer,
        "source_kind": body.source_kind,
        "source_ref": body.source_ref,
        "stream": entry.frame.stream,
        "type": type_of(type(fact)).name,
    }
    return written(line).encode() + b"\n"


def open_items(counting: Iterable[Entry]) -> tuple[OpenItem, ...]:
    """Everything unfinished, by kind and then by number or id."""
    by_stream: dict[str, list[Entry]] = defaultdict(list)
    for entry in counting:
        by_stream[entry.frame.stream].append(entry)
    found = [
        OpenItem(about=place(stream)[1], kind=kind)
        for stream, held in by_stream.items()
        for kind in _open_in(stream, held)
    ]
    unsigned = [item for stream, held in by_stream.items() for item in _signatures_missing(stream, held, by_stream)]
    return tuple(sorted((*found, *unsigned), key=lambda item: (item.kind, item.about)))


def _signatures_missing(
    stream: str, held: Sequence[Entry], by_stream: Mapping[str, Sequence[Entry]]
) -> Iterator[OpenItem]:
    """What of a record needs a signature and has none that covers it."""
    waiting = needs(held)
    made = _folded(Signatures.start(), by_stream.get(streams.signatures(stream), ())).made if waiting else ()
    for need in waiting:
        kind = KIND_OF[standing(need, made, held)]
        if kind is not None:
            about = f"{'/'.join(filter(None, place(stream)))}/{need.row.kind}/{need.entry.frame.position}"
            yield OpenItem(about=about, kind=kind)


def _open_in(stream: str, held: Sequence[Entry]) -> Items:
    match place(stream)[0]:
        case "participant":
            return _of_participant(held)
        case "adverse-event":
            return _of_case(held)
        case "deviation":
            return _of_deviation(held)
        case "unblinding":
            return _of_unblinding(held)
        case _:
            return iter(())


def _of_participant(held: Sequence[Entry]) -> Items:
    own = _folded(Participant.start(), held)
    if _eligibility_unknown(own, held):
        yield "eligibility_unknown"
    if own.is_enrolled:
        after = _after_sign_off(held)
        if after is None:
            yield "unsigned"
        elif any(not isinstance(entry.fact, ALTERS_NOTHING) for entry in after):
            yield "not_locked_softly"


def _eligibility_unknown(own: Participant, held: Sequence[Entry]) -> bool:
    """Nobody decided though screening goes on or led to enrolment, or the decision rests on UNKNOWN alone."""
    decisions = [entry.fact for entry in held if isinstance(entry.fact, EligibilityDecided)]
    if not decisions:
        return own.is_enrolled or not (own.screening_ended or own.next is not None)
    results = {result.met for result in decisions[-1].results}
    return "unknown" in results and "no" not in results


def _after_sign_off(held: Sequence[Entry]) -> Sequence[Entry] | None:
    """What was recorded after the last sign-off; None where there is none."""
    signed = [index for index, entry in enumerate(held) if isinstance(entry.fact, SignedOff)]
    return held[signed[-1] + 1 :] if signed else None


def _of_case(held: Sequence[Entry]) -> Items:
    """An SAE is reconciled when both sides judged its cause and it is coded; unjudged counts as serious."""
    case = _folded(AdverseEvent.start(), held)
    if not case.reported or case.nullified or case.seriousness.either is False:
        return
    coded = any(isinstance(entry.fact, AdverseEventCoded) for entry in held)
    judged = None not in (case.seriousness.either, case.causality.investigator, case.causality.sponsor)
    if not (coded and judged):
        yield "unreconciled_sae"


def _of_deviation(held: Sequence[Entry]) -> Items:
    deviation = _folded(Deviation.start(), held)
    if deviation.recorded and not deviation.closed:
        yield "open_deviation"


def _of_unblinding(held: Sequence[Entry]) -> Items:
    if _folded(Unblinding.start(), held).needs_assessment:
        yield "open_impact_assessment"


def _folded(state: A, held: Iterable[Entry]) -> A:
    for entry in held:
        state = state.after(entry)
    return state
