"""papermill's client on a kernel in this process: nbclient's own handling of messages, without the waiting for them."""

from contextvars import copy_context
from types import SimpleNamespace
from typing import Any

from nbclient.client import timestamp
from nbclient.exceptions import CellExecutionComplete
from nbclient.util import run_hook
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient

from saypro_analysis.execute.kernel import Hear, LocalKernel, Message
from saypro_analysis.execute.telling import Teller


class LocalClient(PapermillNotebookClient):  # type: ignore[misc]  # papermill has no types
    """Runs the cells of ``nb_man``'s notebook on ``kernel``. The outputs are those that nbclient makes of a kernel's.

    Time-outs are not kept here: who made this process keeps them (``child.py``).
    """

    def __init__(self, nb_man: Any, kernel: LocalKernel, **options: Any) -> None:
        super().__init__(nb_man, **options)
        self.kernel = kernel
        self._replies: list[Message] = []  # what a front end would send: the state of widgets that collect output
        self._failure: Exception | None = None
        self._context = copy_context()  # one for all cells, so that what one sets the next one finds
        self.kc = SimpleNamespace(session=kernel.session, shell_channel=SimpleNamespace(send=self._replies.append))

    def run(self) -> Any:
        """Run all cells, up to the first that fails, and return the notebook."""
        self.reset_execution_trackers()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = dict(self.kernel.language_info)
        self.set_widgets_metadata()
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int) -> Any:
        """``async_execute_cell`` in the loop that all cells share: what one leaves running goes on in the next."""
        work = self.async_execute_cell(cell, cell_index)
        return self.kernel.loop.run_until_complete(self.kernel.loop.create_task(work, context=self._context))

    async def async_execute_cell(
        self, cell: Any, cell_index: int, execution_count: int | None = None, store_history: bool = True
    ) -> Any:
        """Run one cell and put its outputs into it, as nbclient does; raises CellExecutionError when it fails."""
        await run_hook(self.on_cell_start, cell=cell, cell_index=cell_index)
        tags = cell.metadata.get("tags", ())
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        await run_hook(self.on_cell_execute, cell=cell, cell_index=cell_index)
        self._begin(cell)
        reply = await self._reply(cell, cell_index, store_history)
        await run_hook(self.on_cell_complete, cell=cell, cell_index=cell_index)
        if execution_count:
            cell["execution_count"] = execution_count
        await run_hook(self.on_cell_executed, cell=cell, cell_index=cell_index, execute_reply={"content": reply})
        await self._check_raise_for_error(cell, cell_index, {"content": reply})
        return cell

    def _begin(self, cell: Any) -> None:
        self.code_cells_executed += 1
        cell.outputs, self.clear_before_next_output = [], False
        if self.record_timing:
            cell.metadata["execution"] = {}

    async def _reply(self, cell: Any, cell_index: int, store_history: bool) -> Message:
        self.kernel.interact(self._hearing(cell, cell_index))
        try:
            reply = await self.kernel.execute_cell(cell.source, store_history=store_history)
        finally:
            self.kernel.interact(None)
        if self.record_timing:
            cell.metadata["execution"]["shell.execute_reply"] = timestamp(
                self.kernel.local_session.msg("execute_reply")
            )
        _finish(cell.outputs, coalesce=self.coalesce_streams)
        if self._failure is not None:
            raise self._failure
        self._answer()
        return reply

    def _hearing(self, cell: Any, cell_index: int) -> Hear:
        def hear(message: Message) -> None:
            try:
                self.process_message(message, cell, cell_index)
            except CellExecutionComplete:
                return  # the cell's last message; only who waits for it needs to know
            except Exception as error:  # ours, and no failure of the code that printed
                self._failure = self._failure or error

        return hear

    def _answer(self) -> None:
        """Do what widgets have asked a front end for. What that prints belongs to no cell, as in a kernel."""
        if not self._replies:
            return
        self.kernel.interact(lambda _message: None)
        comms: Any = self.kernel.comm_manager
        while self._replies:
            comms.comm_msg(None, "", {"buffers": [], **self._replies.pop(0)})
        self.kernel.local_session.streams.hand_over()
        self.kernel.interact(None)

    def log_output_message(self, output: Any) -> None:
        """Log an output here, or in the process that waits for this one."""
        if isinstance(self.nb_man, Teller):
            self.nb_man.written(output)
        else:
            super().log_output_message(output)

    def output(self, outs: list[Any], msg: Message, display_id: str | None, cell_index: int) -> Any:
        """Add an output to ``outs``, and what is written to a stream to that stream's last piece (or only piece).

        Merging them later would move the outputs that a display id stands for. The text is a list until the cell ends.
        """
        collected = self.output_hook_stack[msg["parent_header"].get("msg_id")]
        if msg["msg_type"] != "stream" or collected:
            return super().output(outs, msg, display_id, cell_index)
        name, text = msg["content"]["name"], msg["content"]["text"]
        places = () if self.clear_before_next_output else outs if self.coalesce_streams else outs[-1:]
        for place in places:
            if place.output_type == "stream" and place.name == name:
                place.text.append(text)
                break
        else:
            super().output(outs, msg, display_id, cell_index)
            outs[-1].text = [text]
        return NotebookNode(output_type="stream", name=name, text=text)


def _finish(outputs: list[Any], *, coalesce: bool) -> None:
    """Put streams' texts together.

    ``coalesce`` does what else nbclient's ``coalesce_streams`` does: what carriage returns took back goes, and of two
    streams that follow on one another stdout comes first.
    """
    for place, output in enumerate(outputs):
        if output.output_type != "stream":
            continue
        text = "".join(output.text)
        output.text = "\n".join(map(_last_written, text.split("\n"))) if coalesce and "\r" in text else text
        before = outputs[place - 1] if place else output
        if coalesce and (before.get("name"), output.name) == ("stderr", "stdout"):
            outputs[place - 1 : place + 1] = output, before


def _last_written(line: str) -> str:
    """A line as it stands after its carriage returns: progress bars write one line again and again.

    >>> _last_written("10 %\\r20 %\\r")
    '20 %\\r'
    """
    return line[line.rfind("\r", 0, len(line) - 1) + 1 :]
