"""Signatures and encryption of Feishu's requests.

Signed is `sha256(timestamp + nonce + key + body)`; the body is `{"encrypt": base64(IV + AES-256-CBC(JSON))}` under
`sha256(key)` with PKCS#7 padding. Source: open.feishu.cn, "Receive events", and the sample code there.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.chat.contract import Refused, Request

WINDOW_S: Final = 300
"""How far a request's time may be from ours."""

_BLOCK: Final = 16


def check_signature(request: Request, keys: Sequence[str]) -> str:
    """The signature of a request that one of the keys made within the window; raises Refused."""
    timestamp, nonce = request.header("X-Lark-Request-Timestamp"), request.header("X-Lark-Request-Nonce")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 13):
        raise Refused("there is no timestamp")
    if abs(request.now - _seconds(timestamp)) > WINDOW_S:
        raise Refused("the timestamp is not within five minutes of now; is the clock right?")
    signature = request.header("X-Lark-Signature")
    given = signature.encode("utf-8", "replace")
    matching = [hmac.compare_digest(given, signed(timestamp, nonce, key, request.body).encode()) for key in keys]
    if not any(matching):
        raise Refused("the signature is not that of the encrypt key")
    return signature


def signed(timestamp: str, nonce: str, key: str, body: bytes) -> str:
    """The signature of a request."""
    return hashlib.sha256(f"{timestamp}{nonce}{key}".encode("utf-8", "replace") + body).hexdigest()


def opened(body: bytes, keys: Sequence[str]) -> Mapping[str, Any]:
    """The object in an encrypted body, by whichever key fits; raises Refused where none does."""
    sealed = _object(body).get("encrypt")
    if isinstance(sealed, str):
        for key in keys:
            found = _object(decrypted(sealed, key))
            if found:
                return found
    raise Refused("the body is not encrypted with the encrypt key")


def decrypted(sealed: str, key: str) -> bytes:
    """The bytes that were encrypted with this key; empty where they were not."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - only Feishu needs it

    try:
        data = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        return b""
    if len(data) < 2 * _BLOCK or len(data) % _BLOCK:
        return b""
    cipher = Cipher(algorithms.AES256(_digest(key)), modes.CBC(data[:_BLOCK])).decryptor()
    padded = cipher.update(data[_BLOCK:]) + cipher.finalize()
    count = padded[-1]
    return padded[:-count] if 1 <= count <= _BLOCK and padded.endswith(bytes([count]) * count) else b""


def encrypted(plain: bytes, key: str, iv: bytes) -> str:
    """What `decrypted` takes; `iv` is 16 bytes."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415

    count = _BLOCK - len(plain) % _BLOCK
    cipher = Cipher(algorithms.AES256(_digest(key)), modes.CBC(iv)).encryptor()
    return base64.b64encode(iv + cipher.update(plain + bytes([count]) * count) + cipher.finalize()).decode("ascii")


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8")).digest()


def _seconds(timestamp: str) -> float:
    """A timestamp in seconds; one of 13 digits is in milliseconds."""
    return int(timestamp) / (1000 if len(timestamp) > 10 else 1)


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
