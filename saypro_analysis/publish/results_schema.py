"""The JSON schema (draft 2020-12) of results.json: the whole document; ``show.results_schema`` has a department's."""

import json
from pathlib import Path
from typing import Any

from saypro_analysis.show.results import results_schema


def document_schema() -> dict[str, Any]:
    """The schema that every published results.json follows."""
    facts: dict[str, dict[str, Any]] = {
        "company": {"type": "string", "description": "The company's name"},
        "month": {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$", "description": "The month reported"},
        "as_of": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "description": "Day up to which data are held"},
        "made_up": {"type": "boolean", "description": "Whether the data are the sample company's"},
        "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of the run's data"},
        "departments": {
            "type": "object",
            "description": "Numbers of each department's page, by id; a page that was not made has none",
            "propertyNames": {"pattern": r"^[a-z][a-z0-9_]*$"},
            "additionalProperties": _department(),
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Results of a company's month",
        "type": "object",
        "properties": facts,
        "required": sorted(facts),
        "additionalProperties": False,
    }


def _department() -> dict[str, Any]:
    part = {key: value for key, value in results_schema().items() if key != "$schema"}
    about = "SHA-256 of what the page was made from: data, params, notebook, version. Empty: not known (an old page)"
    inputs = {"type": "string", "pattern": "^([0-9a-f]{64})?$", "description": about}
    properties = {**part["properties"], "inputs": inputs}
    return {**part, "properties": properties, "required": sorted(properties)}


def write_results_schema(folder: Path) -> Path:
    """Write ``results.json`` into the folder of schemas and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.json"
    path.write_text(json.dumps(document_schema(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    return path
