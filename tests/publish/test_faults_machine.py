"""Faults of the machine and around a run (docs/faults.md): full disks, clocks, other versions, and what lies about."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_project import MONTH, faults_of, hashes, order, tiny_project

from saypro_analysis.errors import LockedError, ParamsError, ReportError, SayproError
from saypro_analysis.execute.child import FORKS
from saypro_analysis.execute.limits import Limits
from saypro_analysis.execute.parameters import check_parameters
from saypro_analysis.execute.pool import Pool, pool
from saypro_analysis.publish import fingerprints, runs
from saypro_analysis.publish import run as run_module
from saypro_analysis.publish.installed import installed_versions
from saypro_analysis.publish.lock import locked
from saypro_analysis.publish.run import run
from saypro_analysis.publish.runs import run_records
from saypro_analysis.publish.verify import verify_months
from saypro_analysis.publish.warm import warm

pytestmark = [pytest.mark.skipif(not FORKS, reason="processes cannot fork here"), pytest.mark.xdist_group("machine")]


@pytest.fixture(scope="module")
def hands() -> Iterator[Pool]:
    """One warm process for all runs here: each starts one of its own otherwise, for 3 seconds."""
    with pool(1, prepare=warm, limits=Limits(cell=60, notebook=90, memory=2)) as one:
        yield one


def _share(hands: Pool, patch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def workers(_order: Any) -> Iterator[Pool]:
        yield hands

    patch.setattr(run_module, "workers", workers)


@pytest.fixture(autouse=True)
def _shared(hands: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    _share(hands, monkeypatch)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, hands: Pool) -> Path:
    """The tiny company with its month published."""
    root = tiny_project(tmp_path_factory.mktemp("tiny"))
    with pytest.MonkeyPatch.context() as patch:
        _share(hands, patch)
        run(order(root))
    return root


@pytest.fixture
def own(template: Path, tmp_path: Path) -> Path:
    """The published tiny company, for a test to spoil."""
    return Path(shutil.copytree(template, tmp_path / "own"))


def _states(made: Any) -> list[str]:
    return [outcome.state if outcome.made else outcome.reason for outcome in made.outcomes]


def test_the_same_bytes_twice_on_both_engines(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``SOURCE_DATE_EPOCH`` set, two runs and one in kernels write the same pages, notebooks and numbers."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793865600")
    held = []
    for number, engine in enumerate(("fork", "fork", "kernel")):
        made = run(order(own, out=own / f"out{number}", engine=engine))
        assert made.exit_code == 0, _states(made)
        held.append(hashes(own / f"out{number}" / MONTH))
    names = [name for name in held[0] if name != "manifest.json"]
    assert {"sales.html", "sales.ipynb", "index.html", "results.json", "results.xlsx"} <= set(names)
    assert [name for name in names if len({one.get(name) for one in held}) > 1] == []


def test_no_secret_of_the_environment_reaches_a_file(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords, and addresses with one, in the environment of a run stand in no file below the reports, logs too."""
    for name in ("SAYPRO_SMTP_PASSWORD", "DATABASE_URL"):
        monkeypatch.setenv(name, f"postgresql://u:canary-{name}@host/db")
    made = run(order(own))
    assert made.exit_code == 0
    held = hashes(own / "reports")
    assert [name for name in held if name.endswith(".log")]
    assert [name for name, content in held.items() if b"canary-" in content] == []


@pytest.mark.parametrize("manifest", ["newer", "damaged", "gone", "a list"])
def test_a_manifest_that_is_not_understood_stops_no_run(own: Path, manifest: str) -> None:
    """Of a newer version, cut off, or missing: ``saypro verify`` says so, and the run makes the month anew."""
    path = own / "reports" / MONTH / "manifest.json"
    text = path.read_text("utf-8")
    newer = json.dumps({**json.loads(text), "schema": 99})
    said = {
        "newer": (newer, "newer version"),
        "damaged": (text[:99], "cannot be read"),
        "a list": ("[]", "lists no files"),
    }
    if manifest == "gone":
        path.unlink()
    else:
        path.write_text(said[manifest][0], "utf-8")
    faults = [fault for month in verify_months(own / "reports") for fault in month.faults]
    assert any(said.get(manifest, ("", "cannot be read"))[1] in fault for fault in faults)
    made = run(order(own, force=False))
    assert _states(made) == ["made"] * 3
    assert faults_of(own / "reports") == []


@pytest.mark.parametrize("lost", ["sales.html", "results.json", "sales.ipynb", "all"])
def test_a_month_that_was_half_copied_or_deleted_is_made_anew(own: Path, lost: str) -> None:
    """``saypro verify`` names the file that is missing, and the next run puts it there."""
    folder = own / "reports" / MONTH
    if lost == "all":
        shutil.rmtree(folder)
    else:
        (folder / lost).unlink()
        assert f"{lost} is missing" in verify_months(own / "reports")[0].faults
    assert run(order(own, force=False)).exit_code == 0
    assert faults_of(own / "reports") == []


def test_a_page_that_something_has_changed_is_named_and_made_anew(own: Path) -> None:
    """No notebook can be kept from writing where its user may: it is named by ``saypro verify``, and made anew."""
    page = own / "reports" / MONTH / "sales.html"
    page.write_text(page.read_text("utf-8").replace("Sales", "Better"), "utf-8")
    assert verify_months(own / "reports")[0].faults == ("sales.html was changed",)
    assert "made" in _states(run(order(own, force=False)))
    assert faults_of(own / "reports") == []


def test_another_version_of_a_library_makes_the_reports_anew(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else has changed: all pages are made, "versions changed" is said, and nothing is made a second time."""
    other = {**installed_versions(), "pandas": "99.0"}
    assert _states(run(order(own, force=False))) == ["unchanged"] * 3
    monkeypatch.setattr(fingerprints, "installed_versions", lambda: other)
    made = run(order(own, force=False))
    assert [outcome.why for outcome in made.outcomes[:2]] == [("versions changed",)] * 2
    assert "versions changed" in made.outcomes[2].why
    assert _states(run(order(own, force=False))) == ["unchanged"] * 3


def test_a_clock_that_jumps_back_leaves_runs_in_their_order(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run "before" the last one is the latest all the same, and its month verifies; the month asked for is made."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "946684800")
    assert run(order(own)).exit_code == 0
    records = run_records(own / "reports")
    assert records[-1]["began"].startswith("2000-01-01")
    assert [record["id"] for record in records] == sorted(record["id"] for record in records)
    assert faults_of(own / "reports") == []


def test_midnight_during_a_run_changes_no_month(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "latest" is decided once: when the clock enters another year while the run works, all pages are of one month."""
    ticks = iter(range(10_000))
    monkeypatch.setattr(runs, "now", lambda: f"20{26 + min(next(ticks), 73)}-12-31T23:59:59+00:00")
    made = run(order(own, month="latest"))
    assert (made.month, made.exit_code) == (MONTH, 0)
    assert faults_of(own / "reports") == []


@pytest.mark.parametrize("zone", [None, "", "Pacific/Kiritimati", "nowhere"])
def test_the_month_is_the_same_in_every_time_zone(own: Path, monkeypatch: pytest.MonkeyPatch, zone: str | None) -> None:
    """Without a time zone, and with one a day ahead, the same pages are up to date."""
    monkeypatch.delenv("TZ", raising=False)
    if zone is not None:
        monkeypatch.setenv("TZ", zone)
    assert _states(run(order(own, force=False, month="latest"))) == ["unchanged"] * 3


def test_a_second_run_changes_nothing(own: Path) -> None:
    """While another holds the folder: exit code 4, and every file is as it was."""
    with locked(own / "reports"):
        before = hashes(own / "reports")
        with pytest.raises(LockedError) as caught:
            run(order(own))
        assert caught.value.exit_code == 4
        assert hashes(own / "reports") == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_leaves_what_was_published(own: Path, small_disk: Path) -> None:
    """With room for less and less, a run ends with one message or with reports missing; what is published verifies each
    time, and with room again the next run completes."""
    shutil.copytree(own / "reports", small_disk / "reports")
    ballast, before = small_disk / "ballast", hashes(small_disk / "reports" / MONTH)
    for free in (0, 4_000, 60_000, 200_000, 400_000):
        ballast.unlink(missing_ok=True)
        there = os.statvfs(small_disk)
        ballast.write_bytes(b"x" * max(0, there.f_bavail * there.f_frsize - free))
        try:
            code = run(order(own, out=small_disk / "reports")).exit_code
        except SayproError as error:
            code = error.exit_code
        assert code in (0, 1, 2)
        assert faults_of(small_disk / "reports") == []
        if free < 10_000:
            assert code
            assert hashes(small_disk / "reports" / MONTH) == before
    ballast.unlink()
    assert run(order(own, out=small_disk / "reports")).exit_code == 0


def no_more_processes() -> None:
    """Prepare a warm process that cannot fork."""

    def fork() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    os.fork = fork


def test_a_notebook_from_elsewhere_is_refused(own: Path, tmp_path: Path) -> None:
    """A link out of the notebooks' folder: exit code 2, and nothing is run. One that stays in it is taken."""
    notebook = own / "notebooks" / "sales.ipynb"
    shutil.move(notebook, tmp_path / "other.ipynb")
    notebook.symlink_to(tmp_path / "other.ipynb")
    with pytest.raises(ParamsError, match=r"sales\.ipynb: a link that leads out"):
        run(order(own))
    notebook.unlink()
    shutil.move(tmp_path / "other.ipynb", own / "notebooks" / "shared.ipynb")
    notebook.symlink_to("shared.ipynb")
    assert run(order(own)).exit_code == 0


def test_without_room_for_a_process_the_report_says_so(tmp_path: Path) -> None:
    """Where the system lets nobody fork, each report fails with the reason, and nothing hangs."""
    with pool(2, prepare=no_more_processes, limits=Limits()) as one:
        ended = [one.submit(print, scratch=str(tmp_path)).result(60) for _ in range(3)]
    reason = "no process could be started for it: Resource temporarily unavailable"
    assert [each.reason for each in ended] == [reason] * 3


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_no_name_of_a_parameter_is_code(name: str) -> None:
    """Any text: what is taken is a plain name, and all else is refused before anything is run."""
    import nbformat

    cell = nbformat.v4.new_code_cell(
        f"{name} = 1" if name.isidentifier() else "x = 1", metadata={"tags": ["parameters"]}
    )
    try:
        check_parameters(nbformat.v4.new_notebook(cells=[cell]), {name: 1})
    except ReportError:
        return
    assert name.isidentifier()
    assert name.isascii()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_value_of_a_parameter_is_code(value: str) -> None:
    """Any text: the cell that papermill writes for it only sets the name, to this very text."""
    import ast

    from papermill.translators import PythonTranslator

    (line,) = ast.parse(PythonTranslator.codify({"department": value})).body
    assert isinstance(line, ast.Assign)
    assert ast.literal_eval(line.value) == value
