"""Places for the reports that are not plain folders (docs/faults.md): links, other file systems, and what cannot be."""

import os
from pathlib import Path

import pytest

from saypro_analysis.errors import ParamsError
from saypro_analysis.publish.folders import prepare, publish

#: A file system in memory, which Linux has beside that of temporary folders.
MEMORY = Path("/dev/shm")


def _publish(out: Path, text: str) -> None:
    staging = prepare(out, "2026-10")
    (staging / "sales.html").write_text(text, "utf-8")
    publish(out, "2026-10", staging)


def _held(out: Path) -> dict[str, str]:
    return {path.relative_to(out).as_posix(): path.read_text("utf-8") for path in out.rglob("*") if path.is_file()}


def test_a_folder_of_reports_may_be_a_link(tmp_path: Path) -> None:
    """A link stays a link: the months lie where it leads, twice published, and nothing is left beside them."""
    (tmp_path / "real").mkdir()
    (tmp_path / "reports").symlink_to(tmp_path / "real")
    for text in ("first", "second"):
        _publish(tmp_path / "reports", text)
    assert (tmp_path / "reports").is_symlink()
    assert _held(tmp_path / "real") == {"2026-10/sales.html": "second"}


def test_a_month_that_is_a_link_leaves_what_it_leads_to_alone(tmp_path: Path) -> None:
    """Where somebody has put a link in a month's place, the month takes it, and the link's goal keeps its files."""
    goal = tmp_path / "archive"
    goal.mkdir()
    (goal / "sales.html").write_text("kept elsewhere", "utf-8")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "2026-10").symlink_to(goal)
    _publish(tmp_path / "reports", "new")
    assert (tmp_path / "reports" / "2026-10" / "sales.html").read_text("utf-8") == "new"
    assert _held(goal) == {"sales.html": "kept elsewhere"}
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["2026-10"]


@pytest.mark.skipif(not os.access(MEMORY, os.W_OK), reason="there is no second file system at /dev/shm")
def test_reports_may_lie_on_another_file_system(tmp_path: Path) -> None:
    """A month is staged where it will lie, so that its place is taken by a rename wherever temporary files are."""
    out = MEMORY / f"saypro-{os.getpid()}-{tmp_path.name}"
    try:
        for text in ("first", "second"):
            _publish(out, text)
        assert _held(out) == {"2026-10/sales.html": "second"}
    finally:
        for path in sorted(out.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        out.rmdir()


@pytest.mark.parametrize("place", ["file", "file/inside", "/dev/null", "/proc/reports", "x" * 300])
def test_a_place_where_nothing_can_be_written_is_one_message(tmp_path: Path, place: str) -> None:
    """A file, a device, a read-only file system, a name that is too long: exit code 2, the way out, and no trace."""
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(ParamsError, match="There is no place for the reports") as caught:
        prepare(tmp_path / place, "2026-10")
    assert caught.value.exit_code == 2
    assert "--out" in str(caught.value)
    assert _held(tmp_path) == {"file": "mine"}
