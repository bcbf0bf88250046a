"""The development corpus: what is read from sentences and pages of our own wording, against bars.

The bars are those of the labelled real pages. A miss here names the sentence, so a change of the lexicon shows at once
what it gains and what it loses.
"""

from __future__ import annotations

import pytest

from scrapers import notices
from scrapers.records import Notice
from tests.scrapers.notices import corpus
from tests.scrapers.notices.corpus import Tally

PRECISION, F1, TOPIC_F1 = 0.97, 0.96, 0.90


def read_sentence(topic: str, text: str) -> Notice:
    return notices.parse_page(f"{corpus.TITLES[topic]}\n\n{text}".encode())


def test_the_corpus_is_wide() -> None:
    sentences = corpus.sentences()
    assert set(sentences) == set(corpus.TITLES)
    items = [item for group in sentences.values() for item in group]
    assert len(items) + len(corpus.pages()) >= 150
    assert sum(not item["facts"] for item in items) >= 30
    assert len({item["text"] for item in items}) == len(items)


def test_facts_of_sentences() -> None:
    tally = Tally()
    for topic, items in corpus.sentences().items():
        for item in items:
            tally.compare(item["text"], read_sentence(topic, item["text"]).facts, item)
    assert tally.precision >= PRECISION, tally.wrong
    assert tally.f1 >= F1, tally.missed


def test_facts_and_topics_of_pages() -> None:
    tally = Tally()
    both = said = labelled = 0
    for item in corpus.pages():
        notice = notices.parse_page(item["text"].encode())
        tally.compare(item["name"], notice.facts, item)
        both += len(set(notice.topics) & set(item.get("topics", ())))
        said += len(notice.topics)
        labelled += len(item.get("topics", ()))
    assert tally.precision >= PRECISION, tally.wrong
    assert tally.f1 >= F1, tally.missed
    assert 2 * both / (said + labelled) >= TOPIC_F1


@pytest.mark.parametrize("item", corpus.pages(), ids=lambda item: item["name"])
def test_relevance_of_pages(item: dict[str, object]) -> None:
    notice = notices.parse_page(str(item["text"]).encode())
    assert notice.relevant == item["relevant"], notice.flags
    if not item["relevant"]:
        assert (notice.facts, notice.statements, notice.topics) == ([], [], [])
