"""Words that reports about access share: roles, clearances, times, who did something."""

from datetime import datetime
from typing import Final

from compliance.reports.material import Material
from compliance.reports.model import Code
from compliance.reports.wording import listed, spaced
from domain.record import Entry
from domain.times import zone

CLEARANCES: Final = (
    Code(code="blinded", meaning="reads blinded trial data"),
    Code(code="safety", meaning="reads unreviewed safety narratives too"),
    Code(code="unblinded", meaning="may learn allocations", tone="watch"),
    Code(code="none", meaning="reads no trial data"),
)
NO_END: Final = "without end"
TASKS: Final = {
    "consent": "inform and take consent",
    "eligibility": "decide eligibility",
    "enrolment": "enrol and allocate",
    "treatment": "give study treatment",
    "visits": "do visits",
    "adverse_events": "record adverse events",
    "corrections": "correct and void records",
    "unblinding": "break the code in an emergency",
}
"""Tasks that an investigator delegates, in words."""


def local(instant: datetime | None, zone_name: str) -> str | None:
    """On the clock of the report's zone, with its offset."""
    return None if instant is None else instant.astimezone(zone(zone_name)).isoformat(timespec="seconds")


def recorded(entry: Entry | None, zone_name: str) -> str | None:
    """When it was recorded, on the clock of the report's zone."""
    return None if entry is None else local(entry.frame.recorded_at, zone_name)


def sender(entry: Entry | None) -> str | None:
    """Who sent it, as printed at that time."""
    return None if entry is None else f"{entry.body.printed_name} ({spaced(entry.body.role)})"


def sites_said(sites: tuple[str, ...] | None) -> str:
    """The sites of a grant."""
    return "all" if sites is None else listed(sorted(sites))


def reason(material: Material, entry: Entry) -> str | None:
    """The coded reason and the words, as far as the reader may know them."""
    body = entry.body
    words = (body.reason_code, None if body.reason_text is None else material.open_text(body.reason_text))
    return ": ".join(part for part in words if part is not None) or None
