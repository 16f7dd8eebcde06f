"""The published JSON schemas describe the params as they are read."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from builders import CAUSES, COMPANY, DEPARTMENT

from saypro_analysis.data.reader import read_yaml
from saypro_analysis.data.schema import schemas, write_schemas

PARAMS = Path(__file__).parents[2] / "params"


def problems(kind: str, value: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(schemas()[kind])
    return [error.message for error in validator.iter_errors(value)]


@pytest.mark.parametrize("kind", ["company", "tables", "causes", "department"])
def test_schemas_are_schemas(kind: str) -> None:
    """Each is a valid JSON schema."""
    jsonschema.Draft202012Validator.check_schema(schemas()[kind])


@pytest.mark.parametrize(
    ("kind", "value"), [("company", COMPANY), ("causes", CAUSES), ("department", DEPARTMENT), ("tables", {"a": {}})]
)
def test_sound_files_pass(kind: str, value: Any) -> None:
    """What is read without faults passes the schema."""
    assert problems(kind, value) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("company", {"name": "A", "curency": "USD"}),
        ("company", {}),
        ("tables", {"a": {"colums": {}}}),
        ("department", {**DEPARTMENT, "id": "x"}),
    ],
)
def test_faults_are_shown(kind: str, value: Any) -> None:
    """Unknown and missing keys do not pass."""
    assert problems(kind, value)


@pytest.mark.parametrize("path", sorted(PARAMS.glob("**/*.yml")), ids=lambda path: path.stem)
def test_shipped_params_pass(path: Path) -> None:
    """Editors show no faults in the project's own params."""
    kind = "department" if path.parent.name == "departments" else path.stem
    document, _ = read_yaml(path, path.name)
    assert problems(kind, document.value) == []


def test_published_schemas_are_current(tmp_path: Path) -> None:
    """params/schema/ holds what the nouns give today."""
    for path in write_schemas(tmp_path):
        assert json.loads((PARAMS / "schema" / path.name).read_text("utf-8")) == json.loads(path.read_text("utf-8"))
