"""How a run shows how far it is: one live line per report on a terminal, one plain line per event otherwise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_display() -> Iterator[Callable[[str, str], None]]:
    """A function that takes a report's name and what became of it, and shows it on standard error."""
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    states: dict[str, str] = {}

    def lines() -> Table:
        table = Table.grid(padding=(0, 2))
        for name, state in states.items():
            table.add_row(Text(name), Text(state))
        return table

    if not console.is_terminal:
        yield (
            lambda name, state: (
                None if state == "waiting" else console.print(f"{name}: {state}", markup=False, soft_wrap=True)
            )
        )
        return
    with Live(console=console, refresh_per_second=8, get_renderable=lines):

        def show(name: str, state: str) -> None:
            states[name] = state

        yield show
