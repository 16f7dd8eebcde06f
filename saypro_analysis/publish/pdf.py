"""PDFs of a month's pages, printed by an installed Chromium as each page's own print style says, on A4.

A PDF has no links to other files: it would name the folder in which it was printed. Those inside the page stay.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from saypro_analysis.errors import Fault, ParamsError, ReportError, SayproError
from saypro_analysis.publish.folders import keep_published, prepare, publish
from saypro_analysis.publish.lock import locked
from saypro_analysis.publish.manifest import list_again
from saypro_analysis.publish.published import end_links, published_month
from saypro_analysis.publish.report import Outcome
from saypro_analysis.publish.workers import Progress

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

Made = TypeVar("Made")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
PDFS = "*.pdf"  # what the outcome of printing is called: no department can have this id
_SWITCHES = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_ADDRESS = "http://page.invalid/"  # what the browser takes a page's address for, instead of its folder
_PATIENCE = 60_000  # milliseconds until a page that does not load is given up


def need_browser() -> None:
    """Start a browser and end it; raises ParamsError that says what is missing and how to get it."""
    _aside(lambda _stop: _opened(lambda _browser: None))


def print_outcome(folder: Path, progress: Progress) -> Outcome:
    """As ``print_pages``, within a run: a failure is an Outcome with its reason, and costs the PDFs alone."""
    start = time.monotonic()
    progress(PDFS, "printing")
    try:
        count = len(print_pages(folder))
    except SayproError as error:
        reason = "; ".join([error.message, *map(str, error.faults)])
        progress(PDFS, f"failed: {reason}")
        return Outcome(page=PDFS, reason=reason, seconds=time.monotonic() - start)
    seconds = time.monotonic() - start
    progress(PDFS, f"{count} made in {seconds:.1f} s")
    return Outcome(page=PDFS, seconds=seconds)


def print_month(out: Path, month: str) -> tuple[Path, ...]:
    """Put a PDF beside every page of a published month and return their paths; all of them or none.

    Raises ParamsError without a browser or such a month, ReportError when printing or writing fails.
    """
    published_month(out, month)  # before the lock, which makes the folder
    with locked(out):
        name = published_month(out, month).name
        staging = prepare(out, name)
        try:
            keep_published(out, name, staging)
            made = print_pages(staging)
            list_again(staging)
            place = publish(out, name, staging)
        except OSError as error:
            fault = Fault(where=f"{out.name}/{name}", found=f"writing failed ({error.strerror})", hint="make room")
            raise ReportError("No PDF was made; what was published before is untouched.", (fault,)) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return tuple(place / path.name for path in made)


def print_pages(folder: Path) -> tuple[Path, ...]:
    """Write ``<page>.pdf`` beside every page in ``folder`` and return their paths; all of them or none.

    One browser prints them all. Raises ParamsError when there is none, ReportError when a page cannot be printed.
    """
    pages = {path.with_suffix(".pdf"): path.read_text("utf-8") for path in sorted(folder.glob("*.html"))}

    def all_of(browser: "Browser", stop: Event) -> dict[Path, bytes]:
        return {path: _printed(browser, html, path.stem) for path, html in pages.items() if not stop.is_set()}

    held = _aside(lambda stop: _opened(lambda browser: all_of(browser, stop)))
    try:
        for path, content in held.items():
            path.write_bytes(content)
    except OSError as error:
        for path in pages:
            path.unlink(missing_ok=True)
        fault = Fault(where=folder.name, found=f"writing failed ({error.strerror})", hint="make room")
        raise ReportError("The PDFs could not be written.", (fault,)) from error
    return tuple(pages)


def _aside(work: Callable[[Event], Made]) -> Made:
    """In a thread of its own: Playwright's plain functions refuse to work beside an event loop, as a notebook has.

    When this is broken off, the thread is told to stop, and its browser is closed before anything else happens.
    """
    stop = Event()
    with ThreadPoolExecutor(max_workers=1) as pool:
        try:
            return pool.submit(work, stop).result()
        except BaseException:
            stop.set()
            raise


def _opened(work: "Callable[[Browser], Made]") -> Made:
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        hint = "'pip install playwright', or install this package with its extra 'pdf'"
        raise _missing(Fault(where="Playwright", found="is not installed", hint=hint)) from error
    with sync_playwright() as started, _found(started) as browser:
        try:
            return work(browser)
        except Error as error:
            fault = Fault(where="the browser", found=_first_line(error))
            raise ReportError("The pages could not be printed.", (fault,)) from error


@contextmanager
def _found(started: "Playwright") -> "Iterator[Browser]":
    """The browser on the PATH, else Playwright's own, with a profile of its own that is gone at the end."""
    from playwright.sync_api import Error

    own = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if own is None and not Path(started.chromium.executable_path).is_file():
        hint = f"install Chromium or Chrome (on the PATH: {', '.join(BROWSERS)}), or 'playwright install chromium'"
        raise _missing(Fault(where="Chromium", found="is not installed", hint=hint))
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # Chromium's sandbox refuses to work for root
    try:
        browser = started.chromium.launch(executable_path=own, args=list(_SWITCHES), chromium_sandbox=not root)
    except Error as error:
        hint = "see whether it starts by itself, or install another"
        raise _missing(
            Fault(where=own or "Chromium", found=f"does not start ({_first_line(error)})", hint=hint)
        ) from error
    try:
        yield browser
    finally:
        browser.close()


def _missing(fault: Fault) -> ParamsError:
    return ParamsError("PDFs need a browser that prints; nothing was run.", (fault,))


def _printed(browser: "Browser", html: str, name: str) -> bytes:
    """The page as a tagged PDF with an outline; nothing but the page's own text is given to the browser."""
    address = f"{_ADDRESS}{name}"
    context = browser.new_context(color_scheme="light", java_script_enabled=False)
    try:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        page.route("**/*", lambda route: route.abort())
        page.route(address, lambda route: route.fulfill(body=end_links(html), content_type="text/html; charset=utf-8"))
        page.goto(address)
        return page.pdf(format="A4", prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
    finally:
        context.close()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0][:200]
