"""What a notice says of itself as a document: who signed it, when, from when it holds, and which documents it cites.

Comes in: the body of a page, its own document number. Goes out: `Document`. Never here: the date on which the page was
published, or an issuer that a report about the document names.

Signatures stand at the end: lines of offices, and below them a line that is nothing but a date. A notice says 自…起施行
of itself; a date relative to another (自印发之日起) is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scrapers.text import dates
from scrapers.text.doc_numbers import DocNumber

TAIL = 14  # lines at the end in which a signature stands
LONGEST_SIGNATURE = 120
LONGEST_DATE = 40  # characters of a line that is nothing but a date
_OFFICE = re.compile(
    r"[\u4e00-\u9fff]{2,24}?(?:办公厅|办公室|委员会|人民政府|管理局|监督局|保障局|中医药局|疾控局|健康局|卫生局|财政局|公安局"
    r"|卫健委|卫生健康委|发改委|综合组|[\u4e00-\u9fff]部|[\u4e00-\u9fff]厅|[\u4e00-\u9fff]局|[\u4e00-\u9fff]委|医院|协会|学会|集团)"
)
_BETWEEN = re.compile(r"[ \u3000、,\t]+")
_NOTE = re.compile(r"\(.{0,40}\)|附件.{0,80}|\d+\..{0,80}|抄送.{0,80}|相关链接.{0,80}")
_EFFECTIVE = re.compile(r"自\s?(?P<date>[^,。;自]{6,16}?)\s?起\s?(?:正式)?(?:施行|实施|执行|生效|试行)")


@dataclass(frozen=True, slots=True)
class Document:
    issuers: tuple[str, ...] = ()
    signed_date: str | None = None
    effective_date: str | None = None
    cited_doc_numbers: tuple[str, ...] = ()


def read(body: str, own_number: str | None, found: Sequence[DocNumber]) -> Document:
    """Only what the text (folded: scrapers.text.fold) states; relative dates (自印发之日起) are none. `found`: the
    document numbers in it."""
    signed, issuers = _signature(body.split("\n"))
    cited = dict.fromkeys(each.number for each in found if each.number != own_number)
    return Document(issuers, signed, _effective(body), tuple(cited))


def _signature(lines: list[str]) -> tuple[str | None, tuple[str, ...]]:
    """The last date line near the end, and the offices on the lines right above it."""
    lines = list(filter(None, map(str.strip, lines)))[-TAIL:]
    for index in range(len(lines) - 1, -1, -1):
        if (date := _date_alone(lines[index])) is None:
            if _NOTE.match(lines[index]) or _offices(lines[index]):
                continue
            return None, ()
        issuers: list[str] = []
        for line in reversed(lines[:index]):
            if not (offices := _offices(line)):
                break
            issuers = [*offices, *issuers]
        return date, tuple(dict.fromkeys(issuers))
    return None, ()


def _date_alone(line: str) -> str | None:
    found = dates.find(line) if len(line) <= LONGEST_DATE else []
    if len(found) != 1 or found[0].precision != "day" or line[: found[0].start].strip() or line[found[0].end :].strip():
        return None
    return found[0].iso


def _offices(line: str) -> list[str]:
    """The offices of a line that holds nothing else."""
    if len(line) > LONGEST_SIGNATURE:
        return []
    names = [name for name in _BETWEEN.split(line.strip()) if name]
    return names if names and all(_OFFICE.fullmatch(name) for name in names) else []


def _effective(text: str) -> str | None:
    found = _EFFECTIVE.search(text)
    mention = dates.find(found["date"]) if found else []
    return mention[0].iso if len(mention) == 1 and mention[0].precision == "day" else None
