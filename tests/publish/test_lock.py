"""One run at a time in an output folder, and no trace of it afterwards."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from saypro_analysis.errors import LockedError, ParamsError
from saypro_analysis.publish import lock
from saypro_analysis.publish.lock import locked

pytestmark = pytest.mark.skipif(lock.fcntl is None, reason="no file locks on this system")


def test_a_second_run_is_refused_while_the_first_works(tmp_path: Path) -> None:
    """The second ends with exit code 4 and says who holds it; the first goes on undisturbed."""
    named = rf"another run is writing to this folder \(pid {os.getpid()} on \S+, since "
    with locked(tmp_path / "reports"):
        with (
            pytest.raises(LockedError, match=named) as caught,
            locked(tmp_path / "reports"),
        ):
            pass
        assert caught.value.exit_code == 4
        with pytest.raises(LockedError), locked(tmp_path / "reports"):
            pass
    assert list((tmp_path / "reports").iterdir()) == []
    with locked(tmp_path / "reports"):
        pass


def test_the_lock_goes_with_a_run_that_fails(tmp_path: Path) -> None:
    """An error in the run leaves no lock."""
    with pytest.raises(ValueError, match="broken"), locked(tmp_path):
        raise ValueError("broken")
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_dead_run_does_not_block(tmp_path: Path) -> None:
    """A process that was killed leaves the file; the next run takes it over and removes it."""
    code = "import os, sys, pathlib; from saypro_analysis.publish.lock import _take; _take(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", f"{code}; os._exit(9)", str(tmp_path)], check=False)
    assert (tmp_path / ".lock").is_file()
    with locked(tmp_path):
        assert json.loads((tmp_path / ".lock").read_text("ascii"))["pid"] == os.getpid()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_its_holder_has_just_removed_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the file went away between opening and locking it, the lock of the file in its place counts."""
    hold, tries = lock._hold, []

    def removed_first(descriptor: int, out: Path) -> None:
        if not tries:
            (out / lock.NAME).unlink()
        tries.append(descriptor)
        hold(descriptor, out)

    monkeypatch.setattr(lock, "_hold", removed_first)
    with locked(tmp_path):
        assert len(tries) == 2
        assert (tmp_path / ".lock").is_file()


def test_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """An output folder that cannot be made is the same message as ever."""
    (tmp_path / "reports").write_text("a file", "utf-8")
    with pytest.raises(ParamsError, match="cannot be written to"), locked(tmp_path / "reports"):
        pass


@pytest.mark.parametrize(
    ("owner", "free"),
    [
        ({"pid": 999_999_999, "host": socket.gethostname(), "since": "2026-11-04T07:30:00+00:00"}, True),
        ({"pid": os.getppid(), "host": socket.gethostname(), "since": "2026-11-04T07:30:00+00:00"}, False),
        ({"pid": 1, "host": "elsewhere", "since": "2026-11-04T07:30:00+00:00"}, False),
        ([], True),
    ],
)
def test_without_locks_of_the_file_system_the_name_on_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, free: bool
) -> None:
    """Who is named holds it while that process is alive here; of another host nobody knows, so that it counts."""

    def no_locks(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(lock.fcntl, "flock", no_locks)
    (tmp_path / ".lock").write_text(json.dumps(owner), "ascii")
    if free:
        with locked(tmp_path):
            pass
    else:
        with pytest.raises(LockedError, match="since 2026-11-04 07:30 UTC"), locked(tmp_path):
            pass
