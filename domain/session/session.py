"""A session as the rules need it: whose it is, how it was proved, whether it is open, whether a signing came first."""

from datetime import UTC, datetime
from typing import Self

import msgspec

from domain.aggregate import Aggregate
from domain.record import Entry, Strength
from domain.session.facts import SessionEnded, SessionStarted, SigningOpened

NEVER = datetime.max.replace(tzinfo=UTC)


class Session(Aggregate):
    """One continuous session (21 CFR 11.200(a)(1)(i)); over for ever once it has ended."""

    session: str
    person: str
    strength: Strength
    device: str
    ends: datetime
    ended: bool
    has_signed: bool

    @classmethod
    def start(cls) -> Self:
        """No session yet."""
        return cls(
            version=0,
            session="",
            person="",
            strength="asserted",
            device="",
            ends=NEVER,
            ended=False,
            has_signed=False,
        )

    def after(self, entry: Entry) -> Self:
        """The session after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case SessionStarted() as fact:
                return msgspec.structs.replace(
                    new,
                    session=fact.session,
                    person=fact.person,
                    strength=fact.strength,
                    device=fact.device,
                    ends=fact.ends,
                )
            case SessionEnded():
                return msgspec.structs.replace(new, ended=True)
            case SigningOpened():
                return msgspec.structs.replace(new, has_signed=True)
            case _:
                return new

    def is_open(self, person: str, now: datetime) -> bool:
        """Whether it is this person's, has begun, and is neither ended nor older than its absolute limit."""
        return self.exists and self.person == person and not self.ended and now < self.ends
