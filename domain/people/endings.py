"""How roles end: the grant, and with it a seat that it gave."""

from domain import streams
from domain.command import Decided, Given, Room
from domain.errors import Refusal
from domain.people.facts import GrantEnded, OfficerReleased
from domain.people.person import Grant, Person


def ended(given: Given, person: Person, *grants: Grant) -> tuple[Decided, ...]:
    """The facts that end these grants, and free the seats among them."""
    return tuple(fact for grant in grants for fact in _ended(given, person.person, grant))


def seats_of(room: Room, person_id: str) -> tuple[str, ...]:
    """The streams of officers in which the person has or had a seat, once the person is loaded."""
    stream = streams.person(person_id)
    if stream not in room:
        return ()
    trials = {trial for grant in room.get(Person, stream).grants if (trial := officer_in(grant)) is not None}
    return tuple(streams.officers(trial) for trial in sorted(trials))


def officer_in(grant: Grant) -> str | None:
    """The trial of which the grant makes somebody an unblinding officer."""
    return grant.trial if grant.role == "unblinding_officer" else None


def open_grant(person: Person, grant: str, given: Given) -> Grant:
    """The open grant of that id; Refusal when the person holds none."""
    for held in person.grants:
        if held.grant == grant and held.is_open(given.now):
            return held
    raise Refusal(
        "no_such_grant",
        f"{person.person} holds no open grant {grant}.",
        rule="grant-must-be-open",
        next_step="The id of a grant stands in the result of the command that gave it.",
    )


def _ended(given: Given, person: str, grant: Grant) -> tuple[Decided, ...]:
    end = given.fact(streams.person(person), GrantEnded(grant=grant.grant, person=person))
    trial = officer_in(grant)
    if trial is None:
        return (end,)
    free = OfficerReleased(grant=grant.grant, person=person, trial=trial)
    return (end, given.fact(streams.officers(trial), free))
