"""What an earlier run of the month left: which of its pages stay, and why a page is not of this run."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from saypro_analysis.publish.report import Outcome
from saypro_analysis.show.results import scorecard_rows
from saypro_analysis.show.results_schema import SCHEMA_VERSION
from saypro_analysis.texts import later, t

KEPT = later("{reason}; the page of an earlier run is kept")
STALE = later("not run again for {month}; the page of an earlier run, on other data or params, is kept")


def published_parts(folder: Path) -> Mapping[str, Any]:
    """The departments in a published month's results.json; empty when that cannot be read or is another document."""
    parts = published_results(folder).get("departments")
    return parts if isinstance(parts, dict) else {}


def published_results(folder: Path) -> Mapping[str, Any]:
    """A published month's results.json; empty when it is missing, damaged, or no mapping."""
    try:
        document = json.loads((folder / "results.json").read_text("utf-8"), parse_constant=_refuse)
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN is no JSON, and must not be written again


def kept_pages(folder: Path, departments: Sequence[str], made: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The departments whose published page stays, since none was made anew, with the page's numbers.

    The numbers are empty when they cannot be read: another version may have written them.
    """
    parts = published_parts(folder)
    names = [name for name in departments if name not in made and (folder / f"{name}.html").is_file()]
    return {name: {"inputs": "", **parts[name]} if _is_readable(parts.get(name)) else {} for name in names}


def _is_readable(part: Any) -> bool:
    if (
        not isinstance(part, dict)
        or part.get("schema") != SCHEMA_VERSION
        or not isinstance(part.get("inputs", ""), str)
    ):
        return False
    try:
        scorecard_rows(part)
    except (KeyError, TypeError, AttributeError):
        return False
    return True


def stale_pages(folder: Path, inputs: Mapping[str, str]) -> tuple[str, ...]:
    """The departments whose published page would now be made from something else (``inputs``: as in missing_pages)."""
    kept = kept_pages(folder, tuple(inputs), {})
    return tuple(name for name in kept if inputs[name] and kept[name].get("inputs") != inputs[name])


def missing_pages(
    outcomes: Sequence[Outcome], kept: Mapping[str, Mapping[str, Any]], inputs: Mapping[str, str], month: str
) -> dict[str, str]:
    """Why a department's page is not of this run: department id -> reason; those that are up to date are not in it.

    ``inputs`` has the fingerprint that each department's page would have now, for all departments in order.
    """
    ran = {outcome.page: outcome.reason for outcome in outcomes}
    reasons = {name: _reason(name, ran, kept, now, month) for name, now in inputs.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def _reason(name: str, ran: Mapping[str, str], kept: Mapping[str, Mapping[str, Any]], inputs: str, month: str) -> str:
    if name not in kept:
        return ran[name] if name in ran else t("not run")
    if name in ran:
        return t(KEPT, reason=ran[name])
    up_to_date = inputs and kept[name].get("inputs") == inputs
    return "" if up_to_date else t(STALE, month=month)
