"""The published JSON schema of results.json describes the whole document. test_run holds a real one against it."""

import json
from pathlib import Path

import jsonschema
import pytest

from saypro_analysis.publish.results_schema import document_schema, write_results_schema
from saypro_analysis.show.results_schema import SCHEMA_VERSION

SCHEMAS = Path(__file__).parents[2] / "params" / "schema"
DOCUMENT = {
    "company": "SayPro", "month": "2026-10", "as_of": "2026-10-31", "made_up": True, "fingerprint": "0" * 64,
    "departments": {},
}  # fmt: skip
BUDGET = {
    "kpis": 0, "flags": 0, "expected": 0.0, "swings": 0, "swings_expected": 0.0, "tested": 0, "trends": 0,
    "false_share": 0.05,
}  # fmt: skip
SALES = {
    "schema": SCHEMA_VERSION, "department": "sales", "name": "Sales", "company": "SayPro", "currency": "USD",
    "month": "2026-10", "sample": True, "kpis": [], "budget": BUDGET, "changes": None, "register": [],
    "outcomes": [], "causes": [], "diagnosis": {"coverage": 0.0, "robust": True, "next_check": None},
    "inputs": "a" * 64, "rates": [], "decisions": [], "quality": {"checks": 0, "found": []}, "provenance": {},
}  # fmt: skip


def test_it_is_a_schema() -> None:
    """It is a valid JSON schema of its dialect."""
    jsonschema.Draft202012Validator.check_schema(document_schema())


def test_the_published_schema_is_current(tmp_path: Path) -> None:
    """params/schema/results.json is what `saypro schema` writes today."""
    published = (SCHEMAS / "results.json").read_text("utf-8")
    assert published == write_results_schema(tmp_path).read_text("utf-8")
    assert json.loads(published) == document_schema()


@pytest.mark.parametrize(
    ("change", "sound"),
    [
        ({}, True),
        ({"departments": {"sales": SALES}}, True),
        ({"departments": {"sales": {**SALES, "inputs": ""}}}, True),
        ({"departments": {"sales": {key: SALES[key] for key in SALES if key != "inputs"}}}, False),
        ({"departments": {"sales": {**SALES, "kpis": [{}]}}}, False),
        ({"departments": {"Sales": SALES}}, False),
        ({"departments": []}, False),
        ({"month": "2026-13"}, False),
        ({"fingerprint": ""}, False),
        ({"more": 1}, False),
    ],
)
def test_documents_are_judged(change: dict[str, object], sound: bool) -> None:
    """All keys are there, none is unknown, and each department's part is the show layer's with its fingerprint."""
    validator = jsonschema.Draft202012Validator(document_schema())
    assert validator.is_valid({**DOCUMENT, **change}) is sound
