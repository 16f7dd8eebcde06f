"""What a run that was broken off had finished: the next one takes it over where it would make the same page."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from saypro_analysis.publish.folders import write_whole
from saypro_analysis.publish.hashes import file_hash
from saypro_analysis.publish.report import Outcome

_DONE = ".done-"


def note_done(staging: Path, outcome: Outcome) -> None:
    """Note in ``staging`` that a page is finished, with the hashes of its files."""
    if outcome.made:
        files = {name: file_hash(staging / name) for name in page_files(outcome.page)}
        held = {field.name: getattr(outcome, field.name) for field in fields(outcome)}  # asdict would copy all numbers
        write_whole(staging / f"{_DONE}{outcome.page}.json", json.dumps({"outcome": held, "files": files}))


def page_files(page: str) -> tuple[str, str]:
    """The files of a page.

    >>> page_files("sales")
    ('sales.html', 'sales.ipynb')
    """
    return f"{page}.html", f"{page}.ipynb"


def take_over(left: Path, staging: Path, inputs: Mapping[str, Mapping[str, str]]) -> dict[str, Outcome]:
    """Move finished pages that a dead run ``left`` into ``staging``: those of the same ``inputs``, intact."""
    found = {}
    for page, parts in inputs.items():
        outcome = _finished(left, page)
        if outcome is not None and parts and dict(outcome.inputs) == dict(parts):
            for name in (*page_files(page), f"{_DONE}{page}.json"):
                shutil.move(left / name, staging / name)
            found[page] = outcome
    return found


def has_finished(staging: Path) -> bool:
    """Whether any page in ``staging`` is finished."""
    return any(staging.glob(f"{_DONE}*"))


def forget_done(staging: Path) -> None:
    """Remove the notes: what is published has no need of them."""
    for note in staging.glob(f"{_DONE}*"):
        note.unlink()


def _finished(left: Path, page: str) -> Outcome | None:
    try:
        note: dict[str, Any] = json.loads((left / f"{_DONE}{page}.json").read_text("utf-8"))
        if any(file_hash(left / name) != note["files"][name] for name in page_files(page)):
            return None
        held = note["outcome"]
        return Outcome(**{**held, "why": tuple(held["why"]), "state": "resumed"})
    except (OSError, ValueError, KeyError, TypeError):
        return None
