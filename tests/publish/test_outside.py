"""What a page would fetch or run is found; text that only looks like it is not."""

import pytest

from saypro_analysis.publish.outside import outside_references


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<img src="https://example.org/a.png">',
        "<img src=//example.org/a.png>",
        '<a href="http://example.org">x</a>',
        '<a href="javascript:alert(1)">x</a>',
        '<p onclick="alert(1)">x</p>',
        '<p style="background:url(https://example.org/a.png)">x</p>',
        "<style>@import 'a.css';</style>",
        "<style>p{background:url(a.png)}</style>",
        "<iframe></iframe>",
        "<svg><image xlink:href='http://example.org/a.png'/></svg>",
    ],
)
def test_outside_references_are_found(html: str) -> None:
    """Scripts, event handlers, frames, and addresses of another host in attributes or styles are found."""
    assert outside_references(f"<!doctype html><html><body>{html}</body></html>")


@pytest.mark.parametrize(
    "html",
    [
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        '<a href="sales.html#revenue">x</a>',
        '<a href="mailto:reporting@example.org">x</a>',
        '<img src="data:image/png;base64,AAAA">',
        "<p>see https://example.org or url(x) and src=//y</p>",
        "<style>@font-face{src:url(data:font/woff2;base64,AAAA)}</style>",
        "<svg><use href='#icon'/></svg>",
    ],
)
def test_inside_references_and_text_are_fine(html: str) -> None:
    """Links within the reports, embedded data, and plain text about addresses are no outside reference."""
    assert outside_references(f"<!doctype html><html><body>{html}</body></html>") == ()
