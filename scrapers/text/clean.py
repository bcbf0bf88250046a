"""The characters of a page → the text its author wrote, in simplified characters, each change logged and traceable.

Comes in: decoded text. Goes out: `Cleaned`: the text with its way back, the log of changes, flags. Each step is a
pure function from a text to the edits it wants; a deeper repair is one more function in `STEPS`. Never here: NFKC
(it rewrites ①, ㎡ and full-width forms), segmentation, or a repair that the text itself does not prove.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scrapers.text import gbk_shift
from scrapers.text.annotations import remove_annotations
from scrapers.text.cells import trim_cells
from scrapers.text.gbk_shift import repair_shift
from scrapers.text.script import to_simplified
from scrapers.text.trace import Edit, Traced

Step = Callable[[str], list[Edit]]

_BREAKS = r"\x0b\x0c\x85\u2028\u2029"
_NOTHING = r"\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f"
_BLANKS = r"\u00a0\u2000-\u200a\u202f\u205f"  # the ideographic space U+3000 is the page's own
_ANY = rf"[\r{_BREAKS}{_NOTHING}{_BLANKS}]"
_UNUSUAL = re.compile(f"{_ANY}{_ANY}*")  # few pages have any
_LINE_ENDS = re.compile(rf"[\r{_BREAKS}](?:(?<=\r)\n|(?:\r(?!\n)|[{_BREAKS}])*)")  # one set first: it is fast
_INVISIBLE = re.compile(rf"[{_NOTHING}][{_NOTHING}]*")
_WIDE_SPACES = re.compile(rf"[{_BLANKS}][{_BLANKS}]*")
_ESCAPED = r"\u003c"
_ESCAPED_TAGS = re.compile(r"(?:\\u003c[^\n\\]{0,300}(?:\\(?!u003)[^\n\\]{0,300}){0,20}\\u003e)+")
_FLAGS = {
    "gbk_shift": "gbk_shift_repaired",
    "gbk_shift_table": "gbk_shift_repaired",
    "pinyin": "pinyin_removed",
    "script": "script_converted",
}


@dataclass(frozen=True, slots=True)
class Cleaned:
    traced: Traced
    log: tuple[Edit, ...]  # offsets count in the text as it was before the step that made the change
    suspects: tuple[tuple[int, int], ...] = ()  # sentences of the raw text with damage that nothing proves

    @property
    def flags(self) -> list[str]:
        """The repairs that a reader of the page would have noticed, and whether one was not possible."""
        found = {_FLAGS[edit.rule] for edit in self.log if edit.rule in _FLAGS}
        return sorted(found | {"gbk_shift_suspect"} if self.suspects else found)


def clean(raw: str) -> Cleaned:
    """Every step in its order."""
    traced = Traced(raw)
    log: list[Edit] = []
    kept: list[tuple[int, int]] = []  # places that no later step may touch
    suspects: tuple[tuple[int, int], ...] = ()
    unusual = "".join({*_UNUSUAL.findall(raw)})
    for step in STEPS:
        if step in _LOOKS_AT and not _LOOKS_AT[step].search(unusual):
            continue
        edits = step(traced.text)
        if kept:
            edits = list(_outside(edits, kept, traced.text))
            kept = list(_moved(kept, edits))
        if edits:
            log.extend(edits)
            traced = traced.edit(edits)
        if step is repair_shift:
            found = gbk_shift.suspects(traced.text)
            kept = [(place.start, place.end) for place in found]
            suspects = tuple(traced.origin(*place.sentence) for place in found)
    return Cleaned(traced, tuple(log), suspects)


def repair(text: str) -> str:
    """A text of any length as its author wrote it: `clean` without the way back."""
    return clean(text).traced.text


def _outside(edits: list[Edit], kept: Sequence[tuple[int, int]], text: str) -> Iterator[Edit]:
    """The edits without what they would change in the kept places. Both lists are in order."""
    first = 0
    for edit in edits:
        while first < len(kept) and kept[first][1] <= edit.start:
            first += 1
        last = first
        while last < len(kept) and kept[last][0] < edit.end:
            last += 1
        touched = kept[first:last]
        if not touched:
            yield edit
        elif len(edit.replacement) == edit.end - edit.start:
            was = text[edit.start : edit.end]
            made = list(edit.replacement)
            for start, end in touched:
                inside = slice(max(start - edit.start, 0), end - edit.start)
                made[inside] = was[inside]
            if (replacement := "".join(made)) != was:
                yield Edit(edit.start, edit.end, replacement, edit.rule)


def _moved(kept: list[tuple[int, int]], edits: list[Edit]) -> Iterator[tuple[int, int]]:
    """Where the kept places stand after edits that leave them alone or keep their length."""
    moved, at = 0, 0
    for start, end in kept:
        while at < len(edits) and edits[at].end <= start:
            moved += len(edits[at].replacement) - (edits[at].end - edits[at].start)
            at += 1
        yield start + moved, end + moved


def line_ends(text: str) -> list[Edit]:
    """Every kind of line end becomes \\n, so that a line means one thing."""
    return [
        Edit(m.start(), m.end(), "\n" if m[0] == "\r\n" else "\n" * len(m[0]), "line_end")
        for m in _LINE_ENDS.finditer(text)
    ]


def invisible(text: str) -> list[Edit]:
    """Zero-width and control characters go: they split words for the machine and for nobody else."""
    return [Edit(m.start(), m.end(), "", "invisible") for m in _INVISIBLE.finditer(text)]


def spaces(text: str) -> list[Edit]:
    """No-break and typographic spaces become plain ones."""
    return [Edit(m.start(), m.end(), " " * len(m[0]), "space") for m in _WIDE_SPACES.finditer(text)]


def escaped_tags(text: str) -> list[Edit]:
    r"""Tags as they stand in a string of JavaScript, \u003cp\u003e, end a line as they would have on the page."""
    if _ESCAPED not in text:
        return []
    return [Edit(m.start(), m.end(), "\n", "escaped_tag") for m in _ESCAPED_TAGS.finditer(text)]


def canonical(text: str) -> list[Edit]:
    """NFC, cluster by cluster, so that each change keeps its place."""
    if unicodedata.is_normalized("NFC", text):
        return []
    edits = []
    at = 0
    for line in text.splitlines(keepends=True):
        if not unicodedata.is_normalized("NFC", line):
            edits += _canonical_line(line, at)
        at += len(line)
    return edits


def _canonical_line(line: str, offset: int) -> list[Edit]:
    edits = []
    begin = 0
    for at in range(1, len(line) + 1):
        if at < len(line) and _joins(line[at]):
            continue
        cluster = line[begin:at]
        composed = unicodedata.normalize("NFC", cluster)
        if composed != cluster:
            edits.append(Edit(offset + begin, offset + at, composed, "nfc"))
        begin = at
    return edits


def _joins(character: str) -> bool:
    """May NFC join this character to the one before it? Combining marks, and the vowels and finals of Hangul."""
    return unicodedata.combining(character) != 0 or (
        character > "\x7f"
        and (not unicodedata.is_normalized("NFC", "a" + character) or "\u1160" <= character <= "\u11ff")
    )


_LOOKS_AT: dict[Step, re.Pattern[str]] = {  # all that these steps look at
    line_ends: _LINE_ENDS,
    invisible: _INVISIBLE,
    spaces: _WIDE_SPACES,
}
STEPS: tuple[Step, ...] = (
    *_LOOKS_AT,
    escaped_tags,
    canonical,
    repair_shift,
    remove_annotations,
    trim_cells,
    to_simplified,
)
