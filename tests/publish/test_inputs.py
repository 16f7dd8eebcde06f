"""What a page is made from: one copy of the params for a run, and a fingerprint that changes with any of it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from saypro_analysis.errors import ParamsError
from saypro_analysis.publish import inputs
from saypro_analysis.publish.inputs import own_params, page_inputs, params_files

FILES = ("company.yml", "causes.yml", "departments/sales.yml", "evidence/sales.csv", "actions/sales.csv")
NOTEBOOK: dict[str, Any] = {
    "cells": [{"cell_type": "code", "source": "a = 1", "metadata": {}, "outputs": []}],
    "nbformat": 4,
}


@pytest.fixture
def params(tmp_path: Path) -> Path:
    for name in (*FILES, "schema/company.json", "exports/records.csv"):
        path = tmp_path / "params" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, "utf-8")
    (tmp_path / "sales.ipynb").write_text(json.dumps(NOTEBOOK), "utf-8")
    return tmp_path / "params"


def test_the_copy_holds_what_is_read_and_goes_away(params: Path) -> None:
    """The copy has all params under the same name, neither schemas nor data, for this user alone, and is removed."""
    with own_params(params) as copy:
        assert copy.name == "params"
        assert sorted(path.relative_to(copy).as_posix() for path in params_files(copy)) == sorted(FILES)
        assert not (copy / "exports").exists()
        assert copy.parent.stat().st_mode & 0o077 == 0
        (params / "company.yml").write_text("edited", "utf-8")
        assert (copy / "company.yml").read_text("utf-8") == "company.yml"
    assert not copy.parent.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_cannot_be_read_is_named(params: Path) -> None:
    """Params without the right to read them are one clear message, exit code 2."""
    (params / "company.yml").chmod(0)
    with pytest.raises(ParamsError, match=r"params/company\.yml"), own_params(params):
        pass


def _other_package(params: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "__version__", "0.0.0")


def _other_notebook(params: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = params.parent / "sales.ipynb"
    path.write_text(path.read_text("utf-8").replace("a = 1", "a = 2"), "utf-8")


def _other_file(params: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (params / "actions" / "sales.csv").write_text("another", "utf-8")


def _new_file(params: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (params / "tables.yml").write_text("", "utf-8")


@pytest.mark.parametrize("change", [_other_package, _other_notebook, _other_file, _new_file])
def test_everything_that_goes_in_changes_the_fingerprint(
    params: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path, pytest.MonkeyPatch], None]
) -> None:
    """Another version, notebook, evidence or action, or one more file: another fingerprint. Other data as well."""
    before = page_inputs(params, params.parent / "sales.ipynb", "data")
    change(params, monkeypatch)
    assert page_inputs(params, params.parent / "sales.ipynb", "data") != before
    assert page_inputs(params, params.parent / "sales.ipynb", "other data") != before


def test_saved_outputs_and_the_folder_do_not_change_it(params: Path) -> None:
    """A notebook that an analyst ran and saved, and params in another folder, give the same pages."""
    path = params.parent / "sales.ipynb"
    before = page_inputs(params, path, "data")
    saved = {**NOTEBOOK, "cells": [{**NOTEBOOK["cells"][0], "outputs": [{"text": "1"}], "execution_count": 3}]}
    path.write_text(json.dumps(saved), "utf-8")
    with own_params(params) as copy:
        assert page_inputs(copy, path, "data") == before


def test_without_a_notebook_there_is_none(params: Path) -> None:
    """A page that cannot be made has no fingerprint."""
    assert page_inputs(params, params.parent / "legal.ipynb", "data") == ""
