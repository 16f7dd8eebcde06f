"""Hashes of files (SHA-256), and whether files are what a manifest says."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_hashes(folder: Path, *, leave: str) -> dict[str, str]:
    """The hash of every file of a folder but ``leave``, by name."""
    return {path.name: file_hash(path) for path in sorted(folder.iterdir()) if path.name != leave and path.is_file()}


def intact(folder: Path, files: Mapping[str, str], names: Iterable[str]) -> bool:
    """Whether the files ``names`` of a folder are there as ``files`` (hash by name) says."""
    return all((folder / name).is_file() and file_hash(folder / name) == files.get(name) for name in names)
