"""The methods, one file each: a file that is added here is a method that can be named."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final, TypeAlias, cast

from domain.randomisation.method import DrawMethod, ListMethod, Method, Parameters, check_arms
from domain.randomisation.rand_v1 import refused

AnyMethod: TypeAlias = ListMethod[Any] | DrawMethod


def _methods() -> dict[str, type[AnyMethod]]:
    found: dict[str, type[AnyMethod]] = {}
    for module in iter_modules(__path__):
        for thing in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(thing, type) and issubclass(thing, Method) and thing.__module__.endswith(module.name):
                found[thing.NAME] = cast("type[AnyMethod]", thing)
    return found


METHODS: Final = _methods()
"""Every method by its name."""


def method_of(name: str, arms: tuple[str, ...], ratio: tuple[int, ...], parameters: Parameters) -> AnyMethod:
    """The method set to a design; InvalidInputError, which shows no figure, says what is wrong with it."""
    check_arms(arms, ratio)
    if name not in METHODS:
        raise refused("method", f"There is no such method; there are {', '.join(sorted(METHODS))}.")
    return METHODS[name].of(ratio, parameters)
