"""Services that answer 200 to everything and put what they think of it into a number."""

import json
from collections.abc import Collection

from app.telling.contract import Verdict

TOO_OFTEN_WAIT_S = 60.0


def judged(
    body: bytes, codes: tuple[str, ...], words: tuple[str, ...], too_often: Collection[int], setup: Collection[int]
) -> Verdict:
    """0 under the first of `codes` is taken; what is not JSON is not the service's answer, and tried later."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    found = value if isinstance(value, dict) else {}
    code = next((found[name] for name in codes if name in found), None)
    said = f"{code}: {next((str(found[name]) for name in words if name in found), '')[:200]}"
    if type(code) is not int:
        return Verdict("later", "it does not answer as the service does; check the address")
    if code == 0:
        return Verdict("taken", said)
    if code in too_often:
        return Verdict("later", said, TOO_OFTEN_WAIT_S)
    return Verdict("later" if code in setup else "refused", said)
