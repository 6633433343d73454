"""The version of faultbook; `pyproject.toml` reads it from here."""

VERSION = "0.1.0"
