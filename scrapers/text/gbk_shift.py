"""GBK text that lost one byte and was read on out of step: 專科經 printed as ??平?jīng.

Comes in: text, annotations still in it. Goes out: edits for the places that can be proved, and the sentences of those
that can't: they stay as they are, and no fact is read from them. Never here: a guess; real question marks stay.

What happened: a tool took byte 0xA3, the end of one character, and the first byte of the next for a full-width sign
and made that sign narrow. The byte before it became `?`, and everything after it was read one byte out of step, until
a byte below 0x80 put it back in step: the second byte of a character (F in ?,F(xiàn)), or the parenthesis of an
annotation, which was swallowed (?jīng)).

    專 8C A3   科 BF C6   經 BD 9B   (            original
    ?  |  A3 BF: ?  |  C6 BD: 平  |  9B 28: ?     as printed

A place is repaired if the reading printed behind its last character fits what the bytes say, and its first character,
of which one byte is lost, makes a reviewed word with a neighbour (gbk_heads.csv). Without a printed reading only
places that a person has reviewed are repaired (gbk_shift.csv).
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scrapers.text import script
from scrapers.text.annotations import SYLLABLE, TONED, is_reading, toned_readings
from scrapers.text.trace import Edit

LONGEST_RUN = 16  # characters out of step

_LEFT = 32  # characters before a place in which its neighbour stands, annotations and all

_HERE = Path(__file__).parent
_MARK = "[?\uff1f]"
_SIGN = "[!-~\uff01-\uff5e]"
_SHIFTED = re.compile(
    rf"""{_MARK}(?P<sign>{_SIGN})(?P<run>[^\x00-\x7f]{{0,{LONGEST_RUN}}}?)
    (?: (?P<trail>[@-~])\((?P<behind>{SYLLABLE})\)      # in step again with the second byte of a character
      | {_MARK}(?P<swallowed>{SYLLABLE})\)              # in step again behind the parenthesis that was swallowed
    )""",
    re.X,
)
_WITH_TONE = rf"(?=[a-zü]{{0,5}}[{TONED}]){SYLLABLE}"
_SUSPECT = re.compile(
    rf"""
    [?\uff1fA-Za-z](?:                               # what it begins with, so that the search runs from one to the next
        \((?<=[^\x00-\x7f][A-Za-z]\(){_WITH_TONE}\)                                         # 漆t(yī)
      | (?<={_MARK})(?:
            (?:(?<=[^\x00-\x7f].)|(?<=[a-z{TONED}]\).))[,;:\uff0c\uff1b\uff1a](?=[^\x00-\x7f])  # 醫(yī)?;某某
          | {_WITH_TONE}\)                                                                 # ?jīng)
          | {_SIGN}[A-Za-z]\({_WITH_TONE}\)                                                # ?,F(xiàn)
          | (?<=[^\x00-\x7f].){_MARK}(?:[A-Za-z](?![A-Za-z])|[^\x00-\x7f]{{1,3}})             # 通??h, 重點??频膬
        )
    )
    """,
    re.X,
)
_CHARACTER_BEFORE = re.compile(rf"[^\x00-\x7f](?:\({SYLLABLE}\)){{0,4}}$")
_RUN_BEHIND = re.compile(rf"[\u3400-\u9fff]{{1,{LONGEST_RUN}}}")
_STOP = "。!\uff01\n"
LONGEST_SENTENCE = 600


@dataclass(frozen=True, slots=True)
class Suspect:
    """text[start:end] is damaged beyond proof, with the character before it and its annotation, for a reviewer."""

    start: int
    end: int
    sentence: tuple[int, int]


def repair_shift(text: str) -> list[Edit]:
    """One edit a place that can be proved or has been reviewed."""
    if "?" not in text and "\uff1f" not in text:
        return []
    edits: list[Edit] = []
    left, done = "", 0  # what stands before the next place, once repaired
    reviewed = _any_reviewed().finditer(text) if any(damaged in text for damaged in _reviewed()) else ()
    places = [*reviewed, *_shifted(text)]
    for match in sorted(places, key=re.Match.start):
        start, end = match.span()
        if start < done:
            continue
        if (original := _reviewed().get(match[0])) is not None:
            rule = "gbk_shift_table"
        else:
            before = (left + _ANNOTATED.sub("", text[max(done, start - _LEFT) : start]))[-3:]
            original, rule = _prove(match, before), "gbk_shift"
            end = end if match["swallowed"] else match.end("trail")
        if original is not None:
            edits.append(Edit(start, end, original, rule))
            left, done = original, end
    return edits


def suspects(text: str) -> list[Suspect]:
    """The places that look so and are not repaired."""
    if "(" not in text and "?" not in text and "\uff1f" not in text:
        return []
    found: list[Suspect] = []
    for match in _SUSPECT.finditer(text):
        if not _is_suspect(match[0]):
            continue
        start, end = match.span()
        before = _CHARACTER_BEFORE.search(text, max(0, start - _LEFT), start)
        start = before.start() if before and before[0] not in _STOP else start
        if after := _RUN_BEHIND.match(text, end):
            end = after.end()
        if found and start < found[-1].end:
            start = found.pop().start
        found.append(Suspect(start, end, _sentence(text, start, end)))
    return found


def damage(text: str) -> str:
    """What becomes of a text whose first character lost its first byte: the tool's work, for the tests of the table."""
    lost, data = text[0].encode("gb18030"), text[1:].encode("gb18030")
    if len(lost) != 2 or lost[1] != 0xA3:
        raise ValueError(f"no character that ends in A3 at the begin of {text!r}")
    shown = ["?", bytes((0xA3, data[0])).decode("gb18030").translate({0xFF01 + n: 0x21 + n for n in range(94)})]
    at = 1
    while at < len(data):
        if data[at] < 0x80:
            return "".join(shown) + data[at:].decode("gb18030")
        try:
            read = data[at : at + 2].decode("gbk")
            shown.append(read if len(data[at : at + 2]) == 2 else "?")
        except UnicodeDecodeError:
            is_pair = at + 1 < len(data) and data[at + 1] >= 0x40  # a pair without a character vanishes
            shown.append("" if is_pair else "?")
        at += 2
    return "".join(shown)


# ---------------------------------------------------------------- proof


def _shifted(text: str) -> Iterator[re.Match[str]]:
    """Every place of the shape, those too that begin within another."""
    match = _SHIFTED.search(text)
    while match:
        yield match
        match = _SHIFTED.search(text, match.start() + 1)


def _prove(match: re.Match[str], before: str) -> str | None:
    """The original characters of a shifted place, or None where the bytes and the reading don't agree on them."""
    try:
        data = bytes([_byte(match["sign"])]) + match["run"].encode("gbk")
        if match["trail"]:
            decoded = (data + match["trail"].encode()).decode("gbk")
            if not is_reading(match["behind"], decoded[-1]):
                return None
        else:
            last = _by_reading(data[-1], match["swallowed"])
            if last is None:
                return None
            decoded = data[:-1].decode("gbk") + last
    except (UnicodeError, ValueError):
        return None
    head = _head(before, decoded[:3])
    return None if head is None else head + decoded


def _byte(sign: str) -> int:
    """The second byte of the full-width sign that was made narrow."""
    return ord(sign) + 0x80 if sign <= "~" else ord(sign) - 0xFEE0 + 0x80


@functools.cache
def _by_reading(lead: int, reading: str) -> str | None:
    """The only character with this first byte that is read so; its second byte was swallowed and is none of ASCII."""
    found = set()
    for trail in range(0x80, 0xFF):
        try:
            character = bytes((lead, trail)).decode("gbk")
        except UnicodeDecodeError:
            continue
        if reading in toned_readings(character) if not reading.isascii() else is_reading(reading, character):
            found.add(character)
    return found.pop() if len(found) == 1 else None


@functools.lru_cache(maxsize=4096)
def _head(before: str, after: str) -> str | None:
    """The character whose first byte is lost: the only one that makes a reviewed word with what stands around it."""
    around = "".join(map(script.simplified, before + " " + after))
    at = len(before)
    found = {
        row["head"]
        for row in _heads()
        for offset in _offsets(row["word"], script.simplified(row["head"]))
        if at >= offset
        and around[at - offset : at] + script.simplified(row["head"]) == row["word"][: offset + 1]
        and around[at + 1 : at + len(row["word"]) - offset] == row["word"][offset + 1 :]
    }
    return found.pop() if len(found) == 1 else None


_ANNOTATED = re.compile(rf"[(\uff08]{SYLLABLE}[)\uff09]|^{SYLLABLE}[)\uff09]")


def _offsets(word: str, head: str) -> Iterator[int]:
    return (m.start() for m in re.finditer(re.escape(head), word))


# ---------------------------------------------------------------- suspicion


def _is_suspect(place: str) -> bool:
    """?? is often meant; it is suspect if a rare character or a stray letter follows."""
    if place[0] not in "?\uff1f" or place[1] not in "?\uff1f":
        return True
    return any(c.isascii() or _is_rare(c) for c in place[2:])


def _is_rare(character: str) -> bool:
    """Outside the 3,755 characters of everyday use."""
    if not "\u3400" <= character <= "\u9fff":
        return False
    try:
        return not 0xB0 <= script.simplified(character).encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return True


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a place. Its question marks and semicolons may be false, so they end none."""
    least, most = max(0, start - LONGEST_SENTENCE), min(len(text), end + LONGEST_SENTENCE)
    begin = max(text.rfind(stop, least, start) for stop in _STOP) + 1
    stops = [at for stop in _STOP if (at := text.find(stop, end, most)) >= 0]
    return max(begin, least), min(stops, default=most)


# ---------------------------------------------------------------- tables


@functools.cache
def _heads() -> list[dict[str, str]]:
    return _table("gbk_heads.csv")


@functools.cache
def _reviewed() -> dict[str, str]:
    return {row["damaged"]: row["repaired"] for row in _table("gbk_shift.csv")}


@functools.cache
def _any_reviewed() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_reviewed(), key=len, reverse=True))))


def _table(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
