"""The designs that the reference tables name, as methods set to them."""

import csv
import re
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from domain.randomisation.method import ListMethod
from domain.randomisation.methods import method_of

VECTORS: Final = Path(__file__).resolve().parents[1] / "vectors"
Method = ListMethod[Any]
Texts = tuple[str, ...]


def rows(name: str) -> list[list[str]]:
    """The rows of a table, without its head."""
    with (VECTORS / name).open(newline="") as file:
        return list(csv.reader(file))[1:]


def listing(name: str, ratio: tuple[int, ...], **parameters: Texts) -> Method:
    """A method that lists, set to a ratio."""
    method = method_of(name, tuple(f"a{at}" for at in range(len(ratio))), ratio, parameters)
    assert isinstance(method, ListMethod)
    return method


def blocks(ratio: tuple[int, ...], *sizes: int) -> Method:
    return listing("permuted_blocks", ratio, sizes=tuple(map(str, sizes)))


def designed(design: str, length: int) -> Method:
    """A design as the tables write it: `2:1 PBR6`, `BUD lam=2`, `EBC065`, `UD01`."""
    words = re.sub(r" \(.*|=RAR", "", design)
    ratio: tuple[int, ...] = (1, 1)
    if found := re.match(r"(\d(?::\d)+) (.*)", words):
        ratio, words = tuple(int(share) for share in found[1].split(":")), found[2]
    elif words.startswith("CR "):
        ratio, words = (1, 1, 1), "CR"
    return _named(words, ratio, length)


def three_armed(design: str, length: int) -> Method:
    """The same, where a design without a ratio has three equal arms."""
    return designed(design if design.startswith(("2:1", "CR")) else f"1:1:1 {design}", length)


def _named(words: str, ratio: tuple[int, ...], length: int) -> Method:
    number = re.sub(r"\D", "", words)
    kind = re.match(r"[A-Z]+", words)
    assert kind is not None
    match kind[0]:
        case "CR":
            return listing("simple", ratio)
        case "RAR":
            return listing("random_allocation_rule", ratio, total=(str(length),))
        case "PBR":
            return blocks(ratio, int(number))
        case "BSD":
            return listing("big_stick", ratio, tolerance=(number,))
        case "BUD":
            return listing("block_urn", ratio, **{"lambda": (number,)})
        case "UD":
            return listing("wei_urn", ratio, alpha=(number[0],), beta=(number[1],))
        case "EBC":
            return listing("biased_coin", ratio, p=(_probability(number),))
        case "BCDIT":
            tolerance, p = words.removeprefix("BCDIT").split("_")
            return listing("biased_coin_with_tolerance", ratio, tolerance=(tolerance,), p=(_probability(p),))
        case _:
            raise AssertionError(words)


def _probability(digits: str) -> str:
    """`23` stands for two thirds, `065` for 0.65."""
    return "2/3" if digits == "23" else str(Fraction(int(digits), 10 ** (len(digits) - 1)))
