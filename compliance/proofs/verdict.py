"""What a verification found: never a bare yes, always how far it reaches and what it cannot show."""

import re
from dataclasses import dataclass
from typing import Final, Self

from domain.errors import InvalidInputError

_HELD: Final = re.compile(r"(?P<ledger>[^=\s]+)=(?P<size>[1-9][0-9]{0,14}):(?P<root>[0-9a-f]{64})")


_OUT_OF_REACH: Final = (
    "Whether what was typed is true.",
    "Acts that were never recorded.",
)


@dataclass(frozen=True, slots=True)
class HeldHead:
    """A size and root that somebody kept outside the database: on paper, at a witness, in a mailbox."""

    ledger: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `LEDGER=SIZE:ROOT`, for example `trial:DEMO-001=412:3f...`."""
        found = _HELD.fullmatch(text)
        if found is None:
            raise InvalidInputError(
                "bad_held_head",
                f"{text[:120]!r} is not a held head.",
                field="held",
                next_step="Write LEDGER=SIZE:ROOT, the size from 1 and the root as 64 lower-case hex digits.",
            )
        return cls(found["ledger"], int(found["size"]), bytes.fromhex(found["root"]))

    def __str__(self) -> str:
        return f"{self.ledger}={self.size}:{self.root.hex()}"


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing that is wrong; without a position where only a range can be named."""

    position: int | None
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome for one ledger. `entries` and `root` cover what was read before the first bad position."""

    ledger: str
    ok: bool
    entries: int
    size: int
    root: str
    level: str
    environment: str | None
    first_bad: int | None
    kind: str
    sentence: str
    shows: tuple[str, ...]
    does_not_show: tuple[str, ...]

    def line(self) -> str:
        counted = "1 entry" if self.entries == 1 else f"{self.entries} entries"
        environment = f"environment {self.environment or 'unknown'}"
        if self.ok:
            return f"verified, {counted}, root {self.root}, level {self.level}, {environment}"
        where = "no single position" if self.first_bad is None else f"first bad position {self.first_bad}"
        return f"NOT verified, {where}, {self.kind}: {self.sentence} ({counted} read before it, {environment})"


def passed(ledger: str, size: int, root: bytes, environment: str | None, held_size: int) -> Verdict:
    """Say what agreement shows; `held_size` is the largest size at which a held head agreed, or 0."""
    shows = [
        f"Positions 1 to {size} are all there, once each, and the bytes of each entry give its stored leaf.",
        "Columns, frames, recorded times, stream versions and event ids agree with one another.",
        "The stored head is the root over these entries.",
    ]
    if held_size:
        shows.append(f"At size {held_size} the ledger has the root that was held outside it.")
    return Verdict(
        ledger=ledger,
        ok=True,
        entries=size,
        size=size,
        root=root.hex(),
        level="L4 (held)" if held_size else "L0",
        environment=environment,
        first_bad=None,
        kind="",
        sentence="",
        shows=tuple(shows),
        does_not_show=(*_recomputed(size, held_size), *_OUT_OF_REACH),
    )


def failed(ledger: str, size: int, root: bytes, environment: str | None, bad: Finding) -> Verdict:
    """Say what is wrong first; `size` and `root` cover the rows that were read before it."""
    return Verdict(
        ledger=ledger,
        ok=False,
        entries=size,
        size=size,
        root=root.hex(),
        level="none",
        environment=environment,
        first_bad=bad.position,
        kind=bad.kind,
        sentence=bad.sentence,
        shows=("The ledger is not as it was recorded, or its copy is damaged.",),
        does_not_show=(
            "What else differs after the first difference: the check stops there.",
            "Who altered it, when, or what stood there before.",
            *_OUT_OF_REACH,
        ),
    )


def _recomputed(size: int, held_size: int) -> tuple[str, ...]:
    if held_size == size:
        return ()
    which = f"an entry after position {held_size}" if held_size else "an entry"
    sentence = (
        f"Whether an owner of the database altered {which} and recomputed leaves, tree and head:"
        " without a held checkpoint or an anchor that is not detected."
    )
    return (sentence,)
