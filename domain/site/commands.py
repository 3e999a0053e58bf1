"""Commands about a site."""

from typing import Annotated, Literal

from pydantic import Field

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.input import Code, DateGiven, Reference, Zone
from domain.people.roles import Role
from domain.protocol.protocol import Protocol
from domain.record import Fact
from domain.refusals import not_in_order
from domain.signature.permission import refuse_unsigned, signed_acts
from domain.site.facts import (
    ApprovalRecorded,
    ConsentVersionApproved,
    DelegationEnded,
    ProtocolVersionEffective,
    SiteActivated,
    SiteClosed,
    SiteHeld,
    SiteRegistered,
    SiteReleased,
    Task,
    TaskDelegated,
)
from domain.site.site import Site
from domain.trial.commands import TrialCommand

SiteCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]


class SiteCommand(TrialCommand):
    """A command about one site."""

    site: SiteCode

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, its protocol, and the site."""
        return (
            streams.trial(room.trial),
            streams.protocol(room.trial),
            streams.site(room.trial, self.site),
        )

    def concerned_site(self, room: Room) -> str | None:
        """The site named."""
        del room
        return self.site

    def known_site(self, room: Room) -> Site:
        """The site; Refusal when it was never registered."""
        self.trial(room)
        site = room.get(Site, streams.site(room.trial, self.site))
        if not site.exists:
            raise not_in_order(
                "no_such_site",
                f"The trial has no site {self.site}.",
                "Register the site first.",
                rule="site-must-be-registered",
            )
        return site

    def at_site(self, given: Given, fact: Fact) -> tuple[Decided, ...]:
        """One fact in the site's stream."""
        return (given.fact(streams.site(given.trial, self.site), fact),)


@command("register_site")
class RegisterSite(SiteCommand):
    """Add a site with its IANA time zone."""

    country: Code
    name: Reference
    zone: Zone

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a code twice."""
        self.trial(room)
        if room.get(Site, streams.site(given.trial, self.site)).exists:
            raise not_in_order(
                "site_exists",
                f"There is a site {self.site} already.",
                "Give the new site its own code.",
                rule="site-codes-are-unique",
            )
        return self.at_site(given, SiteRegistered(country=self.country, name=self.name, site=self.site, zone=self.zone))


@command("record_approval")
class RecordApproval(SiteCommand):
    """Record an ethics or authority approval of a protocol version at the site."""

    granted: DateGiven
    kind: Literal["ethics", "authority"]
    protocol_version: Code
    reference: Reference
    valid_until: DateGiven | None = None

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """A fact: never refused for order."""
        self.known_site(room)
        fact = ApprovalRecorded(
            granted=self.granted,
            kind=self.kind,
            protocol_version=self.protocol_version,
            reference=self.reference,
            valid_until=self.valid_until,
        )
        return self.at_site(given, fact)


@command("approve_consent_version")
class ApproveConsentVersion(SiteCommand):
    """Record from which day a version of the consent document is the one to use here."""

    approved: DateGiven
    document: Code
    language: Code
    reference: Reference
    version: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a version that the sponsor never issued."""
        self.known_site(room)
        issued = room.get(Protocol, streams.protocol(given.trial)).documents
        if (self.document, self.version, self.language) not in {(d.document, d.version, d.language) for d in issued}:
            raise not_in_order(
                "no_such_version",
                f"{self.document} {self.version} ({self.language}) was never issued.",
                "Issue it with `issue_consent_version`.",
                rule="approved-version-was-issued",
            )
        fact = ConsentVersionApproved(
            approved=self.approved,
            document=self.document,
            language=self.language,
            reference=self.reference,
            version=self.version,
        )
        return self.at_site(given, fact)


@command("put_protocol_version_into_effect")
class PutProtocolVersionIntoEffect(SiteCommand):
    """Record from which day a protocol version is in force here."""

    effective: DateGiven
    reference: Reference
    version: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a version that the sponsor never approved."""
        self.known_site(room)
        if not room.get(Protocol, streams.protocol(given.trial)).has_version(self.version):
            raise not_in_order(
                "no_such_version",
                f"Protocol version {self.version} was never approved.",
                "Approve it with `approve_protocol_version`.",
                rule="effective-version-was-approved",
            )
        fact = ProtocolVersionEffective(effective=self.effective, reference=self.reference, version=self.version)
        return self.at_site(given, fact)


@command("delegate_tasks")
class DelegateTasks(SiteCommand):
    """The investigator delegates tasks to a person."""

    delegate: Code
    delegate_role: Role
    ends: DateGiven | None = None
    starts: DateGiven
    tasks: tuple[Task, ...]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Recorded; it counts for the site's activation once the investigator has signed it."""
        self.known_site(room)
        fact = TaskDelegated(
            delegation=given.token(),
            ends=self.ends,
            person=self.delegate,
            role=self.delegate_role,
            starts=self.starts,
            tasks=self.tasks,
        )
        return self.at_site(given, fact)


@command("end_delegation")
class EndDelegation(SiteCommand):
    """End a delegation after a day."""

    delegation: Code
    ended: DateGiven

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a delegation that is not there."""
        if not any(d.delegation == self.delegation for d in self.known_site(room).delegations):
            raise not_in_order(
                "no_such_delegation",
                f"The site has no delegation {self.delegation}.",
                "Look at the site with `trialproof show site`.",
                rule="delegation-must-exist",
            )
        return self.at_site(given, DelegationEnded(delegation=self.delegation, ended=self.ended))


@command("activate_site")
class ActivateSite(SiteCommand):
    """Let the site enrol from a day on."""

    effective: DateGiven

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the signatures of the site's record."""
        return (*super().streams(room), streams.signatures(streams.site(room.trial, self.site)))

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The site's record, entry by entry: each delegation is looked at."""
        return (streams.site(room.trial, self.site),)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse while an approval, a version or a signed delegation is missing (conduct rules, section 3)."""
        site = self.known_site(room)
        missing = site.missing_for_activation(self.effective)
        if missing:
            raise not_in_order(
                "site_not_ready",
                f"Site {self.site} cannot be activated from {self.effective} on: {', '.join(missing)} missing.",
                "Record what is missing, with its reference and dates.",
                rule="site-activation-needs-approvals",
            )
        signed = signed_acts(room, streams.site(given.trial, self.site), "delegation")
        holding = {d.delegation for d in site.delegations if d.holds_on(self.effective)}
        missing_signature = holding - {entry.fact.delegation for entry in signed}
        refuse_unsigned(f"Site {self.site} is not activated", missing_signature, code="delegation_not_signed")
        return self.at_site(given, SiteActivated(effective=self.effective))


@command("hold_site", needs_reason=True)
class HoldSite(SiteCommand):
    """Give no new permission at the site until released."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a second hold."""
        if self.known_site(room).held:
            raise not_in_order("already_held", "The site is held already.", "Release it first.", rule="holds-once")
        return self.at_site(given, SiteHeld())


@command("release_site", needs_reason=True)
class ReleaseSite(SiteCommand):
    """End the hold."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse where no hold is."""
        if not self.known_site(room).held:
            raise not_in_order("not_held", "The site is not held.", "Nothing needs to be done.", rule="holds-once")
        return self.at_site(given, SiteReleased())


@command("close_site", needs_reason=True)
class CloseSite(SiteCommand):
    """Close the site; safety facts and late knowledge go on."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a second closure."""
        if self.known_site(room).closed:
            raise not_in_order(
                "already_closed", "The site is closed already.", "Nothing needs to be done.", rule="closes-once"
            )
        return self.at_site(given, SiteClosed())
