"""A month as it was published: where it lies, what it holds, and its pages made to stand without the others."""

import json
import re
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from pathlib import Path
from typing import Any

from saypro_analysis.errors import Fault, ParamsError, ReportError
from saypro_analysis.month import LATEST
from saypro_analysis.publish.folders import write_whole
from saypro_analysis.publish.links import ENDED, TAG
from saypro_analysis.publish.manifest import NAME as MANIFEST

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_FILE = re.compile(r'(?<=\s)href="(([^"#:]+)(?:#[^"]*)?)"')


def published_month(out: Path, month: str) -> Path:
    """The folder of a published month ("2026-10", or "latest"); raises ParamsError that says which months there are."""
    folders = sorted(path for path in out.iterdir() if _is_month(path)) if out.is_dir() else []
    names = [path.name for path in folders]
    if month == LATEST and folders:
        return folders[-1]
    if month in names:
        return folders[names.index(month)]
    hint = f"published: {', '.join(names[-12:])}" if names else "'saypro run' publishes a month"
    fault = Fault(where=out.name or str(out), found=f"no published month '{month}'", hint=hint)
    raise ParamsError("There is no such month; nothing was done.", (fault,))


def _is_month(path: Path) -> bool:
    return _MONTH.fullmatch(path.name) is not None and all((path / name).is_file() for name in (MANIFEST, "index.html"))


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """A published month's manifest.json; raises ReportError when it cannot be read."""
    try:
        document = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        fault = Fault(where=f"{folder.name}/{MANIFEST}", found="cannot be read", hint="run the month again")
        raise ReportError("The month is not whole.", (fault,)) from error
    return document if isinstance(document, dict) else {}


def made_at(folder: Path) -> datetime:
    """When the run made the month, as its manifest says; raises ReportError when that cannot be read."""
    try:
        return datetime.fromisoformat(str(read_manifest(folder)["made_at"]))
    except (KeyError, ValueError) as error:
        fault = Fault(where=f"{folder.name}/{MANIFEST}", key="made_at", found="no time", hint="run the month again")
        raise ReportError("The month is not whole.", (fault,)) from error


def page_names(folder: Path, ending: str = "html") -> tuple[str, ...]:
    """Names of the month's pages, or with ``ending="pdf"`` of the PDFs that belong to them, in alphabetical order."""
    stems = sorted(path.stem for path in folder.glob("*.html"))
    return tuple(f"{stem}.{ending}" for stem in stems if (folder / f"{stem}.{ending}").is_file())


def read_files(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The content of files of a month, by name; raises ReportError when a run published the month meanwhile."""
    before = read_manifest(folder)
    try:
        held = {name: (folder / name).read_bytes() for name in names}
        same = read_manifest(folder) == before
    except OSError:
        same = False
    if not same:
        fault = Fault(where=folder.name, found="was published anew at this moment", hint="try again")
        raise ReportError("The month could not be read whole.", (fault,))
    return held


def end_links(html: str, names: Set[str] = frozenset()) -> str:
    """The page with links to the files ``names`` only; one that would lead nowhere is ended, as in ``links``.

    >>> end_links('<a href="../index.html">All</a>, <a href="sales.html#a">Sales</a>', {"sales.html"})
    '<a role="link" aria-disabled="true" data-page="../index.html">All</a>, <a href="sales.html#a">Sales</a>'
    """

    def linked(tag: re.Match[str]) -> str:
        return _FILE.sub(lambda found: found[0] if found[2] in names else ENDED.format(found[1]), tag[0])

    return TAG.sub(linked, html)


def write_file(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all, and return its path; raises ReportError when it cannot be written."""
    try:
        write_whole(path, content)
    except OSError as error:
        found = f"cannot be written ({error.strerror})"
        fault = Fault(where=str(path), found=found, hint="choose another place, or make room")
        raise ReportError("The file was not written.", (fault,)) from error
    return path
