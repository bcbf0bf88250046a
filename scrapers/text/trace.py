"""Text that remembers where each of its characters came from.

Comes in: a text and edits or selections of spans. Goes out: a new `Traced` text whose spans lead back, through every
step before it, to the text the first one was made of. Never here: deciding what to edit.

Each step keeps only the pieces it is made of, so a page of ten million characters that needs no edit costs nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
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
        text, whole = self.text, len(self.text)
        pieces: list[tuple[str, int, int]] = []
        done = 0
        for start, end, replacement, rule in edits:
            if start < done or end < start or end > whole:
                raise ValueError(f"edit {rule!r} at {start}..{end} overlaps or is outside the text")
            if start > done:
                pieces.append((text[done:start], done, start))
            if replacement:
                pieces.append((replacement, start, end))
            done = end
        if done < whole:
            pieces.append((text[done:], done, whole))
        return self._made_of(pieces)

    def select(self, spans: Iterable[tuple[int, int]], glue: str = "\n") -> Traced:
        """These spans, in this order, with `glue` between them."""
        pieces: list[tuple[str, int, int]] = []
        for start, end in spans:
            if end <= start:
                continue
            if pieces:
                pieces.append((glue, start, start))
            pieces.append((self.text[start:end], start, end))
        return self._made_of(pieces)

    def _made_of(self, pieces: Sequence[tuple[str, int, int]]) -> Traced:
        """The text of these pieces, each with the span of this text that it stands for."""
        parts, starts, ends = map(list, zip(*pieces, strict=True)) if pieces else ([], [], [])
        begins = list(accumulate(map(len, parts), initial=0))[:-1]
        return Traced("".join(parts), self, begins, starts, ends)

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
