"""Drawings of matplotlib in a page: smaller, and still the same drawing."""

import io
import itertools
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from saypro_analysis.show.svg import drawing, short_path, without_bare_groups

COORDINATE = st.integers(-50, 50)


def points(path):
    """The points of a path of straight lines."""
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[0-9.]+) (-?[0-9.]+)", path)]


def walked(corners):
    """Every place of whole numbers that a walk along level and upright lines passes, in order."""
    places = [corners[0]]
    for (x, y), (u, v) in itertools.pairwise(corners):
        steps = int(max(abs(u - x), abs(v - y)))
        places += [(x + (u - x) * at / steps, y + (v - y) * at / steps) for at in range(1, steps + 1)]
    return places


@given(st.lists(st.tuples(st.booleans(), st.integers(-9, 9)), min_size=1, max_size=30))
def test_a_staircase_keeps_its_way(moves):
    """A path of level and upright steps passes the same places in the same order, with no point too many."""
    corners = [(0.0, 0.0)]
    for level, by in moves:
        x, y = corners[-1]
        corners.append((x + by, y) if level else (x, y + by))
    short = short_path("M " + " L ".join(f"{x:g} {y:g}" for x, y in corners) + " ")
    assert walked(points(short)) == walked(corners)
    kept = points(short)
    assert all(one != two for one, two in itertools.pairwise(kept))


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=2, max_size=30, unique=True))
def test_slanting_lines_keep_every_point(corners):
    """Where no three points lie on one level or upright line, all of them stay."""
    triples = zip(corners, corners[1:], corners[2:], strict=False)
    assume(not any(len({point[at] for point in three}) == 1 for three in triples for at in (0, 1)))
    short = short_path("M " + " L ".join(f"{x} {y}" for x, y in corners))
    assert points(short) == [(float(x), float(y)) for x, y in corners]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("<g><g><path/></g></g>", "<path/>"),
        ('<g class="a"><g><path/></g></g><g/>', '<g class="a"><path/></g>'),
        ('<g><g class="a"><g><path/></g><g class="b"/></g></g>', '<g class="a"><path/><g class="b"/></g>'),
    ],
)
def test_only_bare_groups_go(body, kept):
    """A group with an attribute stays, with the end that belongs to it."""
    assert without_bare_groups(body) == kept


def test_ids_are_the_drawings_own_and_all_references_lead_somewhere():
    """Two drawings of one page share no id; every reference stays inside its drawing."""
    bodies = []
    for name in ("first", "second"):
        figure = Figure(figsize=(4, 3))
        axes = figure.subplots()
        axes.plot(np.arange(5), [1, 3, 2, 5, 4], "o-")
        axes.fill_between(np.arange(5), 0, 1, hatch="//", facecolor="none")
        file = io.StringIO()
        figure.savefig(file, format="svg")
        bodies.append(drawing(file.getvalue(), name=name).body)
    held = [set(re.findall(r' id="([^"]+)"', body)) for body in bodies]
    assert held[0]
    assert not held[0] & held[1]
    for body, ids in zip(bodies, held, strict=True):
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', body)) <= ids


def test_what_is_no_drawing_is_refused():
    """A file without a view box has no size to be shown in."""
    with pytest.raises(ValueError, match="view box"):
        drawing("<svg></svg>", name="chart")
