"""Notices from bytes to models: versions, diffs, withdrawal and clusters of reposts, on pages of the project's own.

Captures are archived under an injected clock, read by the parser, loaded by the load, built by dbt: the story of six
days, told night by night in one build and once more in another that gets everything at once.
"""

from __future__ import annotations

import shutil
import socket
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import opencc
import pytest

from scrapers import notices, records, registry, steps
from scrapers.archive import Archive, EventLog, new_run_id
from scrapers.records import Capture, timestamp
from scrapers.registry import Source
from tests.dbt_project.build_raw import Build
from warehouse import database, events, load

pytestmark = [pytest.mark.xdist_group("dbt_notices"), pytest.mark.slow]

FIRST_DAY = datetime(2026, 9, 1, 2, 30, tzinfo=records.SHANGHAI)
SOURCE: Source = replace(registry.read(registry.PACKAGED / "drop_folder" / "source.yml", {}), id="press")
# Tests that also ask for tables built elsewhere are not this story's.
MODELS = ("--indirect-selection", "buildable", "--select", "+fct_notice", "+fct_notice_change", "+fct_notice_fact")

TITLE = "关于做好云岭城市医疗集团资源共享中心建设工作的通知"
NUMBER = "云卫办医政函〔2026〕318号"
BOILERPLATE = "各集团要提高政治站位，加强组织领导，压实工作责任，确保各项任务落到实处，有关情况及时报告。"
TEXT = (
    "为推进紧密型城市医疗集团建设，现就资源共享中心有关工作通知如下。",
    "每个集团应当建成医学检验、医学影像、心电诊断、病理和消毒供应五类资源共享中心，统一质控标准。",
    "牵头医院应当将不少于三分之一的门诊号源交由家庭医生团队和基层机构预约，不少于四分之一的住院床位留给下转患者。",
    "成员单位之间的检查检验结果实行互认，互认标识由省级质控中心统一规定，不得重复检查。",
    "远程诊断服务应当覆盖集团内全部社区卫生服务中心，报告时限由中心与成员单位在协议中约定。",
    BOILERPLATE,
)
OTHER = (
    "按照年度安排，省里将组织专家对县域医共体药品目录衔接情况开展现场评价。",
    "评价内容包括目录品种数、处方流转、药师下沉和慢病长处方等四个方面，逐项打分。",
    "各县应当在九月底前报送自评材料，数据口径以月报为准，不得以估计数代替。",
    BOILERPLATE,
)


def page(
    title: str, text: tuple[str, ...], *, number: str = "", date: str = "2026-08-30", around: str = "首页"
) -> bytes:
    """A page as a government site sends it."""
    lines = "".join(f"<p>{line}</p>" for line in ((number, *text) if number else text))
    return (
        f"<html><head><meta charset='utf-8'><title>{title}</title><meta name='ArticleTitle' content='{title}'>"
        f"<meta name='PubDate' content='{date}'></head><body><div class='nav'><a href='/'>{around}</a></div>"
        f"<div class='tit'>{title}</div><div class='con' id='xw_box'>{lines}</div><div>版权所有 {around}</div>"
        "</body></html>"
    ).encode()


def chrome(title: str, text: tuple[str, ...], date: str) -> bytes:
    """The same as a portal sends it: more page than text."""
    links = "".join(f"<li><a href='/{n}'>推荐阅读第{n}条的标题</a></li>" for n in range(40))
    lines = "".join(f"<p>{line}</p>" for line in text)
    return (
        f"<html><head><meta charset='utf-8'><title>{title}_城市新闻网</title></head><body><ul>{links}</ul>"
        f"<h1>{title}</h1>"
        f"<div class='info'>{date} 10:20 来源:城市新闻网</div><div class='article-content'>{lines}</div>"
        f"<ul>{links}</ul></body></html>"
    ).encode()


traditional = opencc.OpenCC("s2t").convert

GOV = "https://wjw.yunling.gov.cn/notices/318.html"
PAGES = {  # what is there from the first day on
    GOV: page(TITLE, TEXT, number=NUMBER),
    "https://news.example.com/a": chrome(f"快讯:{TITLE}", TEXT, "2026-08-31"),
    "https://tw.example.com/b": chrome(traditional(TITLE), tuple(map(traditional, TEXT)), "2026-09-01"),
    "https://copy.example.com/numbered": page(f"省卫健委{TITLE}", TEXT[:3], number=NUMBER, date="2026-08-29"),
    "https://wjw.yunling.gov.cn/cites.html": page(  # a citation is no number of its own
        "关于评价县域医共体药品目录衔接的通知", (f"依据《{TITLE}》（{NUMBER}）有关要求。", *OTHER)
    ),
    "https://wjw.yunling.gov.cn/forwards.html": page(f"转发{TITLE}", ("现予转发，请认真贯彻执行。", *TEXT)),
    "https://wjw.yunling.gov.cn/2025.html": page("关于报送2025年度目录自评材料的通知", OTHER, date="2025-08-01"),
    "https://wjw.yunling.gov.cn/2026.html": page("关于报送2026年度目录自评材料的通知", OTHER, date="2026-08-01"),
    "https://wjw.yunling.gov.cn/same_title.html": page(TITLE, (*OTHER[:3], BOILERPLATE), date="2024-01-01"),
    "https://wjw.yunling.gov.cn/nhc/c1/202608/" + "0a1b" * 8 + ".shtml": page("关于夜间门诊的公告", OTHER[1:]),
    "https://wjw.yunling.gov.cn/nhc/c2/202608/" + "0a1b" * 8 + ".shtml": page("关于夜间门诊的公告", OTHER[1:]),
    "https://wjw.yunling.gov.cn/gone.html": page("关于开展义诊活动的公告", TEXT[:2]),
    "https://wjw.yunling.gov.cn/back.html": page("关于延长门诊时间的公告", TEXT[1:3]),
    "https://wjw.yunling.gov.cn/once.html": page("关于调整预约挂号规则的公告", TEXT[2:4]),
}  # fmt: skip
C1, C2 = (url for url in PAGES if "0a1b" in url)
GONE, BACK, ONCE = (f"https://wjw.yunling.gov.cn/{name}.html" for name in ("gone", "back", "once"))
EDITED = (*TEXT[:4], TEXT[4].replace("全部社区卫生服务中心", "八成以上社区卫生服务中心"), TEXT[5])


class Home:
    """A home whose captures are written by hand, day by day."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "inbox").mkdir(parents=True)

    def seen(self, day: int, hour: int, answers: dict[str, bytes | None]) -> None:
        """One crawl; None answers 404."""
        moment = FIRST_DAY + timedelta(days=day, hours=hour)
        records.set_clock(lambda: moment)
        with Archive(self.home, EventLog(self.home, new_run_id("crawl")), None) as archive:
            for url, body in answers.items():
                capture = Capture(
                    capture_id=archive.new_capture_id(),
                    run_id=archive.log.run_id,
                    source_id=SOURCE.id,
                    kind="notices",
                    role="document",
                    url=url,
                    business_date=str(moment.date()),
                    requested_at=timestamp(),
                    finished_at=timestamp(),
                    outcome="missing" if body is None else "new",
                    http_status=404 if body is None else 200,
                )
                if body is None:
                    archive.record(capture)
                else:
                    held = archive.hold(capture.capture_id, "page.html")
                    held.write_bytes(body)
                    archive.admit(held, capture, SOURCE)
        steps.parse_pending(self.home, [SOURCE])
        records.set_clock(None)


def loaded(build: Build, home: Path, run: str) -> None:
    con = database.build(build.path)
    try:
        load.prepare(con, "sample")
        events.project(con, home)
        load._load_notices(con, home, run)
    finally:
        con.close()


STORY: list[tuple[int, int, dict[str, bytes | None]]] = [
    (0, 0, dict(PAGES)),
    (1, 0, {GOV: page(TITLE, TEXT, number=NUMBER, around="新版首页"), GONE: None, ONCE: None, BACK: None, C1: None}),
    (1, 5, {ONCE: None}),  # twice on one day is once
    (2, 0, {GOV: page(TITLE, EDITED, number=NUMBER), GONE: None, BACK: None, C1: None, C2: PAGES[C2]}),
    (3, 0, {BACK: PAGES[BACK], ONCE: PAGES[ONCE]}),
    (4, 0, {GOV: page(TITLE, TEXT, number=NUMBER, around="新版首页"), ONCE: None}),
]


class Told:
    """What two builds say after the story, and the first one in its middle."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        nightly = Build(folder / "nightly")
        for number, (day, hour, answers) in enumerate(STORY):
            self.home.seen(day, hour, answers)
            loaded(nightly, self.home.home, f"night-{number}")
            if number == 3:
                nightly.dbt(*MODELS)
                self.withdrawn_then = dict(nightly.query("select notice_id, withdrawn_date::varchar from fct_notice"))
        nightly.dbt(*MODELS)
        at_once = Build(folder / "at_once")
        loaded(at_once, self.home.home, "night-0")
        at_once.dbt(*MODELS, full_refresh=True)
        self.nightly, self.at_once = nightly, at_once

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.nightly.query(sql)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("notices"))


def test_night_by_night_gives_what_all_at_once_gives(told: Told) -> None:
    assert told.nightly.snapshot() == told.at_once.snapshot()
    assert told.rows("select count(*) from fct_notice") > [(len(PAGES) - 1,)]


def test_an_edit_is_a_version_and_a_new_page_around_the_text_is_none(told: Told) -> None:
    found = told.rows(
        f"select version_no, page_contents_count, is_current, body like '%八成以上%' from fct_notice "
        f"where url = '{GOV}' order by version_no"
    )
    # the first text came on two pages, was edited, and is back since the last day: two versions, not four
    assert found == [(1, 2, True, False), (2, 1, False, True)]


def test_the_difference_of_two_versions_is_kept(told: Told) -> None:
    changes = told.rows(
        "select change_no, removed_count, added_count, text_diff, from_notice_version_id <> notice_version_id "
        "from fct_notice_change order by change_no"
    )
    old, new = TEXT[4], EDITED[4]
    forth, back = changes
    assert forth[:3] + forth[4:] == (1, 1, 1, True)
    assert forth[3].splitlines()[1:] == [f"-{old}", f"+{new}"]
    assert back[3].splitlines()[1:] == [f"-{new}", f"+{old}"]


def test_gone_on_two_days_is_withdrawn_and_seen_again_is_not(told: Told) -> None:
    assert told.withdrawn_then[f"url:{GONE}"] == "2026-09-03"
    assert told.withdrawn_then[f"url:{BACK}"] == "2026-09-03"
    assert told.withdrawn_then[f"url:{ONCE}"] is None, "twice on one day is one day"
    assert told.withdrawn_then["nhc:" + "0a1b" * 8] is None, "the same notice still stands in another column"
    now = dict(told.rows("select url, withdrawn_date::varchar from fct_notice where is_withdrawn"))
    assert now == {GONE: "2026-09-03"}
    evidence = told.rows(
        f"select c.outcome, c.http_status from fct_notice n join ops.capture c "
        f"on c.capture_id in (n.missing_capture_id, n.withdrawn_capture_id) where n.url = '{GONE}'"
    )
    assert evidence == [("missing", 404)] * 2


def test_reposts_cluster_with_their_original_and_nothing_else_does(told: Told) -> None:
    rows = told.rows(
        "select url, cluster_key, is_original, match_reason, containment_num, containment_den, cluster_notices_count "
        "from fct_notice where is_current"
    )
    of = {row[0]: row for row in rows}
    cluster = {url for url, row in of.items() if row[1] == of[GOV][1]}
    reposts = {"https://news.example.com/a", "https://tw.example.com/b", "https://copy.example.com/numbered"}
    assert cluster == {GOV, *reposts}
    assert [url for url in cluster if of[url][2]] == [GOV], "*.gov.cn before the earlier date of a copy"
    assert of["https://copy.example.com/numbered"][3] == of[GOV][3] == "doc_number"
    for url in ("https://news.example.com/a", "https://tw.example.com/b"):
        assert of[url][3] == "title_and_text"
        assert of[url][4] / of[url][5] > 0.9
    alone = [row for url, row in of.items() if url not in cluster]
    assert len(alone) > 7
    assert {(row[2], row[3], row[6]) for row in alone} == {(True, "none", 1)}
    assert len({row[1] for row in alone}) == len(alone)


def test_a_replay_replaces_exactly_the_rows_of_what_it_read_again(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new parser, no network, some days of one source: other rows stay as they were, and no version doubles."""

    def no_network(*_: object) -> None:
        raise AssertionError("a replay asks nobody")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    intact = notices.parse_page

    def parse_page(data: bytes, **where: Any) -> records.Notice:
        return replace(intact(data, **where), topics=["read anew"])

    monkeypatch.setattr(notices, "PARSER_VERSION", "9.9.9")
    monkeypatch.setattr(notices, "parse_page", parse_page)
    home = tmp_path / "home"
    shutil.copytree(told.home.home, home)
    build = told.nightly.copy(tmp_path / "build")
    tables = ("notice", "notice_fact", "notice_shingle")
    before = {t: build.query(f"select * from raw.{t} order by all") for t in tables}
    facts_before = build.query("select count(*) from fct_notice_fact")
    versions = build.query("select notice_version_id, is_current, cluster_key from fct_notice order by all")

    assert steps.replay(home, [replace(SOURCE, id="another")], FIRST_DAY.date()) == 0
    since = FIRST_DAY.date() + timedelta(days=2)
    assert steps.replay(home, [SOURCE], since) == 2  # the edit of day 2 and the return of day 4
    loaded(build, home, "replayed")

    assert build.query(
        "select distinct notice_id, parser_version, topics from raw.notice where load_run = 'replayed'"
    ) == [(f"url:{GOV}", "9.9.9", '["read anew"]')]
    again = {c for (c,) in build.query("select capture_id from raw.notice where load_run = 'replayed'")}
    days = build.query("select fetched_at from raw.notice where load_run = 'replayed' order by fetched_at")
    assert [day[:10] for (day,) in days] == ["2026-09-03", "2026-09-05"]
    for table in tables:
        now = build.query(f"select * from raw.{table} order by all")
        assert len(now) == len(before[table])
        assert [r for r in now if r[0] not in again] == [r for r in before[table] if r[0] not in again], table
    build.dbt(*MODELS)
    assert build.query("select notice_version_id, is_current, cluster_key from fct_notice order by all") == versions
    assert build.query("select count(*) from fct_notice_fact") == facts_before
