"""Lines that a page broke where they were full → the paragraphs they were.

Comes in: a text as papers in columns and files for print leave it: 组建两个紧 | 密型医共体. Goes out: the same text
without the breaks within its paragraphs. Never here: lines that end where a sentence does.

A paragraph is told by its build: several lines one below the other, as wide as each other but for the last, most of
them ending in the middle of a sentence. Headlines of one length have no full stops, and stay apart.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from scrapers.text.trace import Edit, Traced

NARROWEST, WIDEST = 24, 160  # columns of a full line; a Chinese character takes two
RAGGED = 8  # columns by which full lines differ: an indent, signs that are narrower than others or may not begin a line
FEWEST_LINES = 3  # of a paragraph that is told
FEWEST_BREAKS = 4  # within sentences, on a page that is wrapped
LONGEST_LINE = WIDEST // 2  # characters

_ENDS = tuple("。!?;:!?;:…”」』")  # how a line ends that need not go on
_RUNS_ON = rf"[^\n]{{12,{LONGEST_LINE}}}+\n(?<=[^\n{''.join(_ENDS)} \u3000]\n)"
_WRAPPED = re.compile(rf"\n{_RUNS_ON}{_RUNS_ON}{_RUNS_ON}")  # what no page can do without that is wrapped
_PAUSE = re.compile("[,。、;,;]")
_JOINT = re.compile(r"[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")

Line = tuple[int, int, int]  # begin, end, columns


def joined(traced: Traced) -> Traced:
    """The text with each wrapped paragraph on one line; a text that is not wrapped as it is."""
    text = traced.text
    if not _WRAPPED.search(text):
        return traced
    paragraphs = [lines for lines in _paragraphs(text) if _is_prose(text, lines)]
    pairs = [pair for lines in paragraphs for pair in itertools.pairwise(lines)]
    if sum(not text.endswith(_ENDS, begin, end) for (begin, end, _), _ in pairs) < FEWEST_BREAKS:
        return traced
    return traced.edit([Edit(end, begin, "", "wrapped_line") for (_, end, _), (begin, _, _) in pairs])


def _paragraphs(text: str) -> Iterator[list[Line]]:
    """Runs of lines of one width, the last perhaps shorter."""
    run: list[Line] = []
    least = most = 0
    for line in _lines(text):
        columns = line[2]
        if run and most - RAGGED <= columns <= least + RAGGED:
            run.append(line)
            least, most = min(least, columns), max(most, columns)
            continue
        if len(run) >= FEWEST_LINES - 1 and 0 < columns < most:
            run.append(line)
            columns = 0
        if len(run) >= FEWEST_LINES:
            yield run
        run = [line] if NARROWEST <= columns <= WIDEST else []
        least = most = columns


def _lines(text: str) -> Iterator[Line]:
    """Each line without the blanks around it; one that is empty, or too long to have been full, has no columns."""
    at = 0
    for whole in text.split("\n"):
        bare = whole.strip()
        begin = at + whole.find(bare)
        yield begin, begin + len(bare), _columns(bare) if len(bare) <= LONGEST_LINE else 0
        at += len(whole) + 1
    yield at, at, 0


def _columns(line: str) -> int:
    """A Chinese character has three bytes and two columns."""
    return (len(line) + len(line.encode(errors="surrogatepass"))) // 2


def _is_prose(text: str, lines: Sequence[Line]) -> bool:
    """Sentences that run on over the ends of lines, in Chinese."""
    begin, end = lines[0][0], lines[-1][1]
    if "。" not in text[begin:end] or len(_PAUSE.findall(text, begin, end)) * 2 < len(lines):
        return False
    return all(_JOINT.match(text, a[1] - 1) or _JOINT.match(text, b[0]) for a, b in itertools.pairwise(lines))
