"""The escrow ceremony of the demonstration: three officers at one table, each takes a part of the key away."""

from adapters.demo.director import TRIAL, Director
from adapters.demo.people import OFFICERS
from adapters.vault import OfficersPart, established_by, make_parts


def hold_ceremony(director: Director) -> tuple[OfficersPart, ...]:
    """Make the key, record it, and give the parts; nothing else ever holds the private half."""
    parts = make_parts(TRIAL, OFFICERS, director.store.sources.randomness)
    director.send(OFFICERS[0], "establish_escrow", dict(established_by(parts)))
    return parts
