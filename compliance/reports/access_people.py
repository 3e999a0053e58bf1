"""Who there is and what they may do: the register of users, and the grants (access log (a), (b))."""

from typing import Final

from compliance.reports import frame
from compliance.reports.access_known import Access, Account, GrantKnown
from compliance.reports.access_words import CLEARANCES, NO_END, local, reason, recorded, sender, sites_said
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.material import Material
from compliance.reports.model import Code, Table
from compliance.reports.wording import listed, spaced

USERS: Final = "users"
GRANTS: Final = "grants"
_STATUS: Final = (
    Code(code="open", meaning="the account can be used"),
    Code(code="ended", meaning="the account has ended; its id stays reserved"),
    Code(code="not registered", meaning="entries name this id, but its registration is not among them", tone="bad"),
)
_STANDING: Final = (
    Code(code="open", meaning="the role can be used"),
    Code(code="not begun", meaning="the role starts later"),
    Code(code="ended", meaning="the role was taken back, or its time is over"),
    Code(code="orphaned", meaning="still open, though the account has ended", tone="bad"),
    Code(
        code="training over", meaning="open, but the training it rests on is not current: it does not work", tone="bad"
    ),
    Code(code="review overdue", meaning="open, and not reviewed in time", tone="watch"),
)


def users_table(material: Material, access: Access) -> Table:
    """The register as of the moment asked for."""
    columns: tuple[Filled[Account], ...] = (
        shown("user", "User", "id", "Account", lambda a: a.person.person),
        shown("printed_name", "Name", "text", "Printed name", lambda a: a.person.printed_name or None),
        shown("organisation", "Organisation", "text", "Organisation", lambda a: a.person.organisation or None),
        shown("kind", "Kind", "text", "A person, or a service account", _kind),
        shown("status", "Status", "status", "How the account stands", user_status, codes=_STATUS),
        shown("verified", "Identity verified", "text", "How, by whom, from which kind of document", _verified),
        shown("roles", "Roles now", "text", "Roles that are open", lambda a: _roles(a, access)),
        shown("created", "Created", "time", "When it was registered", lambda a: recorded(a.registered, material.zone)),
        folded("created_by", "Created by", "text", "Who registered it", lambda a: sender(a.registered)),
        folded("ended", "Ended", "time", "When the account ended", lambda a: recorded(a.ended, material.zone)),
        folded("ended_by", "Ended by", "text", "Who ended it", lambda a: sender(a.ended)),
        folded("policy", "Policy acknowledged", "text", "Versions", lambda a: listed(a.person.policies) or None),
        folded("training", "Training", "text", "Training records, with what they are for", _training),
        folded("duty", "Service for", "text", "What a service account stands for", lambda a: a.person.duty),
        folded(
            "entry",
            "Entry",
            "text",
            "Entry of the registration",
            lambda a: None if a.registered is None else frame.handle(material, a.registered),
        ),
    )
    return table_of(
        USERS,
        "Users",
        f"Accounts with a role in this trial or in all, or that acted in it, {_as_of(material)}.",
        columns,
        access.accounts,
        row_word="user",
    )


def _as_of(material: Material) -> str:
    return f"as known {material.known_on}"


def _kind(account: Account) -> str:
    return "service" if account.person.is_service else "person"


def user_status(account: Account) -> str:
    """One word for the account."""
    if account.registered is None:
        return "not registered"
    return "open" if account.person.active else "ended"


def _verified(account: Account) -> str | None:
    if account.verified is None:
        return None
    fact = account.verified.fact
    return f"{spaced(fact.method)}, {spaced(fact.document)}, by {fact.verified_by}"


def _roles(account: Account, access: Access) -> str:
    now = dict.fromkeys(spaced(known.grant.role) for known in account.grants if known.is_open(access.now))
    return listed(now) or "none"


def _training(account: Account) -> str | None:
    said = (
        f"{one.training} ({one.protocol_version or 'system'}"
        f"{'' if one.expires is None else f', until {one.expires.date().isoformat()}'})"
        for one in account.person.trainings
    )
    return listed(said) or None


def grants_table(material: Material, access: Access) -> Table:
    """Every grant, ended ones too."""
    zone = material.zone
    columns: tuple[Filled[GrantKnown], ...] = (
        shown("user", "User", "id", "Account", lambda g: g.holder.person),
        shown("role", "Role", "text", "Role", lambda g: spaced(g.grant.role)),
        shown("trial", "Trial", "id", "The trial, or all", lambda g: g.grant.trial or "all"),
        shown("sites", "Sites", "text", "The sites, or all", lambda g: sites_said(g.grant.sites)),
        shown(
            "clearance", "Clearance", "status", "What the role may know", lambda g: g.grant.clearance, codes=CLEARANCES
        ),
        shown("starts", "From", "time", "From when it holds", lambda g: local(g.grant.starts, zone)),
        shown("ends", "To", "time", "Until when it holds", lambda g: local(g.grant.ends, zone) or NO_END),
        shown("standing", "Standing", "status", "How it stands", lambda g: grant_standing(g, access), codes=_STANDING),
        shown("approved_by", "Approved by", "id", "Account that approved it", lambda g: g.fact.approved_by),
        folded("requested_by", "Requested by", "id", "Account named as having asked", lambda g: g.fact.requested_by),
        folded("reason", "Reason", "text", "Why it was given", lambda g: reason(material, g.entry)),
        folded("training", "Training", "text", "Training record it rests on", lambda g: g.grant.training),
        folded("reviewed", "Last review", "time", "When it was reviewed last", lambda g: _review(g, zone)),
        folded(
            "review_due", "Next review due", "time", "When it has to be reviewed", lambda g: local(g.review_due, zone)
        ),
        folded("given", "Recorded", "time", "When it was recorded", lambda g: recorded(g.entry, zone)),
        folded("ended_by", "Ended by", "text", "Who took it back", lambda g: sender(g.ended)),
        folded("grant", "Grant", "id", "Id of the grant; entries name it as their authority", lambda g: g.grant.grant),
        folded("entry", "Entry", "text", "Entry that gave it", lambda g: frame.handle(material, g.entry)),
    )
    return table_of(
        GRANTS,
        "Roles given",
        "One line per role given for this trial or for all. Unless a review says otherwise, a role is reviewed "
        "180 days after it was given.",
        columns,
        access.grants,
        row_word="grant",
        group=lambda g: g.holder.person,
    )


def grant_standing(known: GrantKnown, access: Access) -> str:
    """One word for a grant, the gravest first."""
    if not known.is_open(access.now):
        return "ended" if known.grant.starts <= access.now else "not begun"
    if known.is_orphan(access.now):
        return "orphaned"
    if known.lacks_training(access.now):
        return "training over"
    return "review overdue" if known.is_overdue(access.now) else "open"


def _review(known: GrantKnown, zone: str) -> str | None:
    return recorded(known.reviews[-1], zone) if known.reviews else None
