"""Traditional characters → simplified ones, block by block, and only where a block is written in them.

Comes in: text. Goes out: the edits, each of the length it replaces. Never here: a text that is simplified already:
applied to one, the conversion turns 乾县 into 干县.

A line is converted if more than `SHARE` of its Chinese characters are traditional (real pages: 30 % against 0.1 %);
below that only between lines that are. OpenCC does the words; what it leaves (陜, 衞) is in variants.csv, and names
that it must not touch are in protected_names.csv.
"""

from __future__ import annotations

import csv
import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from scrapers.text.trace import Edit

SHARE = 0.05  # of the Chinese characters of a line

_HERE = Path(__file__).parent
_HAN = re.compile(r"[\u3400-\u9fff]+")
_KANA = re.compile(r"[\u3041-\u30ff]")
# Characters that OpenCC changes and that are standard in simplified text all the same: 昇 and 邨 in names, 瞭望.
_STANDARD = frozenset("昇邨瞭濛氾陞剋噘迺")


def han(text: str, begin: int = 0, end: int = sys.maxsize) -> int:
    """How many Chinese characters stand in text[begin:end]."""
    return sum(map(len, _HAN.findall(text, begin, end)))


def to_simplified(text: str) -> list[Edit]:
    """One edit a line that is written in traditional characters."""
    spans: list[tuple[int, int]] = []
    for line in _traditional_lines(text):
        if spans:
            spans += _line_between(text, spans[-1][1], line[0])
        spans.append(line)
    if not spans:
        return []
    wholes = [text[start:end] for start, end in spans]
    converted = convert("\n".join(wholes)).split("\n")  # one call for all of them
    return [
        Edit(start, end, now, "script")
        for (start, end), was, now in zip(spans, wholes, converted, strict=True)
        if now != was
    ]


def convert(text: str) -> str:
    """The text in simplified characters, each line of the same length, whatever it is written in."""
    converted = _opencc()(text)
    if len(converted) != len(text):  # a phrase of another length: that line character by character
        converted = "\n".join(map(_of_its_length, text.split("\n")))
    for variant in set(_variant().findall(converted)):
        converted = converted.replace(variant, _variants()[variant])
    parts, done = [], 0
    for name in _protected().finditer(text):
        parts += [converted[done : name.start()], name[0]]
        done = name.end()
    return "".join([*parts, converted[done:]])


def _of_its_length(line: str) -> str:
    converted = _opencc()(line)
    return converted if len(converted) == len(line) else "".join(map(simplified, line))


@functools.cache
def simplified(character: str) -> str:
    """The simplified form of one character; itself where there is none."""
    found = _opencc()(character)
    found = _variants().get(found, found)
    return found if len(found) == 1 else character


def traditional_share(text: str) -> float:
    """The share of traditional characters among the Chinese ones."""
    strong = len(_traditional().findall(text))
    return strong / han(text) if strong else 0.0


def _traditional_lines(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while found := _traditional().search(text, at):
        start = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.end())
        end = at = len(text) if end < 0 else end
        if _is_traditional(text, start, end):
            yield start, end


def _is_traditional(text: str, start: int, end: int) -> bool:
    """Is enough of the Chinese of a line in characters that only traditional text has?"""
    strong = len(_traditional().findall(text, start, end))
    if strong <= SHARE * (end - start) and strong <= SHARE * han(text, start, end):
        return False
    return len(_KANA.findall(text, start, end)) <= strong  # else it is Japanese


def _line_between(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The only line between two traditional ones, where it holds a character that OpenCC changes: 三年後."""
    middle = text[start:end].strip("\n")
    if not middle or "\n" in middle or not (_both().search(middle) or _traditional().search(middle)):
        return []
    start = text.index(middle, start)
    return [(start, start + len(middle))]


@functools.cache
def _traditional() -> re.Pattern[str]:
    """Every character that only traditional text has."""
    return _class(c for c in _changed() | _variants().keys() if not _is_gb2312(c) and c not in _STANDARD)


@functools.cache
def _both() -> re.Pattern[str]:
    """Characters that OpenCC changes though the simplified standard has them."""
    return _class(c for c in _changed() if _is_gb2312(c) or c in _STANDARD)


def _class(characters: Iterable[str]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(sorted(characters))}]")


def _changed() -> frozenset[str]:
    """The characters of the two common blocks that OpenCC changes when they stand alone."""
    block = "".join(map(chr, range(0x3400, 0xA000)))
    converted = "".join(map(_opencc(), block))
    return frozenset(c for c, now in zip(block, converted, strict=True) if c != now)


def _is_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@functools.cache
def _opencc() -> Callable[[str], str]:
    """OpenCC's own table by its whole path: a bare name is looked for in the working directory first."""
    import opencc

    config = Path(opencc.__file__).parent / "clib" / "share" / "opencc" / "t2s.json"
    convert: Callable[[str], str] = opencc.OpenCC(str(config)).convert
    return convert


@functools.cache
def _variants() -> dict[str, str]:
    return {row["variant"]: row["simplified"] for row in _table("variants.csv")}


@functools.cache
def _variant() -> re.Pattern[str]:
    return _class(_variants())


@functools.cache
def _protected() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(row["name"]) for row in _table("protected_names.csv")))


def _table(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
