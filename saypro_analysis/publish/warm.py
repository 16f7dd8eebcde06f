"""The processes that make reports. They get ready while the run itself is still being read and checked.

Importing this imports nothing heavy, so that they can be started before everything else.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from saypro_analysis.execute.pool import Pool, pool
from saypro_analysis.publish.order import Order

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GRAMMAR = "rfc3987_syntax"
_MODULES = (
    "matplotlib.pyplot", "matplotlib_inline.backend_inline", "papermill", "seaborn", "saypro_analysis.api",
    "saypro_analysis.execute.client", "saypro_analysis.publish.html", "saypro_analysis.publish.page_check",
    "saypro_analysis.show.causes_section",
)  # fmt: skip


@contextmanager
def workers(order: Order) -> Iterator[Pool]:
    """Processes that make reports, as many as the order says. When the run is broken off they are ended at once."""
    with pool(order.jobs, prepare=warm, limits=order.limits) as one:
        yield one


def warm() -> None:
    """Import what notebooks need, and set up what is the same for all, before any is run."""
    with _grammar_later():
        import_module("jsonschema")
    for name in _MODULES:
        import_module(name)
    import_module("saypro_analysis.show.fragment").compile_templates()
    _use_once()


@contextmanager
def _grammar_later() -> Iterator[None]:
    """Let jsonschema compile the grammar of international addresses when one is checked, and not with its import.

    That takes a second, as long as half of all the rest.
    """
    if find_spec(_GRAMMAR) is None:
        yield
        return
    later: Any = ModuleType(_GRAMMAR)
    later.is_valid_syntax = _is_valid_syntax
    there = sys.modules.setdefault(_GRAMMAR, later)
    try:
        yield
    finally:
        if there is later:
            del sys.modules[_GRAMMAR]


def _is_valid_syntax(term: str, value: str) -> bool:
    return bool(import_module(_GRAMMAR).is_valid_syntax(term, value))


def _use_once() -> None:
    """What is found, read or compiled at its first use is so here and not in every child."""
    import nbformat
    import pandas as pd

    from saypro_analysis.numbers import Numbers
    from saypro_analysis.publish.html import export_html
    from saypro_analysis.show.figures import Figure, svg_of

    shown = nbformat.v4.new_output("display_data", {"text/html": "<p>1</p>"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[shown])])
    export_html(nbformat.reads(nbformat.writes(notebook), as_version=4))
    svg_of(_small_chart, narrow=False, name="once", figure=Figure(name="", title="", subtitle="", description=""))
    Numbers().plain(1.0)
    _ = pd.Series(["1"], dtype="str") == "1"


def _small_chart(*, narrow: bool) -> "Axes":
    """Axes with a line, a legend, and labels in every size and weight that charts have."""
    from saypro_analysis.show.chart_axes import NARROW, WIDE, new_axes
    from saypro_analysis.show.label_room import LARGE, SIZE, SMALL

    axes = new_axes(NARROW if narrow else WIDE, left=50, right=50, top=50, bottom=50)
    axes.plot([0, 1], label="1")
    for size in (SMALL, SIZE, LARGE):
        for weight in (400, 700, "normal"):
            axes.annotate("1", (0, 0), fontsize=size, fontweight=weight)
    axes.legend()
    return axes
