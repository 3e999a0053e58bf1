"""The registers of the release that reports are read against: requirements and clauses, as files of the package."""

from functools import cache
from importlib.resources import files

from compliance.reports.registers import Registers, read_registers


@cache
def registers() -> Registers:
    """Both, as they were released."""
    package = files("compliance")
    requirements = package.joinpath("requirements.csv").read_bytes().decode()
    return read_registers(requirements, package.joinpath("reports", "part11_clauses.csv").read_bytes().decode())
