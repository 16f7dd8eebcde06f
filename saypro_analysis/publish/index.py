"""reports/index.html: links to every published month, made anew from what is published."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saypro_analysis.publish.folders import write_whole
from saypro_analysis.publish.kept import published_parts, published_results
from saypro_analysis.publish.stand_in import page_of
from saypro_analysis.show.archive import MonthTally, show_archive

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def write_archive(out: Path, *, company: str, names: Mapping[str, str]) -> Path:
    """Write the archive page of all months in ``out`` that have an overview, or its stand-in, and return its path."""
    folders = [path for path in out.iterdir() if _MONTH.fullmatch(path.name) and (path / "index.html").is_file()]
    tallies = [_tally(folder, names) for folder in sorted(folders)]
    write_whole(out / "index.html", page_of(show_archive(tallies, company=company, names=names)))
    return out / "index.html"


def _tally(folder: Path, names: Mapping[str, str]) -> MonthTally:
    parts = published_parts(folder)
    there = [name for name in dict.fromkeys([*names, *parts]) if (folder / f"{name}.html").is_file()]
    held = {name: _missed(parts.get(name)) for name in there}
    return MonthTally(month=folder.name, departments=held, made_up=bool(published_results(folder).get("made_up")))


def _missed(part: Any) -> tuple[int, int]:
    """Missed and with target; none of either when another version wrote numbers that are not understood."""
    try:
        statuses = [kpi["gap"]["status"] for kpi in part["kpis"] if kpi.get("scorecard", True)]
    except (KeyError, TypeError, AttributeError):
        return 0, 0
    return statuses.count("missed"), statuses.count("missed") + statuses.count("met")
