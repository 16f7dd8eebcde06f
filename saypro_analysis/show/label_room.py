"""How wide labels are, and long ones in little room: broken into lines, and only then cut. Lengths are in pixels."""

import unicodedata
from itertools import accumulate

SMALL, SIZE, LARGE = 12.5, 13.0, 13.5  # of text in charts: ticks and notes, labels, values
BOLD = 1.06  # how much wider bold letters are
_WIDE = 1.2  # of letters that fill a square, as Chinese ones, in the fonts that browsers find for them
_OTHER = 0.72  # of letters that the report's font does not have
#: Widths of letters as parts of the font's size, rounded up: the advance widths of Inter, the report's font, with all
#: digits as wide as in tables.
_WIDTHS = {
    0.25: "ijl",
    0.30: " !',.:I’",
    0.35: ";`t|",
    0.40: "()/[\\]fr",
    0.45: "{}“”",
    0.50: '"-^_–',
    0.55: "*?ksx",
    0.60: "FJLacehnouvyz",
    0.65: "#$&0123456789EPRSTZbdgpq£",
    0.70: "+<=>ABKVXY~−€",
    0.75: "CDGHU",
    0.80: "NOQ",
    0.85: "w",
    0.90: "m…",
    0.95: "M",
    1.00: "%@W",
}
_WIDTH = {letter: width for width, letters in _WIDTHS.items() for letter in letters}


def text_width(text: str, size: float = SIZE, *, bold: bool = False) -> float:
    """How wide a text is drawn in the report's font.

    >>> text_width("Illi") < text_width("Wham") < text_width("Wham", bold=True)
    True
    """
    return sum(map(_letter, text)) * size * (BOLD if bold else 1.0)


def _letter(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    plain = unicodedata.normalize("NFD", letter)[0]  # an accent makes no letter wider
    return _WIDTH.get(plain, _OTHER)


def wrapped(text: str, room: float, *, size: float = SIZE, lines: int = 2) -> str:
    """The text in at most ``lines`` lines of ``room`` pixels, broken at blanks; what does not fit ends in an ellipsis.

    >>> wrapped("Misalignment of teams and goals", 120)
    'Misalignment of\\nteams and goals'
    >>> wrapped("Misalignment of teams and goals", 60, lines=1)
    'Misalig…'
    """
    held: list[str] = []
    for word in text.split():
        if held and text_width(f"{held[-1]} {word}", size) <= room:
            held[-1] += f" {word}"
        else:
            held.append(word)
    if len(held) > lines:
        held = [*held[: lines - 1], " ".join(held[lines - 1 :])]
    return "\n".join(shortened(line, room, size=size) for line in held)


def shortened(text: str, room: float, *, size: float = SIZE) -> str:
    """The text cut to ``room`` pixels.

    >>> shortened("Misalignment of teams and goals", 90)
    'Misalignme…'
    """
    if text_width(text, size) <= room:
        return text
    # Summed up once: a text of a hundred thousand letters must not be measured again for each of them.
    widths = enumerate(accumulate(map(_letter, text)))
    kept = next(place for place, wide in widths if (wide + _letter("…")) * size > room)
    return f"{text[:kept].rstrip()}…"
