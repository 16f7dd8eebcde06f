"""Runs that are killed (docs/faults.md): at random moments, and at every step of publishing."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tiny_project import MONTH, faults_of, hashes, order, strays, tiny_project, until

from saypro_analysis.publish import folders
from saypro_analysis.publish.folders import prepare, publish, recover
from saypro_analysis.publish.index import write_archive
from saypro_analysis.publish.links import link_later
from saypro_analysis.publish.manifest import SCHEMA, list_again
from saypro_analysis.publish.raw import RawInputs, raw_inputs
from saypro_analysis.publish.run import run
from saypro_analysis.publish.runs import recorded
from saypro_analysis.publish.verify import verify_months
from saypro_analysis.publish.work import MonthResult

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are adopted, and folders exchanged, on Linux only"),
    pytest.mark.xdist_group("kills"),
]
HERE = Path(__file__).parent
LATER = "2026-11"
KILLS = 100


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny company with its month published."""
    root = tiny_project(tmp_path_factory.mktemp("tiny"))
    run(order(root))
    return root


def test_a_run_that_is_killed_at_any_moment_leaves_whole_months(tmp_path: Path) -> None:
    """100 runs, each on new data, are killed at random moments of their whole length. After each the month published
    before is there byte for byte, or the new one is whole, and nothing of the run is alive after 5 seconds. After every
    tenth a run is left alone: it publishes, leaves nothing behind, and has taken over what was finished."""
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    done = subprocess.run(
        [sys.executable, str(HERE / "kill_loop.py"), str(tmp_path / "own"), str(KILLS), "20261104"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["faults"] == []
    assert [one["faults"] for one in told["ended"]] == [[]] * (KILLS // 10 + 2)
    states = [state for one in told["ended"] for state in one["states"].values()]
    assert set(states) <= {"made", "resumed", "unchanged"}
    assert "resumed" in states
    assert told["records"] == ["died", "ok"]


@pytest.mark.parametrize("moment", ["start", "cell", "made"])
def test_a_killed_command_leaves_no_process(project: Path, tmp_path: Path, moment: str) -> None:
    """The real command, killed while its warm process starts, while a notebook runs, and when the first is made: all of
    its processes end by themselves within seconds, and what was published is as it was."""
    own = tmp_path / "own"
    shutil.copytree(project, own)
    before = hashes(own / "reports" / MONTH)
    command = [sys.executable, "-m", "saypro_analysis", "run", "--force", "--jobs", "1", "--log-json"]
    environment = {**os.environ, "SAYPRO_TEST_RUN": str(tmp_path), "TMPDIR": str(tmp_path)}
    started = subprocess.Popen(command, cwd=own, env=environment, stderr=subprocess.PIPE, text=True)
    assert started.stderr is not None
    wanted = {"start": "", "cell": "cell", "made": "made"}[moment]
    assert any(wanted in json.loads(line)["state"] for line in iter(started.stderr.readline, ""))
    assert strays(str(tmp_path))
    started.kill()
    started.wait()
    assert until(lambda: not strays(str(tmp_path)))
    assert hashes(own / "reports" / MONTH) == before
    assert faults_of(own / "reports") == []


@dataclass
class Steps:
    """Counts what is done to the disk, and ends this process at step number ``last``, before it or after it."""

    last: int = -1
    after: bool = False
    done: list[str] = field(default_factory=list)

    def of(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """``call``, counted."""

        def counted(*arguments: Any, **named: Any) -> Any:
            self.done.append(name)
            here = len(self.done) - 1 == self.last
            if here and not self.after:
                os._exit(9)
            try:
                return call(*arguments, **named)
            finally:
                if here:
                    os._exit(9)

        return counted


@contextmanager
def _counted(steps: Steps, *, exchange: bool) -> Iterator[None]:
    """Every call that changes or flushes what lies on the disk is a step. Without ``exchange`` two renames publish."""
    calls = ("fsync", "rename", "replace", "unlink", "remove", "rmdir", "mkdir")
    real = {name: getattr(os, name) for name in calls}
    exchanging = folders._exchange
    try:
        for name, call in real.items():
            setattr(os, name, steps.of(name, call))
        folders._exchange = steps.of("exchange", exchanging) if exchange else lambda *_: False
        yield
    finally:
        for name, call in real.items():
            setattr(os, name, call)
        folders._exchange = exchanging


def _publish_again(out: Path, fresh: Path, raw: RawInputs) -> None:
    """What a run does once its month is whole: publish, set later links, write the archive and its record."""
    with recorded(out, [MONTH], raw, {}) as record:
        staging = prepare(out, MONTH)
        shutil.copytree(fresh, staging, dirs_exist_ok=True)
        publish(out, MONTH, staging)
        link_later(out, MONTH)
        write_archive(out, company="Acme", names={"sales": "Sales"})
        record.finish([MonthResult(folder=out / MONTH, month=MONTH)])


def _in_child(work: Callable[[], None]) -> int:
    """The exit code of a forked process that does ``work``."""
    if (pid := os.fork()) == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _month(folder: Path, month: str, **pages: str) -> Path:
    """A month of these pages with its manifest, as small as can be."""
    folder.mkdir(parents=True)
    for name, body in pages.items():
        (folder / f"{name}.html").write_text(f"<!doctype html><title>{name}</title>{body}", "utf-8")
    (folder / "manifest.json").write_text(json.dumps({"schema": SCHEMA, "month": month, "reports": {}}), "utf-8")
    list_again(folder)
    return folder


def _before(folder: Path) -> tuple[Path, Path]:
    """Published: the month, and a later one whose link to its new page is still ended. And the month with that page."""
    link = f'<a role="link" aria-disabled="true" data-page="../{MONTH}/sales.html">before</a>'
    out = _month(folder / "template" / LATER, LATER, index=link).parent
    _month(out / MONTH, MONTH, index="old")
    return out, _month(folder / "fresh", MONTH, index="new", sales="new")


@pytest.mark.parametrize("exchange", [True, False], ids=["exchanged", "renamed"])
def test_a_run_that_is_killed_at_any_step_of_publishing_leaves_whole_months(
    project: Path, tmp_path: Path, exchange: bool
) -> None:
    """Killed before and after every flush, exchange, rename and removal, up to the record's last one: both months
    verify at once where folders can be exchanged, else after the next run has put right what was set aside."""
    template, fresh = _before(tmp_path)
    out, counted, raw = tmp_path / "reports", tmp_path / "steps", raw_inputs(order(project))

    def ends_at(last: int, *, after: bool = False) -> int:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(template, out)
        steps = Steps(last=last, after=after)

        def work() -> None:
            with _counted(steps, exchange=exchange):
                _publish_again(out, fresh, raw)
            counted.write_text(str(len(steps.done)), "ascii")

        return _in_child(work)

    assert (ends_at(-1), _whole(out)) == (0, "new")
    assert f'href="../{MONTH}/sales.html"' in (out / LATER / "index.html").read_text("utf-8")
    found = []
    for last in range(int(counted.read_text("ascii"))):
        for after in (False, True):
            assert ends_at(last, after=after) == 9
            if not exchange:
                recover(out)
            found.append(_whole(out))
    assert len(found) > 50
    assert found == ["old"] * found.count("old") + ["new"] * found.count("new")  # one step is the change
    assert 10 < found.count("old") < len(found) - 10


def _whole(out: Path) -> str:
    """Which month is published, when both that are there verify; else what is wrong."""
    months = verify_months(out)
    faults = [fault for month in months for fault in month.faults]
    if faults or len(months) != 2:
        return f"{len(months)} months; {faults}"
    return "new" if (out / MONTH / "sales.html").is_file() else "old"


def test_the_next_run_completes_on_what_a_killed_one_left(tmp_path: Path) -> None:
    """Half a note, half a page, a staging folder of a newer form: none stops the run or gets into the month."""
    root = tiny_project(tmp_path / "own")
    left = root / "reports" / f".staging-{MONTH}-999999999-aaaa"
    left.mkdir(parents=True)
    (left / ".done-sales.json").write_text('{"outcome": {"page": "sales", "made', "utf-8")
    (left / ".done-service.json").write_text('{"outcome": {"new": 1}, "files": {}}', "utf-8")
    (left / "sales.html").write_text("half a pa", "utf-8")
    (root / "reports" / ".index.html.999999999.part").write_text("half", "utf-8")
    made = run(order(root, force=False))
    assert [outcome.state for outcome in made.outcomes] == ["made"] * 3
    assert made.exit_code == 0
    assert faults_of(root / "reports") == []
    assert sorted(path.name for path in (root / "reports").iterdir()) == [".runs", MONTH, "index.html"]
