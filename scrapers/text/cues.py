"""The words of cues.yml, by which pages say which of their lines are the article and which are furniture."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml

CUES = Path(__file__).parent / "cues.yml"


@dataclass(frozen=True, slots=True)
class Cues:
    related_begins: tuple[str, ...]
    related_lines: frozenset[str]
    article_ends: tuple[str, ...]
    furniture_holds: tuple[str, ...]
    notes_hold: tuple[str, ...]
    foot_begins: tuple[str, ...]
    furniture_lines: tuple[str, ...]
    columns: tuple[str, ...]
    headings: frozenset[str]
    article_words: tuple[str, ...]
    title_prefixes: tuple[str, ...]
    title_suffixes: tuple[str, ...]
    outlets: tuple[str, ...]
    sites: tuple[str, ...]
    content_elements: tuple[str, ...]
    title_meta: tuple[str, ...]
    date_meta: tuple[str, ...]
    source_meta: tuple[str, ...]


@functools.cache
def cues() -> Cues:
    """The words of cues.yml. Raises ValueError where an entry is no word, as 抄送: without quotes."""
    words = yaml.safe_load(CUES.read_text(encoding="utf-8"))
    for name, listed in words.items():
        if odd := [word for word in listed if not isinstance(word, str)]:
            raise ValueError(f"{CUES.name}: {name}: {odd[0]!r} is no word (put figures and signs in quotes)")
    ends, headings = frozenset(words.pop("related_lines")), frozenset(words.pop("headings"))
    return Cues(related_lines=ends, headings=headings, **{key: tuple(value) for key, value in words.items()})
