"""reports/index.html: links to every published month, made anew from what is published."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from saypro_analysis.publish.folders import write_whole
from saypro_analysis.publish.html import export_html
from saypro_analysis.show.archive import MonthTally, show_archive

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def write_archive(out: Path, *, company: str, names: Mapping[str, str]) -> Path:
    """Write the archive page of all months in ``out`` that have an overview, and return its path."""
    folders = [path for path in out.iterdir() if _MONTH.fullmatch(path.name) and (path / "index.html").is_file()]
    tallies = [_tally(folder) for folder in sorted(folders)]
    data, metadata = show_archive(tallies, company=company, names=names)._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    write_whole(out / "index.html", export_html(page))
    return out / "index.html"


def _tally(folder: Path) -> MonthTally:
    try:
        results = json.loads((folder / "results.json").read_text("utf-8"))
    except (OSError, ValueError):
        results = {}
    parts = results.get("departments", {})
    held = {name: _missed(part) for name, part in parts.items() if (folder / f"{name}.html").is_file()}
    return MonthTally(month=folder.name, departments=held, made_up=bool(results.get("made_up")))


def _missed(part: Mapping[str, Any]) -> tuple[int, int]:
    statuses = [kpi["gap"]["status"] for kpi in part.get("kpis", ()) if kpi.get("scorecard", True)]
    return statuses.count("missed"), statuses.count("missed") + statuses.count("met")
