"""Document numbers: 国卫办医政函〔2023〕199号.

Comes in: text in one spelling (fold.py). Goes out: where document numbers stand, written alike (〔〕, no spaces), and
the document's own number among them. Never here: the register of policy documents.

A number cited in a sentence belongs to another document; the document's own stands alone on a line or after a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = r"[\u4e00-\u9fff]{2,14}\s?[〔\[(【]\s?(?:19|20)\d{2}\s?[〕\])】]\s?第?\d{1,5}\s?号"
_ANY = re.compile(_NUMBER)
_BRACKETS = re.compile(r"[〔\[(【]\s?(?:19|20)\d{2}\s?[〕\])】]\s?第?\d{1,5}\s?号")
_RUN = re.compile(r"[\u4e00-\u9fff]{2,14}\s?$")
_LONGEST_RUN = 15
_ALONE = re.compile(rf"\s*({_NUMBER})\s*")
_LABELLED = re.compile(rf"(?:发文字号|发文号|文\s?号|文件编号)\s?:\s?({_NUMBER})")
_LEAD = re.compile(
    r"[\u4e00-\u9fff]{0,10}(?:按照|根据|依据|依照|参照|遵照|落实|贯彻|执行|印发|下发|转发|文号|和|与|及|见|的|号)"
    r"(?=[\u4e00-\u9fff]{2})"
)
_YEAR = re.compile(r"[〔\[(【]\s?(\d{4})\s?[〕\])】]\s?第?(\d{1,5})\s?号")


@dataclass(frozen=True, slots=True)
class DocNumber:
    start: int
    end: int
    number: str


def find(text: str) -> list[DocNumber]:
    """Every document number, cited ones too."""
    return [_found(m) for m in _matches(text)] if "号" in text else []


def _matches(text: str) -> Iterator[re.Match[str]]:
    """The year in its brackets is rare; only before one are the Chinese characters looked at."""
    done = 0
    for brackets in _BRACKETS.finditer(text):
        run = _RUN.search(text, max(done, brackets.start() - _LONGEST_RUN), brackets.start())
        if run and (match := _ANY.match(text, run.start())):
            yield match
            done = match.end()


def _found(match: re.Match[str]) -> DocNumber:
    """Without the words of the sentence that run into it: 按照国卫医发〔2022〕6号."""
    start, text = match.start(), match[0]
    if lead := _LEAD.match(text):
        start, text = start + lead.end(), text[lead.end() :]
    return DocNumber(start, match.end(), _spell(text))


def own(lines: list[str]) -> str | None:
    """The document's own number among the lines of its head; None when it shows none, or several."""
    lines = [line for line in lines if "号" in line]
    if not lines:
        return None
    labelled = {_spell(m[1]) for line in lines if (m := _LABELLED.search(line))}
    alone = {_spell(m[1]) for line in lines if len(line) < 60 and (m := _ALONE.fullmatch(line))}
    found = labelled or alone
    return found.pop() if len(found) == 1 else None


def _spell(number: str) -> str:
    return "".join(_YEAR.sub(lambda m: f"〔{m[1]}〕{m[2]}号", number).split())
