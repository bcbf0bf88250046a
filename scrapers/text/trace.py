"""Text that remembers where each of its characters came from.

Comes in: a text and edits or selections of spans. Goes out: a new `Traced` text whose spans lead back, through every
step before it, to the text the first one was made of. Never here: deciding what to edit.

Each step keeps only the pieces it is made of, so a page of ten million characters that needs no edit costs nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Edit(NamedTuple):
    """Put `replacement` where text[start:end] was. `rule` names the reason, for the log."""

    start: int
    end: int
    replacement: str
    rule: str


@dataclass(frozen=True, slots=True)
class Traced:
    """A text, and the way back to the text it began as."""

    text: str
    _source: Traced | None = None
    # Piece number n is the text from _begins[n] to the next begin, made of source[_starts[n]:_ends[n]]; a piece as long
    # as what it is made of maps character by character. Three lists of numbers cost less than a list of objects.
    _begins: list[int] = field(default_factory=list, repr=False)
    _starts: list[int] = field(default_factory=list, repr=False)
    _ends: list[int] = field(default_factory=list, repr=False)

    def edit(self, edits: Sequence[Edit]) -> Traced:
        """The text after these edits, which must be in order and apart from one another."""
        if not edits:
            return self
        made = _Made(self)
        done = 0
        for edit in edits:
            if edit.start < done or edit.end < edit.start or edit.end > len(self.text):
                raise ValueError(f"edit {edit.rule!r} at {edit.start}..{edit.end} overlaps or is outside the text")
            if edit.start > done:
                made.add(self.text[done : edit.start], done, edit.start)
            if edit.replacement:
                made.add(edit.replacement, edit.start, edit.end)
            done = edit.end
        if done < len(self.text):
            made.add(self.text[done:], done, len(self.text))
        return made.finish()

    def select(self, spans: Iterable[tuple[int, int]], glue: str = "\n") -> Traced:
        """These spans, in this order, with `glue` between them."""
        made = _Made(self)
        for start, end in spans:
            if end <= start:
                continue
            if made.length:
                made.add(glue, start, start)
            made.add(self.text[start:end], start, end)
        return made.finish()

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] stood in the text that the first step began with."""
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"{start}..{end} is outside a text of {len(self.text)} characters")
        traced = self
        while traced._source is not None:
            begins, starts, ends, whole = traced._begins, traced._starts, traced._ends, len(traced.text)
            if start == end:
                place = _begin if start < whole else _end
                start = end = place(begins, starts, ends, whole, start)
            else:
                start, end = _begin(begins, starts, ends, whole, start), _end(begins, starts, ends, whole, end)
            traced = traced._source
        return start, end


def _begin(begins: list[int], starts: list[int], ends: list[int], whole: int, at: int) -> int:
    index = bisect_right(begins, at) - 1
    begin, start = begins[index], starts[index]
    following = begins[index + 1] if index + 1 < len(begins) else whole
    is_straight = following - begin == ends[index] - start
    return start + at - begin if is_straight or at == begin else start


def _end(begins: list[int], starts: list[int], ends: list[int], whole: int, at: int) -> int:
    if not begins:
        return 0
    index = bisect_right(begins, at - 1) - 1
    begin, start, end = begins[index], starts[index], ends[index]
    following = begins[index + 1] if index + 1 < len(begins) else whole
    return start + at - begin if following - begin == end - start else end


class _Made:
    """A text in the making, piece by piece."""

    def __init__(self, source: Traced) -> None:
        self.length = 0
        self._source = source
        self._parts: list[str] = []
        self._begins: list[int] = []
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, part: str, start: int, end: int) -> None:
        self._parts.append(part)
        self._begins.append(self.length)
        self._starts.append(start)
        self._ends.append(end)
        self.length += len(part)

    def finish(self) -> Traced:
        return Traced("".join(self._parts), self._source, self._begins, self._starts, self._ends)
