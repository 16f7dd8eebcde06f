"""What a mail about a month says: the overview's sentence, what to do, and each department's worst KPI."""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pandas as pd

from saypro_analysis.kpi import Company, Department, Kpi
from saypro_analysis.show.numbers import Numbers, date_name, month_name, numbers_of, with_decimals
from saypro_analysis.texts import n, t

SUBJECT = 150  # characters of a subject that mail programs still show, about
_MOST_ACTIONS = 5


@dataclass(frozen=True, kw_only=True)
class DepartmentLine:
    """A department in the mail: how many targets it missed of those judged, and its worst KPI ("" for none)."""

    name: str
    missed: str
    worst: str = ""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The texts of a mail, in the language spoken when they were made; none is escaped."""

    company: str
    month: str
    lead: str
    todo: tuple[str, ...]
    departments: tuple[DepartmentLine, ...]
    decisions: str = ""  # how many are asked for, and until when
    made_up: bool = False

    @property
    def subject(self) -> str:
        """Company, month and as much of the lead as fits, in one line.

        >>> Summary(company="SayPro", month="October 2026", lead="All\\r\\nmet.", todo=(), departments=()).subject
        'SayPro, October 2026: All met.'
        """
        return one_line(
            t("{company}, {month}: {lead}", company=self.company, month=self.month, lead=self.lead), most=SUBJECT
        )


def one_line(text: str, *, most: int) -> str:
    """The text in one line without control characters, cut at a word where it is longer than ``most``.

    >>> one_line("Seven of 18 targets\\nwere missed", most=20)
    'Seven of 18 targets…'
    """
    plain = "".join(letter if letter.isprintable() or letter.isspace() else "" for letter in text)
    short = textwrap.shorten(plain, most, placeholder="…")
    return short if short != "…" else f"{' '.join(plain.split())[: most - 1]}…"


def summarise(
    document: Mapping[str, Any], page: str, company: Company, departments: Mapping[str, Department]
) -> Summary:
    """The mail's texts. ``document`` is results.json, ``page`` the overview's HTML, which has the lead sentence.

    ``departments`` say how numbers of their KPIs are written. Raises KeyError or TypeError when ``document`` is not
    of this version.
    """
    parts = list(document["departments"].values())
    numbers = numbers_of(company)
    return Summary(
        company=_flat(document["company"]),
        month=month_name(pd.Period(document["month"], "M")),
        lead=lead_of(page) or _counted(parts),
        todo=tuple(map(_flat, _todo(parts))),
        departments=(
            *(_line(part, departments.get(part["department"]), numbers) for part in parts),
            *(
                DepartmentLine(name=_flat(one.name), missed=t("no report"))
                for key, one in departments.items()
                if key not in document["departments"]
            ),
        ),
        decisions=_decisions(parts),
        made_up=bool(document["made_up"]),
    )


class _Lead(HTMLParser):
    """Collects the text of the first paragraph of class ``lead``."""

    text = ""
    inside = done = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = self.inside or (
            tag == "p" and not self.done and "lead" in (dict(attrs).get("class") or "").split()
        )

    def handle_endtag(self, tag: str) -> None:
        if tag == "p" and self.inside:
            self.inside, self.done = False, True

    def handle_data(self, data: str) -> None:
        self.text += data if self.inside else ""


def lead_of(page: str) -> str:
    """The lead sentence of a page as plain text; empty when it has none.

    >>> lead_of('<h1>October</h1><p class="lead"><em>All</em> targets &amp; more</p><p>Rest</p>')
    'All targets & more'
    """
    reader = _Lead()
    reader.feed(page)
    return " ".join(reader.text.split())


def _counted(parts: list[Mapping[str, Any]]) -> str:
    counts = [(len(missed), judged) for missed, judged in map(_judged, parts)]
    return _missed_of(sum(missed for missed, _ in counts), sum(judged for _, judged in counts))


def _missed_of(missed: int, judged: int) -> str:
    if not judged:
        return t("no target to judge")
    return n(
        "{missed} of {judged} target missed", "{missed} of {judged} targets missed", judged,
        missed=missed, judged=judged,
    )  # fmt: skip


def _judged(part: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], int]:
    """The missed KPIs of a department's scorecard, largest relative gap first, and how many were judged."""
    shown = [kpi for kpi in part["kpis"] if kpi["scorecard"]]
    missed = [kpi for kpi in shown if kpi["gap"]["status"] == "missed"]
    met = sum(kpi["gap"]["status"] == "met" for kpi in shown)
    return sorted(missed, key=lambda kpi: -(kpi["gap"]["percent"] or 0.0)), len(missed) + met


def _line(part: Mapping[str, Any], department: Department | None, numbers: Numbers) -> DepartmentLine:
    missed, judged = _judged(part)
    known = department.kpis if department is not None else {}
    worst = _worst(missed[0], known.get(missed[0]["id"]), numbers) if missed else ""
    return DepartmentLine(name=_flat(part["name"]), missed=_missed_of(len(missed), judged), worst=_flat(worst))


def _flat(text: str) -> str:
    """Without line breaks: a name must not begin a line of its own in the plain text."""
    return " ".join(text.split())


def _worst(held: Mapping[str, Any], known: Kpi | None, numbers: Numbers) -> str:
    """ "Revenue, $250,000 against $300,000"; ``known`` is the KPI in the params, for decimals and noun."""
    same = known is not None and known.unit == held["unit"]
    kpi = known if known is not None and same else Kpi(name=held["name"], definition="", unit=held["unit"])
    kpi = with_decimals(kpi, held["actual"], held["target"], held["target_upper"])
    low, high = (
        numbers.value(kpi, held[name]) if held[name] is not None else "" for name in ("target", "target_upper")
    )
    target = t("{low} to {high}", low=low, high=high) if low and high else low
    if not low:
        target = t("at most {value}", value=high)
    elif not high and held.get("better") == "inside":
        target = t("at least {value}", value=low)
    actual = numbers.value(kpi, held["actual"])
    return t("{kpi}, {actual} against {target}", kpi=held["name"], actual=actual, target=target)


def _decisions(parts: list[Mapping[str, Any]]) -> str:
    """How many decisions the reports ask for, and the first day by which one is needed; empty for none."""
    days = [decision["by"] for part in parts for decision in part.get("decisions", ())]
    if not days:
        return ""
    return n(
        "{number} decision is asked for by {day}; the reports say which.",
        "{number} decisions are asked for by {day}; the reports say which.", len(days),
        number=len(days), day=date_name(pd.Timestamp(min(days))),
    )  # fmt: skip


def _todo(parts: list[Mapping[str, Any]]) -> Iterator[str]:
    """The first action of each missed KPI, the severest first; each once."""
    missed = [(part, kpi) for part in parts for kpi in _judged(part)[0] if kpi["actions"]]
    missed.sort(key=lambda held: -(held[1]["severity"]["score"] or 0.0))
    first: dict[tuple[str, str], tuple[str, Mapping[str, Any]]] = {}
    for part, kpi in missed:
        first.setdefault((part["department"], kpi["actions"][0]["text"]), (part["name"], kpi))
    for department, kpi in list(first.values())[:_MOST_ACTIONS]:
        action = kpi["actions"][0]
        due = date_name(pd.Timestamp(action["due"]))
        fields = {"action": action["text"].strip().rstrip("."), "owner": action["owner"], "due": due}
        about = t("{department}, {kpi}", department=department, kpi=kpi["name"])
        if action["late"]:
            yield t("{action} ({about}; {owner}, overdue since {due})", about=about, **fields)
        else:
            yield t("{action} ({about}; {owner}, by {due})", about=about, **fields)
