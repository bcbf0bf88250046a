"""How some of the sample notices are printed: with the damage that repost sites do to a page.

Comes in: a clean sentence, and one of `PRINTS`. Goes out: the sentence as such a site prints it; reading it must give
the clean one back. Never here: what notices say.

    clean        as it was written
    annotated    traditional characters, readings with tones behind a third of them
    doubled      traditional characters, readings without tones, once to three times
    traditional  traditional characters
    shifted      annotated, and 專科醫院 read on one byte out of step
    cluttered    clean, between a line of advertising, other articles, and a line of place names
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from random import Random
from typing import Literal

from scrapers.text import gbk_shift
from scrapers.text.annotations import toned_readings, toneless

Print = Literal["clean", "annotated", "doubled", "traditional", "shifted", "cluttered"]
PRINTS: tuple[Print, ...] = ("clean", "annotated", "doubled", "traditional", "shifted", "cluttered")

SHARE = 0.35  # of the characters that get an annotation
SPAM_HEAD = "示例广告|示例小说排行榜|示例手机铃声|示例壁纸下载|示例天气查询|示例星座运势|示例快递查询"
SPAM_TAIL = "昆山市| 曲阜市| 德江县| 凤台县| 武安市| 浏阳市| 云浮市| 霍山县| 广饶县| 临泉县| 根河市| 梓潼县|"


def dress(text: str, print_: Print, seed: str) -> str:
    """A sentence as the site prints it."""
    if print_ in ("clean", "cluttered"):
        return text
    traditional = _to_traditional()(text)
    if print_ == "traditional":
        return traditional
    annotated = _annotate(traditional, print_ == "doubled", Random(f"{seed}/{text}"))
    return _shift(annotated) if print_ == "shifted" else annotated


def _annotate(text: str, doubled: bool, rng: Random) -> str:
    printed = ""
    for character in text:
        printed += character
        readings = sorted(toned_readings(character)) if character >= "\u3400" else []
        if readings and rng.random() < SHARE:
            reading = rng.choice(readings)
            printed += f"({toneless(reading)})" * rng.choice((1, 1, 2, 3)) if doubled else f"({reading})"
    return printed


def _shift(text: str) -> str:
    """The first 專科醫院 of a text, damaged; whatever annotations stood in it."""
    for at in range(len(text)):
        if text[at] == "專":
            plain, end = "", at
            while end < len(text) and len(plain) < 4:
                if text[end] == "(":
                    end = text.index(")", end) + 1
                    continue
                plain += text[end]
                end += 1
            if plain == "專科醫院":
                return text[:at] + gbk_shift.damage("專科醫(yī)院") + text[end:]
    return text


@functools.cache
def _to_traditional() -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("s2t").convert
    return convert
