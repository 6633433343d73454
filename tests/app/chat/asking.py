"""A server that chat services may ask, and requests as they send them."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from app.chat.contract import Kind, Posts
from app.chat.room import EXTENSION, Room
from app.config import ChatConfig, ChatLimits, ServeConfig
from app.shelf import Shelf
from kb.entry import Language
from tests.app.serving import Client, in_thread

SITE = "https://faults.example.net"
FORM = "application/x-www-form-urlencoded"
GENEROUS = ChatLimits(sender_per_second=1000, sender_burst=1000, channel_per_second=1000, channel_burst=1000)


@contextlib.contextmanager
def chatting(
    folder: Path,
    shelf: Shelf,
    secrets: Mapping[str, str],
    *,
    posts: Callable[[Kind], Posts] | None = None,
    limits: ChatLimits = GENEROUS,
    languages: Mapping[str, Language] | None = None,
    public_url: str | None = SITE,
    prepare: Callable[[Flask], object] | None = None,
) -> Iterator[Client]:
    """A server with these secrets, by the variable that names the file of each."""
    folder.mkdir(exist_ok=True)
    files = {name: folder / name for name in secrets}
    for name, text in secrets.items():
        files[name].write_text(text, "utf-8")
    config = ServeConfig(public_url=public_url, chat=ChatConfig(files, languages or {}, limits))
    rooms: list[Room] = []

    def keep(application: Flask) -> None:
        rooms.append(application.extensions[EXTENSION])
        if prepare is not None:
            prepare(application)

    with in_thread(config, shelf, keep, posts) as (client, _server):
        try:
            yield client
        finally:
            rooms[0].close()


def form(**fields: str) -> bytes:
    """The body of a form."""
    return urlencode(fields).encode("ascii")
