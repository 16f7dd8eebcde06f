"""The manifest says what a month was made from, and its schema says what each key means."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from saypro_analysis.publish.hashes import file_hash
from saypro_analysis.publish.manifest import NAME, SCHEMA, held_manifest
from saypro_analysis.publish.manifest_schema import manifest_schema, write_manifest_schema
from saypro_analysis.publish.work import RunResult

SCHEMAS = Path(__file__).parents[2] / "params" / "schema"


@pytest.fixture
def manifest(published: RunResult) -> dict[str, Any]:
    """The manifest of October 2026 of the sample company."""
    return dict(json.loads((published.folder / NAME).read_text("utf-8")))


@pytest.mark.xdist_group("run")
def test_a_real_one_follows_the_schema(manifest: dict[str, Any], published: RunResult) -> None:
    """It has exactly the keys of the schema, a hash for every file, and each report with what went in."""
    jsonschema.Draft202012Validator.check_schema(manifest_schema())
    jsonschema.validate(manifest, manifest_schema())
    names = {path.name for path in published.folder.iterdir()} - {NAME}
    assert manifest["files"] == {name: file_hash(published.folder / name) for name in names}
    pages = {path.stem for path in published.folder.glob("*.html")}
    assert set(manifest["reports"]) == pages
    assert all(set(manifest["reports"][page]["inputs"]) >= {"notebook", "code", "versions"} for page in pages)


@pytest.mark.xdist_group("run")
@pytest.mark.parametrize("change", [{"more": 1}, {"schema": SCHEMA + 1}, {"month": "2026-13"}, {"reports": []}])
def test_another_is_told_from_it(manifest: dict[str, Any], change: dict[str, Any]) -> None:
    """A key too many, another form, no month, no reports: none follows the schema."""
    assert not jsonschema.Draft202012Validator(manifest_schema()).is_valid({**manifest, **change})


def test_the_published_schema_is_current(tmp_path: Path) -> None:
    """params/schema/manifest.json is what `saypro schema` writes today."""
    published = (SCHEMAS / "manifest.json").read_text("utf-8")
    assert published == write_manifest_schema(tmp_path).read_text("utf-8")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": 1, "reports": {}}', f'{{"schema": {SCHEMA + 1}}}'])
def test_one_that_is_not_understood_is_none(tmp_path: Path, text: str) -> None:
    """A damaged manifest, and one of another version, are as if there were none: all pages are made anew."""
    (tmp_path / NAME).write_text(text, "utf-8")
    assert held_manifest(tmp_path) == {}
