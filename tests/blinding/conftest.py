"""The twin runs, told once for all tests that compare them."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.chance import SetClock
from adapters.demo import play
from adapters.demo.director import Director
from adapters.wiring import Store
from tests.blinding.account_mishaps import tell_accounts
from tests.blinding.canaries import REAL
from tests.blinding.mishaps import NUMBERS, SLOTS, Mishaps, enrol, fail_everything, prepare, supply
from tests.blinding.twins import Choices, Plan, Twin, Watched, as_drawn, exchanged, mirrored
from tests.blinding.vault_mishaps import tell_vault

Twins = tuple[Twin, Twin]
GIVEN: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "k1": ({"product": "umbilical cord mesenchymal stem cells", "lot": "LOT-C-0113"},),
    "k2": ({"product": "none", "lot": None, "amount": {"value": "5", "unit": "mg"}},),
}
MORE_GIVEN: Final = GIVEN | {"k1": (*GIVEN["k1"], {"product": "premedication before cells"})}
"""In one of the arms there is more to record, so that the vaults differ in size as well."""


@contextmanager
def two(folder: Path, choices: Choices, other: Plan) -> Generator[Twins]:
    """Two empty stores that will differ in their plans alone."""
    one, two = Twin(folder / "one", choices), Twin(folder / "two", choices._replace(plan=other))
    with closing(one.store), closing(two.store):
        yield one, two


@pytest.fixture(scope="session")
def demonstrations(tmp_path_factory: pytest.TempPathFactory) -> Generator[Twins]:
    """The whole demonstration, told twice; slots of unequal arms are exchanged in the second."""
    with two(tmp_path_factory.mktemp("demonstrations"), Choices(as_drawn, GIVEN), exchanged) as twins:
        for twin in twins:
            tell_demonstration(twin)
        yield twins


@pytest.fixture(scope="session")
def mishaps(tmp_path_factory: pytest.TempPathFactory) -> Generator[Twins]:
    """The story in which nearly everything goes wrong, told twice; every arm is the other one in the second."""
    choices = Choices(as_drawn, MORE_GIVEN, SLOTS)
    with two(tmp_path_factory.mktemp("mishaps"), choices, mirrored) as twins:
        for twin in twins:
            tell_mishaps(Watched(twin))
        yield twins


@pytest.fixture(scope="session")
def sealed_for_real(tmp_path_factory: pytest.TempPathFactory) -> Generator[Twin]:
    """The demonstration with real ciphers, words for its arms that occur nowhere else, and all errors at its end."""
    twin = Twin(tmp_path_factory.mktemp("canaries"), REAL)
    with closing(twin.store):
        fail_everything(tell_demonstration(twin))
        yield twin


def tell_demonstration(twin: Twin) -> Director:
    def watched(store: Store, clock: SetClock) -> Director:
        assert (store, clock) == (twin.store, twin.clock)
        return Watched(twin)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(play, "Director", watched)
        return play.tell(twin.store, twin.clock, progress=lambda _played, _all: None)


def tell_mishaps(director: Watched) -> None:
    """The whole story in which nearly everything goes wrong."""
    prepare(director)
    supply(director)
    for number in NUMBERS:
        enrol(director, number)
    mishaps = Mishaps(director)
    mishaps.tell()
    tell_accounts(mishaps)
    tell_vault(mishaps)
    fail_everything(director)
