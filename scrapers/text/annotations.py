"""Pinyin that repost sites print behind characters: 醫(yī)聯(lián)體, 療(liao)(liao).

Comes in: text. Goes out: the edits that take such annotations out. Never here: any other parenthesis. 甲型(h)流感,
(ICU), 他(he)说 and (见附件) stay.

The reading is a checksum of its character: what stands in the parentheses goes only if it is a reading of the
character before it, or of that character's simplified form. A reading with tone marks proves itself. One without may
be an English word (合(he)), so those go only from a text that is annotated throughout: `DENSITY` of them a thousand
Chinese characters (real pages have 100 to 220, clean ones none).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

from scrapers.text import script
from scrapers.text.trace import Edit

BLANKS = 0.8  # of the toneless annotations of a text have a blank behind them, if that is how its site prints them
DENSITY = 20  # annotations a thousand Chinese characters, from which on readings without tones count

TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿếềê"
SYLLABLE = rf"[a-zü{TONED}]{{1,6}}"
_ANNOTATION = re.compile(rf"[(\uff08]({SYLLABLE})[)\uff09]")
# One definite character first: that is looked for many times as fast as one of several.
_PLAIN, _WIDE = re.compile(rf"\({SYLLABLE}[)\uff09]"), re.compile(rf"\uff08{SYLLABLE}[)\uff09]")
_TONED = re.compile(f"[{TONED}]")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_TONES = {0x300: None, 0x301: None, 0x304: None, 0x30C: None, 0x302: None}
_DIAERESIS = re.compile("u\u0308|ü")


def remove_annotations(text: str) -> list[Edit]:
    """One edit an annotation."""
    found = list(_true(text))
    if not found:
        return []
    found = _with_blanks(found, text)
    if len(found) * 1000 >= DENSITY * len(text):  # so they are in the Chinese part of it
        return found
    if len(found) * 1000 < DENSITY * sum(map(len, _HAN.findall(text))):
        return [edit for edit in found if _TONED.search(text, edit.start, edit.end)]
    return found


def _with_blanks(found: list[Edit], text: str) -> list[Edit]:
    """Some sites print a blank behind every reading, which they give without its tone: 醫(yi) 療(liao)."""
    plain = [edit for edit in found if not _TONED.search(text, edit.start, edit.end)]
    spaced = {edit.start for edit in plain if text.startswith(" ", edit.end)}
    if len(spaced) < BLANKS * len(plain):
        return found
    return [edit._replace(end=edit.end + 1) if edit.start in spaced else edit for edit in found]


@functools.lru_cache(maxsize=65536)
def is_reading(reading: str, character: str) -> bool:
    """Whether a character may be read so, tones aside. lv, lü and lu are all readings of 绿."""
    return toneless(reading) in readings(character)


@functools.cache
def readings(character: str) -> frozenset[str]:
    """Every reading of a character and of its simplified form, without tones."""
    found: set[str] = set()
    for form in {character, script.simplified(character)}:
        for reading in _dictionary().get(ord(form), "").split(","):
            if reading:
                plain = toneless(reading)
                found |= {plain, plain.replace("v", "u")}
    return frozenset(found)


def toned_readings(character: str) -> frozenset[str]:
    """Every reading of a character and of its simplified form as dictionaries print it."""
    forms = {character, script.simplified(character)}
    return frozenset(r for form in forms for r in _dictionary().get(ord(form), "").split(",") if r)


def toneless(reading: str) -> str:
    """xiàn → xian, lǜ → lv."""
    if reading.isascii():
        return reading
    return _DIAERESIS.sub("v", unicodedata.normalize("NFD", reading).translate(_TONES))


def _true(text: str) -> Iterator[Edit]:
    """Every annotation that fits the character it stands behind."""
    if not (_PLAIN.search(text) or _WIDE.search(text)):
        return
    parts = _ANNOTATION.split(text)  # text, reading, text, reading …
    character, at = "", 0  # the character that an annotation right here would belong to
    for before, reading in zip(parts[::2], parts[1::2], strict=False):
        start = at + len(before)
        at = start + len(f"({reading})")
        if before:
            character = before[-1]
        if (character >= "\u3400" or character == "〇") and is_reading(reading, character):
            yield Edit(start, at, "", "pinyin")
        else:
            character = ""


@functools.cache
def _dictionary() -> dict[int, str]:
    from pypinyin.constants import PINYIN_DICT  # half a second, so only for pages that have annotations

    return PINYIN_DICT
