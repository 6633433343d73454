"""Error numbers of Linux: `-12`, ENOMEM and "Cannot allocate memory" are the same.

Numbers and names from include/uapi/asm-generic/errno-base.h and errno.h, messages as glibc prints them.
"""

import re
from collections.abc import Iterator, Mapping

from kb.search.folding import fold

_BY_NUMBER: Mapping[int, tuple[str, str]] = {
    1: ("eperm", "operation not permitted"),
    2: ("enoent", "no such file or directory"),
    3: ("esrch", "no such process"),
    4: ("eintr", "interrupted system call"),
    5: ("eio", "input/output error"),
    6: ("enxio", "no such device or address"),
    7: ("e2big", "argument list too long"),
    8: ("enoexec", "exec format error"),
    9: ("ebadf", "bad file descriptor"),
    11: ("eagain", "resource temporarily unavailable"),
    12: ("enomem", "cannot allocate memory"),
    13: ("eacces", "permission denied"),
    14: ("efault", "bad address"),
    16: ("ebusy", "device or resource busy"),
    17: ("eexist", "file exists"),
    19: ("enodev", "no such device"),
    20: ("enotdir", "not a directory"),
    21: ("eisdir", "is a directory"),
    22: ("einval", "invalid argument"),
    23: ("enfile", "too many open files in system"),
    24: ("emfile", "too many open files"),
    28: ("enospc", "no space left on device"),
    32: ("epipe", "broken pipe"),
    33: ("edom", "numerical argument out of domain"),
    34: ("erange", "numerical result out of range"),
    36: ("enametoolong", "file name too long"),
    38: ("enosys", "function not implemented"),
    40: ("eloop", "too many levels of symbolic links"),
    61: ("enodata", "no data available"),
    62: ("etime", "timer expired"),
    71: ("eproto", "protocol error"),
    74: ("ebadmsg", "bad message"),
    75: ("eoverflow", "value too large for defined data type"),
    90: ("emsgsize", "message too long"),
    92: ("enoprotoopt", "protocol not available"),
    93: ("eprotonosupport", "protocol not supported"),
    95: ("eopnotsupp", "operation not supported"),
    97: ("eafnosupport", "address family not supported by protocol"),
    98: ("eaddrinuse", "address already in use"),
    99: ("eaddrnotavail", "cannot assign requested address"),
    100: ("enetdown", "network is down"),
    101: ("enetunreach", "network is unreachable"),
    103: ("econnaborted", "software caused connection abort"),
    104: ("econnreset", "connection reset by peer"),
    105: ("enobufs", "no buffer space available"),
    107: ("enotconn", "transport endpoint is not connected"),
    110: ("etimedout", "connection timed out"),
    111: ("econnrefused", "connection refused"),
    112: ("ehostdown", "host is down"),
    113: ("ehostunreach", "no route to host"),
    114: ("ealready", "operation already in progress"),
    115: ("einprogress", "operation now in progress"),
    524: ("enotsupp", "not supported"),  # include/linux/errno.h: inside the kernel only
}
_IN_CHINESE: Mapping[str, str] = {
    "不允许的操作": "eperm",
    "没有那个文件或目录": "enoent",
    "参数列表过长": "e2big",
    "资源暂时不可用": "eagain",
    "无法分配内存": "enomem",
    "设备或资源忙": "ebusy",
    "没有那个设备": "enodev",
    "没有那个设备或地址": "enxio",
    "无效的参数": "einval",
    "设备上没有空间": "enospc",
    "不支持的操作": "eopnotsupp",
    "地址已在使用": "eaddrinuse",
    "无法指定被请求的地址": "eaddrnotavail",
    "网络不可达": "enetunreach",
    "连接被对方重设": "econnreset",
    "没有可用的缓冲区空间": "enobufs",
    "没有到主机的路由": "ehostunreach",
}
"""What programs print in the locale zh_CN (glibc's po/zh_CN.po), without what people say in other senses, too."""
_MESSAGE_IN_CHINESE = re.compile("|".join(sorted(_IN_CHINESE, key=len, reverse=True)))
_SAME_NUMBER = {"eopnotsupp": ("enotsup",), "eagain": ("ewouldblock",)}


def _spellings() -> Iterator[tuple[str, tuple[str, ...]]]:
    for number, (name, _message) in _BY_NUMBER.items():
        every = (f"-{number}", name, *_SAME_NUMBER.get(name, ()))
        yield from ((one, tuple(other for other in every if other != one)) for one in every)


SPELLINGS: Mapping[str, tuple[str, ...]] = dict(_spellings())
"""The other spellings of a number (`-12`) or name (`enomem`)."""


def said_as_well(text: str) -> Iterator[str]:
    """What a text (folded) that says an error by its message could have said: names and numbers."""
    for number, (name, message) in _BY_NUMBER.items():
        if message in text:
            yield f"{name} -{number}"
    yield from (_IN_CHINESE[found] for found in _MESSAGE_IN_CHINESE.findall(text))


def named(text: str) -> str:
    """A text with its errors' Chinese messages replaced by the errors' names."""
    named_text, at = "", 0
    for found in _MESSAGE_IN_CHINESE.finditer(fold(text)):
        named_text += f"{text[at : found.start()]} {_IN_CHINESE[found[0]]} "
        at = found.end()
    return named_text + text[at:]


def messages(terms: frozenset[str]) -> Iterator[str]:
    """The messages of the errors that are among the terms by name or number."""
    for number, (name, message) in _BY_NUMBER.items():
        if name in terms or f"-{number}" in terms:
            yield message
