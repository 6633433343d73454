"""What all tests share: system programs that some need for real."""

import os
import shutil
from collections.abc import Callable

import pytest

Program = Callable[[str, str], str]


@pytest.fixture
def system_program() -> Program:
    """Ask for a program and the Debian package it comes in; gives its path.

    Where it is missing the test is skipped, naming the package; with FAULTBOOK_TEST_ALL set it fails.
    """

    def find(name: str, package: str) -> str:
        path = shutil.which(name)
        if path is None:
            message = f"{name} is missing: apt-get install {package}"
            if os.environ.get("FAULTBOOK_TEST_ALL"):
                pytest.fail(message)
            pytest.skip(message)
        return path

    return find
