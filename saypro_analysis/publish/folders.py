"""Staging and publishing of a month's folder: what is published is complete or absent.

A month is built in a hidden folder beside its place. When it is whole it takes the place by renaming, and what
was there before is removed after that. A run that died between two renames is put right by the next one.
"""

import os
import shutil
import uuid
from collections.abc import Set
from pathlib import Path

from saypro_analysis.errors import Fault, ParamsError

_OLD, _STAGING = ".old-", ".staging-"


def prepare(out: Path, month: str) -> Path:
    """An empty staging folder for ``month`` in ``out``; raises ParamsError when nothing can be written there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        recover(out)
        staging = out / f"{_STAGING}{month}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        staging.mkdir()
        probe = staging / "probe"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise no_place(out, error) from error
    return staging


def no_place(out: Path, error: OSError) -> ParamsError:
    """What is said when nothing can be written into the output folder."""
    hint = "choose a folder that can be written to with --out, or make room"
    fault = Fault(where=out.name or str(out), found=f"cannot be written to ({error.strerror})", hint=hint)
    return ParamsError("There is no place for the reports; nothing was run.", (fault,))


def recover(out: Path) -> None:
    """Put back what a run that died between two renames had set aside, and remove what it had staged."""
    for old in out.glob(f"{_OLD}*"):
        month = out / old.name.removeprefix(_OLD)
        if month.exists():
            shutil.rmtree(old)
        else:
            old.rename(month)
    for staging in out.glob(f"{_STAGING}*"):
        pid = staging.name.split("-")[-2]
        if not (pid.isdigit() and _is_alive(int(pid))):
            shutil.rmtree(staging, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def keep_published(out: Path, month: str, staging: Path, *, leave: Set[str] = frozenset()) -> None:
    """Copy into ``staging`` what the published month has and the staged one has not: pages that were not made anew.

    Files whose names are in ``leave`` belong to the earlier run alone and stay behind.
    """
    published = out / month
    for path in sorted(published.iterdir()) if published.is_dir() else ():
        if path.is_file() and path.name not in leave and not (staging / path.name).exists():
            shutil.copy2(path, staging / path.name)


def publish(out: Path, month: str, staging: Path) -> Path:
    """Put the staged folder into its place and return it; when that is broken off, what was there stays there."""
    for path in (*staging.iterdir(), staging):
        _flush(path)
    place, old = out / month, out / f"{_OLD}{month}"
    try:
        if place.exists():
            place.rename(old)
        staging.rename(place)
    except BaseException:
        if old.exists() and not place.exists():
            old.rename(place)
        raise
    _flush(out)
    shutil.rmtree(old, ignore_errors=True)
    return place


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content.encode() if isinstance(content, str) else content)
        _flush(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Wait until the file or folder is on the disk, so that a power cut cannot leave an empty page behind a rename."""
    if path.is_dir() and os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
