"""Staging and publishing of a month's folder: what is published is complete or absent.

A month is built in a hidden folder beside its place. When it is whole the two are exchanged in one step, and what was
there before is removed after that. Where a system cannot exchange folders, two renames do it; a run that died between
them is put right by the next one.
"""

import ctypes
import errno
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Set
from pathlib import Path

from saypro_analysis.errors import Fault, ParamsError

_OLD, _STAGING = ".old-", ".staging-"
_PART = ".part"
_HERE, _EXCHANGE = -100, 2  # renameat2(2): AT_FDCWD, RENAME_EXCHANGE


def prepare(out: Path, month: str) -> Path:
    """An empty staging folder for ``month`` in ``out``; raises ParamsError when nothing can be written there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
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


def recover(out: Path, *, keep: Path | None = None) -> None:
    """Put back what a run that died between two renames had set aside, and remove what it had staged but ``keep``."""
    for old in out.glob(f"{_OLD}*"):
        month = out / old.name.removeprefix(_OLD)
        if month.exists():
            shutil.rmtree(old)
        else:
            old.rename(month)
    for staging in left_behind(out):
        if staging != keep:
            shutil.rmtree(staging, ignore_errors=True)
    for part in out.glob(f".*{_PART}"):
        part.unlink(missing_ok=True)


def left_behind(out: Path, month: str = "") -> list[Path]:
    """What runs that died had staged, of one month or of all, the latest first."""
    found = [path for path in out.glob(f"{_STAGING}{month}*") if not _is_used(path)]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _is_used(staging: Path) -> bool:
    pid = staging.name.split("-")[-2]
    return pid.isdigit() and int(pid) != os.getpid() and is_alive(int(pid))


def is_alive(pid: int) -> bool:
    """Whether a process of this machine is there."""
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
    place = out / month
    if place.exists() and _exchange(staging, place):
        old = staging
    else:
        old = out / f"{_OLD}{month}"
        _replace(staging, place, old)
    _flush(out)
    if old.is_symlink():  # somebody's link in the month's place; what it leads to is not ours
        old.unlink()
    shutil.rmtree(old, ignore_errors=True)
    return place


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (Linux); False where that cannot be done."""
    if sys.platform != "linux":
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):  # a file system that cannot
        return False
    raise OSError(number, os.strerror(number), str(one))


def _replace(staging: Path, place: Path, old: Path) -> None:
    try:
        if place.exists():
            place.rename(old)
        staging.rename(place)
    except BaseException:
        if old.exists() and not place.exists():
            old.rename(place)
        raise


def change_month(out: Path, month: str, change: Callable[[Path], bool]) -> bool:
    """Have ``change`` work on a copy of a published month and publish that, when it says that it changed something."""
    staging = prepare(out, month)
    try:
        keep_published(out, month, staging)
        changed = change(staging)
        if changed:
            publish(out, month, staging)
        return changed
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part."""
    part = path.with_name(f".{path.name}.{os.getpid()}{_PART}")
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
