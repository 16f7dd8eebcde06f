"""The commands run, runs and verify, as a user meets them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tiny_project import MONTH, hashes, strays, tiny_project, until, write_records

pytestmark = pytest.mark.xdist_group("run command")
ROOT = Path(__file__).parents[2]
SAYPRO = [sys.executable, "-m", "saypro_analysis"]


def _saypro(root: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command in ``root``; none has a traceback."""
    done = subprocess.run([*SAYPRO, *arguments], cwd=root, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny company with its month published by the command."""
    root = tiny_project(tmp_path_factory.mktemp("tiny"))
    assert _saypro(root, "run")[0] == 0
    return root


@pytest.fixture
def own(published: Path, tmp_path: Path) -> Path:
    """The same in a folder of its own."""
    shutil.copytree(published, tmp_path / "own")
    return tmp_path / "own"


def test_a_run_ends_with_one_table(own: Path) -> None:
    """Every report with what became of it, its seconds, and with --explain why; then where to look."""
    write_records(own, "service", seed=9)
    code, out, _ = _saypro(own, "run", "--explain")
    assert code == 0
    rows = [line.split(None, 3) for line in out.splitlines() if line.startswith(MONTH)]
    assert [row[:3] for row in rows] == [[MONTH, "sales", "made"], [MONTH, "service", "made"], [MONTH, "index", "made"]]
    assert [row[3].split(None, 1)[1] for row in rows] == ["data changed", "data changed", "departments changed"]
    assert f"reports/{MONTH}/index.html" in out.splitlines()[-1]


def test_when_nothing_changed_nothing_is_run(own: Path) -> None:
    """It says since when, at once, and leaves every file as it is; --force makes all anew."""
    before = hashes(own / "reports" / MONTH)
    code, out, _ = _saypro(own, "run")
    assert (code, out.startswith("Nothing has changed since the run of ")) == (0, True)
    assert hashes(own / "reports" / MONTH) == before
    loaded = "import sys, saypro_analysis.cli as c\ntry: c.main(['run'])\nexcept SystemExit: pass\n"
    asked = "print([m for m in ('pandas', 'duckdb', 'papermill', 'sqlglot') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", loaded + asked], cwd=own, capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"
    assert _saypro(own, "run", "--force", "--explain")[1].count("asked for with --force") == 3


def test_after_a_first_run_that_made_its_data_nothing_is_run(tmp_path: Path) -> None:
    """The sample company's data are made by the first run of a fresh clone; the second one finds what that one used."""
    for folder in ("params", "notebooks"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    assert _saypro(tmp_path, "run", "--department", "employees")[0] == 0
    assert (tmp_path / "data" / "sample").is_dir()
    code, out, _ = _saypro(tmp_path, "run", "--department", "employees")
    assert (code, out.startswith("Nothing has changed since the run of ")) == (0, True)


@pytest.mark.parametrize("what", ["a page", "a manifest", "the archive", "params", "a notebook", "records"])
def test_whatever_changed_is_seen(own: Path, what: str) -> None:
    """A file that was published, or that goes into a report: none changes without a run that does its work."""
    path = {
        "a manifest": own / "reports" / MONTH / "manifest.json",
        "params": own / "params" / "causes.yml",
        "records": own / "exports" / "sales.csv",
        "a page": own / "reports" / MONTH / "sales.html",
        "the archive": own / "reports" / "index.html",
        "a notebook": own / "notebooks" / "service.ipynb",
    }[what]
    if what == "records":
        write_records(own, "sales", seed=5)
    else:
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert "Nothing has changed" not in _saypro(own, "run")[1]
    assert "Nothing has changed" in _saypro(own, "run")[1]
    assert _saypro(own, "verify")[0] == 0


def test_events_are_json_for_machines(own: Path) -> None:
    """With --log-json each line of standard error is one event with its time; the last has the exit code."""
    write_records(own, "sales", seed=8)
    _, _, err = _saypro(own, "run", "--log-json")
    events = [json.loads(line) for line in err.splitlines()]
    assert all({"time", "event"} <= set(event) for event in events)
    states = [event["state"] for event in events if event.get("report") == "sales"]
    assert states[0] == "waiting"
    assert "cell 1" in states
    assert states[-1].startswith("made in")
    assert (events[-1]["event"], events[-1]["exit_code"]) == ("finished", 0)
    assert json.loads(_saypro(own, "run", "--log-json")[2])["event"] == "unchanged"


def test_runs_are_listed_and_what_is_published_is_verified(own: Path) -> None:
    """The runs with how they ended; a file that is not what a run wrote is named, and is exit code 1."""
    assert _saypro(own, "runs")[1].splitlines()[1].split()[-2:] == ["3", "made"]
    files = len(list((own / "reports" / MONTH).iterdir())) - 1  # but the manifest
    assert _saypro(own, "verify", MONTH)[:2] == (0, f"{MONTH}: all of its {files} files are as they were written\n")
    (own / "reports" / MONTH / "sales.html").write_text("other", "utf-8")
    (own / "reports" / MONTH / "results.xlsx").unlink()
    (own / "reports" / MONTH / "more.html").write_text("more", "utf-8")
    code, out, err = _saypro(own, "verify")
    assert (code, out) == (1, f"{MONTH}: not as it was written\n")
    said = ["  results.xlsx is missing", "  more.html was not written by the run", "  sales.html was changed"]
    assert err.splitlines() == said
    assert _saypro(own, "verify", "2031-01")[0] == 2


def test_several_months_are_made_in_turn(own: Path) -> None:
    """Each month from the first to the last, with links between them; a span that is none is exit code 2."""
    code, out, _ = _saypro(own, "run", "--month", "2026-09..2026-10")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if " index " in line] == ["2026-09", "2026-10"]
    assert 'href="../2026-09/sales.html"' in (own / "reports" / MONTH / "sales.html").read_text("utf-8")
    assert _saypro(own, "verify")[0] == 0
    for span in ("2026-10..2026-08", "2026-08..", "2026-08..2031-01"):
        assert _saypro(own, "run", "--month", span)[0] == 2


def test_a_dimension_that_is_none_is_told(own: Path) -> None:
    """--by with a name that no KPI is split by, and --member without it, are exit code 2."""
    code, _, err = _saypro(own, "run", "--by", "region")
    assert (code, "region" in err) == (2, True)
    assert _saypro(own, "run", "--member", "North")[0] == 2


def _add_cell(root: Path, department: str, source: str) -> None:
    """One more cell before the last of a department's notebook, which puts out its numbers."""
    path = root / "notebooks" / f"{department}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(len(notebook.cells) - 1, nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)


def _started(own: Path, **environment: str) -> Any:
    command = [*SAYPRO, "run", "--force", "--jobs", "2", "--log-json"]
    environment = {**os.environ, **environment}
    return subprocess.Popen(
        command, cwd=own, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )


@contextmanager
def _killed_at_last(started: Any) -> Iterator[Any]:
    """A test that fails leaves no run behind."""
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def _wait_for(started: Any, report: str, state: str) -> None:
    for line in iter(started.stderr.readline, ""):
        event = json.loads(line)
        if event.get("report") == report and str(event.get("state")).startswith(state):
            return
    raise AssertionError(f"{report} never was {state}")


def test_a_run_that_was_stopped_goes_on_where_it_was(own: Path, tmp_path: Path) -> None:
    """After SIGTERM what was finished is taken over by --resume, for the months that were asked for; then there is
    nothing to go on with."""
    write_records(own, "sales", seed=7)
    gate = tmp_path / "gate"
    wait = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.05)"
    _add_cell(own, "service", wait)
    with _killed_at_last(_started(own)) as started:
        _wait_for(started, "sales", "made in")
        started.send_signal(signal.SIGTERM)
        assert started.wait(20) == 143
    assert "interrupted" in _saypro(own, "runs")[1]
    gate.touch()
    code, out, _ = _saypro(own, "run", "--resume")
    assert code == 0
    states = {line.split()[1]: line.split()[2] for line in out.splitlines() if line.startswith(MONTH)}
    assert states == {"sales": "taken", "service": "made", "index": "made"}
    assert _saypro(own, "verify")[0] == 0
    code, _, err = _saypro(own, "run", "--resume")
    assert (code, "There is no run to go on with" in err) == (2, True)


def test_a_second_signal_does_not_wait(own: Path, tmp_path: Path) -> None:
    """While a run is being stopped, another signal ends it and all of its processes at once."""
    _add_cell(own, "sales", "import time; time.sleep(300)")
    with _killed_at_last(_started(own, SAYPRO_TEST_RUN=str(tmp_path))) as started:
        _wait_for(started, "sales", "cell 10")
        began = time.monotonic()
        started.send_signal(signal.SIGTERM)
        started.send_signal(signal.SIGTERM)
        assert started.wait(10) == 143
        assert time.monotonic() - began < 5
    assert until(lambda: not strays(str(tmp_path)))
    assert _saypro(own, "verify")[0] == 0
