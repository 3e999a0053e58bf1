"""What reports on knowledge and unblinding are made from: the knowledge ledger on the axes asked for, and names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from compliance.reports import frame
from compliance.reports.access_words import local
from compliance.reports.material import Material
from compliance.reports.wording import listed, spaced
from domain.streams import SYSTEM_LEDGER, access_ledger
from projections.fold import Person, folded
from projections.knowledge import Knowledge
from projections.knowledge_rows import Held, KnowledgeView


@dataclass(frozen=True, slots=True)
class Knowing:
    """The knowledge ledger, and how its people, roles and times are said; `now` is when the report looks."""

    view: KnowledgeView
    now: datetime
    zone: str
    own: tuple[Held, ...]
    """The roles that are held now."""

    def name(self, person: str) -> str:
        """The printed name behind an account; what is no account stands as it was recorded."""
        names = (held.printed_name for held in self.view.held if held.person == person and held.printed_name)
        printed = next(names, None)
        return person if printed is None else f"{printed} ({person})"

    def names(self, people: Iterable[str]) -> str | None:
        """Several people; None for nobody."""
        return listed(sorted(self.name(person) for person in people)) or None

    def roles(self, person: str, instant: datetime) -> str | None:
        """The roles that somebody held here at an instant; None for nobody known here."""
        found = {spaced(held.role) for held in self.view.held if held.person == person and held.holds_at(instant)}
        return listed(sorted(found)) or None

    def at(self, instant: datetime | None) -> str | None:
        """A time on the clocks of the report's zone."""
        return local(instant, self.zone)

    @property
    def blinded(self) -> tuple[Held, ...]:
        """The roles held now that are to stay blind."""
        return tuple(held for held in self.own if held.clearance in {"blinded", "safety"})

    def know_of(self, participant: str | None = None) -> frozenset[str]:
        """Who knows, or may know, the arm of a participant, or of anybody."""
        rows = self.view.known
        return frozenset(
            row.first.person for row in rows if participant is None or row.first.participant in (None, participant)
        )


def knowing(material: Material) -> Knowing:
    """Fold the ledgers that the reader may read; the fold asks for no order between them."""
    system = frame.entries_of(material, SYSTEM_LEDGER)
    access = frame.entries_of(material, access_ledger(material.trial))
    state = folded(Knowledge.start(), (*frame.trial_entries(material), *access, *system))
    view, now = state.view(), frame.as_of(material)
    return Knowing(
        view=view,
        now=now,
        zone=material.zone,
        own=tuple(held for held in view.held if held.holds_at(now)),
    )


def said(person: Person) -> str:
    """Somebody, as printed at that time."""
    return f"{person.printed_name} ({spaced(person.role)})"
