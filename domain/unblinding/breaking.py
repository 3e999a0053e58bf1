"""What an emergency code-break comes to: whether it repeats an earlier one, and which flags it raises.

Nothing here needs a key or an id, so that the same judgement holds where nothing can be written but the key
store's own record.
"""

from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from domain import streams
from domain.command import Actor, Given, Room
from domain.credentials.credentials import Credentials
from domain.participant.participant import Participant
from domain.people.person import Grant, Person
from domain.record import Strength
from domain.session.limits import Limits
from domain.site.site import Site
from domain.times import Occurred
from domain.trial.trial import Trial
from domain.unblinding.facts import Flag
from domain.values import PartialDate

DIGITS: Final = 24
Checks = tuple[tuple[Flag, bool], ...]


class Sender(NamedTuple):
    """Who breaks the code, how that was proved, and when."""

    actor: Actor
    strength: Strength
    limits: Limits
    now: datetime
    occurred: Occurred

    @classmethod
    def of(cls, given: Given) -> "Sender":
        """The sender of a command."""
        return cls(given.actor, given.strength, given.limits, given.now, given.occurred)


class Break(NamedTuple):
    """A code-break that is allowed: under which request, for whom, what is out of order, whether it was told before."""

    request: str
    recipient: str
    flags: tuple[Flag, ...]
    repeated: bool


def request_of(trial: str, participant: str, sender: str, recipient: str | None) -> str:
    """One request for one sender, participant and reader: whoever asks again finds the stream of the first time.

    It says nothing that its first entry does not say in the open.
    """
    said = "\0".join((trial, participant, sender, recipient or sender))
    return f"e{sha256(said.encode()).hexdigest()[:DIGITS]}"


def flags_of(room: Room, sender: Sender, site: Site, own: Participant) -> tuple[Flag, ...]:
    """What is out of order with the sender, the trial, the participant's site, and the participant."""
    checks = (
        *_of_sender(room, sender, site, own),
        *_of_trial(room, sender, own),
        *_of_site(site),
        *_of_participant(own),
    )
    return tuple(flag for flag, raised in checks if raised)


def _of_sender(room: Room, sender: Sender, site: Site, own: Participant) -> Checks:
    actor, now = sender.actor, sender.now
    person = room.get(Person, streams.person(actor.person))
    password = room.get(Credentials, streams.credentials(actor.person)).last("password")
    oldest = sender.limits.password_age
    aged = password is not None and oldest is not None and now - password.since >= oldest
    acting = [g for g in person.grants if g.role == actor.role and g.covers(room.trial, own.site, now)]
    desk = actor.role == "code_break_desk"
    return (
        ("training_overdue", person.is_overdue(actor.role, room.trial, own.site, now)),
        ("grant_review_overdue", _unreviewed(person, acting, sender)),
        ("password_aged", aged),
        ("locked_out", sender.strength == "emergency"),
        ("delegation_lapsed", not desk and delegation_lapsed(site, actor, sender.occurred.day)),
    )


def _unreviewed(person: Person, acting: list[Grant], sender: Sender) -> bool:
    """Whether every grant on which the sender acts is overdue for its review."""
    overdue = {grant.grant for grant in person.overdue_reviews(sender.now, sender.limits.review_every)}
    return bool(acting) and all(grant.grant in overdue for grant in acting)


def _of_trial(room: Room, sender: Sender, own: Participant) -> Checks:
    trial = room.get(Trial, streams.trial(room.trial))
    locked = trial.is_locked(sender.now, own.number)
    return (("trial_paused", trial.paused), ("trial_closed", trial.closed), ("trial_locked", locked))


def _of_site(site: Site) -> Checks:
    return (("site_held", site.held), ("site_closed", site.closed))


def _of_participant(own: Participant) -> Checks:
    withdrawn = any(own.withdrawn(withdrawal.scope) is not None for withdrawal in own.withdrawals)
    return (("participant_withdrawn", withdrawn), ("participant_dead", own.vital == "dead"))


def delegation_lapsed(site: Site, actor: Actor, day: PartialDate) -> bool:
    """Whether the task of unblinding is not surely delegated on that day; the principal investigator needs none."""
    own = [d for d in site.delegations if d.person == actor.person and "unblinding" in d.tasks]
    if not own:
        return actor.role != "investigator"
    return not any(delegation.holds_on(day) for delegation in own)
