"""The small language of `where`, `values` and `{{ }}`: read, checked against the fields' types, evaluated, never run.

    remote != local and iface in ['bond0', 'bond1']     64 - nproc     ttl.last < ttl.first     defined(iface)

Names of fields, numbers, strings in quotes, comparison, `and`, `or`, `not`, `in`, `+ - * /`, brackets, `defined(name)`.
The text is read with Python's own grammar (`ast.parse`), of which every other construct is refused. What comes out is a
tree of lists, texts and numbers that JSON can keep, so that evaluating needs neither the text nor the grammar.

A field that is absent makes a comparison (`in` and `not in` among them) false and a sum absent; `not` turns that false
into true.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from matchers.errors import WhereError, did_you_mean
from matchers.fieldtypes import Value, type_of

Tree = list[Any]
"""`["name", n]`, `["const", v]`, `["list", [v, ...]]`, `["defined", n]`, `["not", t]`, `["and" | "or", t, ...]`, and
`[op, t, t]` for the rest, `"in"` and `"not in"` among them."""

MAX_TEXT = 500
MAX_DEPTH = 50
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SUMS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: _exact(a) / _exact(b),
}
_MEMBERSHIPS: dict[str, Callable[[Any, Any], bool]] = {
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}


def parse(text: str) -> Tree:
    """The tree of an expression; raises WhereError with the column of what is wrong."""
    import ast  # noqa: PLC0415 - only authors' tools read expressions; hosts evaluate trees

    if len(text) > MAX_TEXT:
        raise WhereError(f"a condition has at most {MAX_TEXT} characters; split the matcher")
    if "\\" in text:
        raise WhereError("a backslash has no meaning in a condition; write strings plainly", text.index("\\"))
    stripped = text.strip()
    shift = len(text) - len(text.lstrip())
    try:
        body = ast.parse(stripped, mode="eval").body
    except SyntaxError as error:
        raise WhereError(f"this is not a condition: {error.msg}", shift + max((error.offset or 1) - 1, 0)) from None
    except (ValueError, RecursionError, MemoryError, Warning):
        raise WhereError("this is not a condition: it holds a NUL or is nested too deeply") from None
    return _Reader(stripped, shift).read(body)


_SYMBOLS = {
    **{"Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">="},
    **{"In": "in", "NotIn": "not in"},
}  # by the name of Python's own node


class _Reader:
    """Turns Python's syntax tree into ours and refuses everything that is not in the language."""

    def __init__(self, text: str, shift: int) -> None:
        self._text = text
        self._shift = shift
        self._depth = 0

    def read(self, node: Any) -> Tree:
        method = getattr(self, f"_read_{type(node).__name__.lower()}", None)
        if method is None:
            words = "use fields, numbers, strings, comparison, and, or, not, in, + - * /"
            raise self._error(node, f"this is not part of the language; {words}")
        if self._depth == MAX_DEPTH:
            raise self._error(node, f"this is nested more than {MAX_DEPTH} deep; split the matcher")
        self._depth += 1
        tree: Tree = method(node)
        self._depth -= 1
        return tree

    def _error(self, node: Any, message: str) -> WhereError:
        before = self._text.encode()[: getattr(node, "col_offset", 0)]  # Python counts bytes
        return WhereError(message, self._shift + len(before.decode("utf-8", "replace")))

    def _read_name(self, node: Any) -> Tree:
        return ["name", node.id]

    def _read_attribute(self, node: Any) -> Tree:
        inner = self.read(node.value)
        if inner[0] != "name" or "." in inner[1]:
            raise self._error(node, "only a field's .first and .last can follow a point")
        return ["name", f"{inner[1]}.{node.attr}"]

    def _read_constant(self, node: Any) -> Tree:
        if isinstance(node.value, bool) or not isinstance(node.value, int | str):
            raise self._error(node, "only whole numbers and strings in quotes are values")
        return ["const", node.value]

    def _read_list(self, node: Any) -> Tree:
        values = [self.read(item) for item in node.elts]
        if any(value[0] != "const" for value in values):
            raise self._error(node, "a list holds numbers or strings in quotes")
        return ["list", [value[1] for value in values]]

    _read_tuple = _read_list

    def _read_unaryop(self, node: Any) -> Tree:
        kind = type(node.op).__name__
        if kind == "Not":
            return ["not", self.read(node.operand)]
        inner = self.read(node.operand)
        if kind == "USub" and inner[0] == "const" and isinstance(inner[1], int):
            return ["const", -inner[1]]
        raise self._error(node, "a sign stands only before a number")

    def _read_boolop(self, node: Any) -> Tree:
        return ["and" if type(node.op).__name__ == "And" else "or", *map(self.read, node.values)]

    def _read_binop(self, node: Any) -> Tree:
        symbol = {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/"}.get(type(node.op).__name__)
        if symbol is None:
            raise self._error(node, "only + - * / are there for sums")
        return [symbol, self.read(node.left), self.read(node.right)]

    def _read_compare(self, node: Any) -> Tree:
        left, parts = self.read(node.left), []
        for kind, right_node in zip(node.ops, node.comparators, strict=True):
            symbol = _SYMBOLS.get(type(kind).__name__)
            if symbol is None:
                raise self._error(node, 'compare with == and !=, not with "is"')
            right = self.read(right_node)
            if symbol in _MEMBERSHIPS and right[0] != "list":
                raise self._error(right_node, "\"in\" needs a list: iface in ['bond0', 'bond1']")
            parts.append([symbol, left, right])
            left = right
        return parts[0] if len(parts) == 1 else ["and", *parts]

    def _read_call(self, node: Any) -> Tree:
        named = getattr(node.func, "id", "") == "defined" and len(node.args) == 1 and not node.keywords
        inner = self.read(node.args[0]) if named else ["", ""]
        if inner[0] != "name":
            raise self._error(node, "the only function is defined(field)")
        return ["defined", inner[1]]


def names(tree: Tree) -> set[str]:
    """Every field name the tree speaks of."""
    if tree[0] in ("name", "defined"):
        return {tree[1]}
    if tree[0] in ("const", "list"):
        return set()
    return set().union(*(names(part) for part in tree[1:]))


def check(tree: Tree, types: Mapping[str, str]) -> str:
    """The kind of the result, `number`, `text` or `truth`; raises WhereError where names or types do not fit.

    `types` maps each known name to the name of its field type.
    """
    head = tree[0]
    if head in ("name", "defined"):
        return _check_name(tree, types)
    if head == "const":
        return "number" if isinstance(tree[1], int) else "text"
    if head == "list":
        raise WhereError("a list stands only behind \"in\": iface in ['bond0', 'bond1']")
    if head in ("and", "or", "not"):
        if any(check(part, types) != "truth" for part in tree[1:]):
            raise WhereError(f'"{head}" joins conditions such as remote != local, not plain values')
        return "truth"
    left = check(tree[1], types)
    return _check_membership(left, tree) if head in _MEMBERSHIPS else _check_pair(head, left, check(tree[2], types))


def _check_name(tree: Tree, types: Mapping[str, str]) -> str:
    name = tree[1]
    if name not in types:
        known = f"; known here: {', '.join(sorted(types))}" if types else "; no field is known here"
        raise WhereError(f'"{name}" is not a field{did_you_mean(name, set(types)) or known}')
    if tree[0] == "defined":
        return "truth"
    return "number" if type_of(types[name]).numeric else "text"


def _check_membership(left: str, tree: Tree) -> str:
    kinds = {"number" if isinstance(value, int) else "text" for value in tree[2][1]}
    if left == "truth" or kinds - {left}:
        listed = " and ".join(sorted(kinds)) or "nothing"
        raise WhereError(f"the list holds {listed}, the value on the left is a {left}")
    return "truth"


def _check_pair(head: str, left: str, right: str) -> str:
    if left != right or left == "truth":
        raise WhereError(f'"{head}" stands between a {left} and a {right}; both sides must be of one kind')
    if head in _SUMS:
        if left != "number":
            raise WhereError(f'"{head}" is for numbers')
        return "number"
    return "truth"


def evaluate(tree: Tree, fields: Mapping[str, Value], types: Mapping[str, str]) -> Any:
    """The result with these fields, of a tree that `check` accepted; never raises.

    True or False, a number (`Fraction` or int), a text, or None where a field is absent or a number is divided by 0.
    """
    head = tree[0]
    if head in ("name", "const"):
        return tree[1] if head == "const" else _comparable(tree[1], fields, types)
    if head == "defined":
        return tree[1] in fields
    if head == "not":
        return not evaluate(tree[1], fields, types)
    if head in ("and", "or"):
        results = (evaluate(part, fields, types) for part in tree[1:])
        return all(results) if head == "and" else any(results)
    left = evaluate(tree[1], fields, types)
    right = tree[2][1] if head in _MEMBERSHIPS else evaluate(tree[2], fields, types)
    return _combined(head, left, right)


def _combined(head: str, left: Any, right: Any) -> Any:
    if head in _MEMBERSHIPS:
        return left is not None and _MEMBERSHIPS[head](left, right)
    # A field may be a number in one wording and a text in another: then the two do not compare.
    comparable = left is not None and right is not None and isinstance(left, str) == isinstance(right, str)
    if head in _COMPARISONS:
        return comparable and _COMPARISONS[head](left, right)
    if not comparable or isinstance(left, str) or (head == "/" and right == 0):
        return None
    return _SUMS[head](left, right)


def _exact(number: Any) -> Any:
    from fractions import Fraction  # noqa: PLC0415 - 5 ms that few conditions need

    return Fraction(number)


def _comparable(name: str, fields: Mapping[str, Value], types: Mapping[str, str]) -> Value | None:
    value = fields.get(name)
    if isinstance(value, str) and types.get(name) == "hex":
        try:
            return int(value, 16)
        except ValueError:
            return None
    return value
