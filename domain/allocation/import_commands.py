"""The command that takes over a list made outside, sealed to this deployment: opened inside, never shown."""

import binascii
from base64 import b64decode
from typing import Annotated, Final

from pydantic import Field

from domain.allocation.committing import NO_ROOT, committing
from domain.allocation.design_commands import SettledCommand
from domain.allocation.facts import ListedArm, ListOrigin, ListSealed, Parameter
from domain.allocation.imported import ListFile, read_list
from domain.command import Decided, Given, Room, command
from domain.refusals import not_in_order

EXTERNAL: Final = "external"
"""What stands in the place of a method."""
SealedFile = Annotated[str, Field(min_length=1, max_length=250_000, repr=False)]


@command("import_lists")
class ImportLists(SettledCommand):
    """Take over the lists of all strata as an unblinded statistician made them outside, and commit to them.

    `sealed` is the file, sealed to the key that `trialproof randomisation import-key` prints, in base64. `tolerance`
    says by how many slots of a list an arm may miss its exact share. The answer is yes or no, without a reason.
    """

    WITHOUT = "No list is taken over"

    sealed: SealedFile
    tolerance: Annotated[int, Field(ge=0, le=1000)] = 0

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a list for undecided settings, and in words that tell nothing one that does not keep them."""
        version, settled = self.public(room).next_version, self.settled(room)
        opened = given.opens_list(self._bytes(), trial=given.trial)
        file = None if opened is None else read_list(opened, given.trial, settled, self.tolerance)
        if file is None:
            raise not_in_order(
                "list_not_accepted",
                "The list was not accepted.",
                "Compare the file with the description of its format and with the decided design, and import it again.",
                rule="imported-lists-as-decided",
            )
        seed = given.secret()
        commitment = given.randomiser.seed_commitment(seed, given.trial)
        lists = [
            ListSealed(
                arms=tuple(ListedArm(arm=part.arm, label=part.label) for part in file.arms),
                first_leaf=1,
                length=len(slots),
                list_id=given.token(),
                method=EXTERNAL,
                origin=_origin(file),
                parameters=(Parameter(name="tolerance", values=(str(self.tolerance),)),),
                ratio=settled.ratio,
                root=NO_ROOT,
                seed=seed,
                seed_commitment=commitment,
                site=None,
                slots=slots,
                stratum=stratum,
                version=version,
            )
            for stratum, slots in ((stratum.code, file.slots_of(stratum.code)) for stratum in settled.strata)
        ]
        caps = [stratum.cap for stratum in settled.strata]
        return committing(given, lists, caps, scheme="import/v1", beacon_value=None)

    def _bytes(self) -> bytes:
        """What was sent; what is no base64 opens as little as any other bytes."""
        try:
            return b64decode(self.sealed, validate=True)
        except binascii.Error:
            return b""


def _origin(file: ListFile) -> ListOrigin:
    return ListOrigin(program=file.program.name, program_sha256=file.program.sha256, version=file.program.version)
