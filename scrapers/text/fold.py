"""One spelling for matching: full-width Latin letters, digits and punctuation as their plain forms.

Comes in: text. Goes out: a text of the same length in which every character stands at the same place, so an offset
found in the folded text holds in the page's own. Never here: changing what is kept; the page's text stays as it was.
"""

from __future__ import annotations

_TABLE = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_TABLE |= {0x3000: 0x20, 0xFE5D: 0x3014, 0xFE5E: 0x3015, 0xFF5F: 0x28, 0xFF60: 0x29}


def fold(text: str) -> str:
    """,:()%123 in place of their full-width forms; 。、《》 stay."""
    return text if text.isascii() else text.translate(_TABLE)
