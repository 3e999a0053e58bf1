"""What the product records by itself, under which rule: each rule is for certain facts, and for no others."""

from collections.abc import Mapping
from typing import Final

from domain.access.facts import CommandRefused
from domain.allocation.facts import DisclosureRecorded
from domain.credentials.facts import CredentialRevoked, CredentialSet, RecoveryNoticed
from domain.ledger.facts import LedgerOpened
from domain.people.facts import AccountActivated, GrantGiven, PersonRegistered, SignerKeyRegistered
from domain.people.person import Person
from domain.record import Entry, Fact
from domain.session.facts import AuthenticationFailed, AuthenticationLocked, SessionEnded, SessionStarted, SignalRaised
from domain.unblinding.facts import (
    ArmDisclosed,
    BreakNotified,
    DisclosureEnteredLate,
    DisclosureRepeated,
    EmergencyUnblindingInvoked,
)

NO_GRANT: Final = "none"
NO_ROLE: Final = "none"
PRODUCT_RULES: Final[Mapping[str, tuple[type[Fact], ...]]] = {
    "first-administrator": (LedgerOpened, SignerKeyRegistered, PersonRegistered, GrantGiven),
    "records-authentication": (
        SessionStarted,
        SessionEnded,
        AuthenticationFailed,
        AuthenticationLocked,
        SignalRaised,
        CredentialSet,
        CredentialRevoked,
        RecoveryNoticed,
        AccountActivated,
    ),
    "enters-code-breaks-late": (
        EmergencyUnblindingInvoked,
        ArmDisclosed,
        BreakNotified,
        DisclosureRecorded,
        DisclosureRepeated,
        DisclosureEnteredLate,
    ),
}
"""Refusals have the rule by which they refuse."""


def is_of_the_product(entry: Entry) -> bool:
    """Whether no grant stands behind it."""
    return entry.body.authority.grant == NO_GRANT


def product_differs(entry: Entry, actor: Person) -> str | None:
    """The rule that should stand there, or what speaks against the one that does; None where all is as it should be."""
    fact, rule = entry.fact, entry.body.authority.rule
    if entry.body.role != NO_ROLE:
        return f"no role but {NO_ROLE}"
    if isinstance(fact, CommandRefused):
        return None if rule == fact.rule else fact.rule
    if not isinstance(fact, PRODUCT_RULES.get(rule, ())):
        return "a grant"
    if rule == "first-administrator" and entry.body.authority.system_position != 0:
        return "a grant"
    if isinstance(fact, SessionStarted) and not (actor.exists and actor.active and fact.person == actor.person):
        return "account-must-be-open"
    return None
