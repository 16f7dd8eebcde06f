"""Starting a department: all of its files or none, and no table that cannot be read stands in the way."""

import shutil
from pathlib import Path

import pytest

from saypro_analysis.errors import DataError, ParamsError
from saypro_analysis.publish import new
from saypro_analysis.publish.new import make_department


@pytest.fixture
def own(project: Path, tmp_path: Path) -> Path:
    """Params and notebooks to write into, with a small data source of their own."""
    for name in ("params", "notebooks"):
        shutil.copytree(project / name, tmp_path / name)
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "contracts.csv").write_text("signed_on,amount\n2026-01-05,10\n", "utf-8")
    (tmp_path / "params" / "tables.yml").unlink()
    path = tmp_path / "params" / "company.yml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("\ndata:", "\ndata:\n  source: ../exports", 1), "utf-8")
    assert "source: ../exports" in path.read_text("utf-8")
    return tmp_path


def _make(own: Path, table: str = "") -> list[Path]:
    return make_department("legal", name="Legal", table=table, params=own / "params", notebooks=own / "notebooks")


def test_tables_that_cannot_be_read_are_passed_over(own: Path) -> None:
    """An empty export that comes first by name does not keep a department from the next table."""
    (own / "exports" / "aaa.csv").write_text("", "utf-8")
    text = _make(own)[0].read_text("utf-8")
    assert 'table: "contracts"' in text
    assert 'date: "signed_on"' in text


@pytest.mark.parametrize("table", ["", "aaa"])
def test_without_any_readable_table_each_reason_is_told(own: Path, table: str) -> None:
    """When there is none, or the wanted one cannot be read, it is said what is wrong with it; nothing is written."""
    (own / "exports" / "aaa.csv").write_text("", "utf-8")
    if not table:
        (own / "exports" / "contracts.csv").write_text("amount\n10\n", "utf-8")
    before = sorted(own.rglob("*"))
    with pytest.raises(DataError, match="aaa"):
        _make(own, table)
    assert sorted(own.rglob("*")) == before


def test_a_disk_that_fills_up_leaves_no_half_department(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the third file cannot be written, the first two are removed; exit code 2."""
    write, written = new.write_whole, []

    def fills_up(path: Path, text: str) -> None:
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(path)
        write(path, text)

    monkeypatch.setattr(new, "write_whole", fills_up)
    before = sorted(path for path in own.rglob("*") if path.is_file())
    with pytest.raises(ParamsError, match="No space left") as caught:
        _make(own)
    assert caught.value.exit_code == 2
    assert len(written) == 2
    assert sorted(path for path in own.rglob("*") if path.is_file()) == before
