"""Recorded facts as the gate met them: which command each belongs to, and what that command concerned.

A command's entries stand in one or several ledgers, and were decided together. The ledgers tell its trial; the
entries tell its site.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from compliance.gate_table import TABLE
from compliance.scope import TRIAL_WIDE, SiteScope
from domain import streams
from domain.commands import COMMANDS
from domain.people.facts import GrantEnded, GrantGiven, GrantReviewed
from domain.record import Entry

OWN = "own"


class Case(NamedTuple):
    """A fact to be decided again.

    `sites`: those that its command's entries concern, first those of what was sent. `told`: whether the entries
    tell the trial, and a site or that it is the trial as a whole. `about`: whom it concerns, for what an account
    does about itself.
    """

    entry: Entry
    action: str
    reading: bool
    about: str | None
    trial: str | None
    sites: tuple[str, ...]
    told: bool


class _Command:
    """What the entries of one command tell."""

    def __init__(self) -> None:
        self.trial: str | None = None
        self.sites: dict[str, None] = {}
        self.behind: dict[str, None] = {}
        self.whole = False


def cases_in(ledgers: Mapping[str, Iterable[Entry]]) -> list[Case]:
    """Every entry of the ledgers, with what its command concerned."""
    commands: dict[tuple[str, UUID], _Command] = {}
    held = {name: list(entries) for name, entries in ledgers.items()}
    for name, entries in held.items():
        _follow(name, entries, commands)
    trials = _trials_of_grants(held.get(streams.SYSTEM_LEDGER, ()))
    return [_case(entry, commands[_key(entry)], trials) for entries in held.values() for entry in entries]


def _follow(ledger: str, entries: Iterable[Entry], commands: dict[tuple[str, UUID], _Command]) -> None:
    kind, _, trial = ledger.partition(":")
    scope = SiteScope()
    for entry in entries:
        own = commands.setdefault(_key(entry), _Command())
        own.trial = own.trial or trial or None
        if kind != "trial":
            continue
        site = scope.site_of(entry)
        if site is not None:
            (own.behind if entry.body.source_kind == "derived" else own.sites)[site] = None
        elif streams.kind_of(streams.about(entry.frame.stream)) in TRIAL_WIDE:
            own.whole = True


def _key(entry: Entry) -> tuple[str, UUID]:
    return entry.body.actor, entry.body.command_id


def _trials_of_grants(system: Iterable[Entry]) -> dict[str, str | None]:
    return {entry.fact.grant: entry.fact.trial for entry in system if isinstance(entry.fact, GrantGiven)}


def _case(entry: Entry, own: _Command, trials: Mapping[str, str | None]) -> Case:
    action, _, role = entry.body.authority.rule.partition("/")
    sites = tuple({**own.sites, **own.behind})
    of_people = action in TABLE and TABLE[action].touches == "SYSTEM"
    trial = own.trial or _trial_of(entry.fact, trials)
    return Case(
        entry=entry,
        action=action,
        reading=action not in COMMANDS,
        about=_about(entry.fact) if role == OWN else None,
        trial=trial,
        sites=sites,
        told=of_people or (own.trial is not None and (own.whole or bool(sites))),
    )


def _trial_of(fact: Any, trials: Mapping[str, str | None]) -> str | None:
    """The trial that a fact of the system ledger is about; None for all, or for none."""
    match fact:
        case GrantEnded(grant=grant) | GrantReviewed(grant=grant):
            return trials.get(grant)
        case _:
            return getattr(fact, "trial", None)


def _about(fact: Any) -> str:
    """Whose account it is about: who is named, or who signed."""
    return getattr(fact, "person", None) or getattr(fact, "signer", None) or ""
