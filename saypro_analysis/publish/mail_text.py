"""A mail's summary as plain text and as HTML."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from saypro_analysis.publish.mail_summary import DepartmentLine, Summary
from saypro_analysis.texts import language, t


def as_text(summary: Summary) -> str:
    """The mail as plain text."""
    lines = [t("{company}, {month}", company=summary.company, month=summary.month), "", summary.lead, ""]
    lines += [t("Made-up sample data: all figures are invented."), ""] if summary.made_up else []
    asked = [summary.decisions] if summary.decisions else []
    lines += [
        t("What to do"),
        *asked,
        *(f"- {item}" for item in summary.todo or (() if asked else (nothing_to_do(),))),
        "",
    ]
    lines += [t("Departments"), *(f"- {line.name}: {_rest(line)}" for line in summary.departments), ""]
    return "\n".join([*lines, t("The reports are attached."), ""])


def _rest(line: DepartmentLine) -> str:
    return t("{missed}; worst: {worst}", missed=line.missed, worst=line.worst) if line.worst else line.missed


def nothing_to_do() -> str:
    """What is said where no missed KPI has an action."""
    return t("No action is needed. Keep watching the scorecards.")


def as_html(summary: Summary) -> str:
    """The mail as HTML: every value escaped, styles inline, nothing fetched."""
    words = {
        "todo": t("What to do"), "departments": t("Departments"), "department": t("Department"),
        "targets": t("Targets"), "worst": t("Furthest off"), "attached": t("The reports are attached."),
        "made_up": t("Made-up sample data: all figures are invented."), "nothing": nothing_to_do(),
    }  # fmt: skip
    return str(_template().render(summary=summary, words=words, language=language()))


@lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("mail.html.j2")
