"""Lines that a page broke where they were full → the paragraphs they were.

Comes in: a text as papers in columns and files for print leave it: 组建两个紧 | 密型医共体. Goes out: the same text
without the breaks within its paragraphs. Never here: lines that end where a sentence does.

A break is told in two ways. In a paragraph of several lines, one below the other and as wide as each other but for the
last, it is where a line ends. And where lines differ, it is behind a line that has begun a sentence and not ended it,
if the next one ends a sentence. A page without several such breaks is not wrapped, and stays as it is.
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
FEWEST_PROSE = 2  # lines of those in which sentences pause or end
LONGEST_LINE = WIDEST // 2  # characters
WIDE = WIDEST + 1  # columns of a line that is no full one, being longer
BEGUN = 20  # characters of a line with a sentence that goes on

_ENDS = tuple("。!?;:！？；：…”」』")  # how a line ends that need not go on
_RUNS_ON = re.compile(rf"\n[^\n]{{12,200}}+(?<=[^\n{''.join(_ENDS)} \u3000])(?=\n)")
_PAUSE = re.compile("[,。、;，；]")
_JOINT = re.compile(r"[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")
_GOES_ON = re.compile(r"[\u3400-\u9fff\d,、，(（《“]$")  # the end of a line that does
_BEGINS_ANEW = re.compile(
    r"[\s·•●■◆▪*\-—【\[(（《“]|(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、)．）]\D|第[一二三四五六七八九十]{1,3}[章节条]|附件|来源|作者|记者|编辑"
)

Line = tuple[int, int, int]  # begin, end, columns


def joined(traced: Traced) -> Traced:
    """The text with each wrapped paragraph on one line; a text that is not wrapped as it is."""
    text = traced.text
    running = _RUNS_ON.findall(text)
    if len(running) < FEWEST_BREAKS or sum(len(_PAUSE.findall(line)) > 1 for line in running) < FEWEST_PROSE:
        return traced  # the lines of a list of headlines
    lines = [*_lines(text)]
    full = [pair for run in _paragraphs(lines) if _is_prose(text, run) for pair in itertools.pairwise(run)]
    begun = [pair for pair in itertools.pairwise(lines) if _is_begun(text, *pair)]
    if sum(not text.endswith(_ENDS, begin, end) for (begin, end, _), _ in {*full, *begun}) < FEWEST_BREAKS:
        return traced
    pairs = sorted({*full, *begun})
    return traced.edit([Edit(end, begin, "", "wrapped_line") for (_, end, _), (begin, _, _) in pairs])


def _paragraphs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Runs of lines of one width, the last perhaps shorter."""
    run: list[Line] = []
    least = most = 0
    for line in lines:
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
    """Each line without the blanks around it; one that is too long to have been full is wider than any."""
    at = 0
    for whole in text.split("\n"):
        bare = whole.strip()
        begin = at + whole.find(bare)
        yield begin, begin + len(bare), _columns(bare)
        at += len(whole) + 1
    yield at, at, 0


def _columns(line: str) -> int:
    """A Chinese character has three bytes and two columns. Where it matters only that a line is not full, about."""
    length = len(line)
    if length > LONGEST_LINE:
        return WIDE
    return (length + len(line.encode(errors="surrogatepass"))) // 2 if length >= NARROWEST // 2 else length


def _is_begun(text: str, line: Line, follows: Line) -> bool:
    """Whether a line has begun a sentence, and the next one goes on with it to its end."""
    begin, end, _ = line
    if end - begin < BEGUN or not follows[2] or not _GOES_ON.search(text, end - 1, end):
        return False
    if "。" not in text[begin:end] and not (text[end - 1].isdecimal() and _pauses(text, line) >= 2):
        return False
    goes_on = "。" in text[follows[0] : follows[1]] or _pauses(text, follows) >= 2
    return goes_on and not _BEGINS_ANEW.match(text, follows[0])


def _pauses(text: str, line: Line) -> int:
    return len(_PAUSE.findall(text, line[0], line[1]))


def _is_prose(text: str, lines: Sequence[Line]) -> bool:
    """Sentences that run on over the ends of lines, in Chinese."""
    begin, end = lines[0][0], lines[-1][1]
    if "。" not in text[begin:end] or len(_PAUSE.findall(text, begin, end)) * 2 < len(lines):
        return False
    return all(_JOINT.match(text, a[1] - 1) or _JOINT.match(text, b[0]) for a, b in itertools.pairwise(lines))
