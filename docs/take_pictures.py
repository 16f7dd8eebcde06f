"""Take README's pictures from a month: ``python docs/take_pictures.py reports/2026-10 docs/pictures``."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SIZE = {"width": 1280, "height": 1500}


def main(month: Path, pictures: Path) -> None:
    """One picture of the first screens of a department's report, in the light theme."""
    own = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=own, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto((month / "customer_support.html").resolve().as_uri())
        page.screenshot(path=pictures / "customer_support.png")
        browser.close()


main(Path(sys.argv[1]), Path(sys.argv[2]))
