"""The tables of the knowledge report: who knows whom, who may by clearance, who stays blind, and what was flagged."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from compliance.reports import frame
from compliance.reports.access_words import sites_said
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.knowledge_known import Knowing
from compliance.reports.material import Material
from compliance.reports.model import Code, Table
from compliance.reports.wording import spaced
from domain.streams import access_ledger
from projections.knowledge_rows import Held, Known, ParticipantKnown

KNOWN: Final = "known"
PARTICIPANTS: Final = "participants"
CLEARED: Final = "cleared"
BLIND: Final = "blind"
WAYS: Final = (
    Code(code="emergency", meaning="the code was broken in an emergency", tone="watch"),
    Code(code="routine", meaning="disclosed on a request that two others approved"),
    Code(code="susar", meaning="disclosed to a safety person for an expedited report"),
    Code(code="accident", meaning="learned, or may have learned, by accident", tone="bad"),
    Code(code="passed on", meaning="handed the arm to the recipient, and saw it"),
    Code(code="looked", meaning="looked at a disclosure made to another", tone="watch"),
    Code(code="interim", meaning="was handed the closed package of an interim analysis"),
    Code(code="planned", meaning="was handed the randomisation at the planned unblinding"),
    Code(code="authorised", meaning="named as recipient of the planned unblinding"),
    Code(code="unblinded report", meaning="had an unblinded report made"),
    Code(code="vault read", meaning="read what may tell arms", tone="watch"),
    Code(code="clearance", meaning="held a clearance that lets learn arms"),
)
CERTAINTY: Final = (
    Code(code="knows", meaning="the arm was told to this person", tone="watch"),
    Code(code="may know", meaning="the person may have learned it; nobody recorded for certain that it was so"),
)
_ALL: Final = {
    "all": "all",
    "allocated_by_then": "all so far",
    "not_told": "unknown",
}


def known_table(material: Material, known: Knowing) -> Table:
    """Who knows whom, since when, and how."""
    looks = frame.is_read(material, access_ledger(material.trial))
    note = (
        "One row for each person and participant, with the date of the first time; told or looked again moves no date. "
        "What somebody surely knows and what somebody may know stand apart. No arm stands in this report."
    )
    columns: tuple[Filled[Known], ...] = (
        shown(
            "participant",
            "Participant",
            "id",
            "Whose arm; all, all so far, or nobody knows whose",
            _whose,
        ),
        shown("site", "Site", "id", "Site of the participant", lambda k: k.site),
        shown("person", "Who", "text", "Account with its printed name, or who was named", lambda k: _who(known, k)),
        shown("certain", "Knows", "status", "How sure it is", _certain, codes=CERTAINTY),
        shown("since", "Since", "time", "Date of knowledge", lambda k: known.at(k.since)),
        shown("how", "How", "status", "The first way", lambda k: spaced(k.first.how), codes=WAYS),
        shown("again", "Again", "number", "How often told, handed or looked at after that", lambda k: str(k.again)),
        folded("roles", "Roles then", "text", "Roles in the trial at that time", lambda k: _roles(known, k)),
        folded("user", "Account", "id", "Account, or name as recorded", lambda k: k.first.person),
        folded("request", "Unblinding", "id", "Unblinding through which", lambda k: k.first.request),
        folded("entry", "Entry", "text", "Entry that tells of it", lambda k: _entry(material, k)),
    )
    return table_of(
        KNOWN,
        "Who knows, since when and how",
        note if looks else f"{note} Looks and reports stand in the access ledger, which this reader does not read.",
        columns,
        known.view.known,
        row_word="line",
        group=lambda k: k.first.participant,
    )


def _whose(row: Known) -> str:
    return row.first.participant or _ALL[row.first.reach]


def _who(known: Knowing, row: Known) -> str:
    named = known.name(row.first.person)
    return f"{named}, outside the trial" if row.first.outside else named


def _roles(known: Knowing, row: Known) -> str | None:
    return known.roles(row.first.person, row.since)


def _certain(row: Known) -> str:
    return "knows" if row.first.certain else "may know"


def _entry(material: Material, row: Known) -> str:
    name = f"{row.first.ledger}:{material.trial}"
    told = any(source.ledger == name for source in material.sources)
    return f"{row.first.ledger} {row.first.behind.position:,}" if told else f"{row.first.ledger} ledger"


def participants_table(known: Knowing) -> Table:
    """One row for each allocated participant."""
    columns: tuple[Filled[ParticipantKnown], ...] = (
        shown("participant", "Participant", "id", "Screening number", lambda p: p.number),
        shown("site", "Site", "id", "Site", lambda p: p.site),
        shown("known_since", "Known since", "time", "First sure knowledge", lambda p: known.at(p.known_since)),
        shown("known_by", "Known by", "number", "Persons who surely know", lambda p: str(len(p.known_by))),
        shown("may_know", "May know", "number", "Persons who may know", lambda p: str(len(p.may_be_known_by))),
        shown("ways", "Ways", "text", "How", lambda p: ", ".join(map(spaced, p.ways)) or "none"),
        shown("treatment", "Treatment", "text", "State of the treatment now", lambda p: spaced(p.treatment)),
        shown("impact", "Impact", "text", "Last judgement of each unblinding", _impacts),
        folded("people", "Who knows", "text", "Persons who surely know", lambda p: known.names(p.known_by)),
        folded("perhaps", "Who may know", "text", "Persons who may know", lambda p: known.names(p.may_be_known_by)),
    )
    note = "Every allocated participant; knowledge of all arms by package, report or clearance stands in its own rows."
    return table_of(PARTICIPANTS, "Participants", note, columns, known.view.participants, row_word="participant")


def _impacts(row: ParticipantKnown) -> str | None:
    return ", ".join(map(spaced, row.impacts)) or None


def cleared_table(known: Knowing) -> Table:
    """Who may know everything by clearance, from when to when."""
    columns: tuple[Filled[Held], ...] = (
        shown("person", "Who", "text", "Account with its printed name", lambda h: known.name(h.person)),
        shown("role", "Role", "text", "Role that brings the clearance", lambda h: spaced(h.role)),
        shown("sites", "Sites", "text", "For which sites", lambda h: sites_said(h.sites)),
        shown("starts", "From", "time", "When the clearance begins", lambda h: known.at(h.starts)),
        shown("ends", "To", "time", "When it ends; knowledge does not end", lambda h: known.at(h.ends)),
        shown("open", "Open now", "flag", "Whether it is held now", lambda h: "yes" if h in known.own else "no"),
        folded("grant", "Grant", "id", "Grant", lambda h: h.grant),
    )
    note = "A clearance lets learn arms; whether its holder looked stands among those who know."
    whole = known.view.reads_system
    return table_of(
        CLEARED,
        "Who may know by clearance",
        note if whole else f"{note} This report was made without the system ledger, which tells who holds one.",
        columns,
        known.view.cleared,
        row_word="clearance",
    )


class Role(NamedTuple):
    """Who holds a blinded role, and who of them knows of somebody."""

    role: str
    holders: frozenset[str]
    knowing: frozenset[str]


def blind_roles(known: Knowing) -> list[Role]:
    """Every blinded role that is held now."""
    holders: dict[str, set[str]] = defaultdict(set)
    for held in known.blinded:
        holders[held.role].add(held.person)
    know = known.know_of()
    return [Role(role, frozenset(holders[role]), know & holders[role]) for role in sorted(holders)]


def blind_table(known: Knowing, roles: Sequence[Role]) -> Table:
    """Who stays blind, by role."""
    columns: tuple[Filled[Role], ...] = (
        shown("role", "Role", "text", "Role that is to stay blind", lambda r: spaced(r.role)),
        shown("holders", "Held by", "number", "Persons who hold it now", lambda r: str(len(r.holders))),
        shown("blind", "Stay blind", "number", "Know of nobody", lambda r: str(len(r.holders - r.knowing))),
        shown("knowing", "Know of somebody", "number", "Know or may know", lambda r: str(len(r.knowing))),
        shown("people", "Who knows of somebody", "text", "Persons", lambda r: known.names(r.knowing) or "nobody"),
    )
    return table_of(
        BLIND,
        "Who stays blind",
        "Roles with a blinded clearance that are held now. Knowing the arm of one participant ends no role.",
        columns,
        roles,
        row_word="role",
    )
