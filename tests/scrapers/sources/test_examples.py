"""Every packaged source has recorded examples, and reads from them what a person has reviewed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from scrapers import examples, registry
from scrapers.registry import Source
from warehouse import door

EXAMPLES = Path(__file__).parents[2] / "examples"
SOURCES = registry.load(variables={"sample_site": "http://127.0.0.1:18765"})
CASES = [(source, case) for source in SOURCES.values() for case in examples.cases(EXAMPLES / source.id)]


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda s: s.id)
def test_a_source_has_an_example_of_all_that_it_reads(source: Source) -> None:
    names = [case.name for case in examples.cases(EXAMPLES / source.id)]
    assert any(not name.startswith("list") for name in names), "a document, or a file of a feed"
    if source.discover.method not in ("none", "feed_query"):  # a query's answer is the file itself
        assert any(name.startswith("list") for name in names), "what it discovers from"


@pytest.mark.parametrize(("source", "case"), CASES, ids=lambda v: v.name if isinstance(v, Path) else v.id)
def test_an_example_is_read_as_reviewed(source: Source, case: Path) -> None:
    assert list(examples.faults(source, case, door.check)) == []


def test_every_folder_of_examples_belongs_to_a_source() -> None:
    assert {p.name for p in EXAMPLES.iterdir()} - {"notices", "attachments"} <= set(SOURCES)


def test_real_sources_rest_until_an_operator_switches_them_on() -> None:
    real = [s for s in SOURCES.values() if s.status != "sample"]
    assert all(s.status == "paused" for s in real if s.fetch.mode == "http")
    on = registry.load(variables={"sample_site": "http://x", "secret_feed_platform": "t"}, activate=["nhc"])
    assert on["nhc"].status == "active"
    assert [s.id for s in registry.select(on, "real", ids=["nhc"])] == ["nhc"]


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda s: s.id)
def test_a_source_that_asks_real_publishers_has_a_runbook(source: Source) -> None:
    text = (source.folder / "source.yml").read_text(encoding="utf-8")
    head = text[: text.index("\nid: ")]
    assert head.startswith("#")
    if source.status == "paused":
        assert "break" in head, "how it breaks, and what to do"


# -- what makes an example fail


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """The list of nhc and its expectation, in a folder of their own."""
    for name in ("list.html", "list.expected.json"):
        shutil.copyfile(EXAMPLES / "nhc" / name, tmp_path / name)
    return tmp_path / "list.html"


def faults(case: Path) -> list[str]:
    return list(examples.faults(SOURCES["nhc"], case, door.check))


def test_no_expectation(case: Path) -> None:
    examples.expectation(case).unlink()
    assert faults(case) == [f"{case}: no list.expected.json beside it"]


def test_a_draft_that_nobody_has_reviewed(case: Path) -> None:
    draft = examples.draft(SOURCES["nhc"], case)
    examples.expectation(case).write_text(json.dumps(draft), encoding="utf-8")
    (fault,) = faults(case)
    assert "not reviewed" in fault


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("2026-11-06", "2026-11-07", "entries"),
        ("1,506", "1,507", "total"),
        ("优质医疗资源下沉工作要点", "别的", "entries"),
        ("zxxx_list", "new_list", "entries"),
        ("content_7000001", "content_7000002", "left_out"),
    ],
)
def test_a_page_that_reads_otherwise(case: Path, old: str, new: str, key: str) -> None:
    case.write_text(case.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert any(f"{case}: {key}: reads" in fault for fault in faults(case))
