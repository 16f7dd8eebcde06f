"""The catalogue holds every message, and every language is whole."""

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po, write_po

from saypro_analysis import texts
from saypro_analysis.catalogue import KEYWORDS, PACKAGE, TEMPLATE, messages, updated, write_texts, written
from saypro_analysis.texts import LANGUAGES, languages, n, speaking, t

CATALOGUES = sorted(LANGUAGES.glob("*.po"))
PATHS = sorted(PACKAGE.rglob("*.py"))
FIELD = re.compile(r"\{(\w+)\}")


def fields(text: str) -> set[str]:
    """The names of the fields of a message."""
    return set(FIELD.findall(text))


def forms(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The forms of a message in English and in the language."""
    if message.pluralizable:
        return tuple(message.id), tuple(message.string)
    return (message.id,), (message.string,)


@lru_cache
def source() -> tuple[Message, ...]:
    """Every message of the package."""
    return tuple(message for message in messages() if message.id)


@lru_cache
def held(path: Path) -> Catalog:
    """A language's catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def test_the_template_is_what_the_code_holds():
    """languages/saypro.pot is what `make texts` would write: whoever changes a text runs it."""
    assert (LANGUAGES / TEMPLATE).read_bytes() == written(messages()), "run 'make texts'"


def test_the_template_names_no_day_and_no_machine():
    """The same texts give the same bytes anywhere: no date, no line number, no absolute path."""
    text = (LANGUAGES / TEMPLATE).read_text("utf-8")
    places = {place for line in text.splitlines() if line.startswith("#:") for place in line[3:].split()}
    assert {place for place in places if not (PACKAGE / place).is_file()} == set()
    assert not re.search(r"Date|Babel|\b20[0-9]{2}-", text.partition("#:")[0])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_babel_finds_every_message(path: Path):
    """Each message given to t, n or later is a literal that Babel finds: on Python 3.11 it sees none in an f-string."""
    known = {one for message in source() for one in forms(message)[0]}
    tree = ast.parse(path.read_text("utf-8"))
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("t", "n", "later")):
            continue
        given = call.args[: 2 if call.func.id == "n" else 1]
        if call.func.id != "t" or isinstance(given[0], ast.Constant):
            literal = [one.value for one in given if isinstance(one, ast.Constant)]
            assert len(literal) == len(given), f"line {call.lineno}: not a literal"
            assert set(literal) <= known, f"line {call.lineno}: Babel does not see it"
    for part in ast.walk(tree):
        if isinstance(part, ast.JoinedStr):
            inside = [one for one in ast.walk(part) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)]
            named = [one.lineno for one in inside if one.func.id in KEYWORDS and isinstance(one.args[0], ast.Constant)]
            assert not named, f"line {named}: a message inside an f-string; give it a name first"


def test_there_is_a_language():
    """English needs no file; Portuguese has one, and a program finds it where the package is."""
    assert languages()[0] == "en"
    assert "pt" in languages()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_language_is_whole(path: Path):
    """Every message is translated, none is a guess or left over, and the file is as `make texts` writes it."""
    here = held(path)
    assert {message.id for message in here if message.id} == {message.id for message in source()}, "run 'make texts'"
    assert [message.id for message in here if message.id and not all(forms(message)[1])] == []
    assert [message.id for message in here if message.id and message.fuzzy] == []
    assert dict(here.obsolete) == {}
    assert written(updated(path, messages())) == path.read_bytes(), "run 'make texts'"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_has_the_fields_of_its_message(path: Path):
    """All fields of the English plural, in each form; only the form for exactly one may do without the number."""
    here = held(path)
    wrong = []
    for message in here:
        if not message.id:
            continue
        english, own = forms(message)
        singular = fields(english[0]) - {"number"}
        least = [singular if len(own) > 1 and form == 0 else fields(english[-1]) for form in range(len(own))]
        every = fields("".join(english))
        wrong += [text for text, fewest in zip(own, least, strict=True) if not fewest <= fields(text) <= every]
        if message.pluralizable and len(own) != here.num_plurals:
            wrong.append(english[0])
    assert wrong == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_babel_compiles_a_language_without_a_warning(path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Babel's own command takes the file as it is, and its checks find nothing."""
    assert [(message.id, errors) for message, errors in held(path).check()] == []
    CommandLineInterface().run(
        ["pybabel", "compile", "-i", str(path), "-o", str(tmp_path / "out.mo"), "-l", path.stem]
    )  # fmt: skip
    assert (tmp_path / "out.mo").is_file()
    assert [record.message for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_begins_and_ends_like_its_message(path: Path):
    """A full stop, a colon or a space at the end is put there by the sentence, not by the code around it."""
    ends = (".", ":", ",", " ", "?")
    wrong = [
        (english, text)
        for message in held(path)
        if message.id
        for english, text in zip(forms(message)[0], forms(message)[1], strict=False)
        if any(english.endswith(end) != text.endswith(end) for end in ends) or text != text.lstrip()
    ]
    assert wrong == []


def test_forms_follow_the_rule_of_the_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Polish has three forms: 1; 2 to 4, but not 12 to 14; all others. A message that is not held is English."""
    polish = Catalog(locale="pl", fuzzy=False)
    polish.add(("{number} month", "{number} months"), ("{number} miesiąc", "{number} miesiące", "{number} miesięcy"))
    with (tmp_path / "pl.po").open("wb") as file:
        write_po(file, polish)
    monkeypatch.setattr(texts, "LANGUAGES", tmp_path)
    for cached in (texts._read, texts._catalogue, texts._plural):
        monkeypatch.setattr(texts, cached.__name__, lru_cache(cached.__wrapped__))
    with speaking("pl"):
        shown = [n("{number} month", "{number} months", number, number=number) for number in (1, 2, 5, 12, 22, 25)]
        assert shown == ["1 miesiąc", "2 miesiące", "5 miesięcy", "12 miesięcy", "22 miesiące", "25 miesięcy"]
        assert t("Overview") == "Overview"
    assert n("{number} month", "{number} months", 2, number=2) == "2 months"


def test_a_guess_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A translation marked fuzzy, and one that is empty, is not used."""
    catalogue = Catalog(locale="de", fuzzy=False)
    catalogue.add("Overview", "Vielleicht Übersicht", flags=["fuzzy"])
    catalogue.add("Target", "")
    with (tmp_path / "de.po").open("wb") as file:
        write_po(file, catalogue)
    monkeypatch.setattr(texts, "LANGUAGES", tmp_path)
    monkeypatch.setattr(texts, "_catalogue", lru_cache(texts._catalogue.__wrapped__))
    monkeypatch.setattr(texts, "_read", lru_cache(texts._read.__wrapped__))
    with speaking("de"):
        assert (t("Overview"), t("Target")) == ("Overview", "Target")


def test_make_texts_keeps_what_is_translated_and_guesses_nothing(tmp_path: Path):
    """A new language begins as an empty file of its name; what is translated stays, what is gone goes."""
    old = Catalog(locale="de", fuzzy=False)
    old.add("Overview", "Übersicht")
    old.add("Overvieww", "Übersichtt")
    with (tmp_path / "de.po").open("wb") as file:
        write_po(file, old)
    lines = list(write_texts(tmp_path))
    new = held(tmp_path / "de.po")
    assert (new.get("Overview").string, new.get("Overvieww"), new.get("Target").string) == ("Übersicht", None, "")
    assert lines[-1] == f"de.po: {len(messages()) - 1} to be translated"
    assert list(write_texts(tmp_path)) == lines
