"""Fixtures for all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines are noisy: how long an example takes says nothing about whether it is right.
settings.register_profile("leadcal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("leadcal")

# A test wants to see where a command failed.
os.environ["LEADCAL_DEBUG"] = "1"

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with public data files that are not part of the project; skips where it is absent."""
    folder = Path(os.environ.get("LEADCAL_SHARED_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no public data in {folder}; set LEADCAL_SHARED_DATA to try the tests on it")
    return folder
