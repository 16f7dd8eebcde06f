"""The environment is made with a Python that is new enough, also after a first attempt that failed; CI leaves no trace.

Programs are stood in for by small scripts, so that nothing is installed.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: Makes a venv like `python -m venv`: with python and pip; all else that it is asked for succeeds.
NEW_PYTHON = """\
#!/bin/sh
echo "$@" >> "$LOG"
case "$*" in "-m venv"*)
  for last; do :; done
  mkdir -p "$last/bin"
  cp "$0" "$last/bin/python"
  cp "$0" "$last/bin/pip"
esac
"""
OLD_PYTHON = '#!/bin/sh\necho "$@" >> "$LOG"\ncase "$*" in --version) echo Python 3.9.6;; *) exit 1;; esac\n'


def _script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile and what the environment is made from."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def _setup(checkout: Path, python: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    _script(checkout / "tools" / "uv", '#!/bin/sh\necho uv "$@" >> "$LOG"\n')
    program = _script(checkout / "tools" / "python", python)
    log = checkout / "log"
    log.write_text("", "utf-8")
    environment = {**os.environ, "LOG": str(log), "PATH": f"{program.parent}:/usr/bin:/bin"}
    command = ["make", "setup", f"PYTHON={program}"]
    shown = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    return shown, log.read_text("utf-8").splitlines()


def test_an_old_python_is_refused_with_what_to_do(checkout: Path) -> None:
    """Before anything is made, the message says which Python was found and how to name another."""
    shown, _ = _setup(checkout, OLD_PYTHON)
    assert shown.returncode != 0
    assert "Python 3.11 or newer is needed" in shown.stderr
    assert "Python 3.9.6" in shown.stderr
    assert "make PYTHON=python3.12" in shown.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("left", [(), ("python",), ("pip",)])
def test_half_an_environment_is_made_anew(checkout: Path, left: tuple[str, ...]) -> None:
    """What a failed attempt left is cleared: an environment without its Python or without pip is none."""
    for name in left:
        _script(checkout / ".venv" / "bin" / name, "#!/bin/sh\n")
    shown, calls = _setup(checkout, NEW_PYTHON)
    assert shown.returncode == 0, shown.stderr
    assert "-m venv --clear .venv" in calls
    assert (checkout / ".venv" / ".ready").is_file()


def test_a_whole_environment_is_kept(checkout: Path) -> None:
    """A new lock is installed into the environment that is there, whatever the system's own Python is by now."""
    for name in ("python", "pip"):
        _script(checkout / ".venv" / "bin" / name, "#!/bin/sh\n")
    shown, calls = _setup(checkout, OLD_PYTHON)
    assert shown.returncode == 0, shown.stderr
    assert not [call for call in calls if "venv --clear" in call]


@pytest.mark.parametrize(("test", "code"), [("true", 0), ("touch left_behind.txt", 1)])
def test_ci_fails_when_the_tests_change_the_checkout(tmp_path: Path, test: str, code: int) -> None:
    """After make check and make test, git has nothing to report; what it reports is printed."""
    checkout = tmp_path / "checkout"
    (checkout / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", checkout / ".ci" / "run")
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *command], cwd=checkout, check=True)
    _script(tmp_path / "tools" / "make", f'#!/bin/sh\ncase "$1" in test) {test};; esac\n')
    for tool in ("chromium", "npm", "node", "java", "pdftotext"):
        _script(tmp_path / "tools" / tool, "#!/bin/sh\n")
    environment = {**os.environ, "PATH": f"{tmp_path / 'tools'}:{os.environ['PATH']}"}
    shown = subprocess.run([".ci/run"], cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    assert (shown.returncode, "left_behind.txt" in shown.stderr) == (code, bool(code))
