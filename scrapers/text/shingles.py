"""What tells a repost from another article: a title's core, a document number's key, hashed 8-grams of the sentences.

Comes in: title, document number and body as the parser read them. Goes out: keys in one spelling (simplified script,
letters, digits and Han only), and at most SHINGLES_A_PAGE hashes. Never here: comparing two pages (dbt does).

A page keeps the hashes that its modulus divides, the smallest power of two that leaves few enough. Which shingles
those are depends on the shingle alone, so of two pages the shared share can be told from the rows that the larger of
their moduli divides.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from scrapers.text import script

GRAM = 8
SHINGLES_A_PAGE = 1024

# A page that forwards, explains or drafts a document bears its title and is another document.
_KINDS = ("转发", "解读", "征求意见", "答记者问", "图解", "废止", "修订", "补充")
_SENTENCE_END = re.compile(r"[。！？；!?;\n]+")
_NO_WORD = re.compile(r"[^\u3400-\u9fff\U00020000-\U0003ffffA-Za-z0-9]+")
_PREFIX = re.compile(r"^.{0,14}?(?:[:：|｜】\]］]|--+|——)(?=.{8})")


@dataclass(frozen=True, slots=True)
class Title:
    """`core`: the title without what a reposting site puts before it. `kind`: "" for a document of its own."""

    core: str
    kind: str


def key(text: str | None) -> str:
    """One spelling: compatibility forms folded, simplified script, nothing but words. For matching, never for show."""
    if not text:
        return ""
    folded = unicodedata.normalize("NFKC", text)
    return _NO_WORD.sub("", folded if folded.isascii() else script.convert(folded)).lower()


def title(text: str | None) -> Title:
    """The parts of a title by which reposts are matched."""
    plain = unicodedata.normalize("NFKC", text or "").strip()
    bare = plain if plain.startswith(("关于", "關於")) else _PREFIX.sub("", plain)
    words = key(bare)
    about = words.find("关于")
    core = words[about:] if about >= 0 and len(words) - about >= GRAM else words
    kind = next((name for name in _KINDS if name in key(plain)), "")
    return Title(core, kind)


def shingles(body: str) -> tuple[int, list[int]]:
    """Modulus and hashes (63 bits, ascending) of the 8-grams that stand within sentences."""
    grams = {
        sentence[at : at + GRAM]
        for sentence in map(key, _SENTENCE_END.split(body))
        for at in range(len(sentence) - GRAM + 1)
    }
    kept = sorted({_hash(gram) for gram in grams})
    modulus = 1
    while len(kept) > SHINGLES_A_PAGE:
        modulus *= 2
        kept = [value for value in kept if value % modulus == 0]
    return modulus, kept


def _hash(gram: str) -> int:
    return int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=8).digest(), "big") >> 1
