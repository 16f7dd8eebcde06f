"""Read YAML as plain values with the line of every key, and report every surprise instead of guessing.

YAML readers disagree about unquoted ``NO``, ``012``, ``1_000``, ``12:30:00`` or ``2026-10-01`` (YAML 1.1 makes them
a truth value, an octal number, ..., a date). Here they are faults that ask for quotes.
"""

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from saypro_analysis.errors import Fault

KeyPath = tuple[str | int, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, where PyYAML was built with it
MAX_BYTES = 1_000_000  # params are written by people; anything larger is a mistake or an attack
MAX_DEPTH = 30  # the nouns nest six deep; libyaml's own recursion ends the process at some ten thousand
_CORE: tuple[tuple[re.Pattern[str], Any], ...] = (
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?(0|[1-9][0-9]*)"), int),
    (re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?"), float),
)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A YAML file's content; ``lines`` gives the line of each key path, counted from 1."""

    name: str
    value: Any
    lines: Mapping[KeyPath, int]

    def fault(self, path: KeyPath, *, found: str = "", hint: str = "") -> Fault:
        """A fault at ``path``, or at the nearest key above it that the file has."""
        known = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.lines), ())
        where = f"{self.name}:{self.lines.get(known, 1)}"
        return Fault(where=where, key=".".join(str(part) for part in path), found=found, hint=hint)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest valid name, or all of them when none is near.

    >>> nearest("revenu", ["revenue", "leads"])
    "did you mean 'revenue'?"
    >>> nearest("xyz", ["revenue", "leads"])
    'known: leads, revenue'
    """
    names = sorted(set(known))
    close = difflib.get_close_matches(word, names, n=1)
    return f"did you mean '{close[0]}'?" if close else "known: " + (", ".join(names) or "none")


def read_text(path: Path, name: str) -> tuple[str, tuple[Fault, ...]]:
    """The file's text as UTF-8 (a byte-order mark is dropped), or the fault that prevents reading it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return "", (Fault(where=name, found=f"cannot be read ({error.strerror})", hint="create it or allow reading"),)
    if len(data) > MAX_BYTES:
        return "", (Fault(where=name, found=f"{len(data)} bytes", hint=f"at most {MAX_BYTES} are read"),)
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        return "", (Fault(where=name, found=found, hint="save the file as UTF-8"),)


def read_yaml(path: Path, name: str) -> tuple[Document, tuple[Fault, ...]]:
    """Read one YAML file; ``name`` is how faults call it. All faults are returned, none is raised."""
    text, faults = read_text(path, name)
    if faults:
        return Document(name=name, value=None, lines={}), faults
    try:
        refused = _refused(name, text)
        if refused:
            return Document(name=name, value=None, lines={}), (refused,)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        return Document(name=name, value=None, lines={}), (_syntax_fault(name, text, error),)
    builder = _Builder(name)
    value = builder.build(node, ()) if node is not None else None
    # Nothing but comments, or a lone ~: a file without settings, whose missing keys are then the faults.
    return Document(name=name, value={} if value is None else value, lines=builder.lines), tuple(builder.faults)


def _refused(name: str, text: str) -> Fault | None:
    """The fault of an alias (its copies could grow without end) or of a nesting that no settings have."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        where = f"{name}:{event.start_mark.line + 1 if event.start_mark else 1}"
        if isinstance(event, yaml.AliasEvent):
            return Fault(where=where, found=f"alias *{event.anchor}", hint="write the values out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return Fault(where=where, found=f"more than {MAX_DEPTH} levels deep", hint="close the brackets")
    return None


def _syntax_fault(name: str, text: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    if mark:
        return Fault(where=f"{name}:{mark.line + 1}", found=str(error.problem), hint="mend the YAML syntax here")  # type: ignore[attr-defined]  # has a mark, so it is a MarkedYAMLError
    # A character that YAML does not allow: the reader's error has no line, and its text is not for users.
    lines = text.split("\n")
    line = next((n for n, part in enumerate(lines, 1) if any(not c.isprintable() and c not in "\t\r" for c in part)), 1)
    return Fault(where=f"{name}:{line}", found="a control character", hint="delete it, or write it as an escape")


class _Builder:
    """Walks the node tree once and keeps lines and faults beside the values."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[KeyPath, int] = {(): 1}
        self.faults: list[Fault] = []

    def build(self, node: yaml.Node, path: KeyPath) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # YAML has no fourth kind
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(line, path, "a key that is not a word", "write a plain word before the colon")
                continue
            key = str(key_node.value)
            self._scalar(key_node, (*path, key))  # for its surprises only
            if key in result:
                self._fault(line, (*path, key), "the key stands twice", "keep one of them")
                continue
            self.lines[(*path, key)] = line
            result[key] = self.build(value_node, (*path, key))
        return result

    def _scalar(self, node: yaml.ScalarNode, path: KeyPath) -> Any:
        text = str(node.value)
        if node.style:  # quoted or a block: text, whatever it looks like
            return text
        for pattern, convert in _CORE:
            if pattern.fullmatch(text):
                return self._finite(convert(text), node, path) if len(text) < 400 else text
        if node.tag != "tag:yaml.org,2002:str":
            kind = node.tag.rsplit(":", 1)[-1]
            found = f"{text} is read as {_KINDS.get(kind, kind)} by some readers of YAML"
            self._fault(node.start_mark.line + 1, path, found, f'write "{text}" in quotes, or the plain value meant')
        return text

    def _finite(self, value: Any, node: yaml.ScalarNode, path: KeyPath) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            self._fault(node.start_mark.line + 1, path, f"{node.value} is too large", "write a number that fits")
            return 0.0
        return value

    def _fault(self, line: int, path: KeyPath, found: str, hint: str) -> None:
        key = ".".join(str(part) for part in path)
        self.faults.append(Fault(where=f"{self.name}:{line}", key=key, found=found, hint=hint))


_KINDS = {"bool": "yes or no", "int": "another number", "float": "another number", "timestamp": "a date"}
