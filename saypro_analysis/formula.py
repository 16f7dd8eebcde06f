"""A KPI's formula over other KPIs, evaluated on arrays: names, numbers, + - * /, brackets and a minus before them.

The same language as ``data.expressions.parse_formula``. The text is cut into these tokens first, and only then read
as Python's syntax (names as n0, n1, ...), so that nothing else can get in and a KPI may be called like a keyword.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_]\w*)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?!\w))|(?P<sign>[-+*/()]))",
    re.ASCII,
)
_COMMENTS = ("--", "/*", "//", "**")  # other things in SQL or in Python than the four operations


class FormulaError(ValueError):
    """The text is no formula; the message says what is wrong."""


@dataclass(frozen=True, kw_only=True)
class _Formula:
    names: tuple[str, ...]
    tree: ast.expr


def names_in(formula: str) -> tuple[str, ...]:
    """The names in a formula, in order of appearance, each once. Raises FormulaError for what is no formula.

    >>> names_in("orders * (price - cost) / orders")
    ('orders', 'price', 'cost')
    """
    return _parse(formula).names


def evaluate(formula: str, values: Mapping[str, npt.ArrayLike]) -> Floats:
    """The formula's value for arrays of its names, which are broadcast; NaN where a part is missing or a divisor 0.

    Raises FormulaError for what is no formula, and ValueError for a name without values.

    >>> evaluate("won / closed", {"won": [3.0, 1.0], "closed": [4.0, 0.0]}).tolist()
    [0.75, nan]
    """
    read = _parse(formula)
    lacking = [name for name in read.names if name not in values]
    if lacking:
        raise ValueError(f"the formula {formula!r} needs values of {', '.join(lacking)}")
    held = [np.asarray(values[name], dtype=np.float64) for name in read.names]
    with np.errstate(over="ignore", invalid="ignore"):
        found = np.asarray(_value(read.tree, held), dtype=np.float64)
    shape = np.broadcast_shapes(*(part.shape for part in held))
    return np.broadcast_to(np.where(np.isfinite(found), found, np.nan), shape).copy()


def solve(formula: str, name: str, values: Mapping[str, float], result: float) -> float | None:
    """The value of one name at which the formula gives ``result``, the other names' values given.

    The operations are undone from the outside in. None where the name stands there more than once or not at all, or
    where no value or every value would do (a factor or divisor of zero).

    >>> solve("calls * rate - back", "rate", {"calls": 200.0, "back": 5.0}, 45.0)
    0.25
    """
    read = _parse(formula)
    if name not in read.names or _count(read.tree, place := read.names.index(name)) != 1:
        return None
    held = [np.asarray(values.get(other, np.nan), dtype=np.float64) for other in read.names]
    tree, wanted = read.tree, result
    while not isinstance(tree, ast.Name):
        tree, wanted = _undo(tree, place, held, wanted)
    if not np.isfinite(wanted):
        return None
    again = evaluate(formula, {**values, name: wanted})
    return wanted if np.isclose(again, result, rtol=1e-9, atol=0.0) else None


@lru_cache(maxsize=4096)
def _parse(formula: str) -> _Formula:
    places: dict[str, int] = {}
    parts, at = [], 0
    text = formula.strip()
    if not text or any(other in text for other in _COMMENTS):
        raise FormulaError(f"{formula!r} is no formula of KPI names, numbers, + - * / and brackets")
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise FormulaError(f"{formula!r} has {text[at:].strip()[:12]!r}, which no formula takes")
        name, number = found["name"], found["number"]
        place = f"n{places.setdefault(name, len(places))}" if name else ""
        parts.append(place or (repr(float(number)) if number else found["sign"]))
        at = found.end()
    try:
        tree = ast.parse(" ".join(parts), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError):
        raise FormulaError(f"{formula!r} is no formula: an operation or a bracket is missing its other half") from None
    _check(tree, formula)
    return _Formula(names=tuple(places), tree=tree)


def _check(tree: ast.expr, formula: str) -> None:
    """Only what the tokens allow and the formula language knows: no calls, no tuples."""
    taken = (ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.operator, ast.USub, ast.Load)
    for node in ast.walk(tree):
        if not isinstance(node, taken):
            raise FormulaError(f"{formula!r} is no formula of KPI names, numbers, + - * / and brackets")


def _value(tree: ast.expr, held: list[Floats]) -> Floats:
    if isinstance(tree, ast.Name):
        return held[int(tree.id[1:])]
    if isinstance(tree, ast.Constant) and isinstance(tree.value, float):
        return np.asarray(tree.value)
    if isinstance(tree, ast.UnaryOp):
        return np.asarray(-_value(tree.operand, held))
    assert isinstance(tree, ast.BinOp)
    return _operate(tree.op, _value(tree.left, held), _value(tree.right, held))


def _operate(operator: ast.operator, left: Floats, right: Floats) -> Floats:
    if isinstance(operator, ast.Add):
        return np.asarray(left + right)
    if isinstance(operator, ast.Sub):
        return np.asarray(left - right)
    if isinstance(operator, ast.Mult):
        return np.asarray(left * right)
    left, right = np.broadcast_arrays(left, right)
    return np.asarray(np.divide(left, right, out=np.full(left.shape, np.nan), where=right != 0))


def _count(tree: ast.expr, place: int) -> int:
    return sum(isinstance(node, ast.Name) and node.id == f"n{place}" for node in ast.walk(tree))


def _undo(tree: ast.expr, place: int, held: list[Floats], wanted: float) -> tuple[ast.expr, float]:
    """The side of an operation that holds the name, and the value it must have for the operation to be ``wanted``."""
    if isinstance(tree, ast.UnaryOp):
        return tree.operand, -wanted
    assert isinstance(tree, ast.BinOp)
    left = _count(tree.left, place) == 1
    other = float(_value(tree.right if left else tree.left, held))
    side, operator = tree.left if left else tree.right, tree.op
    if isinstance(operator, ast.Add):
        return side, wanted - other
    if isinstance(operator, ast.Sub):
        return side, wanted + other if left else other - wanted
    if isinstance(operator, ast.Mult):
        return side, wanted / other if other else float("nan")
    if left:
        return side, wanted * other if other else float("nan")
    return side, other / wanted if wanted else float("nan")
