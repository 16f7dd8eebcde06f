"""Colours by meaning. Charts are drawn with sentinels, which the finished SVG replaces by CSS variables.

So one SVG serves light, dark, print and forced colours.
"""

import re

NAMES = (
    "ink", "muted", "paper", "line", "rule", "band", "common", "concern", "good", "target", "track", "okzone",
    "cs1", "cs2", "cs3", "cs4", "oncs", "seq1", "seq2", "seq3", "seq4", "seq5", "onseq",
)  # fmt: skip
_BASE = 0x0A0B00  # no palette has these near-black blues
_SENTINEL = re.compile(r"#0a0b([0-9a-f]{2})")


def sentinel(name: str) -> str:
    """The colour to draw with; ValueError for a name that is none.

    >>> sentinel("ink")
    '#0a0b00'
    """
    return f"#{_BASE + NAMES.index(name):06x}"


def as_variables(svg: str) -> str:
    """The SVG with every sentinel replaced by its CSS variable.

    >>> as_variables("fill: #0a0b02")
    'fill: var(--paper)'
    """
    return _SENTINEL.sub(lambda found: f"var(--{NAMES[int(found[1], 16)]})", svg)
