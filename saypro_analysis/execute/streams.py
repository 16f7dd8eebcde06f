"""What a process writes to its two streams, in its order: Python's own writes, and those of C code and commands.

``print`` goes through ``sys.stdout``; ``os.system``, C libraries and programs that inherit descriptors write past it.
The descriptors 1 and 2 therefore end in pipes. They are read before every write of Python's, so that the order holds,
and by a thread all the while, so that nobody waits for room in them.
"""

import codecs
import io
import os
import select
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

#: More than a pipe can hold: one read takes all that was written before it.
_ALL = 1 << 20
#: So often what was written is handed over while a cell works, in seconds.
_NEWS = 0.5


class _Pipe:
    """A descriptor's pipe, at the end where it is read."""

    def __init__(self, number: int, name: str) -> None:
        self.name = name
        self.end, theirs = os.pipe()
        os.dup2(theirs, number)
        os.close(theirs)
        os.set_blocking(self.end, False)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self) -> tuple[bool, str]:
        """Whether anybody can still write, and what was written until now."""
        try:
            read = os.read(self.end, _ALL)
        except BlockingIOError:
            return True, ""
        return bool(read), self._decoder.decode(read, final=not read)


class Streams:
    """Takes over standard output and error of this process until it ends; standard input is empty.

    ``tell(name, text)`` is called with "stdout" or "stderr" and what was written: by ``hand_over``, and twice a second.
    While ``tell`` is None all is held. Who holds ``lock`` keeps the other threads from telling. A process that is
    forked from this one has no thread that reads, so it writes to the descriptors, line by line.
    """

    def __init__(self) -> None:
        self.tell: Callable[[str, str], None] | None = None
        self.lock = threading.RLock()
        self.forked = False
        self._held: list[tuple[str, list[str]]] = []
        pipes = (_Pipe(1, "stdout"), _Pipe(2, "stderr"))
        self._pipes = {pipe.end: pipe for pipe in pipes}
        self._ends = tuple(self._pipes)
        sys.stdout, sys.stderr = OutStream("stdout", 1, self), OutStream("stderr", 2, self)
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        os.register_at_fork(after_in_child=self._leave)
        threading.Thread(target=self._read_on, daemon=True, name="saypro-streams").start()

    def _leave(self) -> None:
        """In a forked process: what was written before is told by its parent, which may hold the lock for ever here."""
        if not self.forked:
            self.forked, self.lock, self._held = True, threading.RLock(), []
            for end in self._ends:
                os.close(end)

    def _read_on(self) -> None:
        watch, told = select.poll(), time.monotonic()
        for end in self._ends:
            watch.register(end, select.POLLIN)
        while self._pipes:
            ready = watch.poll(_NEWS * 1000)
            with self.lock:
                self._read()
                for end in {end for end, _ in ready} - set(self._pipes):
                    watch.unregister(end)
                if time.monotonic() - told >= _NEWS:
                    self.hand_over()
                    told = time.monotonic()

    def _read(self) -> None:
        for end, pipe in tuple(self._pipes.items()):  # a signal's handler may print, and so read, at any place here
            goes_on, text = pipe.read()
            self._add(pipe.name, text)
            if not goes_on:  # the notebook closed the descriptor
                self._pipes.pop(end, None)

    def _add(self, name: str, text: str) -> None:
        if not text:
            return
        if not self._held or self._held[-1][0] != name:
            self._held.append((name, []))
        self._held[-1][1].append(text)

    def write(self, name: str, text: str) -> None:
        """Add ``text`` to a stream, after what the descriptors hold."""
        with self.lock:
            self._read()
            self._add(name, text)

    def hand_over(self) -> None:
        """Tell all that was written until now."""
        with self.lock:
            self._read()
            if self.tell is None:
                return
            held, self._held = self._held, []
            for name, pieces in held:
                self.tell(name, "".join(pieces))


class OutStream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr``. Its descriptor is the real one, for programs that are given it."""

    encoding = "UTF-8"

    def __init__(self, name: str, number: int, streams: Streams) -> None:
        self.name = name
        self.buffer = _Bytes(io.FileIO(number, "w", closefd=False))
        self._number, self._streams = number, streams
        self._line: list[str] = []

    def write(self, text: str) -> int:
        """Write text; it is told in the order of all writes of this process."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if self.closed:
            raise ValueError("I/O operation on closed file")
        if not self._streams.forked:
            self._streams.write(self.name, text)
            return len(text)
        self._line.append(text)
        if "\n" in text:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Tell what was written until now; in a forked process, write its unfinished line."""
        if not self._streams.forked:
            self._streams.hand_over()
        elif self._line:
            text, self._line = "".join(self._line), []
            self.buffer.write(text.encode("utf-8", "replace"))

    def writable(self) -> bool:
        """It is."""
        return True

    def fileno(self) -> int:
        """The descriptor, 1 or 2."""
        return self._number


class _Bytes(io.BufferedWriter):
    """What is written as bytes goes to the descriptor at once, before what is printed next."""

    def write(self, data: Any) -> int:
        written = super().write(data)
        self.flush()
        return written
