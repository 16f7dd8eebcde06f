"""What the page around the fragments needs: title, language, navigation."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from saypro_analysis.kpi import DepartmentMonth
from saypro_analysis.show.numbers import month_name

LANGUAGE = "en"  # of the words; numbers follow the company's locale
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
    name = departments.get(current, current) if current != OVERVIEW else "Company"
    nav = [{"href": "index.html", "label": "Overview", "current": current == OVERVIEW}]
    nav += [{"href": f"{key}.html", "label": label, "current": key == current} for key, label in departments.items()]
    return {
        "title": f"{name} performance, {month_name(month)}",
        "lang": LANGUAGE,
        "department": current,
        "month": str(month),
        "month_name": month_name(month),
        "nav": nav,
        "company": company,
        "sample": sample,
    }


def department_page(month: DepartmentMonth) -> dict[str, Any]:
    """The page of a department's month."""
    return page_json(
        company=month.company.name,
        departments=month.departments,
        current=month.department.id,
        month=month.month,
        sample=month.sample,
    )
