"""Turn plain values into the nouns of ``kpi.py`` with pydantic, and its errors into faults that name the line."""

import dataclasses
import json
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from saypro_analysis.data.reader import Document, KeyPath, nearest
from saypro_analysis.errors import Fault

Noun = TypeVar("Noun")

_NOT_SETTINGS = ("id", "department")  # known from where a thing stands; written into the file they are unknown keys


def validate(document: Document, noun: type[Noun], *, inside: KeyPath = ()) -> tuple[Noun | None, tuple[Fault, ...]]:
    """The part of ``document`` at ``inside`` as a ``noun``, or every fault that prevents it.

    Validation is strict: text is no number and a truth value is no number. ``id`` is the key it stands under.
    """
    value = document.value
    for key in inside:
        value = value[key]
    if not isinstance(value, Mapping):
        return None, (document.fault(inside, found=_short(value), hint="settings as 'key: value' are needed here"),)
    faults = list(_no_settings(document, noun, inside, value))
    value = _with_ids(_named(str(inside[-1]), value, noun) if inside else value, noun)
    try:
        valid = TypeAdapter(noun).validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        faults += [_fault(document, noun, inside, detail) for detail in _clearest(error.errors(), value)]
    return None if faults else valid, tuple(dict.fromkeys(faults))


def _no_settings(document: Document, noun: Any, inside: KeyPath, value: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults for ids and departments that are written into the file: they would be ignored."""
    parts: list[tuple[KeyPath, Any, Any]] = [((), noun, value)]
    for name, hint in typing.get_type_hints(noun).items():
        if typing.get_origin(hint) is Mapping and isinstance(value.get(name), Mapping):
            parts += [((name, key), typing.get_args(hint)[1], body) for key, body in value[name].items()]
    for path, part, body in parts:
        fields = {field.name for field in dataclasses.fields(part)} if dataclasses.is_dataclass(part) else set()
        for name in _NOT_SETTINGS:
            if name in fields and isinstance(body, Mapping) and name in body:
                hint = nearest(name, _keys_at(part, ()))
                yield document.fault((*inside, *path, name), found="unknown key", hint=hint)


def _with_ids(value: Any, noun: Any) -> Any:
    """Give each thing that stands under a key, and has an ``id``, that key as its id."""
    if not isinstance(value, Mapping) or not dataclasses.is_dataclass(noun):
        return value
    result = dict(value)
    for name, hint in typing.get_type_hints(noun).items():
        if typing.get_origin(hint) is Mapping and isinstance(value.get(name), Mapping):
            member = typing.get_args(hint)[1]
            result[name] = {key: _named(key, body, member) for key, body in value[name].items()}
    return result


def _named(key: str, body: Any, noun: Any) -> Any:
    has_id = dataclasses.is_dataclass(noun) and any(field.name == "id" for field in dataclasses.fields(noun))
    return {**body, "id": key} if has_id and isinstance(body, Mapping) else body


def _clearest(errors: list[ErrorDetails], value: Any) -> list[tuple[KeyPath, ErrorDetails]]:
    """One error per place: of a union's many complaints the one that fits what was written."""
    by_place: dict[KeyPath, list[ErrorDetails]] = {}
    for error in errors:
        by_place.setdefault(_real_path(error, value), []).append(error)
    clearest = []
    for path, group in by_place.items():
        deeper = any(len(other) > len(path) and other[: len(path)] == path for other in by_place)
        if deeper and all(error["type"].endswith(("_type", "_parsing")) for error in group):
            continue  # the deeper error says more than "not a number"
        literal = [error for error in group if error["type"] == "literal_error"]
        clearest.append((path, (literal or group)[0]))
    return clearest


def _real_path(error: ErrorDetails, value: Any) -> KeyPath:
    """pydantic's location without the names of union members, which are not in the file."""
    path: list[str | int] = []
    at_key = error["type"] in ("missing", "unexpected_keyword_argument")
    for index, part in enumerate(error["loc"]):
        last = index == len(error["loc"]) - 1
        if isinstance(value, Mapping) and (part in value or (last and at_key)):
            value = value.get(str(part))
            path.append(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
            path.append(part)
    return tuple(path)


def _fault(document: Document, noun: Any, inside: KeyPath, found: tuple[KeyPath, ErrorDetails]) -> Fault:
    path, error = found
    where = (*inside, *path)
    kind = error["type"]
    if kind == "missing":
        return document.fault(where, found="is missing", hint="add it")
    if kind == "unexpected_keyword_argument":
        return document.fault(where, found="unknown key", hint=nearest(str(path[-1]), _keys_at(noun, path[:-1])))
    if kind == "literal_error":
        allowed = [word.strip(" '") for word in error["ctx"]["expected"].replace(" or ", ",").split(",")]
        hint = f"allowed: {', '.join(word for word in allowed if word)}"
        close = nearest(str(error["input"]), allowed)
        return document.fault(where, found=_short(error["input"]), hint=f"{hint}" + _also(close))
    return document.fault(where, found=_short(error["input"]), hint=_plain(error["msg"]))


def _also(close: str) -> str:
    return f" ({close})" if close.startswith("did you mean") else ""


def _plain(message: str) -> str:
    text = message.replace("Input", "the value")
    return text[:1].lower() + text[1:]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _keys_at(noun: Any, path: KeyPath) -> list[str]:
    """The keys that are allowed at ``path`` below ``noun``."""
    for part in path:
        noun = _member(noun, part)
    fields = dataclasses.fields(noun) if dataclasses.is_dataclass(noun) else ()
    return [field.name for field in fields if field.name not in _NOT_SETTINGS]


def _member(noun: Any, part: str | int) -> Any:
    fields = typing.get_type_hints(noun) if dataclasses.is_dataclass(noun) else {}
    members = [member for member in typing.get_args(noun) if member is not ...]
    noun = fields[str(part)] if fields else members[-1]  # the values of a mapping, or of a list
    if typing.get_origin(noun) in (typing.Union, types.UnionType):
        noun = next((m for m in typing.get_args(noun) if dataclasses.is_dataclass(m)), noun)
    return noun
