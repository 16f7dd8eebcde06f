"""The building blocks of the JSON schema of results: numbers, months, texts, objects, each with what it means."""

from typing import Any

NUMBER: dict[str, Any] = {"type": ["number", "null"]}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
MONTH: dict[str, Any] = {"type": ["string", "null"], "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}
SET_MONTH: dict[str, Any] = {**MONTH, "type": "string"}
DAY: dict[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
TEXT: dict[str, Any] = {"type": "string"}
FLAG: dict[str, Any] = {"type": "boolean"}


def an_object(about: str, **properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has exactly these properties."""
    held = {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}
    return {**held, "description": about} if about else held


def a_list(items: dict[str, Any], about: str) -> dict[str, Any]:
    """A list of such items."""
    return {"type": "array", "items": items, "description": about}


def a_word(words: tuple[str, ...], about: str) -> dict[str, Any]:
    """One of these words."""
    return {"enum": list(words), "description": about}


def known(kind: dict[str, Any], about: str) -> dict[str, Any]:
    """A value of this kind, with what it means."""
    return {**kind, "description": about}


def or_null(kind: dict[str, Any]) -> dict[str, Any]:
    """A value of this kind, or null where there is none."""
    about = {"description": kind["description"]} if "description" in kind else {}
    return {"anyOf": [{key: part for key, part in kind.items() if key != "description"}, {"type": "null"}], **about}
