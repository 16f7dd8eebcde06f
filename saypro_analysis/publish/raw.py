"""What a run starts from, as it lies on the disk: when none of it has changed, there is nothing to do.

This is asked before anything heavy is imported, so that a run with nothing to do ends at once. It errs on the side of
running: where nobody has declared up to which day the data are complete, the day counts, too.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from saypro_analysis.publish.inputs import params_files
from saypro_analysis.publish.installed import installed_code, installed_versions
from saypro_analysis.publish.order import Order


@dataclass(frozen=True, kw_only=True)
class RawInputs:
    """Hashes of what a run starts from; ``order`` is what was asked for, as far as it decides what is published.

    ``source`` is empty where there are no data, ``day`` where the data are declared complete up to one.
    """

    order: dict[str, object]
    params: str
    notebooks: str
    source: str
    code: str
    versions: dict[str, str]
    day: str
    commit: str

    def facts(self) -> dict[str, object]:
        """What the manifest keeps of it."""
        return {
            "commit": self.commit,
            "versions": self.versions,
            "order": self.order,
            "inputs": {
                "params": self.params, "notebooks": self.notebooks, "source": self.source, "code": self.code,
                "day": self.day,
            },
        }  # fmt: skip


def choice(order: Order) -> dict[str, object]:
    """What of an order, beside its months, decides which reports are made."""
    return {
        "departments": list(order.departments), "by": order.by, "members": list(order.members), "pdf": order.pdf,
    }  # fmt: skip


def raw_inputs(order: Order) -> RawInputs:
    """The inputs of ``order`` as they are now."""
    notebooks = sorted(order.notebooks.glob("*.ipynb"))
    source, day = _data(order.params)
    return RawInputs(
        order={"month": order.month, **choice(order)},
        params=_files(params_files(order.params), order.params),
        notebooks=_files(notebooks, order.notebooks),
        code=installed_code(),
        versions=installed_versions(),
        commit=commit_of(order.params),
        source=source,
        day=day,
    )


def with_sample(raw: RawInputs, order: Order) -> RawInputs:
    """``raw`` with the data of the made-up company, which the first run without data makes."""
    source, day = _data(order.params)
    return replace(raw, source=source, day=day)


def _data(params: Path) -> tuple[str, str]:
    """``source`` and ``day`` of the inputs."""
    files, as_of = _source(params)
    return _files(files, params) if files else "", "" if as_of else date.today().isoformat()


def _files(paths: Iterable[Path], root: Path) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{os.path.relpath(path, root)}\0".encode("utf-8", "surrogateescape"))
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def _source(params: Path) -> tuple[list[Path], str]:
    """The files of the data source, and the day up to which they are declared complete; the made-up company's own."""
    data = _yaml(params / "company.yml").get("data") or {}
    named, as_of = str(data.get("source") or ""), str(data.get("as_of") or "")
    place = params / named if named else params.resolve().parent / "data" / "sample"
    if place.is_dir():
        files = sorted(path for path in place.rglob("*") if path.is_file())
        return files, as_of or ("made up" if place / "sample.json" in files else "")
    return [place] if place.is_file() else [], as_of


def _yaml(path: Path) -> dict[str, Any]:
    """A file's settings; empty when it cannot be read: the check says what is wrong."""
    import yaml

    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # quicker where it was built
        held = yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 (both are safe)
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return held if isinstance(held, dict) and isinstance(held.get("data") or {}, dict) else {}


def commit_of(folder: Path) -> str:
    """The commit of the git repository that ``folder`` lies in; empty where there is none."""
    for parent in (folder.resolve(), *folder.resolve().parents):
        head = parent / ".git" / "HEAD"
        try:
            text = head.read_text("utf-8").strip()
        except OSError:
            continue
        return _resolved(parent / ".git", text)
    return ""


def _resolved(git: Path, head: str) -> str:
    if not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    try:
        return (git / name).read_text("utf-8").strip()
    except OSError:
        pass
    try:
        lines = (git / "packed-refs").read_text("utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split()[0] for line in lines if line.endswith(f" {name}")), "")
