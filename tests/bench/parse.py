"""Reading pages, beside trafilatura on the same pages in the same run.

Comes in: the recorded pages of the project, or those of the folder that YILIAN_SHARED names. Goes out: ratios.

Ours is everything that `yilian parse` does. The bars are over the peer's extraction of what a page says of itself:
text, title and date (`extract` with metadata), as its scores and its speed were measured when the bars were set; its
text alone (`extract`) is told beside it. They stand over labelled pages, as they were set on such; the reference pages,
long ones with lists of places, are told beside them. A text without markup is handed to the peer as the smallest page
that holds it, a paragraph a line. Each round is a first reading to both: the peer's memory of texts is emptied, and its
word lists are loaded again, before the clock runs. A side's cost is the sum over its pages of the least that each took
in any round: what else the machine does only adds. Rounds go on until several in a row have found no page faster to
speak of, on either side: on a busy machine fifteen were too few, and the ratio of one run was a fifth off the next.
"""

from __future__ import annotations

import html
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import trafilatura
from trafilatura.meta import reset_caches

from scrapers import notices
from tests.bench import Figure, Say

EXAMPLES = Path(__file__).parents[1] / "examples" / "notices"
ROUNDS = 15  # at least, and ...
MOST_ROUNDS = 45
STEADY = 8  # ... until so many in a row ...
GAIN = 0.003  # ... have lowered no side's cost by more than this share
WARM_UP = "<html><body><p>短文。</p></body></html>".encode()  # so short that the peer tries every way it has
HTML_BAR = 4.0  # times the peer's pages a second
TEXT_BAR = 8.0  # times its characters a second


def run(say: Say) -> Iterator[Figure]:
    """Rounds in which each side reads every page, turn by turn."""
    pages, texts, reference = _pages("html"), _pages("txt"), _reference_pages()
    say(f"{len(pages)} pages with markup, {len(texts)} without, {len(reference)} reference pages")
    ours, peer, bare = _seconds(pages, pages)
    yield Figure("pages a second, ours", len(pages) / ours, "1/s")
    yield Figure("pages a second, ours over the peer's text, title and date", peer / ours, "times", at_least=HTML_BAR)
    yield Figure("pages a second, ours over the peer's text alone", bare / ours, "times")
    characters = sum(len(text.decode("utf-8", "replace")) for text in texts)
    ours, peer, bare = _seconds(texts, [_as_page(text) for text in texts])
    yield Figure("million characters of text a second, ours", characters / ours / 1e6, "M/s")
    yield Figure(
        "characters a second, ours over the peer's text, title and date", peer / ours, "times", at_least=TEXT_BAR
    )
    yield Figure("characters a second, ours over the peer's text alone", bare / ours, "times")
    if reference:
        ours, peer, bare = _seconds(reference, [_as_page(text) for text in reference])
        yield Figure("reference pages: ours over the peer's text, title and date", peer / ours, "times")
        yield Figure("reference pages: ours over the peer's text alone", bare / ours, "times")


def _pages(suffix: str) -> list[bytes]:
    labelled = _shared() / "real_pages"
    folders = [labelled / "html", labelled / "docs"] if labelled.is_dir() else [EXAMPLES]
    return [path.read_bytes() for folder in folders for path in sorted(folder.glob(f"*.{suffix}"))]


def _reference_pages() -> list[bytes]:
    return [path.read_bytes() for path in sorted((_shared() / "reference_pages").glob("*.txt"))]


def _shared() -> Path:
    return Path(os.environ.get("YILIAN_SHARED") or "nowhere")


def _seconds(ours: Sequence[bytes], theirs: Sequence[bytes]) -> tuple[float, float, float]:
    sides: list[tuple[Callable[[bytes], object], Sequence[bytes]]] = [
        (notices.parse_page, ours),
        (partial(trafilatura.extract, with_metadata=True), theirs),
        (trafilatura.extract, theirs),
    ]
    least = [_costs(read, pages) for read, pages in sides]  # fills caches and tables, too
    told, steady = [*map(sum, least)], 0
    for number in range(1, MOST_ROUNDS + 1):
        least = [[*map(min, costs, _costs(read, pages))] for costs, (read, pages) in zip(least, sides, strict=True)]
        sums = [*map(sum, least)]
        gained = any(now < (1 - GAIN) * before for now, before in zip(sums, told, strict=True))
        told, steady = (sums, 0) if gained else (told, steady + 1)
        if number >= ROUNDS and steady >= STEADY:
            break
    first, second, third = map(sum, least)
    return first, second, third


def _costs(read: Callable[[bytes], object], pages: Sequence[bytes]) -> list[float]:
    """The CPU time that one reading of each page takes."""
    reset_caches()
    read(WARM_UP)
    costs = []
    for page in pages:
        begin = time.process_time()
        read(page)
        costs.append(time.process_time() - begin)
    return costs


def _as_page(text: bytes) -> bytes:
    lines = text.decode("utf-8", "replace").split("\n")
    paragraphs = "".join(f"<p>{html.escape(line)}</p>\n" for line in lines)
    return f"<html><head><title></title></head><body>\n{paragraphs}</body></html>".encode()
