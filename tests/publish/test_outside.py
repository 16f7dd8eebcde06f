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
        '<meta http-equiv="Refresh" content="0;url=sales.html">',
        '<link rel="stylesheet" href="a.css">',
        '<link rel="icon" href="data:image/png;base64,AAAA">',
        '<form action="sales.html"></form>',
        "<form></form>",
        '<a href="data:text/html,<b>x</b>">x</a>',
        '<a href=" java\nscript:alert(1)">x</a>',
        '<a href="vbscript:x">x</a>',
        '<a href="https:example.org">x</a>',
        r'<a href="\\example.org">x</a>',
        "<svg><a xlink:href='http://example.org'>x</a></svg>",
        '<img src="chart.png">',
        '<img src="">',
        '<img src="data:text/html,x">',
        '<img srcset="data:image/png;base64,AAAA 1x, //example.org/b.png 2x">',
        '<img srcset="data:image/png;base64,AAAA, b.png 2x">',
        "<p style=\"background:image-set('a.png' 1x)\">x</p>",
        '<p style="background:image-set(url(data:image/png;base64,AA) 1x, &quot;//example.org/b&quot; 2x)">x</p>',
        "<style>p{background:image-set('//example.org/a.png' type('image/png'))}</style>",
        "<style>p{color:red} /* never closed */ a{background:url(a.png)}",
        '<svg><rect fill="url(https://example.org/a.svg#b)"/></svg>',
        '<video poster="a.png"></video>',
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
        '<svg><rect fill="url(#b)"/><image href="data:image/png;base64,AAAA"/></svg>',
        '<img srcset="data:image/png;base64,AAAA 1x, data:image/png;base64,BBBB 2.5x">',
        "<p style=\"background:image-set(url(data:image/png;base64,AA) 1x type('image/png'))\">x</p>",
        '<meta charset="utf-8"><meta name="robots" content="noindex">',
        '<a href="../index.html">x</a><a href="#a">x</a>',
        '<img alt="see url(x) and @import" src="data:image/png;base64,AAAA">',
    ],
)
def test_inside_references_and_text_are_fine(html: str) -> None:
    """Links within the reports, embedded data, and plain text about addresses are no outside reference."""
    assert outside_references(f"<!doctype html><html><body>{html}</body></html>") == ()
