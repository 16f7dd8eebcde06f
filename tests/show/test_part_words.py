"""What the report of a member of a dimension says of itself, and of what only the company's report has."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.data.fan_out import fan_out
from saypro_analysis.errors import ParamsError
from saypro_analysis.kpi import LeftOut, Params
from saypro_analysis.month import department_month
from saypro_analysis.show.part_words import part_note
from saypro_analysis.show.sections import show_head, show_scorecard
from saypro_analysis.show.segments import show_segments


@pytest.fixture(scope="module")
def north(sample_params: Params, sample_folder: Path) -> Mapping[str, Analysis]:
    """North's departments in the sample company's latest month."""
    found = fan_out(sample_params, sample_folder, "region", members=["North"])
    member = found.members[0]
    months = {
        name: department_month(member.params, member.snapshot, name, found.company.latest)
        for name in member.params.departments
    }
    return {name: analyse(replace(month, part=member.part_of(name))) for name, month in months.items()}


def test_whose_report(north: Mapping[str, Analysis]) -> None:
    """The page's title and heading name the member."""
    head = show_head(north["sales"])
    assert "<h1><b>Sales (North)</b>, October 2026</h1>" in head.html
    assert head.page is not None
    assert head.page["title"] == "Sales (North) performance, October 2026"
    assert head.page["company"] == "SayPro (North)"


@pytest.mark.parametrize(
    ("department", "said"),
    [
        ("sales", "The targets of Revenue and Pipeline are the whole company’s, so that there are none here."),
        ("marketing", "Website visits, Return on campaigns and Cost of a new customer are not measured by region"),
        ("marketing", "The target of Qualified leads is the whole company’s, so that there is none here."),
        ("operations", "Evidence and actions of the whole department are in the company’s report."),
    ],
)
def test_left_out(department: str, said: str, north: Mapping[str, Analysis]) -> None:
    """The scorecard says that the report is the member's, and what is missing from it."""
    html = show_scorecard(north[department]).html
    assert f'<p class="sub">{part_note(north[department].month)}</p>' in html
    assert "This report is of North alone." in html
    assert said in html


def test_nothing_left_out(north: Mapping[str, Analysis]) -> None:
    """Where nothing is left out, only whose report it is is said."""
    month = north["sales"].month
    assert month.part is not None
    assert part_note(replace(month, part=replace(month.part, left_out=LeftOut()))) == "This report is of North alone."


def test_whole_company(sample_analyses: Mapping[str, Analysis]) -> None:
    """The company's own report says nothing of the kind."""
    assert part_note(sample_analyses["sales"].month) == ""
    assert "This report is of" not in show_scorecard(sample_analyses["sales"]).html


@pytest.mark.parametrize(
    ("department", "kpi", "by", "said"),
    [
        ("operations", "rework_share", "line", "Rework is not measured by region and is left out."),
        ("sales", "revenue", "region", "Revenue by region is in the company’s report; this one is of North alone."),
    ],
)
def test_segments(department: str, kpi: str, by: str, said: str, north: Mapping[str, Analysis]) -> None:
    """A line of the notebook that shows what only the company has gives a sentence in the member's report."""
    fragment = show_segments(north[department], kpi, by)
    assert fragment.text == said
    assert said in fragment.html


@pytest.mark.parametrize(("kpi", "by"), [("rework", "line"), ("rework_share", "region"), ("on_time_delivery", "line")])
def test_slips(kpi: str, by: str, north: Mapping[str, Analysis]) -> None:
    """What the company has not either is a fault in the notebook, as in the company's own report."""
    with pytest.raises(ParamsError):
        show_segments(north["operations"], kpi, by)


def test_other_segments(north: Mapping[str, Analysis]) -> None:
    """The member's own segments are shown as the company's are."""
    assert "<svg" in show_segments(north["sales"], "pipeline", "product").html


def test_a_member_of_any_name_stays_text(north: Mapping[str, Analysis]) -> None:
    """What stands in the data as a region's name is written into the note letter by letter, and is no markup."""
    sales = north["sales"]
    assert sales.month.part is not None
    part = replace(sales.month.part, label="<img src=x onerror=alert(1)>", dimension="<b>region")
    page = show_scorecard(replace(sales, month=replace(sales.month, part=part))).html
    assert "This report is of &lt;img src=x onerror=alert(1)&gt; alone." in page
    assert "<img" not in page
    assert "<b>region" not in page
