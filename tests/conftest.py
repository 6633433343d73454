"""What all tests share: system programs that some need for real."""

import os
import shutil
from collections.abc import Callable

import pytest

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
