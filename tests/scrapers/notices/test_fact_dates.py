"""Whose date a fact gets when its sentence names none."""

from __future__ import annotations

import pytest

from scrapers import notices
from scrapers.records import Notice

CONTEXT = "紧密型县域医共体建设持续推进,医联体内检查检验结果互认,远程医疗覆盖各地,资源共享中心投入使用。"
FIGURE = "全市建成医共体9家。"
DEMAND = "派驻人员要常驻半年以上。"


def parse(*lines: str) -> Notice:
    return notices.parse_page("\n\n".join(lines).encode())


def dated(notice: Notice) -> list[tuple[str, str | None, str | None]]:
    return [(fact.kind, fact.date, fact.date_precision) for fact in notice.facts]


def test_a_report_dates_its_figures_and_the_demands_that_it_reports() -> None:
    notice = parse("甲市推进医共体建设", "2024-03-05 来源:示例日报", CONTEXT, FIGURE, DEMAND)
    assert dated(notice) == [("actual", "2024-03-05", "as-of"), ("requirement", "2024-03-05", "day")]


def test_a_dateline_is_nearer_than_the_page() -> None:
    wire = "示例社甲市12月30日电(记者张三)记者获悉," + FIGURE
    notice = parse("甲市推进医共体建设", "2024-01-02 来源:示例日报", wire, CONTEXT)
    assert dated(notice) == [("actual", "2023-12-30", "approx")]


def test_a_notice_dates_its_demands_with_its_signature() -> None:
    lines = ("关于推进医共体建设的通知", "2024-05-06 来源:示例委", CONTEXT, DEMAND, "甲市卫生健康委", "2024年4月30日")
    assert dated(parse(*lines)) == [("requirement", "2024-04-30", "day")]


def test_what_an_earlier_document_demands_has_no_date_of_this_page() -> None:
    earlier = f"根据此前发布的《医共体建设方案》,{DEMAND}"
    notice = parse("甲市推进医共体建设", "2024-03-05 来源:示例日报", CONTEXT, earlier)
    assert dated(notice) == [("requirement", None, None)]


@pytest.mark.parametrize("since", ["自2019年以来,", "2021年,", "3月,"])
def test_a_figure_of_another_time_is_not_dated_by_the_page(since: str) -> None:
    notice = parse("甲市推进医共体建设", "2024-03-05 来源:示例日报", CONTEXT, since + FIGURE)
    assert [fact.date for fact in notice.facts] == [None]


@pytest.mark.parametrize(
    ("period", "iso"),
    [("2023年1-9月", "2023-09-30"), ("今年前两个月", "2024-02-29"), ("2023年前三季度", "2023-09-30"), ("2023年", None)],
)
def test_a_figure_of_a_period_holds_for_its_last_day(period: str, iso: str | None) -> None:
    notice = parse("甲市推进医共体建设", "2024-03-05 来源:示例日报", CONTEXT, f"{period},上转患者3516人次。")
    assert [(fact.value, fact.date) for fact in notice.facts] == [(3516, iso)]


def test_a_target_without_a_due_date_has_none() -> None:
    notice = parse("甲市推进医共体建设", "2024-03-05 来源:示例日报", CONTEXT, "力争建成医共体12家。")
    assert dated(notice) == [("target", None, None)]


@pytest.mark.parametrize(
    ("plans", "year"),
    [
        ("记者获悉,甲市计划2022年底建成医共体信息平台。", "2022"),
        ("甲市计划2022年底建成医共体信息平台。", None),  # nothing says that it speaks of now
        ("记者获悉,2020年启动以来,甲市计划2022年底建成医共体信息平台。", None),
        ("记者获悉,甲市将建医共体信息平台。", None),
    ],
)
def test_the_year_of_an_undated_page(plans: str, year: str | None) -> None:
    notice = parse("甲市推进医共体建设", CONTEXT, plans, FIGURE)
    assert notice.publish_date is None
    assert [fact.date for fact in notice.facts] == [year]


def related(*paragraphs: str) -> Notice:
    head = ("关于推进医共体建设的通知", "2022-12-07 来源:示例委", CONTEXT + "各地认真落实。")
    return parse(*head, "相关新闻", "某地的另一条新闻标题", *paragraphs)


def test_a_related_item_speaks_from_its_own_year() -> None:
    item = (
        "会议强调,推进医共体建设是2024年全省重点工作,年底前每省70%以上的县市达到医共体建设紧密型标准。"
        "各省份应于今年6月底前制定完成医共体建设的政策措施。每个医共体有2名以上城市三级医院专家常驻。"
        "派出人员应常驻半年以上。全国12个省份印发了推进医共体建设的政策文件。"
    )
    notice = related(item)
    found = {fact.indicator: (fact.date, fact.segment, fact.trust) for fact in notice.facts}
    assert found == {
        "counties_meeting_tight_standard_share": ("2024-12-31", "related", "low"),
        "tertiary_experts_resident": ("2024-12-31", "related", "low"),
        "continuous_stay_months": ("2024", "related", "low"),
        "provinces_with_policy_docs": ("2024", "related", "low"),
    }
    assert [(s.indicator, s.comparator, s.date) for s in notice.statements if s.segment == "related"] == [
        ("provincial_measures_done", "<=", "2024-06-30")
    ]
    assert "2024" not in notice.body


@pytest.mark.parametrize("years", ["", "2021年和2023年,"])
def test_this_year_of_an_item_without_one_year_is_unknown(years: str) -> None:
    notice = related(
        f"{years}会议要求各省份于今年6月底前行动,年底前每省70%以上的县市达到医共体建设紧密型标准,请各地落实。"
    )
    assert [(fact.value, fact.date) for fact in notice.facts] == [(70.0, None)]


def test_headlines_part_the_items() -> None:
    first = "推进医共体建设是2023年全省重点工作,年底前每省60%以上的县市达到医共体建设紧密型标准,请各地落实。"
    second = "推进医共体建设是2024年全省重点工作,年底前每省80%以上的县市达到医共体建设紧密型标准,请各地落实。"
    notice = related(first, "又一条新闻标题", second)
    assert [(fact.value, fact.date) for fact in notice.facts] == [(60.0, "2023-12-31"), (80.0, "2024-12-31")]


def test_teasers_at_the_end_belong_to_other_articles() -> None:
    teasers = (
        "根据有关要求,结合医疗资源需求等因素,有关部门确定了66个城市医联体建设试点。这...",
        "医疗行业展会是了解产品的窗口,每年有许多企业参加。那么今年的展...",
    )
    notice = parse("甲市推进医共体建设", "2024-03-05 来源:示例日报", CONTEXT, FIGURE, *teasers)
    assert [(fact.value, fact.segment) for fact in notice.facts] == [(9.0, "main"), (66.0, "related")]
    assert "展会" not in notice.text


def test_one_unfinished_line_is_the_articles_own() -> None:
    notice = parse(
        "甲市推进医共体建设", "2024-03-05 来源:示例日报", CONTEXT, FIGURE, "医共体的故事还在继续,明天会更..."
    )
    assert notice.body.endswith("明天会更...")
