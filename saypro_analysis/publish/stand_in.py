"""The page in the overview's place when the overview could not be made: it says so, and links what there is."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from saypro_analysis.show.fragment import Fragment
from saypro_analysis.show.numbers import month_name
from saypro_analysis.show.page import OVERVIEW, page_json
from saypro_analysis.texts import t

_PAGE = Markup(
    '<nav class="crumbs" aria-label="{crumbs}"><ol><li><a href="../index.html">{all_months}</a></li>'
    '<li aria-current="page">{month}</li></ol></nav>\n{sample}<h1><b>{overview}</b>, {month}</h1>\n'
    '<p class="lead">{lead}</p>\n<div class="ask" role="note"><p><b>{why}</b></p><p>{reason}</p></div>\n'
    '<section id="departments" aria-labelledby="departments-h">\n<h2 id="departments-h">{reports}</h2>\n'
    "<ul>\n{items}\n</ul>\n</section>"
)
_SAMPLE = Markup('<p class="sample"><b>{}</b> {}</p>\n')


def write_stand_in(
    folder: Path, *, company: str, month: str, names: Mapping[str, str], missing: Mapping[str, str], reason: str,
    sample: bool,
) -> None:  # fmt: skip
    """Write ``index.html`` into ``folder``, with links to the pages of ``names`` (by department id) that lie there.

    ``reason`` says why there is no overview, ``missing`` why a department's page is not of this run.
    """
    there = {key for key in names if (folder / f"{key}.html").is_file()}
    period = pd.Period(month, "M")
    lead = t("The overview of {month} could not be made.", month=month_name(period))
    invented = t("{company}’s figures in these reports are invented.", company=company)
    html = _PAGE.format(
        month=month_name(period),
        sample=_SAMPLE.format(t("Made-up sample data."), invented) if sample else "",
        overview=t("Executive overview"),
        why=t("Why"),
        reports=t("Reports of the month"),
        all_months=t("All months"),
        crumbs=t("Breadcrumb"),
        lead=lead,
        reason=reason,
        items=Markup("\n").join(_item(key, name, key in there, missing.get(key, "")) for key, name in names.items()),
    )
    page = page_json(company=company, departments=names, current=OVERVIEW, month=period, sample=sample)
    (folder / "index.html").write_text(page_of(Fragment(html=str(html), text=lead, page=page)), "utf-8")


def _item(key: str, name: str, there: bool, reason: str) -> Markup:
    label = Markup('<a href="{}.html">{}</a>').format(key, name) if there else name
    note = reason or ("" if there else t("no report"))
    return Markup("<li>{}{}</li>").format(label, f": {note}" if note else "")


def page_of(fragment: Fragment) -> str:
    """The whole page of one fragment, as a notebook's would be."""
    import nbformat

    from saypro_analysis.publish.html import export_html

    data, metadata = fragment._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    return export_html(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])]))
