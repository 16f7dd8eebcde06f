"""From a notebook to a page: our fragments pass, everything else is cleaned or left out."""

import re
import subprocess
import sys

import nbformat
import pytest

from saypro_analysis.publish.html import TEMPLATES, clean_html, export_html, shared_exporter, unique_ids
from saypro_analysis.show.fragment import Fragment
from saypro_analysis.show.page import page_words

HEAD = Fragment(
    html="<h1>Sales</h1>",
    text="Sales",
    page={
        "title": "Sales <performance>", "lang": "en", "department": "sales", "month": "2026-10",
        "company": 'Acme "}', "words": page_words('Acme "}', "October 2026"),
        "nav": [{"href": "index.html", "label": "O&O", "current": True}],
    },
)  # fmt: skip


def shown(data, metadata=None, kind="execute_result"):
    extra = {"execution_count": 1} if kind == "execute_result" else {}
    return nbformat.v4.new_output(kind, data=data, metadata=metadata or {}, **extra)


def code(*outputs, tags=()):
    return nbformat.v4.new_code_cell("secret = 1", outputs=list(outputs), metadata={"tags": list(tags)})


def page(*cells):
    data, metadata = HEAD._repr_mimebundle_()
    return export_html(nbformat.v4.new_notebook(cells=[code(shown(data, metadata)), *cells]))


def test_the_page_has_title_language_navigation_and_a_policy_first():
    """The head's JSON makes title, language and navigation, escaped; the Content-Security-Policy comes first."""
    html = page()
    assert html.startswith('<!doctype html>\n<html lang="en">\n<head>\n<meta http-equiv="Content-Security-Policy"')
    for part in ("default-src 'none'", "style-src 'unsafe-inline'", "base-uri 'none'", "form-action 'none'"):
        assert part in html
    assert "<title>Sales &lt;performance&gt;</title>" in html
    assert '<a href="index.html" aria-current="page">O&amp;O</a>' in html
    assert html.rstrip().endswith("</html>")


def test_code_and_cells_for_analysts_are_not_printed():
    """No source, no parameters, no notebook-only cell, whether code or text."""
    out = shown({"text/html": "<p>for analysts</p>"})
    hidden = [code(out, tags=[tag]) for tag in ("parameters", "injected-parameters", "notebook-only", "remove-cell")]
    note = nbformat.v4.new_markdown_cell("for analysts", metadata={"tags": ["notebook-only"]})
    html = page(*hidden, note)
    assert "for analysts" not in html
    assert "secret" not in html


@pytest.mark.parametrize(
    "output",
    [
        nbformat.v4.new_output("stream", name="stderr", text="/home/ada/warning"),
        nbformat.v4.new_output("stream", name="stdout", text="/home/ada/print"),
        nbformat.v4.new_output("error", ename="KeyError", evalue="/home/ada", traceback=["/home/ada"]),
        shown({"application/javascript": "/home/ada", "text/plain": "/home/ada"}),
        shown({"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "/home/ada"}),
        shown({"text/vnd.mermaid": "/home/ada", "text/plain": "/home/ada"}),
        shown({"text/latex": "/home/ada", "text/plain": "/home/ada"}),
        shown({"application/vnd.saypro.results+json": {}, "text/plain": "/home/ada"}),
    ],
)
def test_what_is_not_for_readers_is_left_out(output):
    """Streams, errors, scripts, widgets and data files never reach the page."""
    assert "/home/ada" not in page(code(output))


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="//example.org">x</a>',
        '<a href="https://example.org">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<iframe src="data:text/html,x"></iframe>',
        '<p style="background:url(//example.org)" onclick="alert(1)">x</p>',
        "<style>@import '//example.org'</style>",
        '<svg onload="alert(1)"><script>alert(1)</script></svg>',
        '<form action="/x"><input name="a"></form>',
        '<meta http-equiv="refresh" content="0;url=//example.org">',
    ],
)
def test_html_and_text_of_others_are_cleaned(evil):
    """Output and markdown that we did not make keep their text and nothing that runs, loads or leads outside."""
    for cell in (code(shown({"text/html": evil})), nbformat.v4.new_markdown_cell(evil)):
        body = page(cell).split("<main", 1)[1]
        assert not re.search(r"<script|<iframe|<style|<form|<meta|javascript:|example\.org|\son\w+=|data:text", body)


def test_tables_data_images_and_near_links_stay():
    """What a notebook may show: tables, images as data, links within the reports."""
    kept = '<table><thead><tr><th scope="col">a</th></tr></thead></table><img src="data:image/png;base64,AA==" alt="x">'
    assert clean_html(kept).count("<") == kept.count("<") or "<tbody>" in clean_html(kept)
    assert 'src="data:image/png;base64,AA=="' in clean_html(kept)
    assert 'href="sales.html#kpi-revenue"' in clean_html('<a href="sales.html#kpi-revenue">x</a>')


def test_only_what_is_marked_as_ours_passes_untouched():
    """The mark stands in the output's metadata; without it the same HTML is cleaned."""
    html = '<svg class="spark" viewBox="0 0 1 1"></svg>'
    assert html in page(code(shown({"text/html": html}, {"text/html": {"saypro": True}})))
    assert html not in page(code(shown({"text/html": html})))
    assert html not in page(code(shown({"text/html": html}, {"text/html": {"saypro": "yes"}})))


def test_images_have_the_text_of_their_metadata():
    """A PNG's text alternative comes from its metadata, escaped; its data hold nothing but base64."""
    data = {"image/png": 'AA=="><script>', "text/plain": "<Figure>"}
    html = page(code(shown(data, {"image/png": {"alt": 'up "3"'}}, "display_data")))
    assert 'alt="up &quot;3&quot;"' in html
    assert 'src="data:image/png;base64,AA==script"' in html


def test_control_characters_do_not_reach_the_page():
    """Plain results are shown as text, without terminal codes."""
    html = page(code(shown({"text/plain": "\x1b[31mred\x1b[0m <b>"})))
    assert '<pre class="plain">red &lt;b&gt;</pre>' in html


def test_ids_are_unique_and_references_follow():
    """A second fragment with the same ids gets new ones, in all that refers to them; text is left alone."""
    part = '<p id="a-t">id="a-t"</p><svg aria-labelledby="a-t b"><use href="#a-t"/><g clip-path="url(#a-t)"/></svg>'
    first, second = unique_ids([part, part])
    assert first == part
    assert '<p id="a-t-2">id="a-t"</p>' in second
    assert 'aria-labelledby="a-t-2 b"' in second
    assert 'href="#a-t-2"' in second
    assert "url(#a-t-2)" in second


def test_one_exporter_serves_many_notebooks():
    """An exporter keeps nothing of the notebook before: the same notebook gives the same page."""
    exporter = shared_exporter()
    data, metadata = HEAD._repr_mimebundle_()
    one = nbformat.v4.new_notebook(cells=[code(shown(data, metadata))])
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Other")])
    before = export_html(one, exporter=exporter)
    assert "Other" in export_html(other, exporter=exporter)
    assert export_html(one, exporter=exporter) == before


def test_a_notebook_without_a_head_still_makes_a_page():
    """Title and language have defaults, and text cells are printed below the page's level."""
    html = export_html(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Free *part*")]))
    assert "<title>Report</title>" in html
    assert "<em>part</em></h2>" in html


def test_names_cannot_break_out_of_the_style_sheet():
    """The company's name in the printed margin is written as CSS escapes."""
    assert 'content:"Acme \\000020' not in page()
    assert "Acme \\000022 \\00007d " in page()


def test_the_template_works_from_the_command_line(tmp_path):
    """`jupyter nbconvert --template saypro` makes the same kind of page: code hidden, no script, our policy."""
    data, metadata = HEAD._repr_mimebundle_()
    path = tmp_path / "sales.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[code(shown(data, metadata))]), path)
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--template", "saypro", path.name]
    basedirs = f"--TemplateExporter.extra_template_basedirs={TEMPLATES}"
    subprocess.run([*command, basedirs], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    html = (tmp_path / "sales.html").read_text("utf-8")
    assert "Content-Security-Policy" in html
    assert "<h1>Sales</h1>" in html
    assert "<script" not in html
    assert "secret" not in html


@pytest.mark.parametrize("between", ["\x85", "\x7f", "\x01"])
def test_a_control_character_hides_no_address(between):
    """What a browser would drop is dropped before an address is judged, not after."""
    html = f'<a href="java{between}script:alert(1)">a</a><a href="h{between}ttps://example.org/">b</a>'
    cell = code(shown({"text/html": html, "text/plain": ""}))
    assert "href" not in export_html(nbformat.v4.new_notebook(cells=[cell])).split("<main")[1].split("</main")[0]


def test_what_stands_below_a_printed_page_has_its_blanks():
    """A CSS escape takes the blank after it, so each brings its own: "Acme, monthly ..." keeps the one of the text."""
    css = page().split('@bottom-left{content:"')[1].split('"')[0]
    read = re.sub(r"\\([0-9a-f]{6}) ?", lambda found: chr(int(found[1], 16)), css)
    assert read == 'Acme "}, monthly performance report, October 2026'
