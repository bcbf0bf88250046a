"""The development corpus: sentences and short pages of our own wording, with every figure that is a fact.

Comes in: the YAML files beside this module. Goes out: items, and how what was read compares with them. The labels
follow the rules by which real pages are labelled: a numeric statement on our subjects is a fact; counts of
departments, documents, measures, batches, ages, dates, telephones, qualifiers and slogans are none. `maybe` holds
figures of an adjacent subject, neither rewarded nor punished.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from scrapers.records import Fact
from scrapers.text import numbers

FOLDER = Path(__file__).parent
TITLES = {
    "consortium_stats": "示例市持续推进医联体和医共体建设",
    "mutual_recognition": "检查检验结果互认让群众少跑腿",
    "shared_centre": "示例县建设医疗资源共享中心",
    "resource_sinking": "优质医疗资源下沉基层的示例实践",
    "telemedicine": "远程医疗服务基层群众",
    "referral": "双向转诊的示例做法",
    "family_doctor": "医共体做实家庭医生签约服务",
    "pilot_list": "紧密型城市医疗集团和医共体试点工作",
    "policy_target": "县医院综合能力提升与医共体建设目标",
    "traditional": "醫聯體和醫共體建設的示例",
}
_CLASSES = {
    "person": "人口 人 名 位",
    "event": "人次 例次 项次 台次 例 次 台 份 场",
    "entity": "个 家 所 支 座 处 间 户 个县 个县(市) 个医联体 个省份 个重点专科",
    "bed": "张",
    "item": "项 种 条",
    "day": "天 日 工作日 个工作日",
    "month": "个月 月",
}
_CLASS = {unit: name for name, units in _CLASSES.items() for unit in units.split()}
_SPEC = re.compile(r"([\d.]+)(?:-([\d.]+))?\s+(\S+)|(\d+)/(\d+)")


@dataclass(slots=True)
class Tally:
    """True, false and missed facts, with the sentences that show them."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + len(self.missed))

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + len(self.wrong) + len(self.missed))

    def compare(self, text: str, facts: Iterable[Fact], item: dict[str, Any]) -> None:
        """One text: each labelled figure is found once, and nothing else is."""
        wanted = [_key(spec) for spec in item["facts"]]
        neutral = [_key(spec) for spec in item.get("maybe", ())]
        for fact in facts:
            found = (round(fact.value or 0, 4), unit_class(fact.unit or ""))
            if found in wanted:
                wanted.remove(found)
                self.right += 1
            elif found not in neutral:
                self.wrong.append(f"{found} in {text} [{fact.indicator}: {fact.evidence}]")
        self.missed += [f"{key} in {text}" for key in wanted]


def sentences() -> dict[str, list[dict[str, Any]]]:
    """Labelled sentences by the topic of the page they stand on."""
    return _load("sentences.yml")


def pages() -> list[dict[str, Any]]:
    """Short pages, relevant or not: {name, text, relevant, topics, facts}."""
    found: list[dict[str, Any]] = _load("pages.yml")
    return found


def unit_class(unit: str) -> str:
    unit = re.split("/", unit)[0]
    if unit in ("百分点", "个百分点"):
        return "points"
    return _CLASS.get(unit) or next((name for name, units in numbers.UNITS.items() if unit in units), unit)


def _key(spec: str) -> tuple[float, str]:
    match = _SPEC.fullmatch(str(spec))
    if match is None:
        raise ValueError(f"corpus: {spec!r} is no figure")
    if match[4]:
        return round(int(match[4]) / int(match[5]), 4), "fraction"
    return round(float(match[1]), 4), unit_class(match[3])


def _load(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
