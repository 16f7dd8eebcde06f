"""What a process writes arrives whole and in order, and nothing that it does with its streams can hang it."""
# ruff: noqa: T201  # printing is what is tested

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient.client import _RGX_CARRIAGERETURN

from saypro_analysis.execute.child import FORKS, Child, Ended
from saypro_analysis.execute.client import _last_written
from saypro_analysis.execute.limits import Limits
from saypro_analysis.execute.streams import Streams

pytestmark = pytest.mark.skipif(not FORKS, reason="processes cannot fork on this system")


def _told(work: Callable[[], None], *, seconds: float = 20.0) -> list[tuple[str, str]]:
    """What ``work`` writes in a process of its own, as runs of one stream."""
    child = Child(partial(_listen, work), Limits(notebook=seconds))
    try:
        event = child.next_event()
        assert isinstance(event, Ended)
        assert event.reason == ""
        return _joined(event.result)
    finally:
        child.end()


def _listen(work: Callable[[], None], _tell: Any) -> list[tuple[str, str]]:
    streams, told = Streams(), list[tuple[str, str]]()
    streams.tell = lambda name, text: told.append((name, text))
    work()
    streams.hand_over()
    return told


def _joined(told: list[tuple[str, str]]) -> list[tuple[str, str]]:
    runs: list[tuple[str, str]] = []
    for name, text in told:
        before = runs.pop()[1] if runs and runs[-1][0] == name else ""
        runs.append((name, before + text))
    return runs


def test_all_ways_to_write_keep_their_order() -> None:
    """Python, bytes, descriptors and commands, one after another, come out as one after another."""

    def work() -> None:
        for number in range(50):
            print(number, "python")
            os.write(1, b"descriptor\n")
            sys.stdout.buffer.write(b"bytes\n")
        os.system("echo command")
        print("error", file=sys.stderr)
        subprocess.run(["echo", "inherited"], stdout=sys.stdout, check=True)

    rows = "".join(f"{number} python\ndescriptor\nbytes\n" for number in range(50))
    assert _told(work) == [("stdout", f"{rows}command\n"), ("stderr", "error\n"), ("stdout", "inherited\n")]


def test_a_hundred_megabytes_come_through() -> None:
    """A pipe holds 64 kB; who writes more waits for nobody but the thread that reads."""
    size = 100_000_000
    ((name, text),) = _told(
        lambda: subprocess.run(["head", "-c", str(size), "/dev/zero"], check=True) and None, seconds=60
    )
    assert (name, len(text)) == ("stdout", size)
    assert hashlib.sha256(text.encode()).digest() == hashlib.sha256(bytes(size)).digest()


def test_threads_lose_nothing() -> None:
    """Eight threads that print at once: every line is there, and no line is in pieces of another's text."""

    def work() -> None:
        threads = [
            threading.Thread(target=lambda n=n: [sys.stdout.write(f"{n} {i}\n") for i in range(500)]) for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    ((_, text),) = _told(work)
    assert sorted(text.splitlines()) == sorted(f"{n} {i}" for n in range(8) for i in range(500))


def test_forked_processes_print_whole_lines() -> None:
    """They have no thread that reads, and inherit a lock that another thread may hold: neither hangs them."""

    def line(number: int) -> None:
        for row in range(200):
            print(f"process {number}", "row", row)
        print("unfinished", end="")

    def work() -> None:
        stop = threading.Event()
        noise = threading.Thread(target=lambda: [sys.stderr.write("x") for _ in iter(stop.is_set, True)])
        noise.start()
        processes = [get_context("fork").Process(target=line, args=(number,)) for number in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        stop.set()
        noise.join()

    text = "".join(text for name, text in _told(work) if name == "stdout")
    rows = [f"process {number} row {row}" for number in range(4) for row in range(200)]
    assert sorted(text.replace("unfinished", "").splitlines()) == sorted(rows)
    assert text.count("unfinished") == 4


def test_a_command_that_goes_on_holds_nobody_up() -> None:
    """A program that keeps the descriptor open after the cell costs no time."""
    began = time.monotonic()
    assert _told(lambda: subprocess.Popen("echo begun; sleep 30", shell=True) and time.sleep(0.3)) == [
        ("stdout", "begun\n")
    ]
    assert time.monotonic() - began < 10


def test_endless_writing_does_not_stop_a_print() -> None:
    """A command that never stops writing does not keep Python from writing too."""

    def work() -> None:
        with subprocess.Popen(["yes"]) as process:
            time.sleep(0.05)
            print("python", file=sys.stderr)
            process.kill()

    assert "".join(text for name, text in _told(work) if name == "stderr") == "python\n"


@pytest.mark.parametrize("number", [1, 2])
def test_a_closed_descriptor_ends_only_what_goes_through_it(number: int) -> None:
    """Python's own writes do not need it, and the other descriptor stays."""

    def work() -> None:
        os.close(number)
        print("python")
        os.system(f"echo other >&{3 - number} 2>/dev/null")
        time.sleep(0.1)
        print("again")

    told = "".join(text for _, text in _told(work))
    assert sorted(told.splitlines()) == ["again", "other", "python"]


def test_text_in_pieces_of_bytes_is_put_together() -> None:
    """A character may come in two writes; what is no text becomes U+FFFD, also at the very end."""

    def work() -> None:
        for piece in (b"\xe2\x82", b"\xac ", b"\xff "):
            os.write(1, piece)
            time.sleep(0.02)

    assert _told(work) == [("stdout", "€ � ")]


def test_a_signal_handler_may_print_while_its_thread_prints() -> None:
    """The lock is the thread's own, so a handler that prints in the middle of a print does not wait for itself."""
    import signal

    def work() -> None:
        signal.signal(signal.SIGALRM, lambda *_: print("ring", file=sys.stderr))
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        for _ in range(20_000):
            print("x")
        signal.setitimer(signal.ITIMER_REAL, 0)

    told = _told(work)
    assert sum(text.count("x") for name, text in told if name == "stdout") == 20_000
    assert any(name == "stderr" for name, _ in told)


def test_what_is_printed_is_told_while_a_cell_works() -> None:
    """Twice a second, so that logs and saved notebooks show where a long cell is."""
    times: list[float] = []

    def listen(_tell: Any) -> list[float]:
        streams = Streams()
        streams.tell = lambda _name, _text: times.append(time.monotonic())
        print("now")
        time.sleep(1.2)
        return times

    child = Child(listen, Limits(notebook=20))
    ended = child.next_event()
    assert isinstance(ended, Ended)
    assert len(ended.result) == 1


@given(st.text("ab\r\n", max_size=12))
def test_carriage_returns_take_back_what_nbclient_says(text: str) -> None:
    """The same as nbclient's expression, which needs the square of a line's length."""
    assert "\n".join(map(_last_written, text.split("\n"))) == _RGX_CARRIAGERETURN.sub("", text)
