"""Charts that would say nothing (docs/faults.md): one without its months, and one of a KPI without data."""

import re

import matplotlib as mpl
import planted
import pytest

from saypro_analysis.show import label_room, sections


def _marks(values: list[float]) -> list[int]:
    """How many marks the chart of a missed KPI has, wide and narrow."""
    card = planted.card("held", better="lower")
    html = sections.show_missed(planted.planted([(card, planted.rows(card, values, 4.0))])).html
    return [drawing.count("<use") for drawing in re.findall(r'<svg class="xmr [^>]*>.*?</svg>', html, re.DOTALL)]


def test_a_chart_draws_every_month_that_has_a_value() -> None:
    """A chart is never published empty: in both widths it has a mark for each month with a value and no others."""
    values = [3.0 + place / 10 for place in range(24)]
    whole = _marks(values)
    assert len(whole) == 2
    assert min(whole) >= 24
    for place in (3, 4, 5, 9, 17):
        values[place] = planted.NAN
    assert [before - after for before, after in zip(whole, _marks(values), strict=True)] == [5, 5]


def test_a_kpi_without_values_says_so() -> None:
    """Nothing is drawn of nothing: row and small chart say in words that there are no data; no missing number shows."""
    gone, held = planted.card("gone"), planted.card("held")
    values = [(gone, [planted.NAN] * 24), (held, [5.0] * 24)]
    html = sections.show_scorecard(planted.planted([(card, planted.rows(card, v, 4.0)) for card, v in values])).html
    rows = {name: next(part for part in html.split("<tr")[1:] if f">{name}<" in part) for name in ("Gone", "Held")}
    assert "No data" in rows["Gone"]
    assert "Gone: no values." in rows["Gone"]
    assert ["var(--line)" in row.split("</tr>")[0] for row in rows.values()] == [False, True]
    assert not re.search(r"\bnan\b", re.sub(r"<[^>]+>", " ", html), re.IGNORECASE)


@pytest.mark.parametrize(
    "settings",
    [
        {"font.size": 40, "lines.linewidth": 9, "lines.markersize": 30, "xtick.labelsize": 30, "text.color": "lime"},
        {"savefig.bbox": "tight", "savefig.pad_inches": 3, "figure.autolayout": True, "figure.dpi": 300},
        {
            "axes.grid": True,
            "axes.xmargin": 0.4,
            "axes.prop_cycle": mpl.cycler("color", ["lime"]),
            "patch.linewidth": 8,
        },
        {"path.sketch": (3, 100, 2), "svg.fonttype": "path", "text.parse_math": True, "axes.facecolor": "yellow"},
    ],
)
def test_settings_of_a_user_or_a_cell_change_no_chart(settings: dict[str, object]) -> None:
    """What a matplotlibrc or an earlier cell has set is not what our charts are drawn with, and stays set."""
    analysis = planted.shift()
    before = sections.show_missed(analysis).html
    with mpl.rc_context(settings):
        assert sections.show_missed(analysis).html == before
        assert {name: mpl.rcParams[name] for name in settings} == settings


def test_a_very_long_name_is_cut_at_once() -> None:
    """A name of a hundred thousand letters is cut to its room without measuring it a hundred thousand times."""
    measured = 0

    def count(letter: str) -> float:
        nonlocal measured
        measured += 1
        return 0.5

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(label_room, "_letter", count)
        assert label_room.shortened("x" * 100_000, 65, size=10) == "x" * 12 + "…"
        assert label_room.shortened("x" * 13, 65, size=10) == "x" * 13
        assert label_room.shortened("x" * 14, 65, size=10) == "x" * 12 + "…"
    assert measured < 300_000
