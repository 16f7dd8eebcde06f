"""Run the same notebooks with papermill's own engine and with ours, each in a process of its own, at the same time."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

KERNEL, SAYPRO = "kernel", "saypro"
#: Kernels mostly wait, so two are at work at a time.
_SHARES = {KERNEL: 2, SAYPRO: 1}
#: What must differ: process ids, addresses, random ids, times, where a file of an engine's own stands.
_DIFFERS = [
    (re.compile(pattern), name)
    for pattern, name in (
        (r"/\S*/ipykernel_\d+/\d+\.py", "CELL"),
        (r"(\x1b\[[0-9;]*m)?File (\x1b\[[0-9;]*m)+\S*(ipykernel|saypro_analysis)/[\s\S]*", "FILE"),
        (r"/\S*/(kernel|saypro)/files", "FOLDER"),
        (r"\b0x[0-9a-f]{6,}|(?<=object at )[0-9a-f]{8,}", "ADDRESS"),
        (r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", "ID"),
        (r"<dc:date>[^<]*", "DATE"),
    )
]
#: Neither pytest's mark, by which ipykernel leaves out what C code writes, nor a developer's own settings.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_", "IPYTHON"))}


def notebook(*sources: str, tags: Mapping[int, str] | None = None) -> Any:
    """A notebook of code cells; ``tags`` by their positions."""
    cells = [new_code_cell(source) for source in sources]
    for position, tag in (tags or {}).items():
        cells[position].metadata.tags = [tag]
    spec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


def job(made: Any, **options: Any) -> dict[str, Any]:
    """A notebook, or the path of one, and papermill's options for it."""
    return {"notebook": made if isinstance(made, str) else nbformat.writes(made), "options": options}


def run(jobs: Mapping[str, Any], folder: Path, *engines: str, environment: Mapping[str, str] | None = None) -> Any:
    """What became of each job, by engine and name: ``notebook`` as far as it was saved, ``error``, its logs."""
    (folder / "jobs.json").write_text(json.dumps(jobs), "utf-8")
    settings = {**_ENVIRONMENT, "IPYTHONDIR": str(folder / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    shares = [(engine, share) for engine in engines for share in range(_SHARES[engine])]
    started = [
        subprocess.Popen(
            [sys.executable, __file__, str(folder), engine, str(share)], env={**settings, **(environment or {})}
        )
        for engine, share in shares
    ]
    assert [process.wait() for process in started] == [0] * len(started)
    return {engine: {name: _read(folder / engine, name) for name in jobs} for engine in engines}


def _read(folder: Path, name: str) -> dict[str, Any]:
    path = folder / f"{name}.ipynb"
    told = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return {**told, "notebook": nbformat.read(path, as_version=4) if path.is_file() else None}


def normal(value: Any) -> Any:
    """``value`` without what must differ from run to run."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    strings = json.loads(text)
    return _normal(strings)


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, name in _DIFFERS:
            value = pattern.sub(name, value)
        return value
    if isinstance(value, list):
        return [_normal(held) for held in value]
    return {_normal(key): _normal(held) for key, held in value.items()} if isinstance(value, dict) else value


def _main(folder: Path, engine: str, share: int) -> None:
    from papermill.log import logger

    out = folder.resolve() / engine
    (out / "files").mkdir(parents=True, exist_ok=True)
    os.chdir(out / "files")
    logger.setLevel("INFO")
    jobs = json.loads((out.parent / "jobs.json").read_text("utf-8"))
    for name in list(jobs)[share :: _SHARES[engine]]:
        (out / f"{name}.json").write_text(json.dumps(_execute(jobs[name], engine, out / f"{name}.ipynb")), "utf-8")


def _execute(one: dict[str, Any], engine: str, out: Path) -> dict[str, Any]:
    import papermill

    given = one["notebook"]
    source = given if given.endswith(".ipynb") else nbformat.reads(given, as_version=4)
    own: dict[str, Any] = {"shutdown_kernel": "immediate"} if engine == KERNEL else {"engine_name": engine}
    logs = {stream: io.StringIO() for stream in ("stdout", "stderr")}
    if one["options"].pop("files", False):
        own.update({f"{stream}_file": log for stream, log in logs.items()})
    error = None
    try:
        papermill.execute_notebook(source, str(out), progress_bar=False, **own, **one["options"])
    except Exception as caught:
        error = [type(caught).__name__, str(caught)]
    return {"error": error, **{stream: log.getvalue() for stream, log in logs.items()}}


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
