"""What was looked at: the deployment by its adapter, and the ledgers by the report itself; one value per look."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, Literal, NamedTuple

from compliance.reports.audit_lines import DRIFT
from compliance.reports.part11_known import Known
from compliance.reports.signature_rows import Logged
from compliance.reports.wording import counted, listed
from domain.people.facts import PersonRegistered, PolicyIssued
from domain.record import Entry
from domain.signature.signing import BOTH, PRIVATE

State = Literal["ok", "note", "wrong"]
Source = Literal["deployment", "ledgers"]


class Look(NamedTuple):
    """One look: at what, how it is, what was found, and where."""

    check: str
    state: State
    found: str
    source: Source


NAMES: Final = {
    "environment": "Production or demonstration",
    "software": "Software and table of the gate",
    "interfaces": "Interfaces",
    "ledgers-verify": "Verification of every entry of every ledger",
    "append-only": "Triggers that refuse change and removal",
    "durable-writes": "Durability of writes",
    "signer-key": "Key that seals signatures",
    "key-log": "Log of opened allocation keys",
    "private-files": "Reach of store and key file on the host",
    "own-sources": "Clock and randomness",
    "clock": "Clock against the last recorded time",
    "session-limits": "Limits of sessions",
    "credential-limits": "Limits of credentials",
    "open-grants": "Open roles of ended accounts",
    "reviews": "Reviews of roles",
    "training": "Training behind open roles",
    "conflicts": "Conflicts of access",
    "ids": "Ids given to one person each",
    "policy": "Policy on signatures",
    "identity": "Identity of signers",
    "letters": "Certification letters",
    "components": "Components proved for each signature",
    "signatures": "Seals, digests and places of signatures",
    "clock-drift": "Clock readings against recorded times",
}
"""What each look is called."""


def name_of(check: str) -> str:
    """What a look is called; one that another release made keeps its own name."""
    return NAMES.get(check, check)


def looks(known: Known) -> tuple[Look, ...]:
    """All of them; those at the deployment only where they were made for this run."""
    checked = known.basis.checked
    live = () if checked is None else checked.fact.checks
    deployment = (Look(one.check, one.state, one.found, "deployment") for one in live)
    return (*deployment, *(Look(check, *look(known), "ledgers") for check, look in _LEDGERS.items()))


Found = tuple[State, str]


def _is(bad: Iterable[object], good: str, wrong: str, state: State = "wrong") -> Found:
    """`good`, or how many there are of what should not be."""
    count = len(list(bad))
    return (state, f"{counted(count, wrong)}.") if count else ("ok", good)


def _open_grants(known: Known) -> Found:
    now = known.access.now
    opened = [one for one in known.access.grants if one.is_open(now)]
    good = f"{counted(len(opened), 'open role')}, none on an ended account."
    return _is([one for one in opened if one.is_orphan(now)], good, "role of an ended account still open")


def _reviews(known: Known) -> Found:
    overdue = [one for one in known.access.grants if one.is_overdue(known.access.now)]
    return _is(overdue, "No review of a role is overdue.", "review overdue", "note")


def _training(known: Known) -> Found:
    gaps = [one for one in known.access.grants if one.lacks_training(known.access.now)]
    return _is(
        gaps, "Every open role that rests on training rests on current training.", "open role without it", "note"
    )


def _conflicts(known: Known) -> Found:
    return _is(known.conflicts, "None was found in what was recorded.", "conflict")


def _ids(known: Known) -> Found:
    given = Counter(e.fact.person for e in known.access.system if isinstance(e.fact, PersonRegistered))
    return _is([one for one, times in given.items() if times > 1], "No id was given twice.", "id given twice")


def policy_of(known: Known) -> Entry | None:
    """The entry that put the policy in force."""
    issued = [entry for entry in known.access.system if isinstance(entry.fact, PolicyIssued)]
    return issued[-1] if issued else None


def _policy(known: Known) -> Found:
    issued = policy_of(known)
    if issued is None:
        return ("wrong", "Signatures were given, and no policy was issued.") if known.rows else ("note", "None issued.")
    signers = {row.one.row.signer for row in known.rows}
    known_signers = [a.person for a in known.access.accounts if a.person.person in signers]
    missing = [one.person for one in known_signers if issued.fact.version not in one.policies]
    good = f"{issued.fact.reference}, version {issued.fact.version}, acknowledged by every signer."
    return _is(missing, good, "signer without an acknowledgement of the version in force", "note")


def unverified(known: Known) -> list[Logged]:
    """Signatures whose signer nobody but who registered the account had verified before."""
    return [row for row in known.rows if row.is_known and not _was_verified(known, row)]


def _was_verified(known: Known, row: Logged) -> bool:
    account = known.access.named(row.one.row.signer)
    assert account is not None
    return row.verified is not None and row.verified.fact.verified_by != account.person.registered_by


def _identity(known: Known) -> Found:
    good = "Every signer's identity was verified before by another than who registered the account."
    return _is(unverified(known), good, "signature without it")


def without_letter(known: Known) -> list[str]:
    """Organisations whose people signed, and of which no letter is registered."""
    return sorted({row.one.row.by.organisation for row in known.rows if row.letter is None})


def _letters(known: Known) -> Found:
    missing = without_letter(known)
    if missing:
        return "wrong", f"None registered for {listed(missing)}."
    return "ok", "Registered for every organisation whose people signed." if known.rows else "Nobody has signed yet."


def _components(known: Known) -> Found:
    short = [row for row in known.rows if not _enough(row)]
    return _is(short, "As the order within each session asks for.", "signature with fewer components than asked for")


def _enough(row: Logged) -> bool:
    made = row.one.row
    private = len(PRIVATE & set(made.components))
    if "provider" in made.components:
        return private > 0
    return private >= (BOTH if made.first_in_session else 1)


def _signatures(known: Known) -> Found:
    broken = [row for row in known.rows if row.one.why_broken is not None]
    return _is(broken, f"{counted(len(known.rows), 'signature')} verified, none broken.", "signature broken")


def drifting(known: Known) -> list[Entry]:
    """Entries whose clock reading and recorded time do not agree."""
    entries = (*known.access.trial, *known.access.access, *known.access.system)
    return [e for e in entries if abs(e.frame.recorded_at - e.body.clock_reading) > DRIFT]


def _drift(known: Known) -> Found:
    return _is(drifting(known), "They agree to the minute in every entry read.", "entry more than a minute off", "note")


_LEDGERS: Final[dict[str, Callable[[Known], Found]]] = {
    "open-grants": _open_grants,
    "reviews": _reviews,
    "training": _training,
    "conflicts": _conflicts,
    "ids": _ids,
    "policy": _policy,
    "identity": _identity,
    "letters": _letters,
    "components": _components,
    "signatures": _signatures,
    "clock-drift": _drift,
}
