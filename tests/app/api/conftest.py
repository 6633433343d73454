"""A server that all tests of this folder may ask, and the entries it serves."""

from tests.app.serving import cache, server, shelf

__all__ = ["cache", "server", "shelf"]
