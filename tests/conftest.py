"""What all tests share: system programs that some need for real, and compiled entries."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# What a machine is doing besides must not fail a property. A run that judges a change draws the same examples each
# time, so that it judges nothing else; all other runs look for new ones.
settings.register_profile("look", deadline=None)
settings.register_profile("judge", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("judge" if os.environ.get("FAULTBOOK_TEST_ALL") else "look")

Program = Callable[..., str]


@pytest.fixture(scope="session")
def system_program() -> Program:
    """Ask for a program, the Debian package it comes in, and folders beside those of the PATH; gives its path.

    Where it is missing the test is skipped, naming the package; with FAULTBOOK_TEST_ALL set it fails.
    """

    def find(name: str, package: str, *folders: str) -> str:
        path = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)]))
        if path is None:
            message = f"{name} is missing: apt-get install {package}"
            if os.environ.get("FAULTBOOK_TEST_ALL"):
                pytest.fail(message)
            pytest.skip(message)
        return path

    return find


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for all tests that are not about the cache: what one has compiled or indexed the others find there."""
    return tmp_path_factory.mktemp("cache")
