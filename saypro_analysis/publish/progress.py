"""How a run shows how far it is: one live line per report on a terminal, else one plain line, or JSON, per event."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from saypro_analysis.publish.moments import now

Show = Callable[[str, str], None]
#: So many reports have a line of their own on a terminal; of more, the latest.
_LINES = 20


@contextmanager
def progress_display(*, as_json: bool = False) -> Iterator[Show]:
    """A function that takes a report's name and what became of it, and shows it on standard error."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if as_json:
        yield lambda name, state: write_event("report", report=name, state=state)
    elif console.is_terminal:
        with _live(console) as show:
            yield show
    else:
        yield (
            lambda name, state: (
                None if _is_passing(state) else console.print(f"{name}: {state}", markup=False, soft_wrap=True)
            )
        )


@contextmanager
def _live(console: object) -> Iterator[Show]:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table
    from rich.text import Text

    states: dict[str, str] = {}

    def lines() -> Table:
        table = Table.grid(padding=(0, 2))
        for name, state in list(states.items())[-_LINES:]:
            table.add_row(Text(name), Text(state))
        if len(states) > _LINES:
            ended = Counter(not _is_passing(state) for state in states.values())[True]
            table.add_row(Text(f"{ended} of {len(states)}"), Text("done"))
        return table

    def show(name: str, state: str) -> None:
        states.pop(name, None)
        states[name] = state

    assert isinstance(console, Console)
    with Live(console=console, refresh_per_second=8, get_renderable=lines):
        yield show


def write_event(kind: str, **facts: object) -> None:
    """Write one event of a run as a line of JSON on standard error: ``time``, ``event``, and its facts."""
    sys.stderr.write(json.dumps({"time": now(), "event": kind, **facts}, ensure_ascii=False) + "\n")
    sys.stderr.flush()


def _is_passing(state: str) -> bool:
    """What only a live display shows."""
    return state == "waiting" or state.startswith("cell ")
