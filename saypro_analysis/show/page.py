"""What the page around the fragments needs: title, language, navigation."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from saypro_analysis.kpi import DepartmentMonth
from saypro_analysis.show.numbers import month_name
from saypro_analysis.texts import language, t

OVERVIEW = "overview"


def page_json(
    *, company: str, departments: Mapping[str, str], current: str, month: pd.Period, sample: bool = False
) -> dict[str, Any]:
    """The page's title and navigation; ``current`` is a department's id or "overview".

    >>> october = pd.Period("2026-10", "M")
    >>> page = page_json(company="SayPro", departments={"sales": "Sales"}, current="sales", month=october)
    >>> page["title"], page["month"], [entry["href"] for entry in page["nav"]]
    ('Sales performance, October 2026', '2026-10', ['index.html', 'sales.html'])
    """
    name = departments.get(current, current) if current != OVERVIEW else t("Company")
    nav = [{"href": "index.html", "label": t("Overview"), "current": current == OVERVIEW}]
    nav += [{"href": f"{key}.html", "label": label, "current": key == current} for key, label in departments.items()]
    return {
        "title": t("{department} performance, {month}", department=name, month=month_name(month)),
        "lang": language(),
        "department": current,
        "month": str(month),
        "month_name": month_name(month),
        "nav": nav,
        "company": company,
        "sample": sample,
        "words": page_words(company, month_name(month)),
    }


def page_words(company: str, month: str = "") -> dict[str, str]:
    """The texts of the page around the fragments: its head, its foot, and what stands below each printed page."""
    report = t("monthly performance report")
    named = t("{company}, monthly performance report", company=company) if company else report
    return {
        "brand": named,
        "foot": t("{report}, {month}", report=named, month=month) if month else named,
        "skip": t("Skip to the report"),
        "reports": t("Reports"),
        "sample": t("Made-up sample data."),
        "page": t("Page {page} of {pages}", page="\n", pages="\n"),
    }


def previous_report(month: pd.Period, page: str) -> dict[str, str]:
    """The link to the same page of the month before, which leads somewhere when that month was published."""
    before = month - 1
    return {"href": f"../{before}/{page}.html", "label": t("{month} report", month=month_name(before))}


def department_page(month: DepartmentMonth) -> dict[str, Any]:
    """The page of a department's month."""
    return page_json(
        company=month.company.name,
        departments=month.departments,
        current=month.department.id,
        month=month.month,
        sample=month.sample,
    )
