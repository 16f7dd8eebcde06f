"""No English text of a report stands outside the catalogue."""

import ast
import re
from collections.abc import Sequence
from pathlib import Path

from saypro_analysis.catalogue import KEYWORDS, PACKAGE

WORD = re.compile(r"[^\W\d_]{2,}")
BODIES = (ast.Module, ast.ClassDef, ast.FunctionDef)
#: Modules of show/ and publish/ that write no text of a report.
SILENT = {
    "show/results_schema*.py": "descriptions in the schema of results.json, for programmers",
    "publish/results_schema.py": "as above",
    "publish/manifest_schema.py": "descriptions in the schema of manifest.json, for programmers",
    "publish/workbook*.py": "the workbook's columns are named like the keys of results.json",
    "publish/mail_send.py": "what a mail server answered, for who runs the program",
    "publish/n*.py": "params and notebooks that are begun in English and belong to the user from then on",
    "publish/pdf.py": "messages about browsers, for who runs the program",
    "publish/workers.py": "progress and failures, for who runs the program",
    "publish/report.py": "as above",
    "publish/outside.py": "as above",
    "publish/lock.py": "as above",
    "publish/published.py": "as above",
    "publish/page_*.py": "what is wrong with a page, for who runs the program",
    "publish/fingerprints.py": "why a page is made, for who runs the program",
    "publish/kept.py": "as above, beside texts that are in the catalogue",
    "publish/month_run.py": "progress and failures, for who runs the program",
    "publish/listing.py": "as above",
    "publish/progress.py": "as above",
    "publish/raw.py": "names of parts of the manifest",
    "publish/runs.py": "as above",
    "publish/manifest.py": "as above",
    "publish/moments.py": "the zone of the time of a run",
    "publish/summary.py": "the table at a run's end, for who runs the program",
    "publish/verify.py": "as above",
    "publish/links.py": "attributes of HTML",
    "show/svg.py": "attributes of SVG",
    "show/style.py": "names of fonts, and what a notebook prints instead of a style sheet",
    "show/results.py": "what a notebook prints instead of the data",
}
#: Words that are keys, compared or translated elsewhere, although they stand in a plain tuple or a return.
KEYS = {
    "at risk", "hit or miss", "first months", "all months",  # names of statuses, of assurance and of baselines
    "(not given)",  # the data's label of records without one; driver_words.part_name translates it
    "none of ", "empty or ", "not a date as ", "not a datetime as ",  # how the contracts' English begins
    "Data fingerprint",  # the name of a fact; method translates it
    " UTC",  # the zone of the time of a run
}  # fmt: skip
#: Functions whose texts are for who runs the program, and those whose arguments are keys.
FOR_USERS = re.compile(r".*(Error|Fault)$|fault|print|warn|filterwarnings")
MARKUP = re.compile(r'<[^>]*>?|\{[^}]*\}|[\w-]+="[^"]*|counter\(\w+\)|@page\{.*|[\w-]+:[^;]*;|&\w+;')


def exempt(tree: ast.AST) -> set[int]:
    """Ids of the parts of a module that are no text of a report: docstrings, keys, faults, types, how to draw."""
    return {id(one) for part in ast.walk(tree) for whole in no_text(part) for one in ast.walk(whole)}


def no_text(part: ast.AST) -> Sequence[ast.AST]:
    """What of a node holds no text of a report."""
    if isinstance(part, ast.Call):
        name = part.func.id if isinstance(part.func, ast.Name) else getattr(part.func, "attr", "")
        if name in KEYWORDS or FOR_USERS.fullmatch(name):
            return [part]
        return [one.value for one in part.keywords if (one.arg or "").endswith(("coords", "style", "font"))]
    if isinstance(part, ast.Raise | ast.Compare):
        return [part]
    if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
        return [part] if part.targets[0].id == "hint" else []
    if isinstance(part, ast.Dict):
        return [key for key in part.keys if key is not None]
    if isinstance(part, ast.Subscript):
        return [part.slice]
    if isinstance(part, ast.AnnAssign | ast.arg):
        return [part.annotation] if part.annotation is not None else []
    docstring = [part.body[0]] if isinstance(part, BODIES) and isinstance(part.body[0], ast.Expr) else []
    returns = [part.returns] if isinstance(part, ast.FunctionDef) and part.returns is not None else []
    return [*docstring, *returns]


def english(path: Path) -> list[str]:
    """Literals of a module that read like words of a report: two words, or one beside a field."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = exempt(tree)
    beside = {id(part) for whole in ast.walk(tree) if isinstance(whole, ast.JoinedStr) for part in whole.values}
    found = []
    for part in ast.walk(tree):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and id(part) not in skipped:
            words, least = WORD.findall(MARKUP.sub(" ", part.value)), 1 if id(part) in beside else 2
            if " " in part.value and part.value not in KEYS and len(words) >= least:
                found.append(f"{part.lineno}: {part.value!r}")
    return found


def test_no_english_text_of_a_report_is_outside_the_catalogue():
    """Sentences and their parts in show/ and publish/ are given to t, n or later; a short list says which not."""
    shown = [path for name in ("show", "publish") for path in sorted((PACKAGE / name).rglob("*.py"))]
    silent = {path for pattern in SILENT for path in PACKAGE.glob(pattern)}
    found = {str(path.relative_to(PACKAGE)): english(path) for path in shown if path not in silent}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_the_search_for_english_finds_it(tmp_path: Path):
    """What the test above looks for: sentences, and a single word beside a field; not keys, docstrings and faults."""
    path = tmp_path / "shown.py"
    path.write_text(
        '"""The words of a page."""\n'
        'first = "No target was missed"\n'
        'second = f"{low} to {high}"\n'
        'third = t("Not this one") + fault("nor this one")\n'
        'fourth = held["nor this"] if state == "or that" else "<b class=\\"nothing here\\">"\n'
    )
    assert english(path) == ["2: 'No target was missed'", "3: ' to '"]
