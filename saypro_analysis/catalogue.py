"""The catalogue of all texts: found in the code and the templates, kept in every language (``make texts``).

The template ``languages/saypro.pot`` holds each message once; each ``languages/<language>.po`` holds it with its
translation. Both are written without dates, line numbers and paths of a machine, so that the same texts give the same
bytes.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from saypro_analysis.texts import LANGUAGES

PACKAGE = Path(__file__).parent
TEMPLATE = "saypro.pot"
KEYWORDS = {"t": None, "n": (1, 2), "later": None, "_": None}
METHODS = [("**.py", "python"), ("**.j2", "jinja2.ext:babel_extract")]
_UNSTABLE = ("Project-Id-Version", "Report-Msgid", "POT-Creation", "PO-Revision", "Last-Translator", "Language-Team",
             "Generated-By")  # fmt: skip
_TITLE = "# All texts of the reports. `make texts` keeps this file; see docs/languages.md."


def messages() -> Catalog:
    """Every message of the package, with the files that it stands in."""
    held = Catalog(header_comment=_TITLE, charset="utf-8", fuzzy=False)
    for path, _, message, _, context in extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS):
        held.add(message, locations=[(path, 1)], context=context)
    return held


def written(held: Catalog) -> bytes:
    """A catalogue as its file: sorted, without what differs from day to day."""
    file = BytesIO()
    write_po(file, held, width=100, sort_output=True, ignore_obsolete=True, include_lineno=False)
    lines = file.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(tuple(f'"{name}' for name in _UNSTABLE))).encode()


def updated(path: Path, template: Catalog) -> Catalog:
    """A language's catalogue with the template's messages; new ones are empty, and nothing is guessed."""
    with path.open("rb") as file:
        held = read_po(file, locale=path.stem)
    held.update(template, no_fuzzy_matching=True)
    held.header_comment, held.fuzzy = _TITLE, False
    return held


def write_texts(folder: Path = LANGUAGES) -> Iterator[str]:
    """Write the template and every language anew; yields a line about each."""
    template = messages()
    (folder / TEMPLATE).write_bytes(written(template))
    yield f"{TEMPLATE}: {len(template)} messages"
    for path in sorted(folder.glob("*.po")):
        held = updated(path, template)
        path.write_bytes(written(held))
        yield f"{path.name}: {sum(not _translated(one) for one in held if one.id)} to be translated"


def _translated(message: Message) -> bool:
    """Whether a message has all its forms, and none of them is Babel's guess."""
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return not message.fuzzy and all(forms)


if __name__ == "__main__":
    for line in write_texts():
        print(line)  # noqa: T201 (a program's answer)
