"""Take the docs' pictures from a month: ``python docs/take_pictures.py reports/2026-10 docs/pictures``."""

import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from saypro_analysis.publish.pdf import BROWSERS

DESK, PHONE, SHEET = {"width": 1280, "height": 1500}, {"width": 390, "height": 1500}, {"width": 696, "height": 1030}
#: File, page, window, media and colour scheme, and the place to begin at.
PICTURES: tuple[tuple[str, str, dict[str, int], dict[str, Any], str], ...] = (
    ("overview", "index", DESK, {"color_scheme": "light"}, ""),
    ("customer_support", "customer_support", DESK, {"color_scheme": "light"}, ""),
    ("why", "customer_support", DESK, {"color_scheme": "light"}, "#kpi-resolution_time"),
    ("matrix", "index", DESK, {"color_scheme": "light"}, "#matrix"),
    ("dark", "sales", DESK, {"color_scheme": "dark"}, "#kpi-revenue"),
    ("phone", "customer_support", PHONE, {"color_scheme": "light"}, ""),
    ("phone_chart", "sales", PHONE, {"color_scheme": "dark"}, "#kpi-revenue"),
    ("paper", "customer_support", SHEET, {"media": "print"}, ""),
)


def main(month: Path, pictures: Path) -> None:
    """A picture of each, as wide as the window and as high."""
    own = next((path for name in BROWSERS if (path := shutil.which(name))), None)  # else Playwright's own
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=own, args=["--no-sandbox", "--disable-gpu"])
        for name, page_name, window, media, place in PICTURES:
            page = browser.new_page(viewport=window)
            page.emulate_media(**media)
            page.goto((month / f"{page_name}.html").resolve().as_uri() + place)
            page.screenshot(path=pictures / f"{name}.png")
            page.close()
        browser.close()


main(Path(sys.argv[1]), Path(sys.argv[2]))
