"""Texts that a company may bring: long ones, other scripts, and texts that want to be code; all distinct by place."""

import zlib
from collections.abc import Callable
from itertools import cycle, islice

from small_params import Word

WIDTH = 80
ARABIC = ("متوسط وقت الاستجابة", "رضا العملاء عن الخدمة", "نقص الموارد في الفريق", "عدد الطلبات المفتوحة")
HEBREW = ("זמן טיפול ממוצע", "שביעות רצון לקוחות", "מחסור במשאבים", "מספר הפניות הפתוחות")
CHINESE = ("平均处理时间", "客户满意度", "资源短缺与培训不足", "未结工单数量", "每月合格销售线索")

#: Everything that a page must not take for markup, style, script, template or mathematics. Control characters come as
#: YAML and CSV let them through; U+202E turns the writing direction.
ATTACKS = (
    "<script>window.owned=1</script>",
    "\"><img src=x onerror='window.owned=1'>",
    "'><svg onload='window.owned=1'></svg>",
    "</style><style>body{--owned:1;display:none}</style>",
    ";}body{--owned:1}/*",
    "</title></textarea></script></svg>",
    "<h1>h</h1><a href='javascript:window.owned=1'>x</a><nav></nav><main><tr><td>",
    "javascript:window.owned=1",
    "$x$ \\(x\\) \\frac{1}{2} $$y$$",
    "{{7*7}} {% raw %} {#c#} ${7*7} %s {0}",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "[x](javascript:window.owned=1) **b** `c`",
    '=1+1 @SUM(A1) id="main" url(#a)',
    "\u202eright to left\u202c\u200b\u2028\u00ad",
)
CONTROLS = "\x07\x1b[31m\x7f\x85"


def long_words(place: str, text: str) -> str:
    """80 characters of words."""
    return _filled(f"{text} {place.rsplit('.', maxsplit=1)[-1]} of a rather long name ")


def unbroken(place: str, text: str) -> str:
    """80 characters with no place for a break."""
    return _filled(f"{text}_{place.rsplit('.', maxsplit=1)[-1]}_".replace(" ", "_"))


def _filled(text: str) -> str:
    return "".join(islice(cycle(text), WIDTH)).strip()


def other_script(*phrases: str) -> Word:
    """The phrases in turn, with a number so that no two places have one text; the number is the same for one text."""

    def word(place: str, text: str) -> str:
        number = zlib.crc32(f"{place}{text}".encode()) % 1000
        return f"{phrases[number % len(phrases)]} {number}"

    return word


right_to_left = other_script(*ARABIC, *HEBREW)
chinese = other_script(*CHINESE)


def hostile(place: str, text: str) -> str:
    """All attacks, after the plain text and the place, so that what is shown can be found and told apart."""
    attack = " ".join(ATTACKS) + ("" if place == "Table.file" else CONTROLS)
    attack = attack.replace("/", "\N{FRACTION SLASH}") if place == "Table.file" else attack
    return f"{text} {place} {attack}"[: 200 if place == "Table.file" else None]


def harmless(place: str, text: str) -> str:
    """The hostile text of that place with every character of markup replaced by a letter: as long, in as many words."""
    return _tamed(hostile(place, text))


def _tamed(text: str) -> str:
    return "".join(sign if (sign.isalnum() and sign.isascii()) or sign in " ._" else "x" for sign in text)


Words = Callable[[str, str], str]
