"""What a report may read for somebody: which ledgers, up to where, which entries of them, and whose size may be told.

Trial, access and vault ledger are read by those whose role clears them for it. Of the system ledger a report that reads
it shows everybody what concerns the trial, or the site; its size and root only those with clearance for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from compliance.gate import AllowedReading
from compliance.gate_table import TABLE
from compliance.inquire import Axes, Inquire, Reading, instant_of
from compliance.pages import all_entries
from compliance.proofs.signatures import check_signatures
from compliance.reports.material import Material
from compliance.reports.model import Source
from compliance.reports.registers import Registers
from compliance.reports.wording import when_words
from compliance.system_scope import concerning
from domain import streams
from domain.catalogue import LedgerKind
from domain.errors import InvalidInputError, NotFoundError
from domain.fields import SealedText
from domain.record import Entry
from projections.replay import known_position

READING: Final[Mapping[LedgerKind, str]] = {
    "trial": "read_ledger",
    "access": "read_access_ledger",
    "vault": "read_vault_ledger",
    "system": "read_system_ledger",
}
"""The action of the gate whose roles may know a ledger whole; of another ledger its size alone would tell too much."""
Positions = Mapping[str, int]


class Gathering:
    """Gathers for one reader what a report of one trial is made from."""

    def __init__(self, inquire: Inquire, trial: str, allowed: AllowedReading, kinds: Sequence[LedgerKind]) -> None:
        self._inquire = inquire
        self._trial = trial
        self._allowed = allowed
        self._kinds = kinds
        names: dict[LedgerKind, str] = {
            "trial": streams.trial_ledger(trial),
            "access": streams.access_ledger(trial),
            "vault": streams.vault_ledger(trial),
            "system": streams.SYSTEM_LEDGER,
        }
        self.known = tuple(names[kind] for kind in names if kind in kinds and self._may_know(kind))
        self.read = tuple(names[kind] for kind in names if names[kind] in self.known or kind == "system" in kinds)

    def _may_know(self, kind: LedgerKind) -> bool:
        whole = kind == "trial" or self._allowed.sites is None
        if kind == "vault" and TABLE[self._allowed.authority.rule.partition("/")[0]].touches != "VAULT":
            return False  # some roles read blinded or not, by their grant: only such an action asked for the clearance
        return whole and any(self._allowed.actor.role in TABLE[READING[one]].roles for one in self._opened_by(kind))

    def _opened_by(self, kind: LedgerKind) -> tuple[LedgerKind, ...]:
        """A report of the vault says which entries of the trial ledger it belongs to: its readers read both."""
        return ("trial", "vault") if kind == "trial" and "vault" in self._kinds else (kind,)

    def positions(self, asked: Positions) -> dict[str, int]:
        """Where each ledger is read up to: as asked, else its head."""
        foreign = sorted(set(asked) - set(self.known))
        if foreign:
            raise InvalidInputError(
                "no_such_source",
                f"This report does not read {', '.join(foreign)} for you.",
                field="position",
                next_step=f"Name positions of {' and '.join(self.known)} only.",
            )
        if not self._inquire.ports.ledger.head(streams.trial_ledger(self._trial)).size:
            raise NotFoundError(
                f"There is no trial {self._trial} here.", next_step="List the trials with `trialproof doctor`."
            )
        heads = {name: self._inquire.ports.ledger.head(name).size for name in self.read}
        beyond = sorted(name for name, size in asked.items() if not 0 < size <= heads[name])
        if beyond:
            raise NotFoundError(
                f"{beyond[0]} has no position {asked[beyond[0]]}; it goes to {heads[beyond[0]]}.",
                next_step="Ask for a position up to the head.",
            )
        return heads | dict(asked)

    def material(self, axes: Axes, positions: Positions, registers: Registers) -> tuple[Material, dict[str, int]]:
        """The material, and up to where each ledger was read on these axes."""
        ports, own = self._inquire.ports, streams.trial_ledger(self._trial)
        at = positions.get(own) or ports.ledger.head(own).size
        reading = self._inquire.at(self._allowed, self._trial, axes, at)
        entries, read = self._entries(axes, positions, reading)
        material = Material(
            trial=self._trial,
            environment=reading.environment,
            entries=entries,
            leaves=self._leaves(entries),
            sources=tuple(self._source(name, size) for name, size in read.items() if name in self.known),
            sites=self._allowed.sites,
            true=reading.true,
            known_on=f"at entry {reading.position:,}" if axes.known is None else f"on {when_words(axes.known)}",
            true_on="at any time" if axes.true is None else f"on {when_words(axes.true)}",
            zone=reading.zone,
            open_text=self._open,
            broken=self._broken(read),
            registers=registers,
        )
        return material, read

    def _entries(
        self, axes: Axes, positions: Positions, reading: Reading
    ) -> tuple[dict[str, Sequence[Entry]], dict[str, int]]:
        own = streams.trial_ledger(self._trial)
        entries: dict[str, Sequence[Entry]] = {}
        read: dict[str, int] = {}
        for name in self.read:
            if name == own:
                entries[name], read[name] = reading.entries, reading.position
                continue
            whole = all_entries(self._inquire.ports.ledger, name, up_to=positions[name])
            entries[name] = _known(whole, axes, reading.zone)
            read[name] = len(entries[name])
        system = entries.pop(streams.SYSTEM_LEDGER, None)
        if system is not None:
            told = [listed for name, listed in entries.items() if not name.startswith("vault:")]
            beside = [entry for listed in told for entry in listed]
            entries[streams.SYSTEM_LEDGER] = concerning(system, self._trial, self._allowed.sites, beside)
        return entries, read

    def _leaves(self, entries: Mapping[str, Sequence[Entry]]) -> dict[tuple[str, int], str]:
        found: dict[tuple[str, int], str] = {}
        for name, listed in entries.items():
            leaves = self._inquire.ports.leaves(name, listed[-1].frame.position if listed else 0)
            found |= {(name, e.frame.position): leaves[e.frame.position - 1].hex() for e in listed}
        return found

    def _broken(self, read: Positions) -> dict[tuple[str, int], str]:
        """Which signatures do not verify. Keys and signers are looked up as they stood when each was given."""
        ports = self._inquire.ports
        system = all_entries(ports.ledger, streams.SYSTEM_LEDGER)
        found: dict[tuple[str, int], str] = {}
        for name in (streams.trial_ledger(self._trial), streams.SYSTEM_LEDGER):
            if name in read:
                entries = all_entries(ports.ledger, name, up_to=read[name])
                checks = check_signatures(entries, system, ports.leaves(name, read[name]), ports.verifies)
                found |= {(name, one.position): one.sentence for one in checks if one.result == "broken"}
        return found

    def _source(self, name: str, size: int) -> Source:
        ledger = self._inquire.ports.ledger
        head = ledger.head(name, at=size)
        origin = ledger.stream(streams.opening(name))[0].fact
        return Source(ledger=name, origin=f"{name}/{origin.ledger_id.hex()}", size=head.size, root=head.root.hex())

    def _open(self, sealed: SealedText[Any]) -> str:
        """The trial's own words, and those of the system ledger for who may read that."""
        match sealed.audience:
            case "safety":
                return "sealed to safety readers"
            case "need_to_know" if self._allowed.actor.role not in TABLE["read_break_notice"].roles:
                return "sealed to those who need to know"
            case "administrators" if streams.SYSTEM_LEDGER not in self.known:
                return "sealed to readers of the system ledger"
            case _:
                pass
        try:
            return self._inquire.ports.opens.text(sealed)
        except NotFoundError:
            return "erased: its key was destroyed"


def _known(whole: Sequence[Entry], axes: Axes, zone: str) -> Sequence[Entry]:
    """What a ledger held on the day asked for: every ledger is read as of the same moment."""
    return whole if axes.known is None else whole[: known_position(whole, instant_of(axes.known, zone))]
