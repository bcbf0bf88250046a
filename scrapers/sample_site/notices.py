"""The sample notices: what they say and which facts they hold.

Comes in: a seed; articles.yml has the sentences. Goes out: `Article`, with the truth about its facts. Never here:
HTML (pages.py), and anything that a real notice says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from scrapers.sample_site.places import pilots
from scrapers.sample_site.prints import PRINTS, Print

CELLS = "\t"  # between the cells of a row
FIRST_DAY, LAST_DAY = "2026-06-01", "2026-09-14"
SOURCE = "示例数据站"


@dataclass(frozen=True, slots=True)
class ExpectedFact:
    """What a careful reader takes from a notice. value as written: `96.6`, `1/3`; code: of the indicator list."""

    url: str
    name: str
    code: str | None
    value: str
    unit: str
    comparator: str


@dataclass(frozen=True, slots=True)
class Article:
    path: str
    kind: str
    title: str
    column: str
    date: str
    doc_number: str
    paragraphs: tuple[str, ...]  # one is a sentence, or a row of a table, CELLS between its cells
    facts: tuple[ExpectedFact, ...]
    print: Print = "clean"  # how the page shows it
    related: tuple[str, ...] = ()  # other articles that the page shows: headline, sentence, headline, …
    related_facts: tuple[ExpectedFact, ...] = ()


def write(seed: int, count: int) -> list[Article]:
    """That many notices, newest first."""
    content = _content()
    kinds = [kind for kind in content["kinds"] for _ in range(kind["count"])]
    kinds = [kinds[n % len(kinds)] for n in range(count)]
    Random(f"{seed}/order").shuffle(kinds)
    articles = [_article(seed, serial, kind, content, count) for serial, kind in enumerate(kinds, 1)]
    return sorted(articles, key=lambda a: (a.date, a.doc_number), reverse=True)


def _article(seed: int, serial: int, kind: dict[str, Any], content: dict[str, Any], count: int) -> Article:
    rng = Random(f"{seed}/article/{serial}")
    first, last = date.fromisoformat(FIRST_DAY), date.fromisoformat(LAST_DAY)
    day = first + timedelta(days=(last - first).days * serial // count)
    place = rng.choice(pilots())
    words = {"city": place.city, "province": place.province, **_figures(rng, kind["draw"])}
    paragraphs = [content["opening"]]
    facts: list[ExpectedFact] = []
    path = f"/nhc/yzygj/s9999/{day:%Y%m}/{hashlib.md5(f'{seed}/{serial}'.encode()).hexdigest()}.shtml"
    for paragraph in kind["paragraphs"]:
        paragraphs += [text.format(**words) for text in _texts(paragraph, rng)]
        facts += _facts(path, paragraph.get("facts", ()), words)
    return Article(
        path=path,
        kind=kind["id"],
        title="【示例数据】" + kind["title"].format(**words),
        column=kind["column"],
        date=day.isoformat(),
        doc_number=f"示例卫函〔{day.year}〕{serial}号",
        paragraphs=(*paragraphs, content["closing"]),
        facts=tuple(facts),
        print=(printed := PRINTS[serial % len(PRINTS)]),
        **(_beside(path, content) if printed == "cluttered" else {}),
    )


def _texts(paragraph: dict[str, Any], rng: Random) -> list[str]:
    """The rows of a table, or one of the sentences that say the same."""
    if "table" in paragraph:
        return [CELLS.join(row) for row in paragraph["table"]]
    texts = paragraph["text"] if isinstance(paragraph["text"], list) else [paragraph["text"]]
    return [rng.choice(texts)]


def _beside(path: str, content: dict[str, Any]) -> dict[str, Any]:
    """The other articles on a cluttered page, and what they say."""
    items = content["related"]
    return {
        "related": tuple(line for item in items for line in (item["headline"], item["text"])),
        "related_facts": tuple(fact for item in items for fact in _facts(path, item.get("facts", ()), {})),
    }


def _figures(rng: Random, draw: dict[str, list[int]]) -> dict[str, str]:
    found = {}
    for name, (least, most, *divisor) in draw.items():
        number = rng.randint(least, most)
        found[name] = f"{number / divisor[0]:g}" if divisor else str(number)
    return found


def _facts(path: str, expected: list[dict[str, str]], words: dict[str, str]) -> Iterator[ExpectedFact]:
    for fact in expected:
        made = ExpectedFact(path, fact["name"], fact.get("code"), fact["value"], fact["unit"], fact["comparator"])
        yield replace(made, value=made.value.format(**words))


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "articles.yml").read_text(encoding="utf-8"))
    return content
