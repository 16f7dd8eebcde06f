"""The pages above the months: all months of a place, and all members of a dimension, made anew of what is published."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from saypro_analysis.publish.folders import write_whole
from saypro_analysis.publish.kept import published_parts, published_results
from saypro_analysis.publish.manifest import held_manifest
from saypro_analysis.publish.stand_in import page_of
from saypro_analysis.show.archive import MonthTally, show_archive, show_members

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def write_archive(out: Path, *, company: str, names: Mapping[str, str], member_of: str = "") -> Path:
    """Write the archive page of all months in ``out`` that have an overview, or its stand-in, and return its path.

    ``member_of``: the dimension whose page of members lies above.
    """
    tallies = [_tally(folder, names) for folder in _months(out)]
    page = show_archive(tallies, company=company, names=names, dimensions=_dimensions(out), member_of=member_of)
    write_whole(out / "index.html", page_of(page))
    return out / "index.html"


def write_members(place: Path, *, company: str, names: Mapping[str, str], dimension: str) -> Path:
    """Write the page of a dimension's members, whose folders lie in ``place``, and return its path."""
    tallies = []
    for folder in sorted(path for path in place.iterdir() if path.is_dir()):
        for latest in _months(folder)[-1:]:
            member = str(held_manifest(latest).get("member") or folder.name)
            tallies.append(_tally(latest, names, member=member, folder_name=f"{folder.name}/{latest.name}"))
    page = show_members(tallies, company=company, names=names, dimension=dimension)
    write_whole(place / "index.html", page_of(page))
    return place / "index.html"


def _months(out: Path) -> list[Path]:
    """The published months in a place, the latest last."""
    folders = out.iterdir() if out.is_dir() else ()
    return sorted(path for path in folders if _MONTH.fullmatch(path.name) and (path / "index.html").is_file())


def _dimensions(out: Path) -> dict[str, str]:
    """The folders of dimensions in ``out``, with their names."""
    return dict(_found_dimensions(out))


def _found_dimensions(out: Path) -> Iterator[tuple[str, str]]:
    for folder in sorted(path for path in out.iterdir() if path.is_dir() and (path / "index.html").is_file()):
        manifests = (held_manifest(path.parent) for path in sorted(folder.glob("*/[0-9]*/manifest.json")))
        name = next((str(one["order"]["by"]) for one in manifests if one.get("order", {}).get("by")), "")
        if name:
            yield folder.name, name.replace("_", " ")


def _tally(folder: Path, names: Mapping[str, str], *, member: str = "", folder_name: str = "") -> MonthTally:
    parts = published_parts(folder)
    there = [name for name in dict.fromkeys([*names, *parts]) if (folder / f"{name}.html").is_file()]
    held = {name: _missed(parts.get(name)) for name in there}
    made_up = bool(published_results(folder).get("made_up"))
    return MonthTally(month=folder.name, departments=held, made_up=made_up, member=member, folder=folder_name)


def _missed(part: Any) -> tuple[int, int]:
    """Missed and with target; none of either when another version wrote numbers that are not understood."""
    try:
        statuses = [kpi["gap"]["status"] for kpi in part["kpis"] if kpi.get("scorecard", True)]
    except (KeyError, TypeError, AttributeError):
        return 0, 0
    return statuses.count("missed"), statuses.count("missed") + statuses.count("met")
