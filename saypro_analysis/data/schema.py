"""JSON schemas of the params, made from the nouns themselves, for editors that complete and check YAML."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from saypro_analysis.kpi import CauseModel, Company, Department, Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of each kind of file, by the file's stem."""
    kinds: dict[str, Any] = {
        "company": Company,
        "tables": Mapping[str, Table],
        "causes": CauseModel,
        "department": Department,
    }
    return {name: _without_ids({"$schema": DIALECT, **TypeAdapter(kind).json_schema()}) for name, kind in kinds.items()}


def _without_ids(part: Any) -> Any:
    """``id`` and ``department`` come from where a thing stands, so they are not settings."""
    if isinstance(part, dict):
        cleaned = {key: _without_ids(value) for key, value in part.items()}
        for name in ("id", "department"):
            if isinstance(cleaned.get("properties"), dict):
                cleaned["properties"].pop(name, None)
        return cleaned
    return [_without_ids(item) for item in part] if isinstance(part, list) else part


def write_schemas(folder: Path) -> list[Path]:
    """Write one ``<name>.json`` per schema and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", "utf-8")
        written.append(path)
    return written
