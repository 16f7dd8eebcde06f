"""A page read for its checklist: its parts by what they mean, and the numbers that its notebook puts out."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1b\x7f-\x84\x86-\x9f]")


def words(tag: Tag | None) -> str:
    """The text of an element with single spaces; "" for one that is not there."""
    return tidy(tag.get_text(" ")) if tag is not None else ""


def number(text: str) -> float:
    """The first number of a text, with its sign: "−$63,454" is -63454, "0.9 points" 0.9."""
    found = re.search(r"([-−–])?[^\d−–-]?(\d[\d,]*(?:\.\d+)?)", text.replace("\u2060", ""))
    assert found, f"no number in {text!r}"
    return (-1 if found[1] else 1) * float(found[2].replace(",", ""))


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A page and its numbers."""

    name: str
    html: str
    numbers: Any

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html.parser")

    def one(self, selector: str) -> Tag:
        """The one element of that kind."""
        found = self.soup.select(selector)
        assert len(found) == 1, f"{selector}: {len(found)} of them"
        return found[0]

    def all(self, selector: str) -> list[Tag]:
        """All elements of that kind."""
        return list(self.soup.select(selector))

    @property
    def rows(self) -> list[Tag]:
        """The rows of the scorecard."""
        return self.all("table.score tbody tr")

    @property
    def kpis(self) -> list[Any]:
        """The numbers of the scorecard's KPIs."""
        return [kpi for kpi in self.numbers["kpis"] if kpi["scorecard"]]

    @property
    def missed(self) -> list[Any]:
        return [kpi for kpi in self.kpis if kpi["gap"]["status"] == "missed"]

    def row(self, name: str) -> Tag:
        """The scorecard's row of a KPI."""
        return next(row for row in self.rows if words(row.select_one("th a") or row.select_one("th")) == tidy(name))

    def section(self, kpi: Any) -> Tag:
        """The section of a missed KPI."""
        return self.one(f"section[id='kpi-{kpi['id']}']")


def tidy(text: str) -> str:
    """A text with single spaces and without the control characters that HTML forbids."""
    return " ".join(_FORBIDDEN.sub("", text).split())


def read_page(folder: Path, name: str) -> Checked:
    """A page of the cases by its name."""
    html = (folder / f"{name}.html").read_text("utf-8")
    numbers = folder / f"{name}.json"
    return Checked(name=name, html=html, numbers=json.loads(numbers.read_text("utf-8")) if numbers.is_file() else {})


ReadPage = Callable[[str], Checked]
