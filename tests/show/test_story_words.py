"""The words and bars of drivers, changes and outcomes: true to what was planted, and each number that of the result."""

import re

import pytest
from jsonschema import validate

from saypro_analysis.analysis import Analysis
from saypro_analysis.errors import ParamsError
from saypro_analysis.show.change_words import changes_heading
from saypro_analysis.show.changes import show_changes
from saypro_analysis.show.driver_reading import driver_reading
from saypro_analysis.show.driver_words import signed, split_title
from saypro_analysis.show.drivers import bars, drivers_html, show_drivers
from saypro_analysis.show.move_words import ordinal, running
from saypro_analysis.show.numbers import decimals_of
from saypro_analysis.show.outcome_words import outcome_text
from saypro_analysis.show.results import export_results, results_schema
from saypro_analysis.show.sections import show_missed, show_progress
from saypro_analysis.show.story import Told, tell
from saypro_analysis.show.waterfall import Bar, stack, waterfall_chart
from saypro_analysis.show.written import written

DEPARTMENTS = ("sales", "marketing", "customer_support", "operations", "employees")


def told_of(analysis: Analysis, kpi: str) -> Told:
    """The story of a KPI by its id."""
    return next(tell(analysis, verdict) for verdict in analysis.verdicts if verdict.kpi.id == kpi)


@pytest.mark.parametrize(
    ("department", "kpi", "segment"),
    [
        ("sales", "revenue", "Analytics"),
        ("sales", "conversion_rate", "Analytics"),
        ("customer_support", "resolution_time", "Technical"),
    ],
)
def test_the_planted_segment_is_the_lever(
    sample_analyses: dict[str, Analysis], department: str, kpi: str, segment: str
) -> None:
    """Title, first bar and largest lever name the segment in which the sample's trouble was planted."""
    analysis = sample_analyses[department]
    told, cards = told_of(analysis, kpi), analysis.month.department.kpis
    assert told.drivers is not None
    split = told.drivers.splits[0]
    assert (split.basis, split.parts[0].name) == ("target", segment)
    assert split_title(told, split, cards).startswith(segment)
    assert dict(driver_reading(told, told.drivers, cards))["Largest lever"].startswith(segment)
    assert bars(told, split, cards)[0].label == segment


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_bars_stand_on_each_other(sample_analyses: dict[str, Analysis], department: str) -> None:
    """Each bar starts where the last one ends, the first at zero; the whole is as long as all of them together."""
    analysis = sample_analyses[department]
    cards = analysis.month.department.kpis
    for drivers in analysis.drivers:
        told = told_of(analysis, drivers.kpi.id)
        for split in (*drivers.splits, *drivers.formula):
            *parts, whole = bars(told, split, cards)
            assert [part.start for part in parts] == pytest.approx([0.0, *(part.end for part in parts)][: len(parts)])
            assert whole.total
            assert abs(whole.end) == pytest.approx(abs(split.change))
            assert whole.text == signed(told, split.change)


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_what_is_printed_adds_up(sample_analyses: dict[str, Analysis], department: str) -> None:
    """The numbers of a column of parts, as they are printed, sum to the number printed below them."""
    analysis = sample_analyses[department]
    for drivers in analysis.drivers:
        told = told_of(analysis, drivers.kpi.id)
        shown = written(told, drivers)
        for split in (*shown.splits, *shown.formula):
            printed = [_number(signed(told, part.change)) for part in split.parts]
            assert sum(printed) == pytest.approx(_number(signed(told, split.change)), abs=1e-9)
        for one, exact in zip((*shown.splits, *shown.formula), (*drivers.splits, *drivers.formula), strict=True):
            step = 10.0 ** -(decimals_of(told.kpi, exact.change) + (2 if told.kpi.unit == "percent" else 0))
            pairs = zip(one.parts, exact.parts, strict=True)
            assert all(abs(part.change - true.change) < step * 1.01 for part, true in pairs)


def _number(text: str) -> float:
    """The number in a contribution as it is printed: "−$1,200" is -1200."""
    digits = re.sub(r"[^0-9.]", "", text.replace("points", "").replace(" h", "").replace(" d", ""))
    return -float(digits) if text.startswith("−") else float(digits)


def test_a_bar_that_makes_it_worse_runs_right() -> None:
    """Bars end where they should, in orange to the right and blue to the left; the whole is in ink."""
    held = [Bar(label=str(at), start=start, end=end, text="") for at, (start, end) in enumerate(stack([3.0, -1.0]))]
    axes = waterfall_chart([*held, Bar(label="Gap", start=0.0, end=2.0, text="", total=True)])
    shapes = [(bar.get_x(), bar.get_width(), bar.get_facecolor()) for bar in axes.patches]
    assert [shape[:2] for shape in shapes] == [(0.0, 3.0), (3.0, -1.0), (0.0, 2.0)]
    assert len({shape[2] for shape in shapes}) == 3


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_pages_with_everything(sample_analyses: dict[str, Analysis], department: str) -> None:
    """Sections are made for every department, ids are unique, and the results follow their schema."""
    analysis = sample_analyses[department]
    html = "".join(show(analysis).html for show in (show_changes, show_missed, show_progress))
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert "nan" not in re.sub(r"<[^>]+>", " ", html).lower().split()
    data = dict(export_results(analysis).data)
    validate(data, results_schema())
    assert data["changes"] is not None
    assert data["register"]


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_what_is_folded_away(sample_analyses: dict[str, Analysis], department: str) -> None:
    """A gap inside ordinary variation is folded away, any other is open."""
    analysis = sample_analyses[department]
    for drivers in analysis.drivers:
        html = drivers_html(told_of(analysis, drivers.kpi.id), analysis.month.department.kpis)
        first = (*drivers.splits, *drivers.formula)
        basis = drivers.lever.basis if drivers.lever else ""
        main = sorted(drivers.splits or drivers.formula, key=lambda split: split.basis != basis)[:1]
        assert ('class="folded"' in html) == bool(first and main[0].ordinary)


def test_the_heading_counts_what_moved(sample_analyses: dict[str, Analysis]) -> None:
    """On-time delivery is newly missed in October; support's troubles are as they were."""
    operations, support = sample_analyses["operations"].changes, sample_analyses["customer_support"].changes
    assert operations is not None
    assert support is not None
    assert changes_heading(operations) == "Since September: one KPI newly missed"
    same = "no KPI has changed its standing"
    assert changes_heading(support) == f"Since September: {same}"


def test_rows_of_misses() -> None:
    """English ordinals, with those from eleven to thirteen."""
    assert [ordinal(n) for n in (1, 4, 12, 13, 21, 22, 23, 111)] == [
        "first", "fourth", "twelfth", "13th", "21st", "22nd", "23rd", "111th",
    ]  # fmt: skip
    assert (running(1), running(4)) == ("missed this month", "missed for the fourth month running")


def test_planted_actions_worked(sample_analyses: dict[str, Analysis]) -> None:
    """The sample's answering of e-mails without a person, and its new mobile site, worked as planted; words say so."""
    for department, action in (("customer_support", "SUP-01"), ("marketing", "MAR-01")):
        analysis = sample_analyses[department]
        told = told_of(analysis, analysis.scorecard[0].kpi.id)
        (outcome,) = [outcome for outcome in analysis.outcomes if outcome.planned.id == action]
        word, text = outcome_text(outcome, told.numbers)
        assert word == "Worked"
        assert told.numbers.amount(outcome.kpi, outcome.effect or 0.0, long=True) in text
        assert "because" not in text


def test_a_change_is_told_by_its_effects(sample_analyses: dict[str, Analysis]) -> None:
    """Revenue against last year: by the number of deals and by their size, which make up the change as printed."""
    analysis = sample_analyses["sales"]
    told = told_of(analysis, "revenue")
    assert told.drivers is not None
    answers = dict(driver_reading(told, written(told, told.drivers), analysis.month.department.kpis))
    since = answers["By month"].replace("\u2060", "").split("Since October 2025: ")[1]
    amounts = [_number(text) for text in re.findall(r"[+−]\$[0-9,]+", since)]
    change, number, average = amounts[0], amounts[-2], amounts[-1]
    assert "by number" in since
    assert number + average == pytest.approx(change, abs=1)


def test_an_analyst_can_split_by_anything_that_is_there(sample_analyses: dict[str, Analysis]) -> None:
    """By any dimension and basis, and by factor; what is not there is one message."""
    sales = sample_analyses["sales"]
    assert show_drivers(sales, "revenue", "region", "last year").html.count("<svg") == 2
    assert "Conversion rate" in show_drivers(sales, "revenue").text
    for kpi, by in (("revenues", ""), ("revenue", "town"), ("pipeline", "")):
        with pytest.raises(ParamsError):
            show_drivers(sales, kpi, by)
