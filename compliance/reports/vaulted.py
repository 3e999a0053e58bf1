"""What stands around the rows of a report that reads the vault: its entries, and all ledgers behind it.

Other reports take these from `frame`, which leaves the vault out whatever is handed in.
"""

from compliance.reports import frame
from compliance.reports.material import Material
from compliance.reports.model import Source
from domain.record import Entry
from domain.streams import vault_ledger


def vault_entries(material: Material) -> list[Entry]:
    """The entries of the vault on the axes asked for."""
    return frame.entries_of(material, vault_ledger(material.trial))


def is_open(material: Material) -> bool:
    """Whether this reader's report reads the vault at all."""
    return frame.is_read(material, vault_ledger(material.trial))


def sources(material: Material) -> tuple[Source, ...]:
    """The ledgers that were read, the vault among them."""
    return material.sources


def entries_read(material: Material) -> int:
    """How many entries the report rests on, those of the vault among them."""
    return sum(len(entries) for entries in material.entries.values())
