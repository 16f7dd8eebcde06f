"""The archive of all months, and the page of a dimension's members: which targets were missed, with every report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.numbers import capital, month_name, numeral
from saypro_analysis.show.page import page_words
from saypro_analysis.texts import language, n, t


@dataclass(frozen=True, kw_only=True)
class MonthTally:
    """A published month: department id -> (missed, with target) of the pages that are there.

    ``member`` is whose month it is, where it is not the company's, and ``folder`` where it lies.
    """

    month: str
    departments: Mapping[str, tuple[int, int]]
    made_up: bool = False
    member: str = ""
    folder: str = ""

    @property
    def sums(self) -> tuple[int, int]:
        """Missed and with target of all departments."""
        return sum(part[0] for part in self.departments.values()), sum(part[1] for part in self.departments.values())


def show_archive(
    tallies: Sequence[MonthTally],
    *,
    company: str,
    names: Mapping[str, str],
    dimensions: Mapping[str, str] | None = None,
    member_of: str = "",
) -> Fragment:
    """The page of all months, newest first; ``names`` gives each department's name by id, in order.

    ``dimensions``: the folders of the dimensions whose members have reports of their own, with their names.
    ``member_of``: the dimension whose member this page is of, where it is not the company's.
    """
    newest = sorted(tallies, key=lambda tally: tally.month, reverse=True)
    words = {
        "here": t("All months"),
        "title": t("all months"),
        "heading": t("Reports by month"),
        "caption": t("Targets missed, by month"),
        "first": t("Month"),
        "note": t("Each number opens that department’s report for the month."),
    }
    rows = [_row(tally, names, month_name(pd.Period(tally.month, "M"))) for tally in newest]
    title = t("All months, {company}", company=company)
    more = [
        (f"{folder}/index.html", t("Reports by {dimension}", dimension=name))
        for folder, name in (dimensions or {}).items()
    ]
    up = t("Reports by {dimension}", dimension=member_of) if member_of else ""
    return _page(newest, rows, names, company=company, title=title, lead=_lead(newest), words=words, more=more, up=up)


def show_members(tallies: Sequence[MonthTally], *, company: str, names: Mapping[str, str], dimension: str) -> Fragment:
    """The page of a dimension's members, each with its latest month, in the alphabet's order."""
    held = sorted(tallies, key=lambda tally: (tally.member.casefold(), tally.member))
    names = {key: name for key, name in names.items() if any(key in tally.departments for tally in held)}
    words = {
        "here": t("Reports by {dimension}", dimension=dimension),
        "title": t("reports by {dimension}", dimension=dimension),
        "heading": t("Reports by {dimension}", dimension=dimension),
        "caption": t("Targets missed, by {dimension}", dimension=dimension),
        "first": dimension.capitalize(),
        "note": t("Each number opens that department’s report for the month."),
    }
    one_month = len({tally.month for tally in held}) == 1
    rows = [_row(tally, names, tally.member if one_month else _dated(tally)) for tally in held]
    title = t("Reports by {dimension}, {company}", dimension=dimension, company=company)
    return _page(
        held, rows, names, company=company, title=title, lead=_members_lead(held), words=words, up=t("All months")
    )


def _page(
    tallies: Sequence[MonthTally], rows: list[dict[str, object]], names: Mapping[str, str], *, company: str, title: str,
    lead: str, words: Mapping[str, str], more: Sequence[tuple[str, str]] = (), up: str = "",
) -> Fragment:  # fmt: skip
    """The page; ``up`` is what the page of the folder above is called."""
    page = {"title": title, "lang": language(), "company": company, "nav": [], "words": page_words(company)}
    made_up = any(tally.made_up for tally in tallies)
    html = render(
        "archive", company=company, lead=lead, made_up=made_up, departments=list(names.values()), rows=rows,
        words=words, more=more, up=up,
    )  # fmt: skip
    return Fragment(html=str(html), text=lead, page=page)


def _lead(newest: Sequence[MonthTally]) -> str:
    if not newest:
        return t("No month has been reported yet.")
    latest = month_name(pd.Period(newest[0].month, "M"))
    return capital(
        n("{number} month of reports, the latest for {month}.", "{number} months of reports, the latest for {month}.",
          len(newest), number=numeral(len(newest)), month=latest)
    )  # fmt: skip


def _members_lead(held: Sequence[MonthTally]) -> str:
    """How many targets the members missed in the latest month, and who missed the most, where that is one of them."""
    if not held:
        return t("No month has been reported yet.")
    latest = max(tally.month for tally in held)
    now = [tally for tally in held if tally.month == latest]
    missed, judged = (sum(tally.sums[at] for tally in now) for at in (0, 1))
    month, most = month_name(pd.Period(latest, "M")), max(tally.sums[0] for tally in now)
    if not judged:
        return t("Nothing can be judged in {month}: no KPI has both a target and a value.", month=month)
    if not missed:
        return n("The one target was met in {month}.", "All {number} targets were met in {month}.", judged,
                 number=numeral(judged), month=month)  # fmt: skip
    of = n("{missed} of {judged} target", "{missed} of {judged} targets", judged, missed=numeral(missed),
           judged=numeral(judged))  # fmt: skip
    worst = [tally.member for tally in now if tally.sums[0] == most]
    fields = {"targets": capital(of), "month": month, "member": worst[0], "number": numeral(most)}
    if most == missed:
        return n("{targets} was missed in {month}, in {member}.", "{targets} were missed in {month}, all in {member}.",
                 missed, **fields)  # fmt: skip
    if len(worst) > 1:
        return t("{targets} were missed in {month}.", **fields)
    return t("{targets} were missed in {month}, the most in {member}: {number}.", **fields)


def _dated(tally: MonthTally) -> str:
    return f"{tally.member}, {month_name(pd.Period(tally.month, 'M'))}"


def _row(tally: MonthTally, names: Mapping[str, str], label: str) -> dict[str, object]:
    place = tally.folder or tally.month
    cells = []
    for name in names:
        missed, targets = tally.departments.get(name, (0, 0))
        href = f"{place}/{name}.html" if name in tally.departments else ""
        cells.append({"href": href, "missed": missed, "targets": targets})
    return {
        "href": f"{place}/index.html",
        "label": label,
        "missed": tally.sums[0],
        "targets": tally.sums[1],
        "cells": cells,
    }
