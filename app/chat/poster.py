"""Answers posted to the vendors: over https, to the hosts that were named beforehand, and nowhere else.

An address for answers comes with a request, so it may be anything. It is used only where it is https on the usual port
of an allowed host, that host has no address but public ones, and the connection goes to the very address that was
looked at. Redirects are not followed, no proxy of the environment is used, and certificates are checked. Each post is
tried once and ends after `timeout_s`, whatever the other end does.
"""

import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from app.chat.contract import Payload, Posted, Undelivered
from kb.version import VERSION

Address = tuple[str, int]
_PORT: Final = 443
_MAX_URL: Final = 2_048
_MAX_ANSWER: Final = 64 * 1024


class Poster:
    """Posts JSON to some hosts.

    `places` names for some of them another address to connect to, which need not be public: the certificate still has
    to be the host's, as `context` judges.
    """

    def __init__(
        self,
        hosts: Collection[str],
        *,
        places: Mapping[str, Address] | None = None,
        context: ssl.SSLContext | None = None,
        timeout_s: float = 8.0,
    ) -> None:
        self._hosts = frozenset(hosts)
        self._places = dict(places or {})
        self._context = context if context is not None else ssl.create_default_context()
        self._timeout_s = timeout_s

    def post(self, url: str, payload: Payload, headers: Mapping[str, str] | None = None) -> Posted:
        """Post an object of JSON; raises Undelivered where the address is not allowed or nothing 2xx came back."""
        parts = self._allowed(url)
        host = parts.hostname or ""
        body = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
        given = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"faultbook/{VERSION}",
            **(headers or {}),
        }
        path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        try:
            status, data = self._exchange(host, path, body, given)
        except ssl.SSLCertVerificationError as error:
            raise Undelivered(f"the certificate of {host} is not accepted: {error.verify_message}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Undelivered(f"{host} gave no answer ({type(error).__name__})") from None
        if not 200 <= status < 300:
            raise Undelivered(f"{host} answered {status}", status)
        return Posted(status, _object(data))

    def _allowed(self, url: str) -> SplitResult:
        """The parts of an address that may be posted to; raises Undelivered, which does not quote what is a secret."""
        try:
            parts = urlsplit(url)
            port, host = parts.port or _PORT, parts.hostname or ""
        except ValueError:
            raise Undelivered("the address for the answer is none") from None
        is_plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}') and len(url) <= _MAX_URL
        if not is_plain or parts.scheme != "https" or port != _PORT or "@" in parts.netloc or host not in self._hosts:
            raise Undelivered("the address for the answer is not on one of the service's hosts")
        return parts

    def _exchange(self, host: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        plain = socket.create_connection(self._place(host), timeout=self._timeout_s)
        with self._context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False) as secured:
            late = threading.Event()
            ending = threading.Timer(self._timeout_s, _shut, (secured, late))
            ending.daemon = True
            ending.start()
            try:
                secured.do_handshake()
                connection = http.client.HTTPSConnection(host, timeout=self._timeout_s, context=self._context)
                connection.sock = secured
                connection.request("POST", path, body, dict(headers))
                with connection.getresponse() as response:
                    answer = response.status, response.read(_MAX_ANSWER)
            finally:
                ending.cancel()
        if late.is_set():
            raise TimeoutError  # an answer whose length is not told looks whole where it was broken off
        return answer

    def _place(self, host: str) -> Address:
        """Where to connect to; raises OSError, and Undelivered where the host has an address that is not public."""
        if host in self._places:
            return self._places[host]
        found = socket.getaddrinfo(host, _PORT, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]).partition("%")[0] for each in found]
        if not addresses or not all(is_public(each) for each in addresses):
            raise Undelivered(f"{host} has an address that is not public")
        return addresses[0], _PORT


def is_public(address: str) -> bool:
    """Whether an IP address is one of the whole internet's: not private, loopback, link-local or multicast."""
    parsed: Any = ipaddress.ip_address(address)
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return bool(parsed.is_global and not parsed.is_multicast)


def _shut(secured: ssl.SSLSocket, late: threading.Event) -> None:
    """Wake whoever waits for this socket; its own method would take the session away from under them."""
    late.set()
    with suppress(OSError):
        socket.socket.shutdown(secured, socket.SHUT_RDWR)


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
