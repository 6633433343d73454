"""Chat: paste an error where the trouble is fought, get the article.

contract   what a service is to the rest of the room     room      what one application has of it
endpoint   POST /chat/NAME                                command   the words of a question
clean      a paste as chat mangles it                     recall    what a button carries
answer  answering     what is answered                    words  text  notices       how it is said
seen       what was delivered before                      limits    who may ask how often
desk       queues of answers and posts                    poster    posts to the vendors' hosts, and nowhere else
secrets    files of secrets                               metrics   what is counted
slack  mattermost  feishu  dingtalk                       one module per service: verify, parse, render, deliver

A new service is a module with a `Kind` of its own, a line in `SERVICES`, and a test.
"""

from typing import TYPE_CHECKING, Final

from app.chat import dingtalk, feishu, mattermost, slack
from app.chat.contract import Kind
from app.chat.endpoint import blueprint
from app.chat.poster import Poster
from app.chat.room import EXTENSION, Room, Seat
from app.chat.secrets import SecretFile, secret_paths
from app.config import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from flask import Flask

    from app.chat.contract import Posts
    from app.config import ServeConfig

SERVICES: Final[tuple[Kind, ...]] = (
    slack.KIND,
    mattermost.KIND,
    feishu.KIND,
    dingtalk.KIND,
)


def chat_secrets(environment: "Mapping[str, str]") -> "dict[str, Path]":
    """The files of secrets that the environment names."""
    return secret_paths((name for kind in SERVICES for name in (kind.secret, *kind.more_secrets)), environment)


def kind_of(name: str) -> Kind:
    """The service of this name; raises ConfigError with those there are."""
    found = next((kind for kind in SERVICES if kind.name == name), None)
    if found is None:
        names = ", ".join(kind.name for kind in SERVICES)
        raise ConfigError(f'there is no chat service "{name}"; there are {names}')
    return found


def seats_of(config: "ServeConfig", posts: "Callable[[Kind], Posts] | None" = None) -> list[Seat]:
    """The chat services that have a secret; raises ConfigError.

    `posts` makes what their answers are posted by; without it that is https to the hosts of the service.
    """
    for where in config.chat.languages:
        kind_of(where.partition(":")[0])
    files = {name: SecretFile(path) for name, path in config.chat.secrets.items()}
    return [
        Seat(kind, kind.make(files), posts(kind) if posts is not None else Poster(kind.hosts))
        for kind in SERVICES
        if kind.secret in files
    ]


def add_chat(application: "Flask", config: "ServeConfig", seats: "Sequence[Seat]") -> None:
    """Answer these services under /chat/NAME."""
    application.extensions[EXTENSION] = Room(application, config, seats)
    application.register_blueprint(blueprint)


__all__ = ["EXTENSION", "SERVICES", "add_chat", "blueprint", "chat_secrets", "kind_of", "seats_of"]
