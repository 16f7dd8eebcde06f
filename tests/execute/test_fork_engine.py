"""papermill's engine "saypro": what it promises beside a kernel's work, and what differs (docs/engine.md)."""

import ast
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from both_engines import notebook
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from saypro_analysis.execute.child import FORKS

pytestmark = pytest.mark.skipif(not FORKS, reason="processes cannot fork on this system")


def _run(*sources: str, **options: Any) -> Any:
    made = options.pop("notebook", None) or notebook(*sources)
    return papermill.execute_notebook(made, None, engine_name="saypro", progress_bar=False, **options)


def _text(cell: Any, name: str = "stdout") -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == name)


def _result(cell: Any) -> Any:
    return cell.outputs[-1].data["text/plain"]


def test_twenty_thousand_flushed_prints_all_arrive() -> None:
    """A kernel loses messages then; here nothing is sent, and all is one output."""
    ran = _run("for i in range(20_000): print(i, flush=True)", coalesce_streams=True)
    assert [output.text for output in ran.cells[0].outputs] == ["".join(f"{i}\n" for i in range(20_000))]


def test_streams_come_in_the_order_in_which_they_were_written() -> None:
    """Without coalescing a kernel gives all of stdout first, as each stream waits for its own flush."""
    ran = _run(
        "import sys, os\nprint('a'); print('b', file=sys.stderr)",
        "print('a'); print('b', file=sys.stderr); os.system('echo c'); print('d', file=sys.stderr);",
    )
    told = [(output.name, output.text) for output in ran.cells[1].outputs if output.output_type == "stream"]
    assert told == [("stdout", "a\n"), ("stderr", "b\n"), ("stdout", "c\n"), ("stderr", "d\n")]


def test_what_a_leftover_task_prints_is_kept() -> None:
    """nbclient drops it, as its cell is over; here it stands in the cell that works then."""
    ran = _run(
        "import asyncio\nasync def later(): await asyncio.sleep(.1); print('late')\n"
        "task = asyncio.create_task(later())",
        "await task",
    )
    assert (_text(ran.cells[0]), _text(ran.cells[1])) == ("", "late\n")


@pytest.mark.parametrize("coalesce", [True, False])
def test_a_display_is_updated_where_it_stands(coalesce: bool) -> None:
    """Pieces of a stream before a display are put together; the display's id still stands for the display."""
    ran = _run(
        "import sys, os, time\nfor i in range(3): print(i, flush=True); sys.stderr.write('e'); time.sleep(.3)\n"
        "h = display('old', display_id=True); print('after')",
        "h.update('new')",
        coalesce_streams=coalesce,
    )
    shown = [output.data["text/plain"] for output in ran.cells[0].outputs if output.output_type == "display_data"]
    assert shown == ["'new'"]


@pytest.mark.parametrize("how", ["print('\\ud800')", "display(HTML('\\ud800'))", "raise ValueError('\\ud800')"])
def test_half_a_character_does_not_break_the_notebook(how: str, tmp_path: Path) -> None:
    """A kernel loses what was printed with it, or hangs; here it is U+FFFD, and the file can be written."""
    out = tmp_path / "out.ipynb"
    with suppress(PapermillExecutionError):
        papermill.execute_notebook(
            notebook(f"from IPython.display import HTML\n{how}"), str(out), engine_name="saypro", progress_bar=False
        )
    (output,) = nbformat.read(out, as_version=4).cells[-1].outputs
    assert "\ufffd" in str(output)


def test_a_long_line_takes_no_square_of_time() -> None:
    """nbclient's ``coalesce_streams`` would look for carriage returns in 2 MB for hours."""
    began = time.monotonic()
    assert len(_text(_run("print('x' * 2_000_000)", coalesce_streams=True).cells[0])) == 2_000_001
    assert time.monotonic() - began < 20


def test_bytes_can_be_written_to_stdout() -> None:
    """A kernel's ``sys.stdout`` has no ``buffer``; here it has, as everywhere else in Python."""
    ran = _run("import sys; print('a'); sys.stdout.buffer.write(b'b\\n'); print(sys.stdout.fileno())")
    assert _text(ran.cells[0]) == "a\nb\n1\n"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.fork() or __import__('time').sleep(60); os._exit(3)", "ended before"),
    ],
)
def test_a_process_that_dies_says_how(how: str, said: str, tmp_path: Path) -> None:
    """At once, also when a process that it has forked lives on; what the cells before gave is kept."""
    out, began = tmp_path / "out.ipynb", time.monotonic()
    with pytest.raises(DeadKernelError, match=said):
        papermill.execute_notebook(notebook("1 + 1", how, "2"), str(out), engine_name="saypro", progress_bar=False)
    assert time.monotonic() - began < 20
    cells = nbformat.read(out, as_version=4).cells
    assert _result(cells[0]) == "2"
    assert [cell.metadata.papermill.status for cell in cells] == ["completed", "failed", "pending"]


def test_a_whole_notebook_has_a_limit_too() -> None:
    """``notebook_timeout``, in seconds, which papermill's own engine does not have."""
    with pytest.raises(CellTimeoutError, match="notebook took longer than 1 seconds"):
        _run("import time", *["time.sleep(.4)"] * 9, notebook_timeout=1)


@pytest.mark.parametrize(
    "options", [{"on_cell_start": print}, {"interrupt_on_timeout": True}, {"kernel_manager_class": object}, {"typo": 1}]
)
def test_an_option_that_cannot_be_kept_is_refused(options: Any) -> None:
    """Hooks would run in another process, and what is not known might matter: nothing runs, and the error names it."""
    with pytest.raises(ValueError, match=f"does not know {next(iter(options))}"):
        _run("1", **options)


@pytest.mark.parametrize("where", ["kernelspec", "language_info"])
def test_a_notebook_in_another_language_is_refused(where: str) -> None:
    """Wherever it says so; a notebook that says nothing is in Python."""
    made = notebook("1 + 1")
    made.metadata = {"kernelspec": {"name": "ir", "display_name": "R"}, "language_info": {"name": "R"}}
    if where == "kernelspec":
        made.metadata = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}
    with pytest.raises(ValueError, match="runs notebooks in Python, and this one is in R"):
        _run(notebook=made)
    made.metadata = {}
    assert _result(_run(notebook=made, kernel_name="any").cells[0]) == "2"


def test_the_command_line_knows_the_engine(tmp_path: Path) -> None:
    """``papermill --engine saypro`` runs a notebook with parameters, and a dead process is exit code 138."""
    program = [sys.executable, "-m", "papermill", "--engine", "saypro", "--no-progress-bar"]
    nbformat.write(notebook("x = 1", "print(x + 1)", tags={0: "parameters"}), tmp_path / "in.ipynb")
    nbformat.write(notebook("import os; os._exit(0)"), tmp_path / "dies.ipynb")
    subprocess.run([*program, "in.ipynb", "out.ipynb", "-p", "x", "41"], cwd=tmp_path, check=True, capture_output=True)
    assert _text(nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[2]) == "42\n"
    died = subprocess.run([*program, "dies.ipynb", "out.ipynb"], cwd=tmp_path, check=False, capture_output=True)
    assert died.returncode == 138


def test_a_notebook_may_run_a_notebook(tmp_path: Path) -> None:
    """In a shell and a kernel of its own, and what it prints is in its own outputs."""
    nbformat.write(notebook("print('inner')"), tmp_path / "inner.ipynb")
    ran = _run(
        "x = 1",
        "import papermill\n"
        "inner = papermill.execute_notebook('inner.ipynb', None, engine_name='saypro', progress_bar=False)",
        "print('outer', inner.cells[0].outputs[0].text, inner.cells[0].execution_count)",
        cwd=str(tmp_path),
    )
    assert _text(ran.cells[2]) == "outer inner\n 1\n"


def test_what_the_parent_has_set_does_not_reach_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its log, figures, chart settings, signal handlers, arguments and atexit functions are a program's own."""
    import atexit

    import matplotlib.pyplot as plt

    plt.figure()
    monkeypatch.setitem(plt.rcParams, "lines.linewidth", 9.0)
    monkeypatch.setattr(sys, "argv", ["program", "--option"])
    monkeypatch.setattr(logging.root, "handlers", [logging.StreamHandler()])
    monkeypatch.setattr(logging.root, "level", logging.DEBUG)
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    atexit.register(pytest.fail, "an atexit function of the parent's ran in the child")
    try:
        ran = _run(
            "import sys, signal, logging, matplotlib.pyplot as plt\n"
            "plt.get_fignums(), plt.rcParams['lines.linewidth'], len(sys.argv), signal.getsignal(signal.SIGUSR1) == 0, "
            "logging.root.handlers, logging.root.level"
        )
    finally:
        atexit.unregister(pytest.fail)
        signal.signal(signal.SIGUSR1, before)
        plt.close("all")
    assert _result(ran.cells[0]) == "([], 1.5, 1, True, [], 30)"


def test_nothing_that_a_notebook_has_written_is_lost_at_its_end(tmp_path: Path) -> None:
    """Files that it did not close are written, temporary ones go, and ``atexit`` functions run, as when Python ends."""
    _run(
        "import atexit, gzip, os, tempfile\nf = open('text.txt', 'w'); f.write('whole')\n"
        "g = gzip.open('text.gz', 'wt'); g.write('whole')",
        "atexit.register(lambda: open('left.txt', 'w').write('left')); t = tempfile.NamedTemporaryFile(dir='.')",
        "d = tempfile.TemporaryDirectory(dir='.')",
        cwd=str(tmp_path),
    )
    import gzip

    assert sorted(path.name for path in tmp_path.iterdir()) == ["left.txt", "text.gz", "text.txt"]
    assert (tmp_path / "text.txt").read_text("utf-8") == (tmp_path / "text.txt").read_text("utf-8") == "whole"
    assert gzip.decompress((tmp_path / "text.gz").read_bytes()) == b"whole"


def test_what_is_left_to_the_end_may_not_hang_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ``atexit`` function gets five seconds, as a kernel's does; the notebook has not failed."""
    monkeypatch.setattr("saypro_analysis.execute.fresh._PATIENCE", 0.5)
    began = time.monotonic()
    assert _result(_run("import atexit, time; atexit.register(time.sleep, 60); 1;", "2").cells[1]) == "2"
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("home", ["hostile", "read-only"])
def test_the_users_own_settings_change_nothing(home: str, tmp_path: Path) -> None:
    """IPython's and Jupyter's settings and startup files are not read, and nothing is written into the home folder."""
    here = tmp_path / "home"
    for name in (".ipython/profile_default/startup", ".jupyter", ".config/matplotlib"):
        (here / name).mkdir(parents=True)
    if home == "hostile":
        (here / ".ipython/profile_default/startup/a.py").write_text("x = 'startup'; print('startup')")
        (here / ".ipython/profile_default/ipython_config.py").write_text(
            "c.InteractiveShell.ast_node_interactivity = 'all'; c.InteractiveShellApp.exec_lines = ['x = 2']"
        )
        (here / ".ipython/profile_default/ipython_kernel_config.py").write_text("raise SystemExit('kernel config')")
        for name in ("papermill", "nbclient", "nbconvert", "jupyter"):
            (here / f".jupyter/jupyter_{name}_config.py").write_text("raise SystemExit('jupyter config')")
    else:
        for path in (here / ".ipython", here / ".jupyter", here):
            path.chmod(0o500)
    code = (
        "import papermill, sys, json; sys.path.insert(0, sys.argv[1]); from both_engines import notebook\n"
        "made = notebook('1; 2', '\"x\" in globals()')\n"
        "ran = papermill.execute_notebook(made, None, engine_name='saypro', progress_bar=False)\n"
        "print(json.dumps([cell.outputs for cell in ran.cells]))"
    )
    environment = {
        **os.environ,
        "HOME": str(here),
        "JUPYTER_CONFIG_DIR": str(here / ".jupyter"),
        "TMPDIR": str(tmp_path),
    }
    before = sorted(here.rglob("*"))
    told = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    outputs = json.loads(told.stdout)
    assert [[output["data"]["text/plain"] for output in cell] for cell in outputs] == [["2"], ["False"]]
    assert [path for path in sorted(here.rglob("*")) if path not in before and "matplotlib" not in str(path)] == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(("saypro-", "ipython"))] == []


def test_nothing_is_left_in_the_parent() -> None:
    """No file, folder, thread or process stays after a run, also after one that failed."""
    import psutil

    _run("1")  # what is imported at first
    me = psutil.Process()
    before = me.num_fds(), me.num_threads(), len(me.children())
    for source in ("1", "1/0", "import subprocess; subprocess.Popen(['sleep', '60'])", "import os; os._exit(1)"):
        with suppress(PapermillExecutionError, DeadKernelError):
            _run(source)
    assert (me.num_fds(), me.num_threads(), len(me.children())) == before


def test_each_difference_has_its_test() -> None:
    """Every test that docs/engine.md names is there."""
    here = Path(__file__).parent
    found = {
        node.name
        for path in here.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    named = set(re.findall(r"`(test_\w+)`", (here.parents[1] / "docs" / "engine.md").read_text("utf-8")))
    assert len(named) > 10
    assert named <= found
