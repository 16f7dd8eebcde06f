"""What ``report`` times: ``python -m benchmarks.report_ways ours|plain`` prints CPU seconds of one department.

Data and analysis are there before the clock starts, and everything is done once before: both ways are warm.
"""

import logging
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat

from benchmarks.plain_charts import plain_bars, plain_control_chart
from saypro_analysis import api
from saypro_analysis.analysis import Analysis
from saypro_analysis.publish.html import export_html
from saypro_analysis.show.chart_axes import NARROW, WIDE
from saypro_analysis.show.segments import find_verdict, segment_values
from saypro_analysis.show.story import tell
from saypro_analysis.show.waterfall import stack

PARAMS = Path(__file__).parents[1] / "params"
DEPARTMENT, MONTH = "sales", "2026-10"
FREE = (("revenue", "region"), ("conversion_rate", "product"))  # the free part of its notebook


def ours(story: Analysis) -> int:
    """Every section of the report, drawn, written and exported; how many charts are in it."""
    shown = [
        show(story)
        for show in (
            api.show_head, api.show_scorecard, api.show_changes, api.show_missed, api.show_watch_list,
            api.show_progress, api.show_method,
        )
    ]  # fmt: skip
    shown += [api.show_segments(story, kpi, by) for kpi, by in FREE]
    cells = []
    for fragment in shown:
        data, metadata = fragment._repr_mimebundle_()
        output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
        cells.append(nbformat.v4.new_code_cell("", outputs=[output]))
    page = export_html(nbformat.v4.new_notebook(cells=cells))
    return len(re.findall(r"<svg class=\"\w+ (?:wide|narrow)\"", page))


def plain(story: Analysis) -> int:
    """The same charts in the same sizes, and nothing else; how many."""
    drawn = [svg for width, height in (WIDE, NARROW) for svg in _charts(story, width, height)]
    return len(drawn)


def _charts(story: Analysis, width: float, height: float) -> list[str]:
    charts = []
    for verdict in (*story.missed, *story.watched):
        told = tell(story, verdict)
        charts.append(plain_control_chart(told.shown, told.kpi.name, width, height))
        drivers = told.drivers
        for splits in (drivers.splits, drivers.formula) if drivers is not None else ():
            if splits:
                sizes = [part.change for part in splits[0].parts]
                names = [part.name or "(none)" for part in splits[0].parts]
                charts.append(plain_bars(names, [start for start, _ in stack(sizes)], sizes, told.kpi.name, width))
    for kpi, by in FREE:
        told = tell(story, find_verdict(story, kpi))
        table = segment_values(story, told, by)
        sizes = table["value"].tolist()
        charts.append(plain_bars(table["segment"].tolist(), [0.0] * len(sizes), sizes, told.kpi.name, width))
    return charts


def main(way: Callable[[Analysis], int]) -> None:
    """Print the CPU seconds of the better of two rounds, after one that warms up; the number of charts must agree."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    story = api.analyse(api.open_month(DEPARTMENT, MONTH, str(PARAMS)))
    charts = {ours(story), plain(story)}
    if len(charts) != 1:
        sys.exit(f"the two ways draw different numbers of charts: {charts}")
    seconds = []
    for _ in range(3):
        start = time.process_time()
        way(story)
        seconds.append(time.process_time() - start)
    print(min(seconds))


if __name__ == "__main__":
    main({"ours": ours, "plain": plain}[sys.argv[1]])
