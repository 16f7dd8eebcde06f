"""Publishing a month's folder: complete or absent, and never at the cost of what was there."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from saypro_analysis.errors import ParamsError
from saypro_analysis.publish import folders
from saypro_analysis.publish.folders import change_month, keep_published, prepare, publish, recover, write_whole


def _published(out: Path, month: str) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in (out / month).iterdir()}


def test_a_month_takes_its_place_whole(tmp_path: Path) -> None:
    """Until publish is called nothing is seen in the month's place; afterwards everything that was staged is."""
    staging = prepare(tmp_path, "2026-10")
    (staging / "sales.html").write_text("new", "utf-8")
    assert not (tmp_path / "2026-10").exists()
    publish(tmp_path, "2026-10", staging)
    assert _published(tmp_path, "2026-10") == {"sales.html": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["2026-10"]


def test_pages_that_were_not_made_anew_stay(tmp_path: Path) -> None:
    """A second publication replaces what it made and keeps the rest of the month."""
    for text, name in (("old", "sales.html"), ("old", "marketing.html")):
        (tmp_path / "2026-10").mkdir(exist_ok=True)
        (tmp_path / "2026-10" / name).write_text(text, "utf-8")
    staging = prepare(tmp_path, "2026-10")
    (staging / "sales.html").write_text("new", "utf-8")
    keep_published(tmp_path, "2026-10", staging)
    publish(tmp_path, "2026-10", staging)
    assert _published(tmp_path, "2026-10") == {"sales.html": "new", "marketing.html": "old"}


def test_a_month_set_aside_by_a_dead_run_is_put_back(tmp_path: Path) -> None:
    """When a run dies between its two renames, the next one restores the month as it was."""
    (tmp_path / ".old-2026-10").mkdir()
    (tmp_path / ".old-2026-10" / "sales.html").write_text("good", "utf-8")
    recover(tmp_path)
    assert _published(tmp_path, "2026-10") == {"sales.html": "good"}


def test_a_month_set_aside_after_publication_is_removed(tmp_path: Path) -> None:
    """When a run dies after publishing and before cleaning up, the new month stays."""
    for name, text in ((".old-2026-10", "old"), ("2026-10", "new")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "sales.html").write_text(text, "utf-8")
    recover(tmp_path)
    assert _published(tmp_path, "2026-10") == {"sales.html": "new"}
    assert not (tmp_path / ".old-2026-10").exists()


def test_only_the_staging_of_dead_runs_is_removed(tmp_path: Path) -> None:
    """Staging folders of processes that are gone are removed; that of another running process is left alone."""
    alive = tmp_path / f".staging-2026-10-{os.getppid()}-aaaa"
    dead = tmp_path / ".staging-2026-10-999999999-bbbb"
    alive.mkdir()
    dead.mkdir()
    recover(tmp_path)
    assert alive.exists()
    assert not dead.exists()


def test_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """An output folder that cannot be written to is one clear message, exit code 2, before anything is run."""
    (tmp_path / "reports").write_text("a file", "utf-8")
    with pytest.raises(ParamsError, match="cannot be written to") as caught:
        prepare(tmp_path / "reports", "2026-10")
    assert caught.value.exit_code == 2
    assert (tmp_path / "reports").read_text("utf-8") == "a file"


def test_write_whole_leaves_the_old_file_when_writing_fails(tmp_path: Path) -> None:
    """A text that cannot be written (a lone surrogate is not UTF-8) leaves the old file and no part."""
    path = tmp_path / "index.html"
    path.write_text("old", "utf-8")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert path.read_text("utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["index.html"]


def test_files_that_belong_to_the_earlier_run_stay_behind(tmp_path: Path) -> None:
    """What is told to be left is neither kept nor published again."""
    (tmp_path / "2026-10").mkdir()
    for name in ("index.html", "sales.html"):
        (tmp_path / "2026-10" / name).write_text("old", "utf-8")
    staging = prepare(tmp_path, "2026-10")
    keep_published(tmp_path, "2026-10", staging, leave={"index.html"})
    publish(tmp_path, "2026-10", staging)
    assert _published(tmp_path, "2026-10") == {"sales.html": "old"}


def test_all_is_on_the_disk_before_the_month_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file, and the folder that names them, is flushed before the rename; the output folder after it."""
    flushed: list[tuple[str, bool]] = []
    monkeypatch.setattr(folders, "_flush", lambda path: flushed.append((path.name, (tmp_path / "2026-10").exists())))
    staging = prepare(tmp_path, "2026-10")
    (staging / "sales.html").write_text("new", "utf-8")
    publish(tmp_path, "2026-10", staging)
    assert flushed == [("sales.html", False), (staging.name, False), (tmp_path.name, True)]


def test_publishing_that_is_broken_off_puts_the_month_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stops it between two renames, where folders cannot be exchanged, the month stays in its place."""
    monkeypatch.setattr(folders, "_exchange", lambda *_: False)
    (tmp_path / "2026-10").mkdir()
    (tmp_path / "2026-10" / "sales.html").write_text("good", "utf-8")
    staging = prepare(tmp_path, "2026-10")
    rename = Path.rename

    def stopped(self: Path, target: Path) -> Path:
        if self == staging:
            raise SystemExit(143)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stopped)
    with pytest.raises(SystemExit):
        publish(tmp_path, "2026-10", staging)
    assert _published(tmp_path, "2026-10") == {"sales.html": "good"}
    assert not (tmp_path / ".old-2026-10").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="folders are exchanged on Linux only")
def test_a_reader_finds_the_month_at_any_moment(tmp_path: Path) -> None:
    """While the month is published again and again, its page can be read each time, old or new."""
    out, seen, done = tmp_path / "reports", set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add((out / "2026-10" / "sales.html").read_text("utf-8"))

    def publish_again(text: str) -> None:
        staging = prepare(out, "2026-10")
        (staging / "sales.html").write_text(text, "utf-8")
        publish(out, "2026-10", staging)

    publish_again("0")
    with ThreadPoolExecutor(1) as threads:
        reader = threads.submit(read)
        for number in range(200):
            publish_again(str(number))
        done.set()
        reader.result()
    assert seen <= {str(number) for number in range(200)}
    assert [path.name for path in out.iterdir()] == ["2026-10"]


def test_a_month_is_changed_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    """A change works on a copy: when it fails, or changes nothing, the month is the very one that was there."""
    (tmp_path / "2026-10").mkdir()
    page = tmp_path / "2026-10" / "sales.html"
    page.write_text("old", "utf-8")

    def write(staging: Path, then: Callable[[], bool]) -> bool:
        (staging / "sales.html").write_text("new", "utf-8")
        return then()

    def fail() -> bool:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        change_month(tmp_path, "2026-10", lambda staging: write(staging, fail))
    assert not change_month(tmp_path, "2026-10", lambda staging: write(staging, lambda: False))
    assert page.read_text("utf-8") == "old"
    assert change_month(tmp_path, "2026-10", lambda staging: write(staging, lambda: True))
    assert page.read_text("utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["2026-10"]
