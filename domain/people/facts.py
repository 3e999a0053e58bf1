"""Facts of the system ledger about persons, service accounts and their grants."""

from typing import Literal

from domain.catalogue import Retention, recorded_as
from domain.fields import Open
from domain.people.roles import Role
from domain.record import Fact, Instant
from domain.values import Code, Name

Clearance = Literal["blinded", "unblinded", "none"]


@recorded_as("person.registered.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.100(a)")
class PersonRegistered(Fact):
    """A person, or a named service account, became known; the id is never given again."""

    kind: Open[Literal["person", "service"]]
    organisation: Open[Name]
    person: Open[Code]
    printed_name: Open[Name]


@recorded_as("person.deactivated.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.300(b)")
class PersonDeactivated(Fact):
    """The account ended; the id stays reserved."""

    person: Open[Code]


@recorded_as("grant.given.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(d)")
class GrantGiven(Fact):
    """A role was given to a person, for one trial or all, for some sites or all (None), from a time on."""

    approved_by: Open[Code]
    clearance: Open[Clearance]
    ends: Open[Instant | None]
    grant: Open[Code]
    person: Open[Code]
    requested_by: Open[Code]
    role: Open[Role]
    sites: Open[tuple[Code, ...] | None]
    starts: Open[Instant]
    training: Open[Name | None]
    trial: Open[Code | None]


@recorded_as("grant.ended.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(g)")
class GrantEnded(Fact):
    """A role was taken back."""

    grant: Open[Code]
    person: Open[Code]


@recorded_as("trial.added.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(k)")
class TrialAdded(Fact):
    """The deployment holds a trial from here on: its three ledgers exist."""

    trial: Open[Code]
