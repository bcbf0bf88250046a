"""Bytes of a page → its characters.

Comes in: bytes as they were archived. Goes out: `Decoded`: the text, the encoding that was found, and whether some
bytes stood for nothing (they are then U+FFFD, never dropped). Never here: cleaning.

Declared charsets are wrong on one real page in seven, and GB18030 decodes Big5 bytes without an error, so the bytes
decide: byte order mark, strict UTF-8 (a tail cut within a character allowed), then whichever of GB18030 and Big5
gives the characters that Chinese is written with.
"""

from __future__ import annotations

import codecs
import functools
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 64 * 1024  # bytes that are enough to tell two encodings apart

# The characters most used in Chinese running text, simplified and traditional, and those of this field.
_FREQUENT = re.compile(
    "["
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学"
    "法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政"
    "四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最"
    "這為個國時來們對會發動過說產種後學經進著電裡現實應開還當從業兩體機點與關線內數間樣條沒結解問無係軍醫療衛院區縣鎮務員號"
    "医疗卫院区县镇务员号城市服务健康委通知级检查床位门诊,。、;:"
    "]"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    encoding: str
    damaged: bool  # some bytes stand for no character; they are U+FFFD in the text


@functools.lru_cache(maxsize=1)  # several rooms ask for the page that is being read
def decode(data: bytes) -> Decoded:
    """The characters of a page. Never fails, never drops a byte in silence."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _with_marks(data[len(mark) :], encoding)
    text = _utf8(data)
    if text is not None:
        return Decoded(text, "utf-8", damaged=False)
    if _utf8_share(data) > 0.9:  # a UTF-8 page with a few broken places, not another encoding
        return _with_marks(data, "utf-8")
    return _with_marks(data, max(("gb18030", "big5"), key=lambda encoding: _score(data[:_SAMPLE], encoding)))


def _utf8(data: bytes) -> str | None:
    """Strict UTF-8, but the last character may be cut off: real captures end within one."""
    try:
        return codecs.utf_8_decode(data, "strict", False)[0]
    except UnicodeDecodeError:
        return None


def _with_marks(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, damaged="\ufffd" in text)


def _utf8_share(data: bytes) -> float:
    """The share of characters outside ASCII that are sound UTF-8."""
    text = data[:_SAMPLE].decode("utf-8", "replace")
    foreign = _foreign(text)
    return 1 - text.count("\ufffd") / foreign if foreign else 0.0


def _score(sample: bytes, encoding: str) -> float:
    """How much of the text outside ASCII is what Chinese is written with; broken bytes count against it."""
    text = sample.decode(encoding, "replace")
    foreign = _foreign(text)
    if not foreign:
        return 0.0
    return (len(_FREQUENT.findall(text)) - 2 * text.count("\ufffd")) / foreign


def _foreign(text: str) -> int:
    """The number of characters outside ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))
