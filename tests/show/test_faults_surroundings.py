"""What lies around the program changes no page (docs/faults.md): a user's Jupyter settings, home folder and locale."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import planted

from saypro_analysis.publish.html import export_html
from saypro_analysis.show import sections

MADE = (sections.show_head, sections.show_scorecard, sections.show_missed, sections.show_method)
#: Run in a process of its own: the page's hash on standard output.
ELSEWHERE = "import test_faults_surroundings as t, planted; print(t.stamp(t.page(planted.hostile())))"


def page(analysis: object) -> str:
    """A department's page with its charts."""
    outputs = []
    for show in MADE:
        data, metadata = show(analysis)._repr_mimebundle_()
        outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show()", outputs=outputs)])
    return export_html(notebook)


def stamp(text: str) -> str:
    """A hash of the text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _nothing() -> dict[str, str]:
    """No folder of the user can be written, and the locale knows ASCII only."""
    folders = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    locale = {"LC_ALL": "C", "LANG": "xx_XX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    return {**dict.fromkeys(folders, "/dev/null/nowhere"), **locale}


def _jupyter(folder: Path) -> dict[str, str]:
    """A user's Jupyter folders that stop, or change, whatever reads them: configuration, and a template of our name."""
    for name in ("jupyter_config", "jupyter_nbconvert_config", "jupyter_notebook_config", "ipython_config"):
        (folder / f"{name}.py").write_text("raise SystemExit('read')", "utf-8")
        (folder / f"{name}.json").write_text('{"TemplateExporter": {"template_name": "none"}, "x', "utf-8")
    template = folder / "nbconvert" / "templates" / "saypro"
    template.mkdir(parents=True)
    (template / "conf.json").write_text('{"base_template": "lab", "preprocessors": {"0": {"type": "none"}}}', "utf-8")
    (template / "index.html.j2").write_text("taken over {{ 1 / 0 }}", "utf-8")
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_CONFIG_PATH", "JUPYTER_DATA_DIR", "JUPYTER_PATH", "IPYTHONDIR")
    return dict.fromkeys(places, str(folder))


def test_a_users_surroundings_change_no_page(tmp_path: Path) -> None:
    """No home, no locale, settings of Jupyter and matplotlib that stop or change what reads them: the same page."""
    (tmp_path / "user").mkdir()
    (tmp_path / "matplotlibrc").write_text("font.size: 40\nlines.linewidth: 9\nsavefig.bbox: tight\n", "utf-8")
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "TMPDIR": str(tmp_path)}
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ELSEWHERE], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**_nothing(), **_jupyter(tmp_path / "user"), **own},
    )  # fmt: skip
    assert found.stdout.strip() == stamp(page(planted.hostile())), found.stderr


def test_what_a_terminal_cannot_show_is_no_crash(tmp_path: Path) -> None:
    """Names of any script are written to a terminal of another: the message comes, with its exit code."""
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "company.yml").write_text("name: 株式会社\ncurrency: Ж€\n", "utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "saypro_analysis", "check"], cwd=tmp_path, capture_output=True, check=False,
        env={**os.environ, **_nothing(), "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert found.returncode == 2
    assert b"params/company.yml:2: currency: " in found.stderr
    assert b"Traceback" not in found.stderr
