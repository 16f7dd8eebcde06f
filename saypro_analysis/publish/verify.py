"""Whether what is published is what the runs wrote, file by file against the manifest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saypro_analysis.errors import Fault, ParamsError, SayproError
from saypro_analysis.publish.hashes import folder_hashes
from saypro_analysis.publish.manifest import NAME, SCHEMA
from saypro_analysis.publish.outside import outside_references
from saypro_analysis.publish.published import published_month, read_manifest

_MONTH = "[0-9][0-9][0-9][0-9]-[0-9][0-9]"
ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Verified:
    """One month as it was found: how many files its manifest lists, and everything that is wrong."""

    name: str
    files: int
    faults: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify_months(out: Path, month: str = ALL) -> list[Verified]:
    """Verify a published month ("2026-10", "latest") or all of them, those of members of a dimension included.

    Raises ParamsError when there is no such month.
    """
    if month != ALL:
        return [verify_month(published_month(out, month), out)]
    folders = sorted(path for depth in ("", "*/*/") for path in out.glob(depth + _MONTH) if path.is_dir())
    if not folders:
        fault = Fault(where=out.name or str(out), found="no published month", hint="'saypro run' publishes one")
        raise ParamsError("There is nothing to verify.", (fault,))
    return [verify_month(folder, out) for folder in folders]


def verify_month(folder: Path, out: Path) -> Verified:
    """Verify one month's folder."""
    name = folder.relative_to(out).as_posix()
    try:
        manifest = read_manifest(folder)
    except SayproError:
        return Verified(name=name, files=0, faults=(f"{NAME} cannot be read; run the month again",))
    files = manifest.get("files")
    if not isinstance(files, dict):
        return Verified(name=name, files=0, faults=(f"{NAME} lists no files; run the month again",))
    return Verified(name=name, files=len(files), faults=tuple(_faults(folder, manifest, files)))


def _faults(folder: Path, manifest: Mapping[str, Any], files: Mapping[str, Any]) -> Iterator[str]:
    schema = manifest.get("schema", 1)
    if schema != SCHEMA:
        age = "newer" if isinstance(schema, int) and schema > SCHEMA else "other"
        yield f"{NAME} was written by a {age} version of this program (form {schema}, known: {SCHEMA})"
    if manifest.get("month") != folder.name:
        yield f"{NAME} is of {manifest.get('month')}"
    held = folder_hashes(folder, leave=NAME)
    yield from (f"{name} is missing" for name in sorted(files.keys() - held.keys()))
    yield from (f"{name} was not written by the run" for name in sorted(held.keys() - files.keys()))
    yield from (f"{name} was changed" for name in sorted(held.keys() & files.keys()) if held[name] != files[name])
    for path in sorted(folder.glob("*.html")):
        yield from (
            f"{path.name} asks for something outside itself: {found}"
            for found in outside_references(path.read_text("utf-8", "replace"))[:1]
        )
