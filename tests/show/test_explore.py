"""Looking around in JupyterLab: widgets for people, silence in a batch run."""

import planted
import pytest

from saypro_analysis.show import explore as module
from saypro_analysis.show.explore import exploration, explore, segment_names
from saypro_analysis.show.style import use_report_style


def test_it_is_silent_where_nobody_can_use_it(monkeypatch, capsys):
    """Outside of a kernel, and in a batch run even inside one, nothing is shown."""
    explore(planted.shift())
    monkeypatch.setenv(module.BATCH, "1")
    assert not module.is_interactive()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("stdin", "interactive"), [(True, True), (False, False)])
def test_a_front_end_that_can_ask_is_a_person(monkeypatch, stdin, interactive):
    """JupyterLab lets a cell ask for input; papermill and nbclient do not."""

    class Kernel:
        _allow_stdin = stdin

    class Shell:
        kernel = Kernel()

    monkeypatch.delenv(module.BATCH, raising=False)
    monkeypatch.setattr("IPython.core.getipython.get_ipython", Shell)
    assert module.is_interactive() is interactive


def test_chart_and_verdict_follow_the_choice():
    """The whole and a segment are each judged on their own months."""
    analysis = planted.shift()
    assert segment_names(analysis, "resolution_time") == ["type: billing", "type: technical"]
    whole = exploration(analysis, "resolution_time", months=12)
    part = exploration(analysis, "resolution_time", "type: billing", months=12)
    assert whole.text == "Resolution time: Missed"
    assert "jumped" not in part.html
    assert "5.0 hours" in part.html
    assert whole.html.count('<tr><th scope="row"') == 12 + 3


def test_limits_can_be_tried_from_another_month():
    """Limits that start anew at the step make its months usual; the card's own baseline stays what params say."""
    analysis = planted.shift()
    given = exploration(analysis, "resolution_time", months=12)
    tried = exploration(analysis, "resolution_time", months=12, start="2026-03")
    part = exploration(analysis, "resolution_time", "type: billing", months=12, start="2026-03")
    assert "lie above the usual range" in given.html
    assert "Limits start anew in March 2026: tried out here." in tried.html
    assert "October 2026 lies inside the usual range" in tried.html
    assert "Limits start anew in March 2026" in part.html
    assert analysis.scorecard[0].kpi.baseline.rebase == ()
    assert exploration(analysis, "resolution_time", months=12) == given


def test_limits_start_where_enough_months_follow():
    """The months on offer leave at least the six values that limits take, newest first."""
    starts = module.limit_starts(planted.shift())
    assert (starts[0], starts[-1]) == ("2026-05", "2024-11")


def test_the_panel_has_the_controls():
    """KPI, segment, months and the start of the limits can be picked; another KPI brings its segments."""
    panel = module._panel(planted.shift())
    controls = panel.children[0].children
    assert [control.description for control in controls] == ["KPI", "Segment", "Months", "Limits from"]
    controls[1].value = "type: billing"
    assert "type: billing" in panel.children[1].value


def test_the_style_in_jupyterlab_touches_only_fragments():
    """Every rule is nested below the fragments' class; fonts are embedded, nothing is fetched."""
    html = use_report_style().html
    assert ".saypro{" in html
    assert ":root" not in html
    assert "http" not in html
    assert "<symbol" in html
