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
    assert whole.html.count('<tr><th scope="row"') == 12


def test_the_panel_has_the_three_controls():
    """KPI, segment and months can be picked; picking another KPI brings its segments."""
    panel = module._panel(planted.shift())
    controls = panel.children[0].children
    assert [control.description for control in controls] == ["KPI", "Segment", "Months"]
    controls[1].value = "type: billing"
    assert "type: billing" in panel.children[1].value


def test_the_style_in_jupyterlab_touches_only_fragments():
    """Every rule is nested below the fragments' class; fonts are embedded, nothing is fetched."""
    html = use_report_style().html
    assert ".saypro{" in html
    assert ":root" not in html
    assert "http" not in html
    assert "<symbol" in html
