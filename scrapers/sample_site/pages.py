"""Notices of the sample site, in the markup of nhc.gov.cn (SPEC E), in sentences of the project's own.

Each article knows the facts that its text states, so that tests can hold the extraction against them.
"""

from __future__ import annotations

import hashlib
import html
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from scrapers.sample_site.world import pilots

PER_PAGE = 24
LIST = "/nhc/yzygj/s7659/new_list.shtml"


@dataclass(frozen=True, slots=True)
class Expected:
    """A fact that an article states. value: a number, or numerator/denominator as text."""

    url: str
    indicator: str
    value: str
    unit: str
    comparator: str


@dataclass(frozen=True, slots=True)
class Article:
    path: str
    title: str
    published: date
    source: str
    paragraphs: tuple[str, ...]
    facts: tuple[Expected, ...]

    def page(self) -> str:
        """The whole page, chrome and all."""
        body = "\n".join(f"<p>{html.escape(p)}</p>" for p in self.paragraphs)
        return _ARTICLE.format(
            title=html.escape(self.title), date=self.published.isoformat(), source=html.escape(self.source), body=body
        )


def articles(seed: int, count: int = 60) -> list[Article]:
    """The articles, newest first."""
    made = []
    for number in range(count):
        rng = random.Random(f"{seed}/notice/{number}")
        published = date(2026, 9, 14) - timedelta(days=number * 3)
        name = hashlib.md5(f"{seed}/article/{number}".encode(), usedforsecurity=False).hexdigest()
        path = f"/nhc/yzygj/s9999/{published:%Y%m}/{name}.shtml"
        kind = _KINDS[number % len(_KINDS)]
        title, paragraphs, facts = kind(rng, number)
        found = tuple(Expected(path, *fact) for fact in facts)
        made.append(Article(path, f"{title}(示例)", published, "示例数据·医政栏目", tuple(paragraphs), found))
    return made


def list_page(every: list[Article], number: int) -> str | None:
    """Page `number` (from 1) of the list, 24 articles a page; None after the last."""
    shown = every[(number - 1) * PER_PAGE : number * PER_PAGE]
    if not shown:
        return None
    items = "\n".join(
        f'<li><a href="{a.path}" title="{html.escape(a.title)}">{html.escape(a.title)}</a>'
        f'<span class="ml">[{a.published.isoformat()}]</span></li>'
        for a in shown
    )
    return _LIST.format(items=items, total=len(every), pages=-(-len(every) // PER_PAGE), number=number - 1)


Told = tuple[str, list[str], list[tuple[str, str, str, str]]]


def _city_groups(rng: random.Random, number: int) -> Told:
    return (
        f"关于推进紧密型城市医疗集团建设的情况通报(第{number + 1}期)",
        [
            "为推动优质医疗资源下沉,各试点城市围绕网格化布局开展紧密型城市医疗集团建设,现将有关情况通报如下。",
            "牵头医院应当把至少三分之一的门诊号源和四分之一的住院床位下沉到家庭医生签约服务团队或者基层医疗卫生机构。",
            "集团统筹建设医学检验、医学影像、心电诊断、病理、消毒供应等资源共享中心,推动集团内检查检验结果互认。",
        ],
        [
            ("outpatient_slot_release_share", "1/3", "fraction", ">="),
            ("inpatient_bed_release_share", "1/4", "fraction", ">="),
        ],
    )


def _county(rng: random.Random, number: int) -> Told:
    city = rng.choice([p for p in pilots() if p.city.endswith("市")]).city
    counties, rate = rng.randrange(4, 9), rng.randrange(880, 970) / 10
    communities = counties + rng.randrange(0, 3)
    hospitals, primary, clinics = rng.randrange(10, 30), rng.randrange(60, 140), rng.randrange(600, 2400)
    return (
        f"{city}县域医共体建设进展",
        [
            f"截至目前,{city}{counties}个县(市)建成医共体{communities}家,覆盖{hospitals}家县级公立医院、"
            f"{primary}家基层医疗卫生机构、{clinics}家村卫生室。",
            f"全市县域内就诊率达{rate}%,县域医疗卫生服务能力稳步提升。",
        ],
        [
            ("counties_with_communities", str(counties), "个县(市)", "="),
            ("county_communities", str(communities), "家", "="),
            ("member_county_public_hospitals", str(hospitals), "家", "="),
            ("member_primary_institutions", str(primary), "家", "="),
            ("member_village_clinics", str(clinics), "家", "="),
            ("in_county_visit_rate", str(rate), "%", "="),
        ],
    )


def _pilot_count(rng: random.Random, number: int) -> Told:
    return (
        "紧密型城市医疗集团试点名单公布",
        [
            "国家卫生健康委等6部门联合印发通知,公布了81个紧密型城市医疗集团建设试点城市。",
            "试点城市到2025年形成可复制、可推广的有益经验。",
        ],
        [("issuing_departments", "6", "个部门", "="), ("pilot_city_count", "81", "个", "=")],
    )


def _furniture(rng: random.Random, number: int) -> Told:
    return (
        f"机关办公家具采购公告(第{number + 1}号)",
        [
            f"本次采购办公桌{rng.randrange(20, 90)}张、文件柜{rng.randrange(5, 30)}个,预算{rng.randrange(10, 60)}万元。",
            "报名时间为工作日上午9时至11时,联系地址见附件。",
        ],
        [],
    )


def _flu(rng: random.Random, number: int) -> Told:
    return (
        "秋冬季流感防治健康提示",
        [
            f"疾控机构提醒,近期流感样病例占比为{rng.randrange(20, 60) / 10}%,建议重点人群尽早接种疫苗。",
            "居民出现发热症状应当及时就医,注意休息和补充水分。",
        ],
        [],
    )


_KINDS: tuple[Callable[[random.Random, int], Told], ...] = (_city_groups, _county, _furniture, _county, _flu, _pilot_count)

_ARTICLE = """<!DOCTYPE html>
<html><head><meta charset="utf-8">
<title>{title} - 示例数据</title>
<meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="{date}">
<meta name="ColumnName" content="医政管理(示例数据)">
<meta name="SiteName" content="示例站点">
</head><body>
<div class="top"><a href="/nhc/">首页</a> | <a href="/nhc/yzygj/">栏目</a> | 示例数据</div>
<div class="list">
<div class="tit">{title}</div>
<div class="source"><span>发布时间: {date}</span> <span class="mr">来源: {source}</span></div>
<div class="con" id="xw_box">
{body}
</div>
<div class="fx">分享到:</div>
</div>
<div class="side"><h3>相关推荐</h3><ul>
<li><a href="#">示例侧栏:某市三季度气温回升2度</a></li><li><a href="#">示例侧栏:集市开放12天</a></li></ul></div>
<div class="foot">示例数据 版权所有 备案号:示例00000000号</div>
</body></html>
"""

_LIST = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>医政管理 - 示例数据</title></head><body>
<div class="top">示例数据</div>
<ul class="zxxx_list">
{items}
</ul>
<div id="page_div"></div><div class="total_count">共<span>{total}</span>条</div>
<script>createPageHTML({pages}, {number}, "new_list", "shtml");</script>
</body></html>
"""
