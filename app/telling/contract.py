"""What a kind of channel is to the rest of the room: a line in `channels.KINDS`, and two functions.

    render   a message -> the request that brings it, escaped as the last step, signed with the time it is sent at
    judge    what a 2xx answer's body says -> taken, to be tried later, or not taken at all

What other answers mean is the same for all of them and stands in `send`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from app.telling.config import ChannelConfig, Group
from app.telling.values import Message


@dataclass(frozen=True, slots=True)
class Address:
    """Where a channel leads, and what it signs with: all that are valid, the newest last; both are secret."""

    url: str
    secrets: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted; `url` may hold a signature."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means.

    `taken`; `later`: the same is tried again; `refused`: this message will never be taken, others may. `said` is what
    the service said of it, short and without anything secret.
    """

    outcome: Literal["taken", "later", "refused"]
    said: str = ""
    wait_s: float | None = None


class Render(Protocol):
    """Makes the request of a message."""

    def __call__(self, message: Message, address: Address, config: ChannelConfig, now: datetime) -> Request:
        """The request; `now` is when it is sent."""


class Judge(Protocol):
    """Says what the body of a 2xx means."""

    def __call__(self, body: bytes) -> Verdict:
        """The verdict on this body."""


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A kind of channel.

    `shows`: so many incidents at most in one message; with `takes_all` a message stands for all that wait of its group,
    else the rest go in further ones. `keeps_alive`: it is told the state of what is on again and again, and events only
    by that. `group` is the default.
    """

    render: Render
    judge: Judge
    is_secret_url: bool
    takes_secret: bool
    needs_secret: bool = False
    keeps_alive: bool = False
    shows: int = 10
    takes_all: bool = True
    group: Group = field(default_factory=Group)
