"""The check of every signature of a ledger, from the ledgers alone: no key store, no word of the service.

A seal that was moved to another record, version, meaning, signer, name, time or ledger is broken, and so is one
whose record was altered underneath. The first reason that is found is named in words.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Literal, NamedTuple

from compliance.proofs.tree import root_of
from domain import streams
from domain.people.facts import PersonRegistered, SignerKeyRegistered
from domain.record import Entry
from domain.signature.facts import SignatureMade
from domain.signature.required import BY_KIND, UNASKED, row_of
from domain.signature.signed import signed_by
from domain.signature.standing import asker_of

Verifies = Callable[[bytes, bytes, bytes], bool]
"""Whether a seal verifies: public key, signed bytes, seal."""
UNASKED_KINDS = frozenset(row.kind for row in UNASKED)


class SignatureCheck(NamedTuple):
    """What the check of one signature found; `code` and `sentence` say why it is broken."""

    position: int
    signature: str
    signer: str
    result: Literal["valid", "broken"]
    code: str
    sentence: str


class Why(NamedTuple):
    """Why a signature is broken."""

    code: str
    sentence: str


def check_signatures(
    entries: Iterable[Entry], system: Iterable[Entry], leaves: Sequence[bytes], verifies: Verifies
) -> tuple[SignatureCheck, ...]:
    """Check all signatures of a ledger, in its order.

    `entries` are the ledger's from its first, as written; `leaves` their leaf hashes; `system` the entries of the
    system ledger.
    """
    check = _Check(list(entries), list(system), leaves, verifies)
    return tuple(check.of(entry) for entry in check.entries if isinstance(entry.fact, SignatureMade))


class _Check:
    """All that one signature is compared with."""

    def __init__(self, entries: list[Entry], system: list[Entry], leaves: Sequence[bytes], verifies: Verifies) -> None:
        self.entries = entries
        self.verifies = verifies
        self.by_stream: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            self.by_stream[entry.frame.stream].append(entry)
        self.leaves = leaves
        self.seen: set[str] = set()
        self.keys = {e.fact.key: e for e in system if isinstance(e.fact, SignerKeyRegistered)}
        self.persons = {e.fact.person: e for e in system if isinstance(e.fact, PersonRegistered)}

    def of(self, entry: Entry) -> SignatureCheck:
        """The check of one signature: the first thing that is wrong."""
        fact: SignatureMade = entry.fact
        why = next(self._wrong(entry, fact), None)
        self.seen.add(fact.signature)
        code, sentence = why or ("", "")
        result: Literal["valid", "broken"] = "valid" if why is None else "broken"
        return SignatureCheck(entry.frame.position, fact.signature, fact.signer, result, code, sentence)

    def _wrong(self, entry: Entry, fact: SignatureMade) -> Iterator[Why]:
        yield from self._place(entry, fact)
        yield from self._seal(entry, fact)
        yield from self._signer(entry, fact)
        yield from self._record(entry, fact)

    def _place(self, entry: Entry, fact: SignatureMade) -> Iterator[Why]:
        beside = (streams.signatures(fact.stream), streams.signatures(fact.stream, fact.signer))
        if entry.frame.stream not in beside:
            yield Why("stands_elsewhere", f"It was given for {fact.stream}, but stands in {entry.frame.stream}.")
        if fact.signature in self.seen:
            yield Why("made_twice", "It is a copy: a signature of this id stands before it.")

    def _seal(self, entry: Entry, fact: SignatureMade) -> Iterator[Why]:
        found = self.keys.get(fact.key)
        if found is None or sha256(found.fact.public).hexdigest() != fact.key or _is_later(found, entry):
            yield Why("unknown_key", f"No key {fact.key[:16]}… was registered for sealing when it was given.")
        elif not self.verifies(found.fact.public, signed_by(fact, entry.frame.ledger), fact.seal):
            yield Why("seal_differs", "The seal is not over what stands here: something of it was altered or moved.")

    def _signer(self, entry: Entry, fact: SignatureMade) -> Iterator[Why]:
        registered = self.persons.get(fact.signer)
        if registered is None or _is_later(registered, entry):
            yield Why("unknown_signer", f"Nobody was registered as {fact.signer} when it was given.")
        elif registered.fact.printed_name != fact.printed_name:
            yield Why("other_name", f"{fact.signer} was registered under another name than {fact.printed_name}.")
        if entry.body.actor != fact.signer:
            yield Why("other_signer", f"{entry.body.actor} recorded a signature of {fact.signer}.")
        if entry.body.clock_reading != fact.signed_at:
            yield Why("other_time", "The time of signing is not the time at which it was recorded.")

    def _record(self, entry: Entry, fact: SignatureMade) -> Iterator[Why]:
        covered = self.by_stream.get(fact.stream, [])[: fact.version]
        later = bool(covered) and covered[-1].frame.position > entry.frame.position
        if len(covered) < fact.version or later:
            yield Why("not_there", f"{fact.stream} had no version {fact.version} when it was given.")
        if root_of(self.leaves[one.frame.position - 1] for one in covered).hex() != fact.record_digest:
            yield Why("record_differs", f"Versions 1 to {fact.version} of {fact.stream} are not what was signed.")
        if not _is_asked(fact, covered):
            yield Why("nothing_asked", f"Nothing in {fact.stream} asked for a signature of this kind and meaning.")


def _is_later(registered: Entry, entry: Entry) -> bool:
    """Whether the system ledger held it only after the position at which the signing was allowed."""
    return registered.frame.position > entry.body.authority.system_position


def _is_asked(fact: SignatureMade, covered: Sequence[Entry]) -> bool:
    """Whether a covered entry asked for it, or its kind is asked for by none."""
    kind, target = asker_of(fact.purpose)
    row = BY_KIND.get(kind)
    if row is None or row.meaning != fact.meaning:
        return False
    return kind in UNASKED_KINDS or any(e.body.event_id == target and row_of(e) is row for e in covered)
