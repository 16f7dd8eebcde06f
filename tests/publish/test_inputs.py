"""The run's own copy of the params."""

import os
import tempfile
from pathlib import Path

import pytest

from saypro_analysis.errors import ParamsError
from saypro_analysis.publish.inputs import own_notebooks, own_params, params_files

FILES = ("company.yml", "causes.yml", "departments/sales.yml", "evidence/sales.csv", "actions/sales.csv")


@pytest.fixture
def params(tmp_path: Path) -> Path:
    for name in (*FILES, "schema/company.json", "exports/records.csv"):
        path = tmp_path / "params" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, "utf-8")
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


def test_notebooks_are_copied_too(params: Path, tmp_path: Path) -> None:
    """A notebook that is edited while a run works changes none of its pages."""
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    (notebooks / "sales.ipynb").write_text("before", "utf-8")
    with own_params(params) as copy:
        own = own_notebooks(notebooks, copy.parent)
        (notebooks / "sales.ipynb").write_text("edited", "utf-8")
        assert (own / "sales.ipynb").read_text("utf-8") == "before"
    assert not own.exists()


def test_what_a_killed_run_left_is_removed_by_the_next(
    params: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run's own folder carries its process's number: that of a process that is gone is removed, others are not."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("saypro-run-999999999-a", f"saypro-run-{os.getppid()}-b", "saypro-other"):
        (tmp_path / name).mkdir()
    with own_params(params):
        pass
    left = {path.name for path in tmp_path.glob("saypro-*")}
    assert left == {f"saypro-run-{os.getppid()}-b", "saypro-other"}
