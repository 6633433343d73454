"""What a chat service is to the rest of the room: the values that travel, and the protocol that its module keeps.

A request travels so: `verify` (is it the vendor's, and fresh?) -> `parse` (what is asked, by whom, where the answer may
go) -> the desk (queue, answer) -> `render` (the answer as the service's JSON) -> the HTTP response where it is ready in
time and `Ask.in_response` allows it, else `deliver` by the poster.

`parse` takes the command words off with `command.read_command` and reads a button's value with `recall.unpack`;
`render` makes that value with `recall.pack`, of the question and what was recognised in it. Between them the desk calls
`answer.answer_to`, in a thread of its own inside the application's context.

    ChatError
    +-- Refused       not from the vendor, too old, or forged: 401, nothing is read of it
    +-- Malformed     from the vendor, but not what its documentation says: 400
    +-- Undelivered   an answer could not be handed over (raised by the poster and by `deliver`)
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from kb.entry import Language

if TYPE_CHECKING:
    from app.chat.answer import Answer

Command = Literal["lookup", "search", "show", "help"]
Payload = dict[str, Any]
"""A JSON object as the service takes or sends it."""


class ChatError(Exception):
    """Something of chat went wrong; str() is for the log and holds no secret and nothing of a paste."""


class Refused(ChatError):
    """A request that is not the vendor's, or not now."""


class Malformed(ChatError):
    """A request that proved its sender, but cannot be understood."""


class Undelivered(ChatError):
    """An answer that the vendor did not take; `status` is that of its HTTP response, 0 where none came."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """A request to `/chat/NAME`: the body as it was sent, headers by lower-case name, `now` in seconds of Unix time."""

    body: bytes
    headers: Mapping[str, str]
    now: float

    def header(self, name: str) -> str:
        """A header's value, empty where it was not sent."""
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody asks.

    `text` is what was written behind the command word, as the service sent it: `answer` cleans it (`clean.py`). `lang`
    is the language that was asked for in so many words (`/kb zh ...`, a button) and wins over everything; `lang_hint`
    comes from the vendor's locale and counts where neither channel nor text says more. `is_public` is whether all in
    the channel see the answer; `is_share` that somebody pressed "share" or wrote it. `replaces` says that the answer
    takes the place of the message whose button was pressed.

    `sender` and `channel` are the vendor's ids: rate limits and the channel's language go by them, and they are logged
    nowhere. `thread` is where in the channel the answer belongs (Slack: `thread_ts`; Feishu: the message's id).
    `delivery_id` is the vendor's id of this event, the same in its repetitions; empty where there is none.

    `in_response` is whether the HTTP response may be the answer; `reply_to` is the address that the request named for
    answers, not yet checked: only the poster may post to it. Where neither is given, `deliver` uses the vendor's API.
    """

    command: Command
    text: str
    sender: str
    channel: str
    thread: str = ""
    delivery_id: str = ""
    lang: Language | None = None
    lang_hint: Language | None = None
    is_public: bool = False
    is_share: bool = False
    replaces: bool = False
    in_response: bool = False
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Challenge:
    """The vendor tries the address; the payload is the answer, at once."""

    payload: Payload


@dataclass(frozen=True, slots=True)
class Ignore:
    """Nothing to answer (a message of a bot, an edit, a button that is a link); `why` is one word for the log."""

    why: str


class Secret(Protocol):
    """A secret from a file, or several that are valid at once (one per line, for rotation), read again on a change."""

    def values(self) -> tuple[str, ...]:
        """The lines, without comments and blanks around them; at least one."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a vendor answered to a post; `json` is its object, empty where there was none."""

    status: int
    json: Mapping[str, Any] = field(default_factory=dict)


class Posts(Protocol):
    """Posts JSON to the vendors' hosts, and to no other."""

    def post(self, url: str, payload: Payload, headers: Mapping[str, str] | None = None) -> Posted:
        """The vendor's answer; raises Undelivered where the address is not allowed or nothing 2xx came back."""


class Service(Protocol):
    """One chat service, with its secrets. Any thread may call it."""

    def verify(self, request: Request) -> str:
        """Raise Refused unless the raw bytes prove their sender, in constant time and within the window.

        Returns what makes this very request one of its kind (its signature), by which a replay is known; empty where
        the service signs nothing that is unique.
        """

    def parse(self, request: Request) -> Ask | Challenge | Ignore:
        """What a verified request asks; raises Malformed."""

    def acknowledgement(self) -> Payload | None:
        """The body of a 200 that says only "received"; None for an empty body."""

    def render(self, answer: "Answer", ask: Ask) -> Payload:
        """The answer as JSON: in native blocks, within the service's limits, hostile text escaped as the last step."""

    def notice(self, text: str, ask: Ask) -> Payload:
        """A sentence of our own (busy, too often, failed) as JSON, for the asker alone where the service can do it."""

    def deliver(self, payload: Payload, ask: Ask, posts: Posts) -> None:
        """Hand a rendered payload over outside the HTTP response; raises Undelivered."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A signed request as the vendor would send it, for `faultbook chat test`."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A line of `SERVICES`: what there is to know of a service before it has its secrets.

    `name` stands in the address, in metrics and in options; `call` is how people speak to us there. `secret` is the
    environment variable of the file without which the endpoint is 404; `more_secrets` are variables of files that add
    to it and may be absent. `make` gets the secrets that are there, by variable. `hosts` are the vendor's hosts, all
    that its answers may be posted to.
    `sample` signs a question of this text with such secrets at this Unix time, in a form that the HTTP response answers
    where the service has one.
    """

    name: str
    call: str
    secret: str
    more_secrets: tuple[str, ...]
    hosts: Collection[str]
    make: Callable[[Mapping[str, Secret]], Service]
    sample: Callable[[Mapping[str, Secret], str, float], Sample]
