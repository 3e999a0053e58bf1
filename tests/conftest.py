"""What holds for every test: how properties are searched, and the matrix of requirements."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.requirements_matrix import REGISTER, RequirementMatrix

# No deadline and no judgement of slowness: a busy machine is no fault of a rule. No database: a run depends
# on the tree alone. In CI the same examples every time; elsewhere fresh ones, each failure printed as a blob.
settings.register_profile(
    "trialproof",
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("trialproof-ci", settings.get_profile("trialproof"), derandomize=True)
settings.load_profile("trialproof-ci" if os.environ.get("CI") else "trialproof")


def pytest_configure(config: pytest.Config) -> None:
    folder = Path(config.rootpath) / "build" / "validation"
    config.pluginmanager.register(RequirementMatrix(REGISTER, folder), "requirement-matrix")
