"""Text that remembers where each of its characters came from.

Comes in: a text and edits or selections of spans. Goes out: a new `Traced` text whose spans lead back, through every
step before it, to the text the first one was made of. Never here: deciding what to edit.

Each step keeps only the pieces it is made of, so a page of ten million characters that needs no edit costs nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `replacement` where text[start:end] was. `rule` names the reason, for the log."""

    start: int
    end: int
    replacement: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """`length` characters made of source[start:end]; equal lengths map character by character."""

    start: int
    end: int
    length: int


@dataclass(frozen=True, slots=True)
class Traced:
    """A text, and the way back to the text it began as."""

    text: str
    _source: Traced | None = None
    _begins: list[int] = field(default_factory=list, repr=False)
    _pieces: list[_Piece] = field(default_factory=list, repr=False)

    def edit(self, edits: Sequence[Edit]) -> Traced:
        """The text after these edits, which must be in order and apart from one another."""
        if not edits:
            return self
        parts: list[str] = []
        pieces: list[_Piece] = []
        done = 0
        for edit in edits:
            if edit.start < done or edit.end < edit.start or edit.end > len(self.text):
                raise ValueError(f"edit {edit.rule!r} at {edit.start}..{edit.end} overlaps or is outside the text")
            if edit.start > done:
                parts.append(self.text[done : edit.start])
                pieces.append(_Piece(done, edit.start, edit.start - done))
            if edit.replacement:
                parts.append(edit.replacement)
                pieces.append(_Piece(edit.start, edit.end, len(edit.replacement)))
            done = edit.end
        if done < len(self.text):
            parts.append(self.text[done:])
            pieces.append(_Piece(done, len(self.text), len(self.text) - done))
        return self._made_of(parts, pieces)

    def select(self, spans: Iterable[tuple[int, int]], glue: str = "\n") -> Traced:
        """These spans, in this order, with `glue` between them."""
        parts: list[str] = []
        pieces: list[_Piece] = []
        for start, end in spans:
            if end <= start:
                continue
            if parts:
                parts.append(glue)
                pieces.append(_Piece(start, start, len(glue)))
            parts.append(self.text[start:end])
            pieces.append(_Piece(start, end, end - start))
        return self._made_of(parts, pieces)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] stood in the text that the first step began with."""
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"{start}..{end} is outside a text of {len(self.text)} characters")
        if self._source is None:
            return start, end
        if start == end:
            at = self._begin(start) if start < len(self.text) else self._end(start)
            return self._source.origin(at, at)
        return self._source.origin(self._begin(start), self._end(end))

    def _made_of(self, parts: list[str], pieces: list[_Piece]) -> Traced:
        begins: list[int] = []
        at = 0
        for piece in pieces:
            begins.append(at)
            at += piece.length
        return Traced("".join(parts), self, begins, pieces)

    def _begin(self, at: int) -> int:
        index = bisect_right(self._begins, at) - 1
        piece = self._pieces[index]
        return piece.start + (at - self._begins[index] if piece.length == piece.end - piece.start else 0)

    def _end(self, at: int) -> int:
        if not self._pieces:
            return 0
        index = bisect_right(self._begins, at - 1) - 1
        piece = self._pieces[index]
        return piece.start + at - self._begins[index] if piece.length == piece.end - piece.start else piece.end
