"""What an earlier run of the month left: which of its pages stay, and why a page is not of this run."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from saypro_analysis.publish.fingerprints import Parts, digest, reasons
from saypro_analysis.publish.hashes import intact
from saypro_analysis.publish.report import Outcome
from saypro_analysis.publish.staged import page_files
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
    return {name: _with_inputs(parts[name]) if _is_readable(parts.get(name)) else {} for name in names}


def _with_inputs(part: Mapping[str, Any]) -> dict[str, Any]:
    return {**part, "inputs": part.get("inputs", "")}


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


def due_pages(
    folder: Path,
    manifest: Mapping[str, Any],
    inputs: Mapping[str, Parts],
    kept: Mapping[str, Mapping[str, Any]],
    *,
    force: Sequence[str] = (),
) -> dict[str, tuple[str, ...]]:
    """Why each department's page has to be made: id -> reasons, none for one that is published and up to date.

    ``manifest`` is that of the published month in ``folder``, ``inputs`` the parts of each page now (``fingerprints``;
    empty: it cannot be made), ``kept`` the published pages' numbers (as from ``kept_pages``). A page
    counts as published while it, its notebook and its numbers are what was written.
    """
    due: dict[str, tuple[str, ...]] = {}
    for name, now in inputs.items():
        entry = manifest.get("reports", {}).get(name, {})
        if name in force:
            due[name] = ("asked for with --force",)
        elif name not in kept or entry.get("status") != "ok":
            due[name] = reasons(None, now)
        elif not intact(folder, manifest["files"], page_files(name)) or kept[name].get("inputs") != digest(
            entry.get("inputs")
        ):
            due[name] = ("its files are not what the run wrote",)
        else:
            due[name] = reasons(entry["inputs"], now)
    return due


def missing_pages(
    outcomes: Sequence[Outcome], kept: Mapping[str, Mapping[str, Any]], inputs: Mapping[str, Parts], month: str
) -> dict[str, str]:
    """Why a department's page is not of this run: department id -> reason; those that are up to date are not in it.

    ``inputs`` has the parts that each department's page would be made from now, for all departments in order.
    """
    ran = {outcome.page: outcome.reason for outcome in outcomes}
    found = {name: _reason(name, ran, kept, now, month) for name, now in inputs.items()}
    return {name: reason for name, reason in found.items() if reason}


def _reason(name: str, ran: Mapping[str, str], kept: Mapping[str, Mapping[str, Any]], inputs: Parts, month: str) -> str:
    if ran.get(name) == "":
        return ""
    if name not in kept:
        return ran[name] if name in ran else t("not run")
    if name in ran:
        return t(KEPT, reason=ran[name])
    up_to_date = inputs and kept[name].get("inputs") == digest(inputs)
    return "" if up_to_date else t(STALE, month=month)
