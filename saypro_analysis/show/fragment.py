"""What a cell of a notebook shows: a piece of HTML for page and JupyterLab, with its plain text.

All HTML of a fragment comes from Jinja2 with autoescape or from markupsafe, so the exporter may pass it through.
Whatever else a notebook puts out is cleaned there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from saypro_analysis.texts import t

#: What the page's template reads: title, language, navigation.
PAGE_MIME = "application/vnd.saypro.page+json"

Bundle = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """A piece of a report. ``page`` is for the page around it: its title, language and navigation.

    >>> data, metadata = Fragment(html="<p>3 of 8</p>", text="3 of 8")._repr_mimebundle_()
    >>> data["text/html"], metadata["text/html"]
    ('<div class="saypro"><p>3 of 8</p></div>', {'saypro': True})
    """

    html: str
    text: str
    page: Mapping[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_filters: Any) -> Bundle:
        shown = f'<div class="saypro">{self.html}</div>' if self.html else ""
        data: dict[str, Any] = {"text/html": shown, "text/plain": self.text}
        if self.page:
            data[PAGE_MIME] = dict(self.page)
        return data, {"text/html": {"saypro": True}}


NOTHING = Fragment(html="", text="")


def join(*parts: Fragment) -> Fragment:
    """The fragments one after the other, as one; empty ones leave no trace."""
    held = [part for part in parts if part.html]
    return Fragment(html="\n".join(part.html for part in held), text="\n".join(part.text for part in held))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=t, t=t)
    return environment


def compile_templates() -> None:
    """Compile every template, which is otherwise done when it is used for the first time."""
    for name in _environment().list_templates():
        _environment().get_template(name)


def render(template: str, **values: Any) -> Markup:
    """The template ``templates/<template>.html.j2`` with these values; text in them is escaped."""
    return Markup(_environment().get_template(f"{template}.html.j2").render(**values).strip())  # noqa: S704 (autoescaped)
