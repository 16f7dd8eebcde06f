"""A browser, the pages of all cases, and the npm tools; each is made once, whichever worker needs it first."""

import fcntl
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cases import build
from checked import ReadPage, read_page
from pages import Opened, opened

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SWITCHES = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-sandbox",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium from the PATH, else Playwright's own; without either the tests are skipped and say so."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    own = next((path for name in names if (path := shutil.which(name))), None)
    with playwright.sync_playwright() as started:
        try:
            chromium = started.chromium.launch(executable_path=own, args=SWITCHES)
        except playwright.Error:
            pytest.skip("no Chromium on the PATH, and none installed by 'playwright install chromium'")
        yield chromium
        chromium.close()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Only one of the workers at a time; ``path`` is a file that is there."""
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of all cases (``cases.PAGES``), built by the first worker that asks."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "browser-cases"
    done = folder / "done"
    with _alone(HERE / "package.json"), warnings.catch_warnings():
        if not done.is_file():
            warnings.simplefilter("ignore")  # fonts without a glyph; the pages are looked at below
            shutil.rmtree(folder, ignore_errors=True)
            build(folder, params=ROOT / "params", notebooks=ROOT / "notebooks")
            done.touch()
    return folder


@pytest.fixture(scope="session")
def read(cases: Path) -> ReadPage:
    """Reads a case's page by name."""
    return cache(lambda name: read_page(cases, name))


@pytest.fixture(scope="session")
def show(browser: Any, cases: Path) -> Iterator[Callable[[str], Opened]]:
    """Opens a case's page by name; a page stays open for the tests that follow on it, and only that one."""
    held: dict[str, Opened] = {}

    def show_page(name: str) -> Opened:
        if name not in held:
            for other in held.values():
                other.page.context.close()
            held.clear()
            held[name] = opened(browser, cases / f"{name}.html")
        held[name].page.emulate_media(color_scheme="light", media="screen")
        return held[name]

    yield show_page
    for one in held.values():
        one.page.context.close()


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """axe-core and the Nu HTML checker, as package-lock.json pins them; skipped where they cannot be had."""
    folder = HERE / "node_modules"
    with _alone(HERE / "package.json"):
        made_of, lock = folder / ".package-lock.json", HERE / "package-lock.json"
        if not made_of.is_file() or made_of.stat().st_mtime < lock.stat().st_mtime:
            npm = shutil.which("npm") or pytest.skip("npm is not installed, so axe-core and vnu-jar are not there")
            done = subprocess.run(
                [npm, "ci", "--ignore-scripts"], cwd=HERE, capture_output=True, text=True, timeout=300, check=False
            )
            if done.returncode:
                pytest.skip(f"'npm ci' in tests/browser failed: {done.stderr.strip()[-300:]}")
    return folder
