"""Is an article worth asking for, and worth reading, by what its source.yml says?

Comes in: `relevance` (patterns for titles and bodies), a title or the bytes of a page. Goes out: None, or why not.
Never here: forgetting what was left out (the walk and the parse step log it), or what a page is about (notices/).
"""

from __future__ import annotations

import re

from scrapers.fetch import challenge
from scrapers.registry import Relevance

_CODE = re.compile(r"<(script|style|noscript|template|head)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S)
_TAG = re.compile(r"<[^<>]*>")


def title_fault(rules: Relevance, title: str) -> str | None:
    """Why an article is not asked for. A list entry without a title is: its page may have one."""
    if not title:
        return None
    for pattern in rules.title_not:
        if re.search(pattern, title):
            return f"title matches title_not {pattern!r}"
    if rules.title and not any(re.search(pattern, title) for pattern in rules.title):
        return "title matches no pattern of title"
    return None


def body_fault(rules: Relevance, data: bytes, encoding: str | None = None) -> str | None:
    """Why a page is not read. Its whole visible text counts, so links beside an article may let it in, never out."""
    if not rules.body:
        return None
    text = "".join(_TAG.sub("", _CODE.sub("", challenge.decode(data, encoding))).split())
    return None if any(re.search(pattern, text) for pattern in rules.body) else "body matches no pattern of body"
