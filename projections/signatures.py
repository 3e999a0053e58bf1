"""Electronic signatures: what was signed by whom, how it stands now, and what still needs one, until when.

The fold reads a trial ledger; over the system ledger it gives the signatures on the policy. Its input are the
entries as they count, so that a correction that was voided supersedes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, Self

from domain.record import Entry
from domain.signature.facts import SignatureMade, SignatureWithdrawn, SuccessorNamed
from domain.signature.standing import Need, Standing, asker_of, due, needs, standing, superseding
from domain.streams import about, signatures
from projections.fold import HasMoment, State, moment, place, sender
from projections.persistent import PersistentMap
from projections.signature_rows import NeedState, RequiredRow, SignatureRow, SignaturesView, SuccessionRow
from projections.subjects import Subjects

RECORDS: Final = frozenset(
    {
        *("trial", "protocol", "site", "participant", "adverse-event", "unblinding", "deviation", "policy"),
        *("analysis-plan", "analysis-sets", "interim", "reveal"),
    }
)
"""What is signed."""
STATES: Final[Mapping[Standing, NeedState]] = {
    "given": "given",
    "owed": "owed",
    "superseded": "needs re-signing",
}


class Made(NamedTuple):
    """A signature with the entry behind it, and the entry that took it back."""

    entry: Entry
    fact: SignatureMade
    taken_back: Entry | None

    @property
    def purpose(self) -> str:
        """What asked for it."""
        return self.fact.purpose

    @property
    def version(self) -> int:
        """How much of the record it covers."""
        return self.fact.version

    @property
    def withdrawn(self) -> bool:
        """Whether it was taken back."""
        return self.taken_back is not None


class Signatures(State):
    """The entries of every record that can be signed, and those of its signatures."""

    records: PersistentMap[str, tuple[Entry, ...]]
    beside: PersistentMap[str, tuple[Entry, ...]]
    subjects: Subjects

    @classmethod
    def start(cls) -> Self:
        """Nothing is signed."""
        return cls(records=PersistentMap(), beside=PersistentMap(), subjects=Subjects.start())

    def after(self, entry: Entry) -> Self:
        """The signatures after one more entry."""
        stream = entry.frame.stream
        kind, _ = place(stream)
        records, beside = self.records, self.beside
        if kind == "signature":
            beside = beside.put(stream, (*beside.get(stream, ()), entry))
        elif kind in RECORDS:
            records = records.put(stream, (*records.get(stream, ()), entry))
        return type(self)(records=records, beside=beside, subjects=self.subjects.after(entry))

    def view(self) -> SignaturesView:
        """All rows, in the order of the ledger."""
        made = [row for stream in self.beside for row in self._made_in(stream)]
        needed = [row for stream in self.records for row in self._needed_in(stream)]
        successions = [row for stream in self.beside for row in self._successions_in(stream)]
        return SignaturesView(
            made=tuple(sorted(made, key=_position)),
            needed=tuple(sorted(needed, key=_position)),
            successions=tuple(sorted(successions, key=_position)),
        )

    def _made_in(self, stream: str) -> Iterator[SignatureRow]:
        for one in _made(self.beside.get(stream, ())):
            yield self._row(one, _by_version(self.records.get(one.fact.stream, ())))

    def _row(self, one: Made, known: list[Entry]) -> SignatureRow:
        fact, entry = one.fact, one.entry
        kind, target = asker_of(fact.purpose)
        altering = superseding(fact.purpose, fact.version, known)
        record_type, record_id = place(fact.stream)
        covered = [other for other in known if other.frame.version <= fact.version]
        return SignatureRow(
            after_change=_seconds(covered[-1], entry) if covered else None,
            attestation=fact.attestation,
            behind=moment(entry),
            by=sender(entry),
            components=fact.components,
            display_digest=fact.display_digest,
            first_in_session=fact.first_in_session,
            key=fact.key,
            kind=kind,
            local_offset=fact.local_offset,
            meaning=fact.meaning,
            participant=self.subjects.participant(fact.stream),
            printed_name=fact.printed_name,
            record_digest=fact.record_digest,
            record_id=record_id,
            record_type=record_type,
            session=entry.body.session,
            signature=fact.signature,
            signed_at=fact.signed_at,
            signer=fact.signer,
            site=self.subjects.site(fact.stream),
            status="withdrawn" if one.withdrawn else "superseded" if altering else "valid",
            stream=fact.stream,
            successor_of=fact.successor_of,
            superseded_by=moment(altering) if altering else None,
            target=target,
            version=fact.version,
            withdrawn=moment(one.taken_back) if one.taken_back else None,
        )

    def _needed_in(self, stream: str) -> Iterator[RequiredRow]:
        known = _by_version(self.records.get(stream, ()))
        for need in needs(known):
            held = self.beside.get(signatures(stream), ())
            own = [one for one in _made(held) if one.purpose == need.purpose]
            yield self._needed(need, known, own, _successors(held, need.entry.body.actor))

    def _needed(self, need: Need, known: list[Entry], own: list[Made], successors: tuple[str, ...]) -> RequiredRow:
        stream = need.entry.frame.stream
        held = [(one, superseding(one.purpose, one.version, known)) for one in own if not one.withdrawn]
        altered = max((entry for _, entry in held if entry is not None), key=_version, default=None)
        given = next((one for one, altering in held if altering is None), None)
        record_type, record_id = place(stream)
        return RequiredRow(
            altered_by=moment(altered) if altered else None,
            behind=moment(need.entry),
            by=sender(need.entry),
            clause=need.row.clause,
            due=due(need, own, known),
            kind=need.row.kind,
            meaning=need.row.meaning,
            participant=self.subjects.participant(stream),
            record_id=record_id,
            record_type=record_type,
            signature=given.fact.signature if given else None,
            signed_at=given.fact.signed_at if given else None,
            site=self.subjects.site(stream),
            state=STATES[standing(need, own, known)],
            stream=stream,
            successors=successors,
            waited=_seconds(altered or need.since, given.entry) if given else None,
        )

    def _successions_in(self, stream: str) -> Iterator[SuccessionRow]:
        for entry in self.beside.get(stream, ()):
            if isinstance(entry.fact, SuccessorNamed):
                yield SuccessionRow(
                    behind=moment(entry),
                    by=sender(entry),
                    of=entry.fact.of,
                    stream=about(stream),
                    successor=entry.fact.successor,
                )


def _made(held: Iterable[Entry]) -> tuple[Made, ...]:
    known = tuple(held)
    taken = {entry.fact.signature: entry for entry in known if isinstance(entry.fact, SignatureWithdrawn)}
    return tuple(
        Made(entry, entry.fact, taken.get(entry.fact.signature))
        for entry in known
        if isinstance(entry.fact, SignatureMade)
    )


def _successors(held: Iterable[Entry], of: str) -> tuple[str, ...]:
    facts = (entry.fact for entry in held)
    return tuple(dict.fromkeys(fact.successor for fact in facts if isinstance(fact, SuccessorNamed) and fact.of == of))


def _by_version(held: Iterable[Entry]) -> list[Entry]:
    return sorted(held, key=_version)


def _version(entry: Entry) -> int:
    return entry.frame.version


def _position(row: HasMoment) -> int:
    return row.behind.position


def _seconds(since: Entry, until: Entry) -> int:
    return int((until.frame.recorded_at - since.frame.recorded_at).total_seconds())
