"""Records of key=value: audit, logfmt, JSON and journal fields, in any order.

Audit records are brought to one form: `type` is the record's name also where the kernel's log gives its number
(include/uapi/linux/audit.h), `avc: denied { map_create } for ...` becomes `avc: denied` and `permission: map_create`
(security/selinux/avc.c, avc_audit_pre_callback()), and values that auditd wrote in hex because of blanks are undone.
"""

import re
from collections.abc import Mapping

# key=value with the value bare, in double or in single quotes; each part takes all it can and never gives back.
_PAIR = re.compile(
    r"(?<![A-Za-z0-9_.-])([A-Za-z_][A-Za-z0-9_.-]{0,63}+)=(?:\"((?:[^\"\\]|\\.)*+)\"|'([^']*+)'|([^\s\"']*+))"
)
_AVC = re.compile(r"avc:\s++(denied|granted)\s++\{\s++([^}]{1,256}+)\}")
_TYPES = {"1400": "AVC", "1300": "SYSCALL", "1334": "BPF", "1107": "USER_AVC", "1403": "MAC_POLICY_LOAD"}
UNTRUSTED = frozenset({"comm", "exe", "name", "proctitle", "cwd"})
"""Keys whose values audit_log_untrustedstring() (kernel/audit.c) writes in hex where they hold blanks or quotes."""

_HEX = re.compile(r"(?:[0-9A-F]{2})+\Z")
MAX_PAIRS = 200


def pairs_of(text: str, known: Mapping[str, str]) -> dict[str, str]:
    """Every key of a record with its value; `known` are those its envelope gave (JSON, logfmt, journal fields)."""
    pairs = dict(known)
    for count, found in enumerate(_PAIR.finditer(text)):
        if count >= MAX_PAIRS:
            break
        key, double, single, bare = found.groups()
        pairs.setdefault(key, next((value for value in (double, single, bare) if value is not None), ""))
        if single is not None:  # USER_AVC and its like carry a record inside msg='...'
            for inner in _PAIR.finditer(single):
                pairs.setdefault(inner[1], inner[2] or inner[4] or "")
    _normalize(text, pairs)
    return pairs


def _normalize(text: str, pairs: dict[str, str]) -> None:
    pairs["type"] = _TYPES.get(pairs.get("type", ""), pairs.get("type", ""))
    avc = _AVC.search(text)
    if avc:
        pairs["avc"], pairs["permission"] = avc[1], avc[2].strip()
        pairs["type"] = pairs["type"] or "AVC"
    for key in UNTRUSTED & pairs.keys():
        value = pairs[key]
        if f"{key}={value}" in text and len(value) >= 4 and _HEX.match(value):
            pairs[key] = bytes.fromhex(value).replace(b"\0", b" ").decode("utf-8", "replace")
