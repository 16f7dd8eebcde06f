"""The command line: exit codes as documented, one clear message for a mistake, and no traceback."""

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("command", ["run", "check", "sample", "schema", "new"])
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
    assert [path.name for path in (own / "reports").iterdir()] == ["2026-10"]


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
