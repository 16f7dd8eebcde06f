"""An IPython kernel without sockets: ipykernel's own, whose messages are handed to a function in this process.

So shell, magics, display, errors, ``input()``, top-level ``await``, figures and widgets behave as in a kernel, since
they are the same code, and nothing waits for a message to travel.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from ipykernel import ipkernel
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.profiledir import ProfileDir
from jupyter_client.session import Session
from nbclient.exceptions import DeadKernelError
from traitlets import Any as Anything
from traitlets.config import Config

from saypro_analysis.execute.streams import Streams

Message = dict[str, Any]
Hear = Callable[[Message], None]
_LOG = logging.getLogger("saypro.kernel")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False  # its messages are no output of the notebook
INLINE = "module://matplotlib_inline.backend_inline"
#: Tasks that a cell leaves behind get so long before the next cell, in seconds: about what a message takes.
_BETWEEN = 0.005


class LocalSession(Session):
    """A session that hands every message to ``hear`` instead of sending it, after what was printed before it."""

    hear: Hear | None = None
    streams: Streams

    def send(
        self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, ident: Any = None,  # noqa: ARG002 (ipykernel names them)
        buffers: Any = None, track: bool = False, header: Any = None, metadata: Any = None,  # noqa: ARG002 (as above)
    ) -> Message:  # fmt: skip
        """Hand over a message, as a client would receive it: tuples are lists, and text is valid Unicode."""
        ready = isinstance(msg_or_type, Mapping)
        message = dict(msg_or_type) if ready else self.msg(msg_or_type, content, parent, header, metadata)
        message["content"] = self._as_received(message["content"])
        message["buffers"] = [bytes(buffer) for buffer in buffers or message.get("buffers") or ()]
        if self.streams.forked:
            return message  # a forked process has nobody to hand it to
        with self.streams.lock:
            self.streams.hand_over()
            if self.hear is not None:
                self.hear(message)
        return message

    def _as_received(self, content: Any) -> Any:
        try:
            return self.unpack(self.pack(content))
        except UnicodeEncodeError:
            return self.unpack(self.pack(_valid(content)))


def _valid(value: Any) -> Any:
    """``value`` with U+FFFD for half a character, which no file can hold."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, Mapping):
        return {_valid(key): _valid(held) for key, held in value.items()}
    return [_valid(held) for held in value] if isinstance(value, list | tuple) else value


def _no_debugger() -> None:
    """Let ipykernel do without debugpy: nobody steps through a run, and loading it takes half a second."""
    modules: dict[str, Any] = sys.modules
    held = modules.get("debugpy")
    modules["debugpy"] = None  # so an import of it fails
    import_module("ipykernel.debugger")

    del modules["debugpy"]
    if held is not None:
        modules["debugpy"] = held


class _NoModules(ModuleType):
    """``sys`` for who lists what is imported, and is to find nothing."""

    modules: Mapping[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


@contextmanager
def _no_modules() -> Iterator[None]:
    """Keep ipykernel from listing all modules for its debugger: each that a forked process touches is copied."""
    kernel: Any = ipkernel
    kernel.sys = _NoModules("sys")
    try:
        yield
    finally:
        kernel.sys = sys


_no_debugger()
# Every shell asks for these: once, here.
for _name in ("IPython.core.debugger", "IPython.core.oinspect", "IPython.extensions.storemagic"):
    import_module(_name)


class LocalKernel(IPythonKernel):
    """The one kernel of a process that was made for it: make it once, in a child that ends with the notebook.

    The user's IPython and Jupyter configuration is not read, and no history is kept.
    """

    debugger_class = Anything(lambda *_: None)  # asked for where debugpy was there before

    def __init__(self, **traits: Any) -> None:
        with _no_modules():
            super().__init__(**traits)  # type: ignore[no-untyped-call]  # ipykernel has no types
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        # What runs in a coroutine asks who started the thread; here nobody did.
        self.shell_channel_thread = SimpleNamespace(parent_thread=None)

    @property
    def local_session(self) -> LocalSession:
        """The session, as what it is."""
        return cast(LocalSession, self.session)

    def interact(self, hear: Hear | None) -> None:
        """Hand what comes from now on to ``hear``. Without it, what is printed waits and all else is lost."""
        session = self.local_session
        with session.streams.lock:
            session.hear, session.streams.tell = hear, hear and partial(self._tell, hear)

    def _tell(self, hear: Hear, name: str, text: str) -> None:
        kernel: Any = self  # ipykernel has no types
        parent = kernel.get_parent()
        hear(self.local_session.msg("stream", {"name": name, "text": _valid(text)}, parent=parent))

    async def execute_cell(self, source: str, *, store_history: bool = True) -> Message:
        """Run one cell; its reply's content, as a kernel's ``execute_reply`` has it.

        Raises DeadKernelError when an earlier cell has called ``exit()``.
        """
        kernel: Any = self  # ipykernel has no types
        if kernel.shell.exit_now:
            raise DeadKernelError("an earlier cell ended the kernel with exit() or quit()")
        parent = self.local_session.msg("execute_request", {"code": source})
        kernel.set_parent([], parent)
        kernel._publish_status("busy", "shell", parent)
        kernel._publish_execute_input(source, parent, self.execution_count)
        kernel.pre_handler_hook()  # SIGINT interrupts a cell
        try:
            reply = await kernel.do_execute(source, silent=False, store_history=store_history, allow_stdin=False)
            if others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(others, timeout=_BETWEEN)
        finally:
            kernel.post_handler_hook()
        kernel._publish_status("idle", "shell", parent)
        return dict(reply)


def local_kernel(folder: Path) -> LocalKernel:
    """Make the kernel of this process and take over its streams. ``folder`` is for IPython's own files."""
    session = LocalSession(key=b"", check_pid=False)
    session.streams = Streams()
    config = Config({"HistoryManager": {"enabled": False}})
    profile = ProfileDir(location=str(folder / "profile_default"))
    os.environ["MPLBACKEND"] = os.environ.get("MPLBACKEND") or INLINE
    with _ipython_folder(folder):
        kernel = LocalKernel.instance(session=session, config=config, profile_dir=profile, user_ns=None, log=_LOG)
    application: Any = IPKernelApp.instance(kernel=kernel, log=_LOG)  # where magics and libraries look for the kernel
    for part in (application.init_pdb, application.init_path, application.init_shell, application.init_extensions):
        part()
    sys.breakpointhook = lambda *_, **__: None  # nobody is asked, as in a kernel that no debugger is attached to
    _draw_inline(os.environ["MPLBACKEND"])
    kernel.interact(lambda _message: None)
    session.streams.hand_over()  # what making all this has written
    kernel.interact(None)
    return kernel


@contextmanager
def _ipython_folder(folder: Path) -> Iterator[None]:
    """Keep IPython away from the user's own folder, which may say anything or be read-only."""
    held = os.environ.get("IPYTHONDIR")
    os.environ["IPYTHONDIR"] = str(folder)
    try:
        yield
    finally:
        del os.environ["IPYTHONDIR"]
        if held is not None:
            os.environ["IPYTHONDIR"] = held


def _draw_inline(backend: str) -> None:
    """Figures go into the cell that made them; where matplotlib is there already, there was no shell when it came."""
    if matplotlib := sys.modules.get("matplotlib"):
        matplotlib.use(backend, force=False)
        if inline := sys.modules.get(INLINE.removeprefix("module://")):
            inline._enable_matplotlib_integration()
