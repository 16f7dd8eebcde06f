"""Every page fits every window: no sideways scroll, no small text, nothing cut or on top of something else."""

from collections.abc import Callable, Iterable

import pytest
from cases import PAGES
from pages import CHART_TEXT, IDS, LEAVING_TEXT, SMALL_TEXT, TOO_WIDE, Opened

#: From the smallest phone to a large screen, and one pixel on either side of each break of the layout (47, 64, 68 rem).
SCREENS = (320, 360, 390, 480, 600, 752, 753, 820, 1023, 1024, 1025, 1088, 1089, 1280, 1440, 1600)
#: Their labels are no labels: kept to fit the page, but texts of 400 characters need not fit a chart.
ATTACKED = ("hostile/", "harmless/")


def _where(found: Iterable[tuple[str, str]]) -> str:
    """What was found, each with all the places where it was."""
    places: dict[str, list[str]] = {}
    for where, what in found:
        places.setdefault(what, []).append(where)
    return "\n".join(f"{what} (at {', '.join(dict.fromkeys(where))})" for what, where in list(places.items())[:20])


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways(show: Callable[[str], Opened], name: str) -> None:
    """No sideways page scroll at 320 to 1600 (T), with all disclosures open and closed."""
    shown = show(name)
    found = [
        (str(width), wide)
        for details in (True, False)
        for width in SCREENS
        for wide in shown.at(width, details=details).ask(TOO_WIDE)
    ]
    assert not found, _where(found)


@pytest.mark.parametrize("name", PAGES)
def test_no_text_is_smaller_than_twelve_pixels(show: Callable[[str], Opened], name: str) -> None:
    """No text below 12 px at 1280 and at 390 (T); that of charts as large as it is drawn."""
    shown = show(name)
    found = [(str(width), small) for width in (1280, 390) for small in shown.at(width).ask(SMALL_TEXT)]
    assert not found, _where(found)


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith(ATTACKED)])
def test_texts_of_charts_are_whole_and_apart(show: Callable[[str], Opened], name: str) -> None:
    """Direct labels, none overlapping by more than 2 px, none cut by the edge of its drawing, wide and narrow."""
    shown = show(name)
    found = [(str(width), text) for width in (1280, 820, 390, 320) for text in shown.at(width).ask(CHART_TEXT)]
    assert not found, _where(found)


@pytest.mark.parametrize("name", PAGES)
def test_no_text_leaves_its_place(show: Callable[[str], Opened], name: str) -> None:
    """A text stays inside its cell, list item or paragraph, on a laptop, a tablet and phones."""
    shown = show(name)
    found = [(str(width), text) for width in (1280, 820, 390, 320) for text in shown.at(width).ask(LEAVING_TEXT)]
    assert not found, _where(found)


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_references_lead_somewhere(show: Callable[[str], Opened], name: str) -> None:
    """Unique ids (T), and every label, description, icon and anchor refers to an element of the page."""
    assert show(name).ask(IDS) == []


def test_the_measures_find_what_is_planted(show: Callable[[str], Opened]) -> None:
    """The checks can fail: small, wide, cut and overlapping texts put into a page are found."""
    shown = show("plain/2026-10/sales").at(390)
    drawing = (
        "<svg role=img aria-labelledby=planted viewBox='0 0 100 50' width=100><text x=90 y=20>cut off here</text>"
        "<text x=10 y=40>one</text><text x=12 y=41>two</text></svg>"
    )
    texts = (
        "<p style='font-size:9px'>small</p><p style='width:900px'>wide</p>"
        "<p style='width:20px;overflow-wrap:normal'>unbreakable</p>"
    )
    html = f"{texts}{drawing}<i id=main></i>"
    shown.ask(
        "html => document.querySelector('main').insertAdjacentHTML('beforeend', `<div id=planted>${html}</div>`)", html
    )
    answers = [shown.ask(script) for script in (SMALL_TEXT, TOO_WIDE, CHART_TEXT, LEAVING_TEXT, IDS)]
    shown.ask("document.getElementById('planted').remove()")
    small, wide, chart, leaving, ids = map("\n".join, answers)
    assert "small" in small
    assert "wide" in wide
    assert "cut off here" in chart
    assert "one | two" in chart
    assert "unbreakable" in leaving
    assert "twice: main" in ids
