"""A randomised trial in two books, the trial ledger and the vault: with what goes right and what goes wrong in it."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from compliance.randomiser import RandV1
from domain import streams
from domain.allocation.design_commands import unsalted
from domain.allocation.facts import (
    CommittedStratum,
    DesignDeclared,
    DesignStratum,
    Level,
    ListedArm,
    ListSealed,
    Parameter,
    PlaceTaken,
    RandomisationCommitted,
    SealedDesign,
    SeedShare,
    ShareCommitted,
    ShareRevealed,
    SlotDrawn,
)
from domain.allocation.slots import factors
from domain.fields import SealedArmEnvelope
from domain.kits.facts import KitDispensed, KitsMapped, MappedKit
from domain.participant.facts import Allocated
from domain.plain import written
from domain.randomisation.rand_v1 import design_commitment, joint_seed, share_commitment
from domain.record import Entry
from domain.times import Occurred
from tests.projections import facts as told
from tests.projections.entries import SEALED, TRIAL, Book, event
from tests.projections.signed import signed
from tests.reports.materials import LEDGER, opening

VAULT = streams.vault_ledger(TRIAL)
OFFICERS = ("u50", "u51")
ARMS = (ListedArm(arm="x1", label="Brindlewick"), ListedArm(arm="x2", label="Umberlynx"))
SIZES = (Parameter(name="sizes", values=("3",)),)
SHARES = {officer: sha256(officer.encode()).digest() for officer in OFFICERS}


class Randomised:
    """The two ledgers, written together; entries of the vault have ids of their own."""

    def __init__(self) -> None:
        self.trial, self.vault = Book(), Book()
        self.lists: dict[tuple[int, str], ListSealed] = {}
        self.drawn: dict[str, int] = {}
        self.version = 0
        self.trial.write(streams.opening(LEDGER), opening())
        self.vault.write(streams.opening(VAULT), opening("vault"))
        for book in (self.trial, self.vault):
            book.turn_to("2027-03-02")

    @property
    def ledgers(self) -> tuple[Sequence[Entry], Sequence[Entry]]:
        return self.trial.entries, self.vault.entries

    def commit(self, *strata: str, method: str = "permuted_blocks", parameters: Sequence[Parameter] = SIZES) -> None:
        """A design, its shares and its lists."""
        self.version += 1
        public, own = streams.randomisation(TRIAL), streams.design(TRIAL, self.version)
        rows = tuple(DesignStratum(cap=2, stratum=code) for code in strata)
        design = SealedDesign(
            arms=ARMS,
            beacon=None,
            method=method,
            parameters=tuple(parameters),
            per_site=False,
            ratio=(2, 1),
            salt=bytes(32),
            strata=rows,
            version=self.version,
        )
        commitment = design_commitment(design.salt, written(unsalted(design)).encode()).hex()
        declared = DesignDeclared(beacon=None, commitment=commitment, vault_entry=event(900), version=self.version)
        self.trial.write(public, declared, printed_name="The maker")
        self.vault.write(own, design)
        for officer, share in SHARES.items():
            bound = share_commitment(TRIAL, self.version, officer, share).hex()
            self.trial.write(public, ShareCommitted(commitment=bound, version=self.version), actor=officer)
        for officer, share in SHARES.items():
            told_so = ShareRevealed(vault_entry=event(901), version=self.version)
            self.trial.write(public, told_so, actor=officer, printed_name=f"Name of {officer}")
            self.vault.write(own, SeedShare(officer=officer, share=share, version=self.version))
        self._seal(design)

    def _seal(self, design: SealedDesign) -> None:
        seed = joint_seed(TRIAL, design.version, list(SHARES.values()), None)
        commitment = RandV1().seed_commitment(seed, TRIAL)
        lists = [
            ListSealed(
                arms=design.arms,
                first_leaf=number * 12 + 1,
                length=12,
                list_id=f"l{design.version}{row.stratum.lower()}",
                method=design.method,
                origin=None,
                parameters=design.parameters,
                ratio=design.ratio,
                root="0" * 64,
                seed=seed,
                seed_commitment=commitment,
                site=None,
                slots=None,
                stratum=row.stratum,
                version=design.version,
            )
            for number, row in enumerate(design.strata)
        ]
        root = RandV1().root(lists, TRIAL)
        strata = tuple(CommittedStratum(cap=2, list_id=one.list_id, site=None, stratum=one.stratum) for one in lists)
        fact = RandomisationCommitted(
            beacon_value=None,
            ratio=design.ratio,
            root=root,
            scheme="rand/v1",
            seed_commitment=commitment,
            strata=strata,
            version=design.version,
        )
        self.trial.write(streams.randomisation(TRIAL), fact)
        for one in lists:
            self.lists[design.version, one.stratum] = rooted = replace(one, root=root)
            self.vault.write(streams.sealed_list(TRIAL, one.list_id), rooted)

    def screen(self, number: str, site: str = "01", *, consented: bool = True, at: Occurred | None = None) -> None:
        """A screening number, and consent."""
        self.trial.write(told.person(number), told.screened(number, site))
        if consented:
            self.trial.write(told.person(number), told.consent(version="1.0"), at)

    def decide(self, number: str, *, eligible: bool = True, sign: bool = True) -> Entry:
        """Eligibility, signed or not."""
        act = self.trial.write(told.person(number), told.decided(eligible=eligible), printed_name="Dr Wu")
        return signed(self.trial, act) if sign else act

    def enrol(self, number: str, stratum: str = "LN") -> None:
        self.trial.write(told.person(number), told.enrolled(stratum))
        self.trial.write(streams.stratum(TRIAL, stratum), PlaceTaken(participant=number, stratum=stratum))

    def allocate(self, number: str, stratum: str = "LN", at: Occurred | None = None) -> str:
        """The next slot of the list in use; the arm."""
        sealed = self.lists[self.version, stratum]
        index = self.drawn[sealed.list_id] = self.drawn.get(sealed.list_id, 0) + 1
        earlier = [e.fact for e in self.vault.entries if e.frame.stream.endswith(f"/{sealed.list_id}")][1:]
        slot = RandV1().next_slot(sealed, TRIAL, earlier, [Level(factor=one, level="01") for one in factors(sealed)])
        assert slot is not None
        envelope = SealedArmEnvelope(
            ciphertext=SEALED * 3 + SEALED[:8], commitment=bytes(32), key=bytes(16), nonce=bytes(12)
        )
        fact = Allocated(
            envelope=envelope,
            list_root=sealed.root,
            randomisation_number=f"R-{number}",
            seed_commitment=sealed.seed_commitment,
            stratum=stratum,
        )
        entry = self.trial.write(told.person(number), fact, at, printed_name="Coordinator Li", role="site_coordinator")
        drawn = SlotDrawn(
            allocation=entry.body.event_id,
            arm=slot.arm,
            index=index,
            inputs=slot.inputs,
            participant=number,
            randomisation_number=fact.randomisation_number,
        )
        self.vault.write(streams.sealed_list(TRIAL, sealed.list_id), drawn)
        return slot.arm

    def give(self, number: str, kit: str, arm: str | None) -> None:
        """A kit is handed out; None is on no map."""
        self.trial.write(streams.kits(TRIAL, "01"), KitDispensed(kit=kit, participant=number))
        if arm is not None:
            mapped = KitsMapped(kits=(MappedKit(arm=arm, kit=kit, lot=None),), shipment="s1", site="01")
            self.vault.write(streams.kit_map(TRIAL, "01"), mapped)

    def whole(self, number: str, stratum: str = "LN", site: str = "01", **how: Any) -> str:
        """A participant with everything in order; the arm."""
        self.screen(number, site)
        self.decide(number)
        self.enrol(number, stratum)
        return self.allocate(number, stratum, **how)


def orderly() -> Randomised:
    """Three participants of two strata at two sites, a kit each; all in order."""
    story = Randomised()
    story.commit("LN", "SLE")
    for number, stratum, site in (("001", "LN", "01"), ("002", "SLE", "02"), ("003", "LN", "01")):
        story.give(number, f"K-{number}", story.whole(number, stratum, site))
    return story
