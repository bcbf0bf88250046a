"""`make measure SHARED=… [PAGES=…]`: what is read from the reference and labelled pages, each score beside its bar.

Comes in: the folder of reference pages and rules (SHARED), and a folder of labelled pages with its scorer (PAGES;
SHARED/real_pages if left out): docs/NN.txt, html/HNN.html, `.expected.json` beside each, score.py. Goes out: one line a
score, exit 1 where one misses its bar, 2 where there is nothing to measure. Never here: changing a page or a label.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from scrapers import notices
from scrapers.records import Fact, Notice
from tests.bench import Figure

# Score of the scorer → bar. `subset` names the pages a bar is for.
BARS: tuple[tuple[str, str, dict[str, float]], ...] = (
    ("all", "fact_precision", {"at_least": 0.95}),
    ("all", "fact_recall", {}),
    ("all", "fact_f1", {"at_least": 0.92}),
    ("all", "fp_on_irrelevant_docs", {"at_most": 0}),
    ("all", "fact_topic_accuracy", {}),
    ("all", "relevance_f1", {"at_least": 0.95}),
    ("all", "topic_micro_f1", {"at_least": 0.80}),
    ("html", "title_accuracy", {"at_least": 0.90}),
    ("texts", "title_accuracy", {"at_least": 0.80}),
    ("all", "date_accuracy", {"at_least": 0.95}),
    ("all", "invented_dates", {"at_most": 0}),
    ("all", "body_boundary", {"at_least": 0.95}),
    ("html", "boilerplate_leak_rate", {"at_most": 0.02}),
    ("texts", "boilerplate_leak_rate", {"at_most": 0.15}),
    ("all", "blocked_recall", {"at_least": 1.0}),
    ("all", "blocked_false_alarms", {"at_most": 0}),
)
STATEMENTS = 0.8  # of those of the reference pages
PILOTS, CORRECTIONS = 81, 4


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make measure", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--shared", type=Path, default=os.environ.get("YILIAN_SHARED"))
    parser.add_argument("--pages", type=Path)
    given = parser.parse_args(arguments)
    pages = given.pages or (given.shared / "real_pages" if given.shared else None)
    missed = measured = 0
    if given.shared and (given.shared / "reference_pages").is_dir():
        _say("== reference pages")
        for figure in _reference(given.shared):
            _say(str(figure))
            measured, missed = measured + 1, missed + (not figure.holds)
    if pages and (pages / "score.py").is_file():
        _say(f"== labelled pages in {pages.name}")
        for figure in _labelled(pages):
            _say(str(figure))
            measured, missed = measured + 1, missed + (not figure.holds)
    if not measured:
        sys.stderr.write("nothing to measure: SHARED names no reference pages and PAGES no labelled ones\n")
        return 2
    _say(f"{missed} bars missed" if missed else "every bar holds")
    return 1 if missed else 0


# ---------------------------------------------------------------- labelled pages


def _labelled(folder: Path) -> Iterator[Figure]:
    scorer = _scorer(folder / "score.py")
    gold = scorer.load(str(folder), "all")
    said = {page: _prediction(folder, page) for page in gold}
    subsets = {
        "all": gold,
        "html": {page: labels for page, labels in gold.items() if page.startswith("H")},
        "texts": {page: labels for page, labels in gold.items() if not page.startswith("H")},
    }
    scores = {name: scorer.score(labels, said)[0] for name, labels in subsets.items()}
    for name, score, bars in BARS:
        value = scores[name][score]
        if value is not None:  # the folder holds no page that it is measured on
            yield Figure(f"{score}, {name} ({len(subsets[name])} pages)", value, **bars)


def _prediction(folder: Path, page: str) -> dict[str, Any]:
    path = folder / ("html" if page.startswith("H") else "docs") / f"{page}.{'html' if page.startswith('H') else 'txt'}"
    return notices.as_json(path.name, notices.parse_page(path.read_bytes()))


def _scorer(path: Path) -> ModuleType:
    """The scorer that lies beside the pages."""
    spec = importlib.util.spec_from_file_location("labelled_pages_scorer", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no scorer")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---------------------------------------------------------------- reference pages


def _reference(shared: Path) -> Iterator[Figure]:
    read = {path.stem: notices.parse_page(path.read_bytes()) for path in (shared / "reference_pages").glob("*.txt")}
    with (shared / "domain" / "reference_facts.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["must_extract"] == "true"]
    facts = [row for row in rows if row["expect"] == "fact"]
    lost = [row["fact_id"] for row in facts if not any(_is(row, fact) for fact in read[row["doc"]].facts)]
    yield Figure(f"facts found of {len(facts)}{_names(lost)}", 1 - len(lost) / max(1, len(facts)), at_least=1.0)
    said = [row for row in rows if row["expect"] == "statement"]
    lost = [row["fact_id"] for row in said if not _stated(row, read[row["doc"]])]
    yield Figure(
        f"statements found of {len(said)}{_names(lost)}", 1 - len(lost) / max(1, len(said)), at_least=STATEMENTS
    )
    places = read["001"].places
    count = {"at_least": PILOTS, "at_most": PILOTS}
    yield Figure("pilots of page 001", len(places), **count)
    yield Figure("... with a code of their own", len({place.adcode for place in places if place.adcode}), **count)
    corrected = sum(place.correction is not None for place in places)
    yield Figure("... corrected", corrected, at_least=CORRECTIONS, at_most=CORRECTIONS)
    others = sum(len(notice.places) for page, notice in read.items() if page != "001")
    yield Figure("places of the other pages", others, at_most=0)


def _is(row: Mapping[str, str], fact: Fact) -> bool:
    """Value, comparator, segment and date of a row; units in their own words."""
    value = f"{fact.numerator}/{fact.denominator}" if fact.denominator else f"{fact.value:g}"
    high = f"{fact.value_max:g}" if fact.value_max is not None else ""
    return (row["indicator"], row["operator"], row["value"], row["value_max"], row["segment"]) == (
        *(fact.indicator, fact.comparator, value, high, fact.segment),
    )


def _stated(row: Mapping[str, str], notice: Notice) -> bool:
    return any(
        said.indicator == row["indicator"] and (said.value == row["value"] or row["value"] in ("true", "100"))
        for said in notice.statements
    )


def _names(lost: list[str]) -> str:
    return f" (not {', '.join(lost)})" if lost else ""


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
