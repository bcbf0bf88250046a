"""Whose health service does a page speak of?

Comes in: title, text, the host it came from and the language it declares. Goes out: mainland, taiwan, hongkong_macao
or abroad; mainland where nothing speaks against it. Never here: whether the page is about our subjects (facts.py).

Pages of Taiwan and overseas look on-topic by their words, so places decide: the gazetteer's regions and the words of
jurisdiction.yml are counted on both sides, in the title several times. A host such as .tw settles it alone; a language
only where the words lean the same way, since mainland sites declare wrong ones.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from ahocorasick_rs import BytesAhoCorasick, MatchKind

from scrapers.text import gazetteer
from scrapers.text.gazetteer import Mention
from scrapers.text.scan import SMALL

MAINLAND = "mainland"
TITLE_WEIGHT = 4
LANGUAGE_WEIGHT = 2
LEAST = 2  # outside words that one passing mention does not make
SAMPLE = 20_000  # characters that tell whose page it is
_BEYOND = {"71": "taiwan", "81": "hongkong_macao", "82": "hongkong_macao"}


@dataclass(frozen=True, slots=True)
class _Words:
    automaton: BytesAhoCorasick
    owner: tuple[str, ...]
    sides: tuple[str, ...]
    hosts: tuple[tuple[str, str], ...]
    languages: dict[str, str]


def of(
    title: str | None,
    text: str,
    *,
    url: str | None = None,
    language: str | None = None,
    names_others: bool = True,
    mentions: Sequence[Mention] | None = None,
) -> str:
    """The side that most of a page's places and institutions are on. `names_others`: whether it may name any beyond the
    mainland (`others`). `mentions`: the places in the text, if known."""
    words = _words()
    if (host := urlsplit(url or "").hostname) is not None:
        for ending, side in words.hosts:
            if host.endswith(ending):
                return side
    sample, head = text[:SAMPLE], title or ""
    if not names_others:
        return MAINLAND
    votes, in_title = _count(sample), _count(head)
    votes[MAINLAND] += _inland(gazetteer.find(sample) if mentions is None else mentions, len(sample))
    in_title[MAINLAND] += _inland(gazetteer.find(head), len(head))
    for side, number in in_title.items():
        votes[side] += TITLE_WEIGHT * number
    declared = words.languages.get((language or "").lower(), MAINLAND)
    if declared != MAINLAND and votes[declared]:
        votes[declared] += LANGUAGE_WEIGHT
    outside = {side: number for side, number in votes.items() if side != MAINLAND}
    if sum(outside.values()) < LEAST or sum(outside.values()) <= votes[MAINLAND]:
        return MAINLAND
    return max(outside, key=lambda side: (outside[side], side))


def _count(text: str) -> dict[str, int]:
    """The words of each side."""
    words = _words()
    votes = dict.fromkeys(words.sides, 0)
    for pattern, _, _ in words.automaton.find_matches_as_indexes(text.encode(errors="replace")):
        votes[words.owner[pattern]] += 1
    return votes


def _inland(mentions: Sequence[Mention], length: int) -> int:
    """How many places of the mainland a text of that length names; those beyond it are among the words."""
    inside = (mention for mention in mentions if mention.end <= length)
    return sum(all(region.province[:2] not in _BEYOND for region in mention.candidates) for mention in inside)


def others() -> list[str]:
    """The words of every side but the mainland; most pages have none."""
    return [word for words in _read()["outside"].values() for word in words]


@functools.cache
def _read() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    return content


@functools.cache
def _words() -> _Words:
    content = _read()
    sides: dict[str, list[str]] = {MAINLAND: content["mainland"], **content["outside"]}
    pairs = [(word, side) for side, words in sides.items() for word in words]
    return _Words(
        automaton=BytesAhoCorasick(
            [word.encode() for word, _ in pairs],
            matchkind=MatchKind.LeftmostLongest,
            implementation=SMALL,
        ),
        owner=tuple(side for _, side in pairs),
        sides=tuple(sides),
        hosts=tuple((ending, side) for side, endings in content["hosts"].items() for ending in endings),
        languages={name: side for side, names in content["languages"].items() for name in names},
    )
