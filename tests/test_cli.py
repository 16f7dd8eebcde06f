"""The command line: exit codes as documented, one clear message for a mistake, and no traceback."""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from saypro_analysis.publish.lock import locked
from saypro_analysis.publish.runs import run_records

pytestmark = pytest.mark.xdist_group("cli")

SAYPRO = [sys.executable, "-m", "saypro_analysis"]


def _saypro(*arguments: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SAYPRO, *arguments], cwd=cwd, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]


@pytest.fixture
def own(project: Path, tmp_path: Path) -> Path:
    """The project in a folder of its own, to break."""
    for name in ("params", "notebooks", "data"):
        shutil.copytree(project / name, tmp_path / "own" / name)
    return tmp_path / "own"


def test_help_is_quick(tmp_path: Path) -> None:
    """--help answers in well under a second: no heavy library is loaded for it (the best of three counts)."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        assert _saypro("--help", cwd=tmp_path).returncode == 0
        seconds.append(time.perf_counter() - start)
    loaded = (
        "import sys, saypro_analysis.cli; print([m for m in ('pandas', 'duckdb', 'papermill') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"
    assert min(seconds) < 1


@pytest.mark.parametrize("command", ["run", "pdf", "share", "mail", "check", "learn", "sample", "schema", "new"])
def test_every_command_has_help(command: str, tmp_path: Path) -> None:
    """Each command explains itself."""
    assert "Usage:" in _saypro(command, "--help", cwd=tmp_path).stdout


def test_version(tmp_path: Path) -> None:
    """--version names the program and its version."""
    assert _saypro("--version", cwd=tmp_path).stdout.startswith("saypro 0.")


@pytest.mark.parametrize(
    "arguments",
    [["run", "--frequency", "daily"], ["walk"], ["run", "--jobs", "0"], ["run", "--jobs", "many"], ["sample"]],
)
def test_wrong_usage_is_exit_2(arguments: list[str], tmp_path: Path) -> None:
    """Unknown options and commands, and values out of range, end with exit code 2 and no traceback."""
    shown = _saypro(*arguments, cwd=tmp_path)
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr


def test_check_is_exit_0_on_the_sample(own: Path) -> None:
    """Params and data of the sample company are fine, and check writes nothing."""
    before = sorted(own.rglob("*"))
    shown = _saypro("check", cwd=own)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "5 departments" in shown.stdout
    assert sorted(own.rglob("*")) == before


def test_no_params_is_exit_2(tmp_path: Path) -> None:
    """Where there are no params, the message says where they were looked for."""
    shown = _saypro("run", cwd=tmp_path)
    assert shown.returncode == 2
    assert "company.yml" in shown.stderr


def test_all_faults_of_the_params_are_told_at_once(own: Path) -> None:
    """Faults in three files come in one message with file and line, exit code 2, and nothing is run."""
    for path, old, new in (
        ("company.yml", "currency: USD", "currency: dollars"),
        ("departments/sales.yml", "unit: currency", "unit: currenzy"),
        ("causes.yml", "prior:", "priro:"),
    ):
        text = (own / "params" / path).read_text("utf-8")
        assert old in text
        (own / "params" / path).write_text(text.replace(old, new, 1), "utf-8")
    shown = _saypro("run", cwd=own)
    assert shown.returncode == 2
    for part in ("params/company.yml:", "params/departments/sales.yml:", "params/causes.yml:", "did you mean"):
        assert part in shown.stderr
    assert "Traceback" not in shown.stderr
    assert not (own / "reports").exists()


def _no_folder(own: Path) -> None:
    _source(own, "../nowhere")


def _empty_folder(own: Path) -> None:
    (own / "empty").mkdir()
    _source(own, "../empty")


def _source(own: Path, folder: str) -> None:
    with (own / "params" / "company.yml").open("a", encoding="utf-8") as file:
        text = (own / "params" / "company.yml").read_text("utf-8")
        if "\ndata:" in text:
            (own / "params" / "company.yml").write_text(
                text.replace("\ndata:", f"\ndata:\n  source: {folder}", 1), "utf-8"
            )
        else:
            file.write(f"\ndata:\n  source: {folder}\n")


def _empty_file(own: Path) -> None:
    (own / "data" / "sample" / "opportunities.csv").write_text("", "utf-8")


def _header_only(own: Path) -> None:
    path = own / "data" / "sample" / "opportunities.csv"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")


def _missing_file(own: Path) -> None:
    (own / "data" / "sample" / "opportunities.csv").unlink()


def _unreadable_dates(own: Path) -> None:
    path = own / "data" / "sample" / "opportunities.csv"
    path.write_text(path.read_text("utf-8").replace("2026-", "in 26, "), "utf-8")


@pytest.mark.parametrize(
    ("spoil", "part"),
    [
        (_no_folder, "does not exist"),
        (_empty_folder, "no CSV, Parquet or Excel file"),
        (_empty_file, "is empty"),
        (_header_only, "no rows at all"),
        (_missing_file, "no such table or file"),
        (_unreadable_dates, "opportunities"),
    ],
)
def test_broken_data_are_exit_3(own: Path, spoil: object, part: str) -> None:
    """Data that cannot be used: one message that names the file, exit code 3, nothing run, nothing written."""
    spoil(own)  # type: ignore[operator]
    shown = _saypro("run", cwd=own)
    assert (shown.returncode, "Traceback" in shown.stderr) == (3, False)
    assert part in shown.stderr
    assert not (own / "reports").exists()


def test_an_output_folder_that_cannot_be_written_is_exit_2(own: Path) -> None:
    """When the output folder cannot be made, nothing is run."""
    (own / "reports").write_text("a file", "utf-8")
    shown = _saypro("run", cwd=own)
    assert (shown.returncode, "Traceback" in shown.stderr) == (2, False)
    assert "cannot be written to" in shown.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_output_folder_is_exit_2(own: Path) -> None:
    """A folder without the right to write is one clear message."""
    (own / "reports").mkdir(mode=0o500)
    shown = _saypro("run", cwd=own)
    assert (shown.returncode, "Traceback" in shown.stderr) == (2, False)


def test_a_full_disk_leaves_what_was_published(own: Path) -> None:
    """When pages cannot be written whole (files are limited to 40 kB here), the published month stays as it was."""
    (own / "reports" / "2026-10").mkdir(parents=True)
    (own / "reports" / "2026-10" / "index.html").write_text("good", "utf-8")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    shown = _saypro("run", "--department", "sales", cwd=own, preexec_fn=limit)
    assert (shown.returncode, "Traceback" in shown.stderr) == (1, False)
    assert (own / "reports" / "2026-10" / "index.html").read_text("utf-8") == "good"
    assert sorted(path.name for path in (own / "reports").iterdir()) == [".runs", "2026-10"]


def _put_cell(own: Path, department: str, source: str) -> None:
    path = own / "notebooks" / f"{department}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(8, nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)


def test_a_run_that_can_make_no_report_is_exit_1(own: Path) -> None:
    """Nothing is published, and the message has each report's reason."""
    _put_cell(own, "sales", "raise ValueError('the rows are gone')")
    shown = _saypro("run", "--department", "sales", cwd=own)
    assert (shown.returncode, "Traceback" in shown.stderr) == (1, False)
    assert "  sales: the notebook failed: ValueError: the rows are gone" in shown.stderr
    assert [path.name for path in (own / "reports").iterdir()] == [".runs"]


def test_two_runs_on_one_folder_are_exit_4(own: Path) -> None:
    """The second run says which process works there, and writes nothing."""
    with locked(own / "reports"):
        shown = _saypro("run", "--department", "sales", cwd=own)
        assert [path.name for path in (own / "reports").iterdir()] == [".lock"]
    assert (shown.returncode, "Traceback" in shown.stderr) == (4, False)
    assert f"another run is writing to this folder (pid {os.getpid()} on {socket.gethostname()}, since" in shown.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_ended_leaves_nothing_behind(own: Path, tmp_path: Path, number: int, code: int) -> None:
    """SIGTERM and Ctrl-C end the kernels and workers at once; no staging, lock or temporary file stays."""
    (own / "reports" / "2026-10").mkdir(parents=True)
    (own / "reports" / "2026-10" / "index.html").write_text("good", "utf-8")
    (tmp_path / "temporary").mkdir()
    pids = tmp_path / "pids"
    source = f"import os, time\nprint(os.getpid(), os.getppid(), file=open({str(pids)!r}, 'w'), flush=True)\n"
    for department in ("sales", "operations"):
        _put_cell(own, department, source + "time.sleep(300)")
    command = [*SAYPRO, "run", "--department", "sales", "--department", "operations", "--jobs", "1"]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(command, cwd=own, env=environment, stderr=subprocess.PIPE, text=True) as started:
        _wait_for(lambda: pids.is_file() and len(pids.read_text("utf-8").split()) == 2, seconds=120)
        started.send_signal(number)
        _, said = started.communicate(timeout=30)
    assert (started.returncode, "Traceback" in said) == (code, False)
    _wait_for(lambda: not any(_is_alive(int(pid)) for pid in pids.read_text("utf-8").split()), seconds=10)
    assert sorted(path.name for path in (own / "reports").iterdir()) == [".runs", "2026-10"]
    assert [record["status"] for record in run_records(own / "reports")] == ["interrupted"]
    assert (own / "reports" / "2026-10" / "index.html").read_text("utf-8") == "good"
    assert list((tmp_path / "temporary").iterdir()) == []


def _wait_for(true: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8") if Path("/proc/self/stat").exists() else ") S"
    except (ProcessLookupError, FileNotFoundError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"  # one that ended and was not collected is none


def test_schema_writes_all_schemas(tmp_path: Path) -> None:
    """One schema for each kind of params, and those of results.json and manifest.json."""
    assert _saypro("schema", "schemas", cwd=tmp_path).returncode == 0
    written = {path.stem: json.loads(path.read_text("utf-8")) for path in (tmp_path / "schemas").iterdir()}
    assert sorted(written) == ["causes", "company", "department", "manifest", "results", "tables"]
    assert all(schema["$schema"].endswith("2020-12/schema") for schema in written.values())


def test_learn_records_once_what_the_actions_did(own: Path) -> None:
    """learn writes the verdicts of the done actions and how they move the rates; a second time it changes nothing."""
    (own / "params" / "outcomes.csv").unlink(missing_ok=True)
    first = _saypro("learn", "--month", "2026-10", cwd=own)
    assert (first.returncode, first.stderr) == (0, "")
    assert "5 new outcomes up to 2026-10 (observational)" in first.stdout
    assert "automation: 0.60 -> 0.68 (1 worked, 0 failed)" in first.stdout  # (4 * .6 + 1) / 5
    written = (own / "params" / "outcomes.csv").read_bytes()
    again = _saypro("learn", cwd=own)
    assert "0 new outcomes" in again.stdout
    assert (own / "params" / "outcomes.csv").read_bytes() == written


def test_a_recorded_outcome_stays_with_its_month(own: Path) -> None:
    """What was recorded in July stays July's, whatever October adds."""
    (own / "params" / "outcomes.csv").unlink(missing_ok=True)
    assert _saypro("learn", "--month", "2026-07", cwd=own).returncode == 0
    july = (own / "params" / "outcomes.csv").read_text("utf-8").splitlines()
    assert _saypro("learn", "--month", "2026-10", cwd=own).returncode == 0
    october = (own / "params" / "outcomes.csv").read_text("utf-8").splitlines()
    assert set(july) < set(october)
    assert [line.split(",")[1] for line in october if line not in july] == ["MAR-01"]


def test_learn_refuses_faults_and_writes_nothing(own: Path) -> None:
    """Faults of outcomes.csv are exit code 2 with file and row, and the file stays as it is."""
    path = own / "params" / "outcomes.csv"
    path.write_text(
        "department,id,action,month,verdict,effect,low,high,telling\nsale,A,automation,2026-10,worked,1,0,x,yes\n",
        "utf-8",
    )
    before = path.read_bytes()
    shown = _saypro("learn", cwd=own)
    assert (shown.returncode, "Traceback" in shown.stderr) == (2, False)
    for part in ("params/outcomes.csv:2: department: 'sale'; did you mean 'sales'?", "high: 'x'"):
        assert part in shown.stderr
    assert path.read_bytes() == before
    assert _saypro("learn", "--month", "2030-01", cwd=own).returncode == 2


def test_sample_refuses_a_folder_of_others(tmp_path: Path) -> None:
    """The sample is never written over somebody's files."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.csv").write_text("a\n1\n", "utf-8")
    shown = _saypro("sample", "mine", cwd=tmp_path)
    assert shown.returncode == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["precious.csv"]


def test_a_new_department_runs_at_once(own: Path) -> None:
    """After ``new department`` the params are fine and its report is made; a second time it is refused."""
    assert _saypro("new", "department", "legal", "--name", "Legal: & <Affairs>", cwd=own).returncode == 0
    shown = _saypro("run", "--department", "legal", cwd=own)
    assert shown.returncode == 0, shown.stderr
    page = (own / "reports" / "2026-10" / "legal.html").read_text("utf-8")
    assert "Legal: &amp; &lt;Affairs&gt;" in page
    again = _saypro("new", "department", "legal", cwd=own)
    assert again.returncode == 2
    assert "exists already" in again.stderr


@pytest.mark.parametrize("department", ["../x", "NO", "index", "012", "a b", "Legal", ""])
def test_ids_that_cannot_be_file_names_are_refused(own: Path, department: str) -> None:
    """An id that leaves the folder, clashes with the overview, or is read differently by others is refused."""
    shown = _saypro("new", "department", department, cwd=own)
    assert (shown.returncode, "Traceback" in shown.stderr) == (2, False)


def test_a_run_on_a_terminal_and_in_a_pipe_ends_with_the_overview(own: Path) -> None:
    """In a pipe, a run prints one plain line per report, and where the overview lies."""
    shown = _saypro("run", "--department", "operations", cwd=own)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.strip().endswith(str(Path("reports") / "2026-10" / "index.html"))
    assert [line.split(":")[0] for line in shown.stderr.splitlines()] == ["operations", "index"]
    assert "\x1b" not in shown.stdout + shown.stderr


def test_missing_notebooks_are_written_and_others_left_alone(own: Path) -> None:
    """``new notebooks`` writes the standard notebook where there is none, so that own params run at once."""
    (own / "notebooks" / "sales.ipynb").unlink()
    (own / "notebooks" / "overview.ipynb").unlink()
    kept = (own / "notebooks" / "marketing.ipynb").read_bytes()
    refused = _saypro("run", cwd=own)
    assert refused.returncode == 2
    assert "new notebooks" in refused.stderr
    assert _saypro("new", "notebooks", cwd=own).returncode == 0
    assert sorted(path.stem for path in (own / "notebooks").glob("*.ipynb")) == sorted(
        ["customer_support", "employees", "marketing", "operations", "overview", "sales"]
    )
    assert (own / "notebooks" / "marketing.ipynb").read_bytes() == kept
    assert _saypro("check", cwd=own).returncode == 0


def test_a_run_of_many_members_stops_at_once(own: Path, tmp_path: Path) -> None:
    """SIGTERM while several regions are at work: none of them is waited for, and none is published half."""
    _put_cell(own, "marketing", "import time; time.sleep(300)")
    command = [*SAYPRO, "run", "--by", "region", "--log-json"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=own, env=environment, stderr=subprocess.PIPE, text=True) as started:
        assert started.stderr is not None
        assert any('"state": "made in' in line for line in iter(started.stderr.readline, ""))
        began = time.monotonic()
        started.send_signal(signal.SIGTERM)
        _, said = started.communicate(timeout=30)
    assert (started.returncode, "Traceback" in said) == (143, False)
    assert time.monotonic() - began < 15
    assert list((own / "reports").glob("region/*/2*")) == []
    assert [record["status"] for record in run_records(own / "reports")] == ["interrupted"]
