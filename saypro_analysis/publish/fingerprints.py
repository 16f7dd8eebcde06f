"""What a page is made from, part by part: two pages of the same parts are the same page.

Each part is a SHA-256. When a page is due again, the parts that differ say why.
"""

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from saypro_analysis.data.fingerprint import fingerprint_of
from saypro_analysis.kpi import DepartmentMonth
from saypro_analysis.publish.installed import installed_code, installed_versions

Parts = Mapping[str, str]
#: Which fields of an opened month belong to which part; all others are params.
_FIELDS = {
    "observations": "evidence", "register": "actions", "outcomes": "actions", "monthly": "data", "quality": "data",
    "ahead": "data", "trend_p": "data", "provenance": "data", "published": "earlier report", "before": "",
}  # fmt: skip
_NOT_READ = "Prepared"  # in the provenance: when, not from what
#: What a notebook may use without being made anew every time: all of it is in the parts.
_API = "saypro_analysis.api"
_READING = frozenset({"open", "exec", "eval", "compile", "__import__", "input", "globals", "get_ipython"})
FREE = "not known"


def page_parts(month: DepartmentMonth, notebook: Path) -> dict[str, str]:
    """The parts of a department's page. ``notebook`` is there."""
    held: dict[str, list[object]] = {"params": [], "evidence": [], "actions": [], "data": [], "earlier report": []}
    for one in (month, month.before):
        for field in fields(one) if one is not None else ():
            if (part := _FIELDS.get(field.name, "params")) and one is not None:
                held[part].append([field.name, plain(getattr(one, field.name))])
    parts = {name: digest(values) for name, values in held.items()}
    return {**parts, **notebook_parts(notebook)}


def overview_parts(departments: Mapping[str, Parts], missing: Mapping[str, str], notebook: Path) -> dict[str, str]:
    """The parts of an overview: those of its departments, and why others are missing."""
    own = {
        name: {part: value for part, value in parts.items() if part != "notebook"}
        for name, parts in departments.items()
    }
    return {"departments": digest([own, list(departments)]), "missing": digest(missing), **notebook_parts(notebook)}


def notebook_parts(notebook: Path) -> dict[str, str]:
    """The parts that every page has: its notebook, this package, and the versions of what it uses."""
    return {"notebook": _notebook(notebook), "code": installed_code(), "versions": digest(installed_versions())}


def digest(value: object) -> str:
    """SHA-256 of a value that JSON can hold."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def plain(value: Any) -> Any:
    """A noun, table or number as JSON, the same in every process: sets in order, tables by their hash.

    >>> plain({"b": pd.Period("2026-10", "M"), "a": frozenset({2, 1})})
    [['b', '2026-10'], ['a', [1, 2]]]
    """
    if isinstance(value, pd.DataFrame):
        return fingerprint_of([value])
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, *([field.name, plain(getattr(value, field.name))] for field in fields(value))]
    if isinstance(value, Mapping):
        return [[str(key), plain(held)] for key, held in value.items() if key != _NOT_READ]
    if isinstance(value, set | frozenset):
        return sorted((plain(held) for held in value), key=repr)
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [plain(held) for held in value]
    return value if isinstance(value, str | int | None) else repr(value) if isinstance(value, float) else str(value)


def reasons(before: Parts | None, now: Parts) -> tuple[str, ...]:
    """Why a page is due: the parts that differ from those of the page that is there; empty when none do."""
    if before is None:
        return ("there is no page yet",)
    if FREE in (before.get("notebook"), now.get("notebook")):
        return ("its notebook reads more than the run knows of",)
    return tuple(f"{name} changed" for name in now if before.get(name) != now[name])


def _notebook(path: Path) -> str:
    """SHA-256 of a notebook's cells without their outputs, which an analyst may have saved with it.

    "not known" for one whose code could read what is in no part: such a page is made anew every time.
    """
    text = path.read_bytes()
    try:
        cells = json.loads(text)["cells"]
        held = [[cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])] for cell in cells]
    except (ValueError, KeyError, TypeError, AttributeError):
        return hashlib.sha256(text).hexdigest()  # no notebook: its run will say so
    sources = [source for kind, source, _ in held if kind == "code"]
    return digest(held) if _is_plain(sources) else FREE


def _is_plain(sources: Iterable[str]) -> bool:
    """Whether code uses nothing but the names for notebooks, and opens one month once."""
    opened = 0
    for source in sources:
        try:
            tree = ast.parse(source)
        except SyntaxError:  # a magic or a command, or no code at all
            return False
        for node in ast.walk(tree):
            if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != _API):
                return False
            if isinstance(node, ast.Name) and node.id in _READING:
                return False
            opened += isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("open_month", "open_company")
    return opened <= 1
