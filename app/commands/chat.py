"""`faultbook chat`: check how the chat services of a running server are set up."""

import http.client
import json
import os
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import click

from app.config import DEFAULT_HOST, DEFAULT_PORT, ConfigError, read_url
from app.terminal import print_json, visible_lines, write_error

if TYPE_CHECKING:
    from app.chat.contract import Kind, Sample

EXAMPLE: Final = "ospf1: MTU mismatch with nbr 192.0.2.126 on bond0 (remote 9000, local 1500)"
_TIMEOUT_S: Final = 10.0
_MAX_ANSWER: Final = 1 << 20
_ADVICE: Final = {
    401: "the server has another secret, or one of the two clocks is wrong; its log says which",
    404: "the server has no secret for this service: start it with {variable}",
    429: "too many requests were refused; wait a moment",
}


@click.group(epilog="Examples: faultbook chat test slack")
def command() -> None:
    """Chat services: check how a running server answers them."""


@command.command(
    epilog="Examples: faultbook chat test slack; faultbook chat test mattermost --url https://faults.example.net "
    "'zh bond0: MTU mismatch'"
)
@click.argument("service")
@click.argument("text", default=EXAMPLE)
@click.option(
    "--url", default=f"http://{DEFAULT_HOST}:{DEFAULT_PORT}", show_default=True, metavar="URL", help="The server."
)
@click.option("--json", "as_json", is_flag=True, help="Only the answer, as one line of JSON.")
def test(service: str, text: str, url: str, as_json: bool) -> int:
    """Ask a running server as SERVICE would, and show what it answers.

    The request is signed with the secret in the file that the same environment variables name as for the server. TEXT
    is what somebody writes; by default a line that an entry explains. Exit 0: the server answered, 1: it refused, 2:
    wrong use, or it cannot be reached.
    """
    try:
        kind, sample = _sample(service, text)
        base = read_url(url)
    except ConfigError as error:
        raise click.UsageError(str(error)) from None
    began = time.perf_counter()
    status, body = _post(f"{base}/chat/{kind.name}", sample)
    took_ms = (time.perf_counter() - began) * 1000
    if status != 200:
        advice = _ADVICE.get(status, "the server's log tells more").format(variable=kind.secret)
        write_error(f"{kind.name}: the server answered {status}; {advice}")
        return 1
    answer = _answer(body)
    if as_json:
        print_json(answer)
        return 0
    write_error(f"{kind.name}: answered 200 in {took_ms:.0f} ms{'' if body else ', nothing but that it was received'}")
    if body:
        print("\n".join(visible_lines(json.dumps(answer, ensure_ascii=False, indent=2))))
    return 0


def _sample(service: str, text: str) -> "tuple[Kind, Sample]":
    """(the service, a signed request); raises ConfigError."""
    from app.chat import chat_secrets, kind_of  # noqa: PLC0415 - imports the server
    from app.chat.secrets import SecretFile  # noqa: PLC0415

    kind = kind_of(service)
    files = chat_secrets(os.environ)
    if kind.secret not in files:
        raise ConfigError(f"{kind.secret} is not set; it names the file of the secret of {kind.name}, as for serve")
    own = {name: SecretFile(files[name]) for name in (kind.secret, *kind.more_secrets) if name in files}
    return kind, kind.sample(own, text, time.time())


def _post(url: str, sample: "Sample") -> tuple[int, bytes]:
    """(status, body) of the answer; a usage error where there is none."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    try:
        connection.request("POST", parts.path, sample.body, dict(sample.headers))
        with connection.getresponse() as response:
            return response.status, response.read(_MAX_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise click.UsageError(f"{url} gives no answer ({why}); is faultbook serve running there?") from None
    finally:
        connection.close()


def _answer(body: bytes) -> object:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")
