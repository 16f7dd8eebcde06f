"""Faults in notebooks while they run (docs/faults.md): whatever one does is its own failure, and reaches no page."""

import json
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import nbformat
import pytest
from tiny_project import PARAMETERS, plain_notebook, tiny_project

from saypro_analysis.data.params import read_params
from saypro_analysis.data.snapshot import take_snapshot, write_snapshot
from saypro_analysis.errors import ReportError
from saypro_analysis.execute.child import CELL, FORKS, Ended, Tell
from saypro_analysis.execute.limits import Limits
from saypro_analysis.execute.notebook import execute
from saypro_analysis.execute.pool import Pool, pool
from saypro_analysis.publish.html import export_html
from saypro_analysis.publish.report import Job, Outcome, make_report
from saypro_analysis.publish.warm import warm

pytestmark = [
    pytest.mark.skipif(not FORKS, reason="processes cannot fork here"),
    pytest.mark.xdist_group("executions"),
]
GOOD = "print(department, month)"
SAYS = "sales 2026-10\n"


@pytest.fixture(scope="module")
def hands() -> Iterator[Pool]:
    """Two at a time, with time enough."""
    with pool(2, prepare=warm, limits=Limits(cell=60, notebook=90, memory=2)) as one:
        yield one


@pytest.fixture(scope="module")
def hasty() -> Iterator[Pool]:
    """Two at a time: 2 seconds for a cell and 4 for a notebook."""
    with pool(2, prepare=warm, limits=Limits(cell=2, notebook=4, memory=2)) as one:
        yield one


def _execute(
    tell: Tell, notebook: str, log: str, *, engine: str, environment: Mapping[str, str]
) -> tuple[str, str, int]:
    """Why it failed; else the executed notebook, and how many bytes its page has."""
    with Path(log).open("w", encoding="utf-8") as lines:
        try:
            made = execute(
                Path(notebook), PARAMETERS, engine=engine, environment=environment, log=lines,
                on_cell=lambda index: tell(CELL, index),
            )  # fmt: skip
        except ReportError as error:
            return error.message, "", 0
    return "", nbformat.writes(made), len(export_html(made))


def _run(
    hands: Pool, folder: Path, *sources: str, engine: str = "fork", environment: Mapping[str, str] | None = None
) -> tuple[str, str, int]:
    """Run cells; ``folder/log`` has what they printed."""
    notebook = plain_notebook(folder / "sales.ipynb", *sources)
    work = partial(
        _execute, notebook=str(notebook), log=str(folder / "log"), engine=engine, environment=environment or {}
    )
    ended = hands.submit(work, scratch=str(folder)).result(200)
    return (ended.reason, "", 0) if ended.reason else ended.result


def _printed(executed: str) -> str:
    """What all cells of an executed notebook wrote to standard output."""
    cells = nbformat.reads(executed, as_version=4).cells
    return "".join(o.text for cell in cells for o in cell.get("outputs", ()) if o.get("name") == "stdout")


def _next_is_good(hands: Pool, folder: Path) -> None:
    reason, executed, _ = _run(hands, folder, GOOD)
    assert (reason, _printed(executed) if executed else "") == ("", SAYS)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_cell_that_fails_is_its_reports_failure(hands: Pool, tmp_path: Path, place: int) -> None:
    """The first, a middle or the last cell: it is said what was raised, no later cell runs, the next report is made."""
    sources = [f"open('{number}', 'w')" for number in range(3)]
    sources[place] = "raise ValueError('no rows')"
    assert _run(hands, tmp_path, *sources)[0] == "the notebook failed: ValueError: no rows"
    assert [number for number in range(3) if (tmp_path / str(number)).exists()] == list(range(place))
    _next_is_good(hands, tmp_path)


@pytest.mark.parametrize("source", ["import sys; sys.exit(0)", "import sys; sys.exit(3)", "exit()", "quit()"])
def test_a_notebook_that_ends_itself_is_no_report(hands: Pool, tmp_path: Path, source: str) -> None:
    """Whatever code it ends with, 0 too: cells were left out. ``sys.exit`` is none as a last cell either; ``exit()``
    there leaves nothing out, as IPython takes it for a wish that comes after the cell."""
    assert _run(hands, tmp_path, source, GOOD)[0].startswith("the notebook")
    assert bool(_run(hands, tmp_path, GOOD, source)[0]) == ("sys." in source)


@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("import os; os._exit(0)", "ended before"),
        ("import os; os._exit(3)", "ended before"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended by SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "ended by SIGSEGV"),
        ("import os; os.abort()", "ended by SIGABRT"),
    ],
)
def test_a_notebook_whose_process_dies_is_no_report(hands: Pool, tmp_path: Path, source: str, how: str) -> None:
    """Ended by itself, by the system for want of memory, or by a fault in C: it is said how, and the next is made."""
    assert how in _run(hands, tmp_path, GOOD, source, GOOD)[0]
    _next_is_good(hands, tmp_path)


HANGS = {
    "sleep": "import time; time.sleep(600)",
    "loop": "while True: pass",
    "deadlock": "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "loop in C": "import itertools; sum(itertools.repeat(1))",
    "deaf": "import signal, time\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\ntime.sleep(600)",
    "catches all": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "waits for a process": "import subprocess; subprocess.run(['sleep', '600'])",
}


def test_a_cell_that_never_ends_is_ended(hasty: Pool, tmp_path: Path) -> None:
    """After its 2 seconds, whether it sleeps, works, waits, or hears no signal."""
    said = {}
    for name, source in HANGS.items():
        (tmp_path / name).mkdir()
        notebook = plain_notebook(tmp_path / name / "sales.ipynb", source)
        work = partial(
            _execute, notebook=str(notebook), log=str(tmp_path / name / "log"), engine="fork", environment={}
        )
        said[name] = hasty.submit(work, scratch=str(tmp_path))
    reasons = {name: future.result(100).reason for name, future in said.items()}
    assert reasons == dict.fromkeys(HANGS, "a cell took longer than 2 seconds")


def test_many_short_cells_end_with_the_notebooks_time(hasty: Pool, tmp_path: Path) -> None:
    """Each within its own limit, together over the notebook's."""
    reason = _run(hasty, tmp_path, *["import time; time.sleep(0.5)"] * 20)[0]
    assert reason == "the notebook took longer than 4 seconds"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
@pytest.mark.parametrize(
    "source",
    ["x = bytearray(3 * 2**30)", "held = []\nwhile True: held.append(bytearray(2**26))"],
    ids=["at once", "leak"],
)
def test_a_notebook_that_takes_too_much_memory_is_no_report(hands: Pool, tmp_path: Path, source: str) -> None:
    """At its limit it gets a MemoryError, or is ended; the next report is made."""
    assert "MemoryError" in _run(hands, tmp_path, source)[0]
    _next_is_good(hands, tmp_path)


def _with_few_files(tell: Tell, notebook: str, log: str) -> tuple[str, str, int]:
    import resource

    import psutil

    few = psutil.Process().num_fds() + 4
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))
    return _execute(tell, notebook, log, engine="fork", environment={})


def test_too_many_open_files_are_one_reports_failure(hands: Pool, tmp_path: Path) -> None:
    """Where hardly a file more can be opened, the reason says so, and the next report is made."""
    notebook = plain_notebook(tmp_path / "sales.ipynb", GOOD)
    work = partial(_with_few_files, notebook=str(notebook), log=str(tmp_path / "log"))
    ended = hands.submit(work, scratch=str(tmp_path)).result(60)
    assert "Too many open files" in (ended.reason or ended.result[0])
    _next_is_good(hands, tmp_path)


@pytest.mark.parametrize("engine", ["fork", "kernel"])
def test_whoever_asks_for_input_gets_an_error(hands: Pool, tmp_path: Path, engine: str) -> None:
    """Nobody is there to answer: the cell fails at once."""
    assert "StdinNotImplementedError" in _run(hands, tmp_path, "input('name? ')", engine=engine)[0]


def test_what_is_printed_without_end_goes_to_the_log(hands: Pool, tmp_path: Path) -> None:
    """200,000 lines and one of 50 MB: all of it in the log, none of it on the page."""
    reason, executed, page = _run(hands, tmp_path, GOOD)
    assert (reason, _printed(executed)) == ("", SAYS)
    lines = "for i in range(200_000): print('line', i)"
    reason, _, long = _run(hands, tmp_path, GOOD, lines, "print('x' * 50_000_000)")
    assert reason == ""
    log = (tmp_path / "log").read_text("utf-8")
    assert (log.count("line "), log.count("x")) == (200_000, 50_000_000)
    assert abs(long - page) < 1000


def test_warnings_go_to_the_log(hands: Pool, tmp_path: Path) -> None:
    """What is written to standard error, by whom ever, is in the log and not on the page."""
    page = _run(hands, tmp_path, GOOD)[2]
    noise = "import os, sys, warnings\nwarnings.warn('look here')\nprint('beware', file=sys.stderr)\n"
    noise += "os.system('echo ouch >&2')"
    reason, _, noisy = _run(hands, tmp_path, GOOD, noise)
    assert reason == ""
    log = (tmp_path / "log").read_text("utf-8")
    assert all(word in log for word in ("look here", "beware", "ouch"))
    assert abs(noisy - page) < 1000


def test_hundreds_of_open_figures_are_no_failure(hands: Pool, tmp_path: Path) -> None:
    """300 figures that nobody closes: the notebook comes to its end, with matplotlib's warning in the log."""
    source = "from matplotlib import pyplot\npyplot.switch_backend('agg')\nfor _ in range(300): pyplot.figure()"
    reason, executed, _ = _run(hands, tmp_path, source, "print(len(pyplot.get_fignums()))")
    assert (reason, _printed(executed)) == ("", "300\n")
    assert "More than 20 figures" in (tmp_path / "log").read_text("utf-8")


SEEN = """
import builtins, decimal, json, locale, os, random, sys, time, warnings
import matplotlib, numpy, pandas
print(json.dumps([
    os.getcwd(), sorted(item for item in os.environ.items() if item[0] not in ("JPY_PARENT_PID", "TMPDIR")),
    {k: str(v) for k, v in matplotlib.rcParams.items()}, matplotlib.get_backend(), locale.setlocale(locale.LC_ALL),
    hasattr(builtins, "left"), "left" in sys.modules, decimal.getcontext().prec, str(warnings.filters), sys.path,
    pandas.options.display.max_rows, numpy.geterr(), time.tzname, sys.getrecursionlimit(), os.umask(0o22),
]))
"""
CHANGE = """
import builtins, decimal, locale, os, random, sys, tempfile, time, warnings
import matplotlib, numpy, pandas
import saypro_analysis.gap
os.chdir("/"); os.environ.update(LEFT="1", TZ="Asia/Tokyo", MPLBACKEND="svg"); time.tzset()
matplotlib.rcParams["font.size"] = 40; matplotlib.use("svg")
try: locale.setlocale(locale.LC_ALL, "C")
except locale.Error: pass
builtins.left = sys.modules["left"] = saypro_analysis.gap.gap_of = 1
decimal.getcontext().prec = 3; warnings.simplefilter("error"); sys.path.insert(0, "/tmp")
pandas.options.display.max_rows = 3; numpy.seterr(all="raise"); sys.setrecursionlimit(5000); os.umask(0o77)
random.seed(1); numpy.random.seed(1)
"""


def test_what_a_notebook_changes_no_other_sees(hands: Pool, tmp_path: Path) -> None:
    """Folder, environment, time zone, locale, chart and table settings, modules, paths, warnings, masks: as before. And
    no two draw the same random numbers, which a seed of one would show."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    before = _printed(_run(hands, tmp_path / "one", SEEN)[1])
    assert _run(hands, tmp_path / "two", CHANGE)[0] == ""
    after = _printed(_run(hands, tmp_path / "one", SEEN)[1])
    assert json.loads(before) == json.loads(after)
    draws = "import random, numpy; print(random.random(), numpy.random.rand())"
    assert len({_printed(_run(hands, tmp_path / "one", draws)[1]) for _ in range(3)}) == 3


def test_a_kernel_that_does_not_start_is_its_reports_failure(hands: Pool, tmp_path: Path) -> None:
    """A kernel that ends at once, and one whose program is not there: one line, without a folder's name."""
    for number, program in enumerate(("false", "/nowhere/python")):
        place = tmp_path / f"jupyter{number}" / "kernels" / "python3"
        place.mkdir(parents=True)
        spec = {"argv": [program, "{connection_file}"], "display_name": "Python 3", "language": "python"}
        (place / "kernel.json").write_text(json.dumps(spec), "utf-8")
        environment = {"JUPYTER_DATA_DIR": str(place.parents[1]), "JUPYTER_PREFER_ENV_PATH": "0"}
        reason = _run(hands, tmp_path, GOOD, engine="kernel", environment=environment)[0]
        assert reason.startswith(("the notebook could not be run: ", "the notebook's process ended"))
        assert str(tmp_path) not in reason


def _in_language(path: Path, language: str) -> Path:
    made = nbformat.read(path, as_version=4)
    made.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": language}
    nbformat.write(made, path)
    return path


def test_a_notebook_in_another_language_is_its_reports_failure(hands: Pool, tmp_path: Path) -> None:
    """It is refused and not run as Python."""
    path = _in_language(plain_notebook(tmp_path / "sales.ipynb", "open('ran', 'w')"), "R")
    work = partial(_execute, notebook=str(path), log=str(tmp_path / "log"), engine="fork", environment={})
    ended = hands.submit(work, scratch=str(tmp_path)).result(60)
    assert ended.result[0]
    assert not (tmp_path / "ran").exists()


def test_a_forked_notebook_needs_no_port(hands: Pool, tmp_path: Path) -> None:
    """Where no socket of the network can be made at all, the notebook runs: none is needed."""
    source = "import psutil; print([one for one in psutil.Process().net_connections('inet')])"
    reason, executed, _ = _run(hands, tmp_path, source)
    assert (reason, _printed(executed)) == ("", "[]\n")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny company, with the data of its month where notebooks find them."""
    root = tiny_project(tmp_path_factory.mktemp("tiny"))
    (root / "staging").mkdir()
    write_snapshot(take_snapshot(read_params(root / "params"), root / "exports"), root / "staging")
    return root


def _report(hands: Pool, root: Path, folder: Path, change: Mapping[str, str], first: str = "") -> tuple[Ended, Path]:
    """The outcome of the standard notebook of sales, with some of its cells' sources replaced and one put first."""
    made = nbformat.read(root / "notebooks" / "sales.ipynb", as_version=4)
    for cell in made.cells:
        cell.source = change.get(cell.source, cell.source)
    if first:
        made.cells.insert(2, nbformat.v4.new_code_cell(first))
    nbformat.write(made, folder / "sales.ipynb")
    staging = folder / "staging"
    staging.mkdir()
    surroundings = {"SNAPSHOT": root / "staging", "PARAMS": root / "params", "EARLIER": "", "BATCH": "1"}
    job = Job(
        page="sales", notebook=str(folder / "sales.ipynb"), folder=str(folder), staging=str(staging),
        parameters=PARAMETERS,
        environment={f"SAYPRO_{name}": str(value) for name, value in surroundings.items()}, log=str(folder / "log"),
    )  # fmt: skip
    return hands.submit(partial(make_report, job), scratch=str(folder)).result(100), staging


SWALLOW = "get_ipython().set_custom_exc((Exception,), lambda *_, **__: None)"


@pytest.mark.parametrize(
    "source",
    ["", "story = analyse(this_month)", "show_head(story)", "show_scorecard(story)", "show_missed(story)",
     "show_method(story)", "export_results(story)"],
)  # fmt: skip
def test_a_handler_that_swallows_errors_publishes_nothing(
    hands: Pool, opened: Path, tmp_path: Path, source: str
) -> None:
    """Whichever cell of the report fails unseen, the page is found out by what it lacks; when none fails it is made."""
    ended, staging = _report(hands, opened, tmp_path, {source: "raise ValueError('unseen')"} if source else {}, SWALLOW)
    assert isinstance(ended.result, Outcome)
    assert bool(ended.result.reason) == bool(source), ended.result.reason
    assert {path.name for path in staging.iterdir()} == (set() if source else {"sales.html", "sales.ipynb"})


def test_a_report_of_another_month_is_not_made(hands: Pool, opened: Path, tmp_path: Path) -> None:
    """A cell that sets the month anew makes a page that is not the one that was asked for."""
    ended, staging = _report(
        hands,
        opened,
        tmp_path,
        {"story = analyse(this_month)": "story = analyse(open_month('sales', '2026-09', params))"},
    )
    assert "instead of" in ended.result.reason
    assert list(staging.iterdir()) == []
