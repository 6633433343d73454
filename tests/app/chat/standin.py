"""A stand-in for the vendors' hosts: a real HTTPS server on this machine, its certificates by its own authority."""

import contextlib
import datetime
import json
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.chat.contract import Kind
from app.chat.poster import Poster
from tests.app.serving import until

Reply = tuple[int, Mapping[str, str], bytes | Iterable[bytes]]


@dataclass(frozen=True)
class Received:
    """A post that arrived; names of headers are in lower case."""

    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Standin:
    """The server; `answer` decides what it says, `received` is what it was sent so far."""

    address: tuple[str, int]
    context: ssl.SSLContext
    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], Reply] = field(default=lambda _received: (200, {}, b'{"ok": true}'))

    def poster(self, kind: Kind, timeout_s: float = 5.0) -> Poster:
        """Posts to the hosts of a service that are here."""
        places = dict.fromkeys(kind.hosts, self.address)
        return Poster(kind.hosts, places=places, context=self.context, timeout_s=timeout_s)

    def wait(self, count: int = 1) -> list[Received]:
        """What was received, as soon as there are so many."""
        until(lambda: len(self.received) >= count, f"{count} posts arrive")
        return list(self.received)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer))
    return (
        builder.public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


def make_certificates(folder: Path, hosts: list[str]) -> tuple[Path, Path]:
    """(the authority's certificate, certificate and key of a server of these hosts), as PEM files."""
    authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    root = (
        _certificate("stand-in authority", authority, "stand-in authority", authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(authority, hashes.SHA256())
    )
    leaf = (
        _certificate(hosts[0], own, "stand-in authority", authority)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(authority, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    trusted, server = folder / "authority.pem", folder / "server.pem"
    trusted.write_bytes(root.public_bytes(pem))
    server.write_bytes(leaf.public_bytes(pem) + key)
    return trusted, server


def _handler(standin: Standin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(headers.get("host", ""), self.path, headers, body)
            standin.received.append(received)
            status, more, answer = standin.answer(received)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **more}.items():
                self.send_header(name, value)
            if isinstance(answer, bytes):
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            for piece in (answer,) if isinstance(answer, bytes) else answer:
                self.wfile.write(piece)

        def log_message(self, format: str, *arguments: object) -> None:
            return

    return Handler


@contextlib.contextmanager
def vendor(folder: Path, hosts: list[str]) -> Iterator[Standin]:
    """A stand-in for these hosts, while it is needed."""
    trusted, own = make_certificates(folder, hosts)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler, bind_and_activate=True)
    server.daemon_threads = True
    server.handle_error = lambda *_arguments: None  # type: ignore[method-assign] # a client that gave up is no error
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    standin = Standin(("127.0.0.1", server.server_address[1]), ssl.create_default_context(cafile=str(trusted)))
    server.RequestHandlerClass = _handler(standin)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


ALL_HOSTS = [
    "hooks.slack.com",
    "slack.com",
    "open.feishu.cn",
    "open.larksuite.com",
    "oapi.dingtalk.com",
    "api.dingtalk.com",
]


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    """One stand-in for all hosts that answers are posted to."""
    with vendor(tmp_path_factory.mktemp("vendor"), ALL_HOSTS) as running:
        yield running


@pytest.fixture
def standin(vendors: Standin) -> Standin:
    """The same as if it was new."""
    vendors.received.clear()
    vendors.answer = lambda _received: (200, {}, b'{"ok": true}')
    return vendors
