"""Write the reference pages and schemas from the types and sources: `python -m tests.reference.make`."""

import sys
from pathlib import Path

from compliance.proofs.entry import ENTRY_SCHEMA
from compliance.schemas import entry_schema, schema_of, schema_text
from domain.catalogue import event_types
from tests.architecture.tree import ROOT
from tests.reference.commands_page import commands_page
from tests.reference.errors_page import errors_page
from tests.reference.events_page import events_page

REFERENCE = ROOT / "docs" / "reference"
SCHEMAS = "schemas"


def generated() -> dict[str, str]:
    """Every generated file of the reference, by its name there."""
    schemas = {f"{SCHEMAS}/{row.name}.json": schema_text(schema_of(row)) for row in event_types()}
    pages = {"events.md": events_page(), "commands.md": commands_page(), "errors.md": errors_page()}
    return {**pages, f"{SCHEMAS}/{ENTRY_SCHEMA}.json": schema_text(entry_schema()), **schemas}


def write(folder: Path = REFERENCE) -> str:
    """Write them all; schemas of versions that are no longer written stay, since their entries do."""
    (folder / SCHEMAS).mkdir(parents=True, exist_ok=True)
    files = generated()
    for name, text in files.items():
        (folder / name).write_text(text)
    return f"Wrote {len(files)} files."


if __name__ == "__main__":
    sys.stdout.write(write() + "\n")
