"""Telephone numbers in what is published: the last four digits hidden, every character at its place.

Comes in: text. Goes out: the text of the same length, so that offsets hold. Never here: the archive or what the parser
reads; both keep the page as it was.
"""

from __future__ import annotations

import re

_NUMBER = re.compile(
    r"(?<![\d.])(?:"
    r"(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}"  # mobile
    r"|0\d{2,3}[) —-]{0,2}\d{7,8}"  # area code and number
    r"|[48]00[ -]?\d{3}[ -]?\d{4}"
    r"|(?<=[话真线机::])\d{7,8}"  # 电话:68791111, a number without its area code
    r")(?!\d)"
)


def mask(text: str) -> str:
    """010-68791111 → 010-6879****."""
    return _NUMBER.sub(_hidden, text)


def _hidden(match: re.Match[str]) -> str:
    return match[0][:-4] + "****"
