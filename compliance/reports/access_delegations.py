"""The delegation log of each site: who may do which tasks, from when to when, signed by the investigator (log (c))."""

from typing import Final, NamedTuple

from compliance.reports import frame
from compliance.reports.access_known import Access
from compliance.reports.access_words import NO_END, TASKS
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.material import Material
from compliance.reports.model import Table
from compliance.reports.signature_known import STANDINGS, Signed, signature_words
from compliance.reports.wording import listed, spaced
from domain.record import Entry
from projections.site_rows import Delegation

DELEGATIONS: Final = "delegations"


class Delegated(NamedTuple):
    """One delegation at a site, with its entry."""

    site: str
    row: Delegation
    entry: Entry


def delegations_table(material: Material, access: Access, signed: Signed) -> Table:
    """All delegations, by site and then as given."""
    entries = {entry.frame.position: entry for entry in access.trial}
    given = ((site.site, row) for site in access.sites for row in site.delegations)
    found = [Delegated(site, row, entries[row.behind.position]) for site, row in given]
    columns: tuple[Filled[Delegated], ...] = (
        shown("site", "Site", "id", "The site", lambda d: d.site),
        shown("person", "Person", "id", "Account of who does the tasks", lambda d: d.row.person),
        shown("printed_name", "Name", "text", "Printed name", lambda d: access.name_of(d.row.person)),
        shown("role", "Role", "text", "Role at the site", lambda d: spaced(d.row.role)),
        shown("tasks", "Tasks", "text", _TASK_MEANING, lambda d: listed(spaced(one) for one in d.row.tasks)),
        shown("starts", "From", "time", "First day", lambda d: d.row.starts.text),
        shown("ends", "To", "time", "Last day", _end),
        shown(
            "signed",
            "Investigator's signature",
            "status",
            "How the signature of who delegated stands",
            lambda d: _standing(d, signed),
            codes=STANDINGS,
        ),
        folded("signatures", "Signatures", "text", "All of them, with their state", lambda d: _all(d, signed)),
        folded("by", "Delegated by", "text", "Who delegated", lambda d: d.entry.body.printed_name),
        folded("delegation", "Delegation", "id", "Id of the delegation", lambda d: d.row.delegation),
        folded("entry", "Entry", "text", "Entry that tells of it", lambda d: frame.handle(material, d.entry)),
    )
    return table_of(
        DELEGATIONS,
        "Delegation log",
        "Tasks that the investigator delegated at each site. No wet ink is used here, so no samples of signatures "
        "or initials are kept.",
        columns,
        found,
        row_word="delegation",
        group=lambda d: d.site,
    )


_TASK_MEANING: Final = "What is delegated: " + "; ".join(f"{spaced(code)}: {words}" for code, words in TASKS.items())


def _end(one: Delegated) -> str:
    end = one.row.ended or one.row.ends
    return NO_END if end is None else end.text


def _standing(one: Delegated, signed: Signed) -> str | None:
    return signed.standing_of(one.entry.body.event_id)


def _all(one: Delegated, signed: Signed) -> str | None:
    return "; ".join(signature_words(each) for each in signed.on(one.entry.body.event_id)) or None
