"""Reading a proposal from a file or from options; an error shows no value, since parameters are hidden."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer
from pydantic import ValidationError

from adapters.cli.files import opened
from compliance.design.proposal import Choice, Proposal
from domain.errors import InvalidInputError

MAX_BYTES: Final = 64 * 1024
_METHOD: Final = re.compile(r"(?P<name>[a-z_]+)(?::(?P<parameters>.+))?", re.ASCII)
_PARAMETER: Final = re.compile(r"(?P<name>[a-z_]+)=(?P<values>[^;=]+)", re.ASCII)
_STRATUM: Final = re.compile(r"(?P<code>[^=@]+)=(?P<cap>[0-9]{1,4})(?:@(?P<share>[0-9./]+))?", re.ASCII)
_SHARE: Final = re.compile(r"0|1|0\.[0-9]{1,9}|[1-9][0-9]{0,8}/[1-9][0-9]{0,8}", re.ASCII)
_RATIO: Final = re.compile(r"[0-9]{1,4}(?::[0-9]{1,4})+", re.ASCII)

File = Annotated[
    Path | None,
    typer.Argument(
        help='The proposal as JSON, "-" is standard input: what is hidden stays out of the shell\'s history.'
    ),
]
Arms = Annotated[int | None, typer.Option(metavar="N", min=2, max=8, help="How many arms, in equal shares.")]
Ratio = Annotated[str | None, typer.Option(metavar="A:B", help="The share of each arm, such as 2:1.")]
Strata = Annotated[
    list[str] | None,
    typer.Option(
        "--stratum", metavar="CODE=CAP[@SHARE]", help="A stratum, its cap and its share of those who come; repeat it."
    ),
]
Methods = Annotated[
    list[str] | None,
    typer.Option("--method", metavar="NAME[:P=V,V;P=V]", help="A method with its parameters; to compare, repeat it."),
]
Endpoint = Annotated[str | None, typer.Option(help="The primary endpoint, where the record gives one.")]
Effect = Annotated[str | None, typer.Option(help="The effect looked for, where the record gives one.")]
Sham = Annotated[
    bool | None, typer.Option("--sham/--no-sham", help="Whether the control is made to look like the treatment.")
]


class Options(NamedTuple):
    """A proposal as options say it."""

    arms: int | None
    ratio: str | None
    strata: list[str] | None
    methods: list[str] | None
    endpoint: str | None
    effect: str | None
    sham: bool | None

    def as_data(self) -> dict[str, Any]:
        """The same as a file would say it."""
        shares = ratio_of(self.ratio or ":".join(["1"] * (self.arms or 0)))
        if self.arms is not None and len(shares) != self.arms:
            raise _bad("--ratio", "The ratio does not have one share for each arm.")
        return {
            "ratio": shares,
            "strata": tuple(_stratum(text) for text in self.strata or ()),
            "methods": tuple(_method(text) for text in self.methods or ()),
            "endpoint": self.endpoint,
            "effect": self.effect,
            "sham": self.sham,
        }


def proposal_of(file: Path | None, options: Options) -> Proposal:
    """The proposal of the file, or of the options where no file is named."""
    if file is None:
        data = options.as_data()
        with _no_value_in_errors():
            return Proposal.model_validate(data)
    if any(option is not None for option in options):
        raise _bad("FILE", "A file says the whole proposal; options beside it would say it twice.")
    with opened(file) as source, _no_value_in_errors():
        return Proposal.model_validate_json(source.read(MAX_BYTES))


def choice_of(text: str) -> Choice:
    """A method as an option names it: `permuted_blocks:sizes=3,6`."""
    data = _method(text)
    with _no_value_in_errors():
        return Choice.model_validate(data)


def ratio_of(text: str) -> tuple[int, ...]:
    """A ratio as an option names it."""
    shares = tuple(int(share) for share in _matched(_RATIO, text, "--ratio", "A:B")[0].split(":"))
    if not all(shares):
        raise _bad("--ratio", "Each arm's share in the ratio is a whole number from 1.")
    return shares


def share_of(text: str) -> Fraction:
    """A share as an option names it: 1/2 or 0.5."""
    share = Fraction(_matched(_SHARE, text, "--share", "1/2 or 0.5")[0])
    if share > 1:
        raise _bad("--share", "A share is at most one.")
    return share


@contextmanager
def _no_value_in_errors() -> Generator[None]:
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise _bad(place or "proposal", f"{first['msg']}.") from None


def _method(text: str) -> dict[str, Any]:
    found = _matched(_METHOD, text, "--method", "NAME:PARAMETER=VALUE,VALUE;PARAMETER=VALUE")
    parts = found["parameters"].split(";") if found["parameters"] else []
    given = [_matched(_PARAMETER, part.strip(), "--method", "NAME:PARAMETER=VALUE,VALUE") for part in parts]
    parameters = {one["name"]: tuple(value.strip() for value in one["values"].split(",")) for one in given}
    return {"method": found["name"], "parameters": parameters}


def _stratum(text: str) -> dict[str, Any]:
    found = _matched(_STRATUM, text, "--stratum", "CODE=CAP or CODE=CAP@SHARE")
    return {"code": found["code"], "cap": int(found["cap"]), "share": found["share"]}


def _matched(form: re.Pattern[str], text: str, option: str, shape: str) -> re.Match[str]:
    found = form.fullmatch(text)
    if found is None:
        raise _bad(option, f"It is not of the form {shape}.")
    return found


def _bad(field: str, what: str) -> InvalidInputError:
    return InvalidInputError(
        "bad_proposal", what, field=field, next_step="Correct it; `trialproof design evaluate --help` shows the forms."
    )
