"""What tests of chat share: two entries on a shelf, and a stand-in for the vendors' hosts."""

from tests.app.chat.library import chat_shelf, library
from tests.app.chat.standin import standin, vendors
from tests.app.serving import cache, server, shelf

__all__ = ["cache", "chat_shelf", "library", "server", "shelf", "standin", "vendors"]
