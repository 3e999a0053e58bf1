"""Facts about a site."""

from typing import Literal

from domain.catalogue import Retention, recorded_as
from domain.fields import Open
from domain.people.roles import Role
from domain.record import Fact
from domain.values import Code, Name, PartialDate

Task = Literal[
    "consent", "eligibility", "enrolment", "treatment", "visits", "adverse_events", "corrections", "unblinding"
]  # fmt: skip


@recorded_as("site.registered.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) C.3")
class SiteRegistered(Fact):
    """A site joined the trial; it may not screen yet. `zone` is its IANA time zone."""

    country: Open[Code]
    name: Open[Name]
    site: Open[Code]
    zone: Open[Name]


@recorded_as("site.approval_recorded.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 1.1")
class ApprovalRecorded(Fact):
    """An ethics committee or an authority approved the conduct of a protocol version at this site."""

    granted: Open[PartialDate]
    kind: Open[Literal["ethics", "authority"]]
    protocol_version: Open[Code]
    reference: Open[Name]
    valid_until: Open[PartialDate | None]


@recorded_as("site.consent_version_approved.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 2.8.2")
class ConsentVersionApproved(Fact):
    """From that day on this version of the consent document is the one to use here."""

    approved: Open[PartialDate]
    document: Open[Code]
    language: Open[Code]
    reference: Open[Name]
    version: Open[Code]


@recorded_as("site.protocol_version_effective.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.6")
class ProtocolVersionEffective(Fact):
    """From that day on this protocol version is in force at this site."""

    effective: Open[PartialDate]
    reference: Open[Name]
    version: Open[Code]


@recorded_as("site.task_delegated.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 2.3.3")
class TaskDelegated(Fact):
    """The investigator delegated tasks to a person from a day on (None: without end)."""

    delegation: Open[Code]
    ends: Open[PartialDate | None]
    person: Open[Code]
    role: Open[Role]
    starts: Open[PartialDate]
    tasks: Open[tuple[Task, ...]]


@recorded_as("site.delegation_ended.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 2.3.3")
class DelegationEnded(Fact):
    """The delegation ended after that day."""

    delegation: Open[Code]
    ended: Open[PartialDate]


@recorded_as("site.activated.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) C.3")
class SiteActivated(Fact):
    """The site may enrol from that day on."""

    effective: Open[PartialDate]


@recorded_as("site.held.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.17")
class SiteHeld(Fact):
    """No new permission is given at this site; facts are recorded as before."""


@recorded_as("site.released.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.17")
class SiteReleased(Fact):
    """The hold ended."""


@recorded_as("site.closed.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.17")
class SiteClosed(Fact):
    """The site is closed; safety facts and late knowledge go on."""
