"""`make measure` on a folder of our own: scores beside bars, an exit code that tells, and nothing passed in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import measure

SCORER = """
import glob, json, os
def load(root, subset):
    return {json.load(open(f))["doc_id"]: json.load(open(f)) for f in glob.glob(os.path.join(root, "docs", "*.json"))}
def score(gold, said):
    good = sum(said[i]["relevant"] == g["relevant"] for i, g in gold.items())
    names = ("fact_precision fact_recall fact_f1 fact_topic_accuracy relevance_f1 topic_micro_f1 title_accuracy"
             " date_accuracy body_boundary blocked_recall")
    zero = "fp_on_irrelevant_docs invented_dates boilerplate_leak_rate blocked_false_alarms"
    value = good / len(gold) if gold else None
    return {**{n: value for n in names.split()}, **{n: 0 if gold else None for n in zero.split()}}, {}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "score.py").write_text(SCORER, encoding="utf-8")
    (tmp_path / "docs" / "01.txt").write_text(
        "示例县推进医共体建设\n\n全县建成医共体2个,医共体运行平稳。", encoding="utf-8"
    )
    return tmp_path


def label(folder: Path, relevant: bool) -> None:
    expected = {"doc_id": "01", "relevant": relevant}
    (folder / "docs" / "01.expected.json").write_text(json.dumps(expected), encoding="utf-8")


def test_every_score_stands_beside_its_bar(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    label(folder, relevant=True)
    assert measure.main(["--pages", str(folder)]) == 0
    out = capsys.readouterr().out
    for _, score, _ in measure.BARS:
        assert score in out or score.startswith(("title", "boilerplate")), score
    assert "every bar holds" in out


def test_a_missed_bar_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    label(folder, relevant=False)
    assert measure.main(["--pages", str(folder)]) == 1
    assert "MISSED" in capsys.readouterr().out


def test_nothing_to_measure_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YILIAN_SHARED", raising=False)
    assert measure.main(["--pages", str(tmp_path)]) == 2
    assert "nothing to measure" in capsys.readouterr().err
