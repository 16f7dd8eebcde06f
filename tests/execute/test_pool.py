"""The warm process and its children: whatever a piece of work does, it is that piece's end and nobody else's."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from saypro_analysis.execute.child import CELL, FORKS, Ended, Tell
from saypro_analysis.execute.limits import Limits
from saypro_analysis.execute.pool import Pool, pool

pytestmark = pytest.mark.skipif(not FORKS, reason="processes cannot fork here")
LIMITS = Limits(cell=1.0, notebook=3.0, memory=1.0)


def prepare() -> None:
    """What the warm process has ready: a module that its children find loaded."""
    import colorsys

    assert colorsys


def result(_tell: Tell, value: object) -> object:
    """Work that is done at once."""
    return value


@pytest.fixture(scope="module")
def hands() -> Iterator[Pool]:
    """Two at a time, of a second for a cell, three for a notebook, and 1 GB."""
    with pool(2, prepare=prepare, limits=LIMITS) as one:
        yield one


def _do(hands: Pool, work: Any, scratch: Path, **settings: Any) -> Ended:
    return hands.submit(work, scratch=str(scratch), **settings).result(60)


def _imported(_tell: Tell) -> tuple[bool, int, int]:
    return "colorsys" in sys.modules, os.getppid(), os.getpgid(0)


def test_each_piece_of_work_has_a_fresh_process_that_finds_everything_loaded(hands: Pool, tmp_path: Path) -> None:
    """What was prepared is loaded in the child, which leads a group of its own, and is another one each time."""
    first, second = (_do(hands, _imported, tmp_path).result for _ in range(2))
    assert first[0]
    assert second[0]
    assert first[1] == second[1] == hands.pid
    assert first[2] != second[2]


def _die(_tell: Tell, how: str) -> None:
    if how == "exit":
        os._exit(0)
    os.kill(os.getpid(), getattr(signal, how))


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("exit", "the notebook's process ended before its cells were done"),
        ("SIGKILL", "the notebook's process was ended by SIGKILL before its cells were done"),
        ("SIGSEGV", "the notebook's process was ended by SIGSEGV before its cells were done"),
    ],
)
def test_a_child_that_dies_is_its_own_failure(hands: Pool, tmp_path: Path, how: str, reason: str) -> None:
    """It ended without a word: the reason says how, and the next piece of work is done."""
    assert _do(hands, partial(_die, how=how), tmp_path) == Ended(reason=reason)
    assert _do(hands, partial(result, value=7), tmp_path).result == 7


def _hang(tell: Tell, cells: int, seconds: float) -> None:
    for index in range(cells):
        tell(CELL, index)
        time.sleep(seconds)


def test_a_cell_may_take_so_long_and_a_notebook_too(hands: Pool, tmp_path: Path) -> None:
    """A cell over its limit is ended with the notebook, and so are many cells within theirs that take too long."""
    assert _do(hands, partial(_hang, cells=1, seconds=60), tmp_path).reason == "a cell took longer than 1 seconds"
    long = _do(hands, partial(_hang, cells=60, seconds=0.2), tmp_path).reason
    assert long == "the notebook took longer than 3 seconds"


def _hold(_tell: Tell) -> str:
    try:
        held = bytearray(3 * 2**30)
    except MemoryError:
        return "refused"
    return f"held {len(held)}"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_memory_beyond_the_limit_is_refused(hands: Pool, tmp_path: Path) -> None:
    """Who asks for 3 GB where 1 is allowed gets a MemoryError, and the machine is none the worse."""
    assert _do(hands, _hold, tmp_path).result == "refused"


def _leave_behind(tell: Tell, how: str) -> list[int]:
    one = subprocess.Popen(["sleep", "600"])
    other = subprocess.Popen(["sh", "-c", "setsid sleep 600 & echo $!"], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    pids = [one.pid, int(other.stdout.readline())]
    Path(tempfile.gettempdir(), "pids").write_text(" ".join(map(str, pids)), "utf-8")
    if how == "thread":
        threading.Thread(target=time.sleep, args=(600,)).start()
    if how == "killed":
        tell("pids", pids)
        os.kill(os.getpid(), signal.SIGKILL)
    return pids


def test_what_a_notebook_leaves_running_ends_with_it(hands: Pool, tmp_path: Path) -> None:
    """Processes, detached ones too, and threads that would go on: none is there afterwards, nor its temporary files."""
    for how in ("process", "thread"):
        pids = _do(hands, partial(_leave_behind, how=how), tmp_path).result
        assert not [pid for pid in pids if _is_running(pid)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_what_a_killed_notebook_leaves_running_ends_too(hands: Pool, tmp_path: Path) -> None:
    """A child that is killed can end nothing itself: the warm process adopts what is left and ends it."""
    before = set(psutil.Process(hands.pid).children(recursive=True))
    assert _do(hands, partial(_leave_behind, how="killed"), tmp_path).reason
    assert set(psutil.Process(hands.pid).children(recursive=True)) <= before


def _is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_cells_are_heard_of(hands: Pool, tmp_path: Path) -> None:
    """Each cell that starts is told at once, by its index."""
    heard: list[int] = []
    _do(hands, partial(_hang, cells=3, seconds=0), tmp_path, on_cell=heard.append)
    assert heard == [0, 1, 2]


def test_a_lower_rank_is_done_first(tmp_path: Path) -> None:
    """With one at a time, of what waits the lowest rank comes next; of one rank, what was handed in first."""
    with pool(1, prepare=prepare, limits=LIMITS) as one:
        order: list[str] = []
        first = one.submit(partial(_hang, cells=1, seconds=0.5), scratch=str(tmp_path))
        later = {
            name: one.submit(partial(result, value=name), scratch=str(tmp_path), rank=rank)
            for name, rank in (("b", 2), ("c", 2), ("a", 1))
        }
        for name, future in later.items():
            future.add_done_callback(lambda _future, name=name: order.append(name))
        first.result(60)
        for future in later.values():
            future.result(60)
        assert order == ["a", "b", "c"]


def _kill_parent(_tell: Tell, flag: str) -> str:
    if not Path(flag).exists():
        if Path(flag).parent.is_dir():
            Path(flag).write_text("once", "utf-8")
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    return "done"


def test_a_warm_process_that_dies_is_replaced_and_its_work_done_again(tmp_path: Path) -> None:
    """The work that it had is handed to the next one, once; who kills every one of them fails, and others do not."""
    with pool(2, prepare=prepare, limits=LIMITS) as one:
        again = one.submit(partial(_kill_parent, flag=str(tmp_path / "once")), scratch=str(tmp_path))
        assert again.result(60).result == "done"
        always = one.submit(partial(_kill_parent, flag="/nowhere/at/all"), scratch=str(tmp_path))
        assert always.result(60).reason == "the process that ran the notebooks ended unexpectedly"
        assert one.submit(partial(result, value=1), scratch=str(tmp_path)).result(60).result == 1


def test_nothing_is_left_of_a_pool_that_is_broken_off(tmp_path: Path) -> None:
    """An error in the block ends the warm process and what it runs, within a moment."""
    everyone: list[psutil.Process] = []

    def broken_off() -> None:
        with pool(2, prepare=prepare, limits=Limits()) as one:
            one.submit(partial(_hang, cells=1, seconds=600), scratch=str(tmp_path))
            server = psutil.Process(one.pid)
            while not server.children():
                time.sleep(0.01)
            everyone.extend([server, *server.children(recursive=True)])
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()
    assert len(everyone) == 2
    assert not [process for process in everyone if _is_running(process.pid)]


def _is_odd(tell: Tell, number: int) -> bool:
    for index in range(3):
        tell(CELL, index)
    return number % 2 == 1


def test_a_thousand_pieces_of_work_leave_no_trace(hands: Pool, tmp_path: Path) -> None:
    """After 1,000 the warm process has as many open files and children as before, no temporary file is left, and its
    memory grew by less than 2 MB."""
    server = psutil.Process(hands.pid)
    _do(hands, partial(_is_odd, number=0), tmp_path)
    files, memory, own = server.num_fds(), server.memory_info().rss, psutil.Process().num_fds()
    futures = [hands.submit(partial(_is_odd, number=number), scratch=str(tmp_path)) for number in range(1000)]
    assert sum(future.result(300).result for future in futures) == 500
    assert (server.num_fds(), server.children()) == (files, [])
    assert psutil.Process().num_fds() == own
    assert server.memory_info().rss - memory < 2 * 2**20
    assert list(tmp_path.iterdir()) == []


def test_who_waits_for_a_pool_that_is_ended_stops_too(tmp_path: Path) -> None:
    """What was not done is no failure of the work: whoever waits for it, or hands in more, is interrupted."""
    with pool(1, prepare=prepare, limits=Limits()) as one:
        waiting = [one.submit(partial(_hang, cells=1, seconds=600), scratch=str(tmp_path)) for _ in range(3)]
        one.kill()
        for future in (*waiting, one.submit(partial(result, value=1), scratch=str(tmp_path))):
            with pytest.raises(KeyboardInterrupt):
                future.result(10)
