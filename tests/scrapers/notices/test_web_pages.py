"""Texts as they lie on the web: what is title, date, article and subject, and what is the site's. One cause a case."""

from __future__ import annotations

import pytest

from scrapers import notices
from scrapers.records import Notice

ARTICLE = (
    "河湾县近日召开紧密型县域医共体建设推进会,总结两年来县乡村三级协同的做法,部署下一步任务。\n"
    "会议提出,各成员单位要把检查检验、慢病管理和人员培训统一起来,让群众在乡镇就能看好常见病。"
)
LAST = "让群众在乡镇就能看好常见病。"
TITLE = "河湾县推进紧密型县域医共体建设"
ASKING = "河湾县医共体让乡镇卫生院接得住常见病 群众怎么看?院长和村医各有各的答案"


def read(text: str) -> Notice:
    return notices.parse_page(text.encode())


@pytest.mark.parametrize(
    "head",
    [
        f"首页 > 快讯 > {TITLE}\n06月11日 星期三\n09:20\n{TITLE}",
        f"网红景点打卡,免费看剧大全,明星写真合集,手机游戏排行\nlogo\n{TITLE}\n\n{TITLE}",
        f"某剧今晚开播…  游戏更新内容一览   球队公布大名单!   歌手新专辑上线\n\n{TITLE}",
        f"新华社青川3月5日电题:{TITLE}",
        f"卫生管理学刊  2021, Vol. 8 Issue (2): 11-15  DOI: 10.0000/abc.2021\n李某, 王某. {TITLE}[J].\n{TITLE}",
        f"{TITLE}\n——以三个乡镇为例",
        f"索引号: | 0001 | 发布机构: | \n生效日期: | 2024-10-31 | \n文 号: | 所属主题: | 医改 |\n{TITLE}",
        f"资料图。张某 摄\n{TITLE}",
        f"跳至主要内容\n{TITLE}",
        f"河湾镇卫生院提供\n{TITLE}",
        f"热搜:\n• 此专题下没有文章\n• {TITLE}",
        f"求职 简历\n时评 短论\n权威声音\n蓝天行动\n创新引领\n{TITLE}",
        f"•qq空间\n• 读书笔记\n• 应用文\n• 儿童英语\n• 小说/有声\n• 祝福短信\n{TITLE}",
        f"本站使用相关技术提供更好的阅读体验,点此了解本站隐私声明,关闭此视窗即代表同意。\n{TITLE}",
        f"このページは中国語版です。日本語版をご覧になりますか。\n{TITLE}",
        f"您好!今天是\n设为主页收藏本页\n社交网站:\n字体: 放大 还原 缩小\n{TITLE}",
        f"国内统一刊号:CN00-0000 河湾日报社出版\n上一篇         下一篇\n{TITLE}",
    ],
    ids=[
        *("trail", "spam", "ticker", "wire", "journal", "subtitle", "metadata", "caption"),
        *("skip-link", "who-made-a-picture", "hot-searches", "menu", "bullets", "privacy", "kana"),
        *("labels-without-value", "newspaper"),
    ],
)
def test_the_title_is_found_below_what_is_not_one(head: str) -> None:
    notice = read(f"{head}\n{ARTICLE}")
    assert (notice.title, notice.publish_date) == (TITLE, None)
    assert notice.body == ARTICLE


def test_an_official_title_runs_over_two_lines() -> None:
    notice = read(f"河湾县人民政府办公室\n关于印发河湾县医共体建设方案的通知\n\n{ARTICLE}")
    assert notice.title == "河湾县人民政府办公室关于印发河湾县医共体建设方案的通知"
    three = "河湾县人民政府办公室\n关于印发河湾县医共体\n建设方案的通知"
    assert read(f"{three}\n{ARTICLE}").title == "河湾县人民政府办公室关于印发河湾县医共体建设方案的通知"
    notice = read(f"关于印发河湾县紧密型县域\n医共体建设实施方案的通知\n{ARTICLE}")
    assert notice.title == "关于印发河湾县紧密型县域医共体建设实施方案的通知"


def test_a_notice_without_title_names_what_it_issues() -> None:
    issued = "《河湾县医共体建设实施方案》已经县政府同意,现印发给你们,请认真贯彻执行,遇有问题及时报告。"
    notice = read(f"河府办发〔2024〕7号\n\n各乡镇人民政府,县级各部门:\n{issued}\n{ARTICLE}")
    assert notice.title == "河湾县医共体建设实施方案"


def test_a_title_may_list_what_it_tells_of() -> None:
    listing = "远程会诊、双向转诊、检查互认、专家下沉:河湾县医共体四步走"
    assert read(f"{listing}\n2024-05-06\n{ARTICLE}").title == listing


def test_an_english_title_is_one() -> None:
    notice = read(
        "Community imaging hubs open in three towns\n\nThree towns opened imaging hubs on Monday, it was said."
    )
    assert notice.title == "Community imaging hubs open in three towns"
    assert not notice.relevant


def test_a_head_that_runs_into_the_sentence_is_parted() -> None:
    notice = read(f"{TITLE}\n2025-01-09 浏览次数:12{ARTICLE}(责任编辑:小林)")
    assert (notice.publish_date, notice.body) == ("2025-01-09", ARTICLE)


@pytest.mark.parametrize("label", ["生效日期", "废止日期", "成文日期", "收稿日期", "会议时间"])
def test_the_date_of_something_else_is_not_that_of_publication(label: str) -> None:
    assert read(f"{TITLE}\n{label}:2024-10-31\n{ARTICLE}").publish_date is None


def test_date_and_source_may_stand_below_the_article() -> None:
    assert read(f"{ARTICLE}\n文 / 小林\n2025-11-28 12:02:06\n来源:河湾网").publish_date == "2025-11-28"
    assert read(f"{ARTICLE}\n2025-11-28 12:02:06\n另一家医院开业").publish_date is None  # whose date, no one says


@pytest.mark.parametrize(
    "tail",
    [
        "河湾生活网 hewan-life.com",
        "a0b1c2d3.jpg",
        "制图/张某",
        "资料来源:河湾某净化设备公司技术部 联系人:王某 网址:http://hewan.example/a",
        "小编提示,记得把好消息分享给大家!",
        "河湾家政中介\n未经允许不得转载:",
        "热气球节今日开幕\n双胞胎熊猫亮相\n电影票房破3亿 影迷:值得一看",
        "【版权提示】本站尊重知识产权。如有疑问,请来信说明,我们将及时处理。",
    ],
)
def test_what_the_site_hangs_below_the_article_is_not_the_article(tail: str) -> None:
    assert read(f"{TITLE}\n{ARTICLE}\n{tail}").body == ARTICLE


@pytest.mark.parametrize(
    "tail",
    [
        "河湾县卫生健康局\n2024年3月2日",
        "附件:试点乡镇名单",
        "青石镇\n白沙乡\n柳林镇",
        "上转患者 120人\n下转患者 80人\n两年来的变化",
        "《河湾县医共体章程》(2024年5月6日施行)",
    ],
    ids=["signature", "annex", "places", "chart", "cited-law"],
)
def test_what_closes_an_article_stays(tail: str) -> None:
    assert read(f"{TITLE}\n{ARTICLE}\n{tail}").body == f"{ARTICLE}\n{tail}"


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("resource_sinking", "三甲医院“组团式”帮扶山区\n\n两家医院的“组团式”帮扶进入第二年,山区医院留住了病人。"),
        ("resource_sinking", "专家下乡坐诊\n\n每逢周三,县医院专家下乡坐诊,派驻乡镇卫生院,还为村医讲课。"),
        (
            "family_doctor",
            "医共体的签约医生到家\n\n医共体内签约医生每月上门,签约服务由县医院专家参加,老人不出村就能测血压、取药。",
        ),
        ("mutual_recognition", "三地影像资料共享\n\n三地医院试行影像资料共享,检查结果互认,患者转诊时不再重复检查。"),
        (
            "consortium_stats",
            "河湾医院联盟成立\n\n十家公立医院组成医院联盟,医院联盟成员单位共用检验平台,医院联盟统一培训。",
        ),
        (
            "telemedicine",
            "村里的远程心电\n\n县人民医院为基层医疗机构配备远程心电设备,胸痛病人就地转诊,省下路上的时间。",
        ),
    ],
)
def test_a_page_of_ours_in_other_words(topic: str, text: str) -> None:
    notice = read(text)
    assert notice.relevant
    assert topic in notice.topics


@pytest.mark.parametrize(
    "text",
    [
        "中国医疗队获颁勋章\n\n援外医疗队完成任务,医疗队两年来在当地巡回医疗,总统向队员致谢。",
        "某省援圭亚那医疗队办义诊\n\n医疗队巡回诊疗,为当地居民义诊5次,派驻医师14名,带教本地医师3名。",
        "河湾教育集团\n\n学校之间对口帮扶,教师组团式支教,教育集团内学分互认,校长轮岗,课堂共享。",
        "河湾中学与山区学校对口帮扶\n\n两校结成对口帮扶,教师组团式支教,资源下沉到村小,对口帮扶三年一轮。",
        "县域医共体信息化解决方案\n\n系统支持双向转诊、远程会诊、医共体绩效,帮助县级医院管理成员单位。",
        "某诊所违规开展远程心电诊断案\n\n执法人员发现诊所违规开展远程诊断,当事人未签远程医疗协议,行政处罚已送达。",
        "家庭医生报告模板\n\n第一章家庭医生概述。第二章家庭医生服务。第三章家庭医生团队。本模板供下载,模板可改。",
        "签约医生到家\n\n河湾县推行乡村医生签约服务,签约医生每月上门,老人不出村就能测血压、取药。",
        "职教联合体挂牌\n\n联合体建实训资源共享中心,课程互认,骨干下沉到县级分校任教,资源下沉有了抓手,对口帮扶一年一轮。",
    ],
    ids=[
        "abroad",
        "team abroad",
        "schools",
        "school",
        "software",
        "offence",
        "template",
        "family doctors",
        "vocational",
    ],
)
def test_a_page_that_borrows_our_words_is_not_ours(text: str) -> None:
    notice = read(text)
    assert (notice.relevant, notice.topics, notice.facts) == (False, [], [])


def test_a_target_that_is_reached_makes_no_page_of_targets() -> None:
    text = "对口帮扶见成效\n\n对口帮扶三年来,帮扶医院派驻专家,已有12家县医院达到二级甲等医院水平。"
    assert "policy_target" not in read(text).topics


def test_a_page_of_pilots_is_not_filed_under_what_is_piloted() -> None:
    text = "两县列入试点\n\n医共体建设试点县增加两个,医共体章程由县里定,医共体牵头医院由省里评,试点县名单另发。"
    assert (read(text).topics) == ["pilot_list"]


@pytest.mark.parametrize(
    ("head", "title", "date"),
    [
        (f"{TITLE}\n2024-05-06\n河湾日报", TITLE, "2024-05-06"),
        (f"{TITLE}\n小林\n2024年05月06日08:21 | 来源:河湾网", TITLE, "2024-05-06"),
        (f"{TITLE}\nPublished: May 6, 2024", TITLE, "2024-05-06"),
        (f"{TITLE}\nPosted on 6 May 2024", TITLE, "2024-05-06"),
        (f"标题:{TITLE}\n发布日期:2024-05-06", TITLE, "2024-05-06"),
        (f"{TITLE} - 河湾县卫生健康局\n发布于:2024-05-06", TITLE, "2024-05-06"),
        (f"设为首页 | 今天是2025年1月1日 星期三\n{TITLE}\n2024-05-06", TITLE, "2024-05-06"),
        (f"索引号\n0001\n发文机关\n河湾县卫健局\n成文日期\n2024-04-30\n标题\n{TITLE}", TITLE, None),
        (f"{ASKING}\n2024-05-06 来源:河湾网", ASKING, "2024-05-06"),
    ],
    ids=["outlet-below", "author", "english", "english-day-first", "label", "office", "clock", "table", "question"],
)
def test_heads_of_many_kinds(head: str, title: str, date: str | None) -> None:
    notice = read(f"{head}\n{ARTICLE}")
    assert (notice.title, notice.publish_date, notice.body) == (title, date, ARTICLE)


@pytest.mark.parametrize(
    "tail", ["本文来源:河湾网 责任编辑:小林", "【打印】【关闭】", "来源:河湾网", "编辑|小林", "供稿:医务科\n审核:小王"]
)
def test_lines_of_editors_and_buttons_end_no_article(tail: str) -> None:
    assert read(f"{TITLE}\n{ARTICLE}\n{tail}").body == ARTICLE


@pytest.mark.parametrize(
    ("foot", "date"),
    [
        ("整理时间:2024年5月6日", "2024-05-06"),
        ("编制日期:2024-05-06", "2024-05-06"),
        ("更新时间:2024-05-06", None),
        ("整理时间:2024-05-06\n整理时间:2024-05-07", None),
        ("本次整理时间:2024-05-06起", None),
    ],
    ids=["compiled", "drawn-up", "updated", "two", "within"],
)
def test_an_overview_says_at_its_foot_when_it_was_compiled(foot: str, date: str | None) -> None:
    assert read(f"{TITLE}\n{ARTICLE}\n河湾网\n{foot}").publish_date == date


@pytest.mark.parametrize(
    ("title", "window"),
    [
        (f"{TITLE}--卫生·健康--某某网", ""),
        (TITLE, f"{TITLE}-县情"),
        (TITLE, f"{TITLE} 城东街道办_河湾网"),
        (TITLE, "新闻动态--河湾医学会官网"),
    ],
    ids=["columns", "column-behind-a-dash", "office-behind-a-blank", "only-the-site"],
)
def test_the_names_of_column_and_site_are_no_part_of_the_title(title: str, window: str) -> None:
    if not window:
        assert read(f"{title}\n2024-05-06\n{ARTICLE}").title == TITLE
        return
    sentences = "".join(f"<p>{line}</p>" for line in ARTICLE.split("\n"))
    body = (
        f"<div>首页 - 要闻</div><div>{title}</div><div>发布时间:2024-05-06 来源:河湾医学会</div><div>{sentences}</div>"
    )
    notice = read(f"<html><head><title>{window}</title></head><body>{body}</body></html>")
    assert (notice.title, notice.publish_date, notice.body) == (TITLE, "2024-05-06", ARTICLE)


def test_offices_that_head_a_document_are_no_menu() -> None:
    offices = "示例省卫生健康委\n示例省发展改革委\n示例省教育厅\n示例省财政厅\n示例省医疗保障局"
    assert "示例省财政厅" in read(f"{offices}\n{ARTICLE}").body


@pytest.mark.parametrize(
    "text",
    [
        f"{TITLE} 发布时间:2024-05-06 来源:河湾网\n{ARTICLE}",
        f"{TITLE}\n全媒体部\n健康\n2024-05-06 09:04\n{ARTICLE}",
        f"date 2024-05-06 {ARTICLE}",
        f"{TITLE}\n{ARTICLE}\n发布日期:2024-05-06 浏览次数:12",
    ],
    ids=["behind-the-title", "alone-with-its-hour", "of-a-store", "below-the-article"],
)
def test_the_date_of_publication_is_found_where_sites_put_it(text: str) -> None:
    notice = read(text)
    assert notice.publish_date == "2024-05-06"
    assert ARTICLE.split("\n")[1] in notice.body
    assert "2024" not in notice.body


def test_two_dates_above_the_article_are_none_of_its_own() -> None:
    dated = "某部\n2024-05-06 09:04\n健康\n2024-05-07 10:05"
    assert read(f"{TITLE}\n全媒体部\n{dated}\n{ARTICLE}").publish_date is None


def test_a_title_in_a_heading_ends_the_head_though_it_reads_as_a_sentence() -> None:
    asking = "河湾县医共体让常见病在乡镇看得好;县医院牵头的影像中心今年出具诊断报告"
    body = f"<h2>{asking}</h2><div>2024-05-06 12:11来源:河湾网作者:李某</div><p>{ARTICLE}</p>"
    notice = read(f"<html><head><title>{asking}_河湾网</title></head><body>{body}</body></html>")
    assert (notice.title, notice.publish_date) == (asking, "2024-05-06")
    assert "来源" not in notice.body


@pytest.mark.parametrize(
    "foot",
    [
        "视频\n更 多\n沿江夜市今晚开放 市民说太好逛了!明年再来\n熊猫满百日 访客直呼可爱\n老字号在小巷中\n音乐会开幕",
        "关于作者: 某行业发展网\n为您推荐",
        "L_1550582406314135449",
    ],
    ids=["headlines-below-buttons", "author", "file"],
)
def test_what_stands_below_the_article_is_none_of_it(foot: str) -> None:
    assert read(f"{TITLE}\n2024-05-06\n{ARTICLE}\n{foot}").body == ARTICLE


def test_a_line_that_comes_again_and_again_is_no_part_of_the_article() -> None:
    spam = "财经速览:某地经济运行持续向好有支撑"
    first, second = ARTICLE.split("\n")
    notice = read(f"{TITLE}\n2024-05-06\n{first}\n{spam}\n{second}\n{spam}\n{first}\n{spam}\n{second}")
    assert spam not in notice.body
    assert first in notice.body
    row = "示例县中医医院影像诊断中心,2家"
    assert read(f"{TITLE}\n{first}\n{row}\n{row}\n{row}\n{second}").body.count(row) == 3


def test_text_that_begins_in_the_middle_of_a_sentence_has_no_title() -> None:
    notice = read(f",全县互认平台覆盖所有二级以上医院和社区卫生服务中心\n、影像\n、检验项目。\n{ARTICLE}")
    assert notice.title is None
    assert notice.body.startswith(",全县互认平台")


@pytest.mark.parametrize(
    "head",
    [
        f"请更新您的浏览器\n您的浏览器版本较旧,已不再受支援。建议您更新浏览器版本。\n{TITLE}",
        f"河 湾 特 别 行 政 区\n\n河湾县行政办公室\n\n葡文版本\n\n{TITLE}",
        f"Skip to main content\nJournal of County Health (Services) logoLink to Journal of County Health\n{TITLE}",
        f"基金项目\n河湾县科技局委托项目“县域医疗服务体系研究”(2018008B)\n作者简介\n李某,硕士\n{TITLE}",
        f"河湾网 登录\n{TITLE}",
        f"廣告 廣告\n{TITLE}",
        f"首页English\n• 时政\n• 国际\n• 光明报系\n• 更多>>\n• 报 纸\n杂 志\n{TITLE}",
        f"本报首页 版面概览\n往期回顾\n当前:2版 上一版 下一版\n{TITLE}",
        f"河湾网“新春走基层”专题报道\n河湾频道 > 正文\n{TITLE}",
    ],
    ids=[
        *("browser", "letterhead", "journal-in-english", "funds", "login", "advertisement"),
        *("paper", "page-of-a-paper", "banner-above-the-trail"),
    ],
)
def test_what_sites_say_to_their_readers_is_no_title(head: str) -> None:
    notice = read(f"{head}\n{ARTICLE}")
    assert (notice.title, notice.body) == (TITLE, ARTICLE)


def test_a_paper_without_a_title_line_is_cited_by_it() -> None:
    cited = f"李某, 王某, 赵某, 等. {TITLE}[J]. 卫生管理学刊, 2021, 8(2): 11-15."
    assert read(f"卫生管理学刊  2021, Vol. 8 Issue (2): 11-15\n引用本文\n{cited}\n{ARTICLE}").title == TITLE


@pytest.mark.parametrize(
    "foot",
    [
        "(来源:《某某日报》/王某)\n作者:某某网\n日期:2024-05-06 08:33:39\n链接:http://news.example.com/a.htm",
        "时间:2024年5月6日 13:05\n来源:某某网\n链接:http://news.example.com/a.htm",
        "版权声明 来源:某某网 时间:2024-05-06 14:34:05 作者:",
        "《河湾日报》(2024年5月6日04版)",
        "(《河湾日报》2024年05月06日 第A4版)",
    ],
    ids=["date-below-the-author", "date-above-the-source", "one-line", "issue", "issue-in-brackets"],
)
def test_the_citation_at_the_foot_dates_the_article(foot: str) -> None:
    assert read(f"{TITLE}\n{ARTICLE}\n{foot}").publish_date == "2024-05-06"
    assert read(f"{TITLE}\n{ARTICLE}\n活动时间:2024-05-06 14:34:05").publish_date is None


def test_a_paper_is_dated_in_english() -> None:
    text = f"Journal of County Health\n2024 Apr 18;52(2):302-307. [Article in Chinese]\n{TITLE}\n{ARTICLE}"
    assert read(text).publish_date == "2024-04-18"


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ('<meta itemprop="dateUpdate" content="2024-05-06 12:00:57">', "2024-05-06"),
        ('<script type="application/ld+json">{"datePublished": "2024-05-06T12:00:57+08:00"}</script>', "2024-05-06"),
        ('<script>var a = {"pubtime": "2024-05-06 19:02"}; b = {"pubtime": "2024-05-06 19:02"}</script>', "2024-05-06"),
        ('<script>var a = [{"pubtime": "2024-05-06"}, {"pubtime": "2024-05-07"}]</script>', None),
        ('<script>[{"publishDate": "2024-05-06T05:51"}, {"publishDate": "2024-05-06T10:29"}]</script>', None),
    ],
)
def test_the_scripts_of_a_page_may_date_it(head: str, day: str | None) -> None:
    page = f"<html><head><title>{TITLE}</title>{head}</head><body><h1>{TITLE}</h1><p>{ARTICLE}</p></body></html>"
    assert read(page).publish_date == day


def test_a_list_beside_the_article_names_its_title_too() -> None:
    first, second = ARTICLE.split("\n")
    comments = "".join(f"<p>读者{n}说:{first}</p>" for n in range(5))
    body = f"<h3>{TITLE}</h3><div>2024-05-06 09:04 来源:河湾网</div><p>{first}</p><p>{second}</p>"
    aside = f"<div>{TITLE}</div><div>另一则要闻</div><h3>我要评论</h3>{comments}"
    notice = read(f"<html><head><title>{TITLE}</title></head><body>{body}{aside}</body></html>")
    assert notice.publish_date == "2024-05-06"
    assert notice.body.startswith(first)


@pytest.mark.parametrize(
    "foot", ["下一则:卫生局公布下月安排\n18,680人已接种", "没有留言。", "所在地:[!--myarea--]\n邮箱:[!--email--]"]
)
def test_neighbours_and_empty_fields_are_no_part_of_the_article(foot: str) -> None:
    assert read(f"{TITLE}\n2024-05-06\n{ARTICLE}\n{foot}").body == ARTICLE


def test_a_flash_has_its_headline_in_its_line() -> None:
    flash = f"【{TITLE}】5月6日,{ARTICLE}"
    notice = read(f"{flash}\n发布时间:2024-05-06 09:59 来源:某媒 分类:宏观\n{flash}")
    assert (notice.title, notice.publish_date) == (TITLE, "2024-05-06")


def test_what_somebody_said_is_no_title() -> None:
    said = "“专家到家门口看病,连片子都有人会诊,这在过去想都不敢想!”河湾县患者李某在县医院接受会诊后感慨道"
    assert read(f"{said}\n{ARTICLE}\n{said}").title is None


def test_a_quotation_mark_in_a_meta_field_does_not_cut_the_title() -> None:
    title = '河湾县推进县域医共体 群众的"烦心事"怎么解决？'
    meta = f'<meta property="og:title" content="{title}">'
    page = f"<html><head><title>{title}_河湾网</title>{meta}</head><body><h1>{title}</h1><p>{ARTICLE}</p></body></html>"
    assert read(page).title == title


@pytest.mark.parametrize(
    "foot", ["新闻推荐\n某地特产获奖\n本报讯 某地特产近日获奖,来宾纷纷称好。", "请继续往下阅读...\n☆按赞追踪粉丝页。"]
)
def test_what_a_site_recommends_ends_the_article(foot: str) -> None:
    assert read(f"{TITLE}\n2024-05-06\n{ARTICLE}\n{foot}").body == ARTICLE


def test_every_one_is_no_number() -> None:
    text = f"{TITLE}\n{ARTICLE}\n全县每一个乡镇都有医共体分院,共建成医共体2个。"
    assert [fact.value for fact in read(text).facts] == [2.0]


def test_the_dates_of_a_list_are_none_of_the_page() -> None:
    items = "".join(f"<p>某项通知之{n}</p><p>2024-05-0{n}</p>" for n in range(1, 4))
    body = f"<div>{items}</div><div><p>{ARTICLE}</p></div>"
    assert (
        read(f"<html><head><title>河湾防水材料有限公司</title></head><body>{body}</body></html>").publish_date is None
    )


@pytest.mark.parametrize("day", ["06.05.2024", "2024 05/ 06 19:16", "2024 5月6日 星期", "2024年5月6星期一"])
def test_dates_as_portals_set_them(day: str) -> None:
    assert read(f"{TITLE}\n{day}\n{ARTICLE}").publish_date == "2024-05-06"
    assert read(f"{TITLE}\n第3.12.2024号\n{ARTICLE}").title == TITLE
    tags = "卫生\n|\n要闻\n|\n发布: 3:39pm 26/05/2024\n医共体\n县医院"
    assert read(f"{TITLE}\n{tags}\n{ARTICLE}").publish_date == "2024-05-26"


def test_the_same_number_in_two_places_is_two_facts() -> None:
    said = "河南省建成紧密型县域医共体8个。\n山东省建成紧密型县域医共体8个。\n已建成紧密型县域医共体8个。"
    facts = read(f"{TITLE}\n{ARTICLE}\n{said}").facts
    assert [(fact.value, fact.adcode) for fact in facts] == [(8.0, "410000"), (8.0, "370000")]


@pytest.mark.parametrize(
    "head",
    [f"{TITLE} 2025-07-07 10:22:00 ", f"{TITLE} 2025年7月7日 10:22 "],
)
def test_title_date_and_sentence_may_share_a_line(head: str) -> None:
    notice = read(f"{head}{ARTICLE}")
    assert (notice.title, notice.publish_date, notice.body) == (TITLE, "2025-07-07", ARTICLE)
    assert read(f"据了解,2025-07-07 10:22:00 {ARTICLE}").title is None


@pytest.mark.parametrize(
    "tail",
    [
        "https://hewan.example/media/2025/a.mp4",
        "\n出版:更新:",
        "\n将本文分享到:",
        "\n图源:河湾网",
        "\n![](/images/1.png)",
        "\n即可在手机端查看",
        "\n(阅读全文,您需要先登录!)",
        "/span>",
        "( _8 M1 x* {3 N# y1 D9 w",
        "\n3 x& S: B4 h8 M/ t! v  i6 J",
        "\n{image=1}",
        "\n(一审:李某某 二审:王某 三审:赵某)",
        "\n相关附件:",
        "\n读毕需时 3 分钟",
        "\n图片默认标题_fororder_a",
        "\n《河湾日报》(2024年5月6日04版)",
        "\n打印本文",
        " 分享到:",
        "\n文章字数:400",
        "\n抱歉,我们并不支持您使用的浏览器。",
        "\n本刊记者_某人 供图_河湾县医院",
        "\n[下篇文章] 河湾茶园开园 去年产茶40吨",
        f" (原标题:{TITLE}) (责任编辑:某人) |",
        "\n日期:2025-07-07 10:22:00",
        "\n链接:https://hewan.example/publish/news/4205/2025/20250707135650846623899/20250707135650846623899_.html",
        "\n--> 2025-07-07 2 2 河湾日报 c00001.html 1 河湾要闻 /enpproperty-->",
    ],
)
def test_what_the_system_of_a_site_leaves_behind_is_none_of_the_article(tail: str) -> None:
    assert read(f"{TITLE}\n{ARTICLE}{tail}").body == ARTICLE


def test_the_fields_of_a_paper_date_its_article() -> None:
    fields = "--> 2025-07-07 2 2 河湾日报 c00001.html 1 河湾要闻 /enpproperty-->"
    assert read(f"{TITLE}\n{ARTICLE}\n{fields}").publish_date == "2025-07-07"


def test_a_title_said_twice_is_said_once() -> None:
    assert read(f"{TITLE},{TITLE}\n{ARTICLE}").title == TITLE
    assert read(f"{TITLE},{TITLE}\n{ARTICLE}".replace(",", "\uff0c")).title == TITLE


def test_what_a_sentence_is_about_is_no_title() -> None:
    assert read(f"河湾县人民医院\n{TITLE}\n河湾县人民医院{ARTICLE}").title == "河湾县人民医院"
    notice = read(f"河湾县的医共体怎么样?来看看乡亲们怎么说吧!\n河湾县人民医院\n河湾县人民医院{ARTICLE}")
    assert notice.title == "河湾县的医共体怎么样?来看看乡亲们怎么说吧!"


def test_the_date_of_a_list_without_an_article_is_none_of_the_page() -> None:
    items = "\n".join(f"河湾县医共体简讯第{number}号\n2025-07-0{number}" for number in range(1, 7))
    assert read(f"{TITLE}\n{items}").publish_date is None


def test_the_beginning_of_an_article_is_ours_if_it_says_so_again_and_again() -> None:
    assert read("检查结果互认让河湾县少做重复检查。互认平台连到乡镇,互认项目增加到……").relevant
    assert not read("河湾县召开会议,讨论宽带进村,并考察了远程会诊中心…").relevant


@pytest.mark.parametrize(
    ("said", "value"),
    [("医共体覆盖30万居民", 300_000), ("巡回医疗队服务1.2万群众", 12_000), ("远程会诊服务3000余患者", 3_000)],
)
def test_a_number_before_people_counts_them(said: str, value: float) -> None:
    (fact,) = read(f"{TITLE}\n{ARTICLE}\n{said},受到欢迎。").facts
    assert (fact.value, fact.unit) == (value, "人")


@pytest.mark.parametrize(
    "said", ["2024患者满意度提升,医共体受到欢迎", "医共体网站查看:402次", "医共体让群众不必每换一家医院就查一次"]
)
def test_years_counters_and_stories_are_no_figures(said: str) -> None:
    assert read(f"{TITLE}\n{ARTICLE}\n{said}。").facts == []


def test_a_page_says_at_its_foot_what_its_article_is_called() -> None:
    assert (
        read(f"本篇文章414字,读完约1分钟\n{ARTICLE}\n标题:{TITLE}\n地址:http://hewan.example/a/1.html").title == TITLE
    )


def test_a_film_is_named_before_its_title_and_a_medium_behind_it() -> None:
    notice = read(f"视频 | {TITLE} 看县乡村三级协同\n河湾新闻Hnews综合\n2025-07-07 18:23:50\n{ARTICLE}")
    assert (notice.title, notice.source) == (f"视频 | {TITLE} 看县乡村三级协同", "河湾新闻Hnews综合")


def test_a_page_full_of_aid_is_ours_though_it_names_no_programme() -> None:
    text = (
        "河湾医生走进高原送医送药\n\n河湾派出的医疗队在高原义诊,医疗队的医生在县里带教、巡诊,还到村里义诊。"
        "这支医疗队的帮扶持续多年,当地医生说,义诊和帮扶让牧民不用远行。"
    )
    assert (read(text).relevant, read(text).topics) == (True, ["resource_sinking"])
    assert not read(text.replace("河湾派出的", "援外的中国医疗队,河湾派出的")).relevant
    assert not read(text + "河湾的天气晴好,牧草长势良好,集市上热闹非凡。" * 90).relevant


def test_a_page_with_no_topic_often_enough_has_the_one_it_names_most() -> None:
    notice = read("河湾县召开县域中心药房座谈会\n\n" + "县医院总药师介绍中心药房的做法。" * 40 + "还谈到下乡送药的事。")
    assert notice.topics == ["resource_sinking"]


def test_a_date_may_lack_its_year_or_run_into_a_counter() -> None:
    assert read(f"{TITLE}\n日期:07-14\n河湾新闻联播报道\n来源:河湾网\n{ARTICLE}").title == TITLE
    notice = read(f"河湾综合医院示范单位\n{TITLE}\n2024-04-031273\n{ARTICLE}")
    assert (notice.title, notice.publish_date) == (TITLE, "2024-04-03")


def test_a_day_in_brackets_behind_a_title_dates_the_page() -> None:
    notice = read(f"{TITLE} (21/09/2022)\n{ARTICLE}")
    assert (notice.title, notice.publish_date) == (TITLE, "2022-09-21")
    assert read(f"{TITLE} (05/09/2022)\n{ARTICLE}").publish_date is None  # the fifth, or May? Nobody says


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("河湾社9日电 ", "2026-03-09"),
        ("3月9日,", "2026-03-09"),
        ("9月3日,", "2026-09-03"),
        ("3日和9日,", None),
        ("3月7日,", None),
        ("", None),
    ],
)
def test_the_first_sentence_may_say_which_number_is_the_day(said: str, day: str | None) -> None:
    assert read(f"09/03/2026 08:31\n{TITLE}\n{said}{ARTICLE}").publish_date == day


def test_every_page_names_consortia_and_few_are_about_their_figures() -> None:
    said = "县医院开展远程心电诊断,医共体成员单位的心电图由县里判读。医共体要用好远程设备。"
    assert read(f"心电图县里判读\n{said}").topics == ["telemedicine"]
    assert read(f"医共体心电图县里判读\n{said}").topics == ["consortium_stats", "telemedicine"]
    assert read(f"心电图县里判读\n{said}全县建成医共体2个。").topics == ["consortium_stats", "telemedicine"]
    assert read(f"河湾召开座谈会\n{ARTICLE}\n座谈会谈到紧密型县域医共体的章程,医共体怎么建,大家各抒己见。").topics == [
        "consortium_stats"
    ]


def test_a_paper_lists_its_headlines_above_the_article() -> None:
    contents = f"本版标题导航\n河湾茶园迎来采摘季\n{TITLE}\n河湾大桥合龙在即\n河湾举办龙舟邀请赛"
    notice = read(f"{contents}\n2024 5月6日 星期\n放大 缩小 默认\n{TITLE}\n{ARTICLE}")
    assert (notice.title, notice.publish_date, notice.body) == (TITLE, "2024-05-06", ARTICLE)
    paper = read(f"{TITLE}\n——以河湾为例\n2024-05-06 03:43\n某某大学河湾学院\n{TITLE}\n{ARTICLE}")
    assert (paper.title, paper.publish_date) == (TITLE, "2024-05-06")


def test_a_word_that_ends_like_a_label_is_no_head() -> None:
    title = "河湾县医院:线上预约让轮候时间缩短"
    assert read(f"要闻\n{title} (12:19)\n{ARTICLE}").title == title


@pytest.mark.parametrize(
    "head", ["(1.河湾大学 公共卫生学院,某省 河湾 430000;2.某某大学 社会学院,某省 河湾 430001)", "李某,王小某,赵某某"]
)
def test_who_wrote_a_paper_and_where_is_no_part_of_it(head: str) -> None:
    assert read(f"{head}\n{ARTICLE}").body == ARTICLE
    assert read(f"{ARTICLE}\n李县,王县\n{ARTICLE}").body.count("李县") == 1


def test_words_stuck_into_a_sentence_are_no_part_of_it() -> None:
    first, second = ARTICLE.split("\n")
    at = first.index(",")
    notice = read(f"{TITLE}\n{first[:at]}\n美甲课程\n{first[at:]}\n{second}")
    assert "美甲" not in notice.body
    assert notice.body.endswith(LAST)


def test_the_first_title_stands_in_brackets_before_the_sentence() -> None:
    notice = read(f"(原标题:{TITLE}) {ARTICLE}")
    assert (notice.title, notice.body) == (TITLE, ARTICLE)


def test_a_share_that_is_a_task_is_a_fact_and_a_definition_is_none() -> None:
    share = "家庭医生签约要完成重点人群签约率达到60%以上的目标任务。"
    meant = "医联体通常由一家三级医院带几家社区医院组成一个医联体,是指1家牵头医院和它的成员。"
    said = f"{share}\n{meant}"
    assert [(fact.value, fact.unit) for fact in read(f"{TITLE}\n{ARTICLE}\n{said}").facts] == [(60.0, "%")]


def test_taiwan_writes_telemedicine_in_another_way() -> None:
    text = "北京醫院以遠端會診協助西藏縣醫院\n北京的醫院通過遠端醫療協助西藏昌都市的縣醫院,專家在遠端會議中心會診。"
    assert read(text).topics == ["telemedicine"]
    school = "教育人才組團式幫扶,普通高中受益,縣域高中的教育教學得到提升,教師隊伍在義務教育階段也得到幫扶,學校受益。"
    assert not read(f"組團式幫扶見成效\n{school}").relevant


def test_the_masthead_of_a_newspaper_dates_its_articles() -> None:
    masthead = "多媒体数字报刊系统\n2024年05月06星期一\n全国统一刊号:CN00-0000\n"
    menu = "在线读报 河湾要闻一则 河湾要闻二则 河湾要闻三则 河湾要闻四则\n按日期检索\n12 2012\n3\n4\n放大 缩小 默认\n"
    notice = read(f"{masthead}{menu}{TITLE}\n{ARTICLE}")
    assert (notice.title, notice.publish_date, notice.body) == (TITLE, "2024-05-06", ARTICLE)
    assert read(f"{masthead}2024年05月07星期二\n{menu}{TITLE}\n{ARTICLE}").publish_date is None


@pytest.mark.parametrize(
    ("said", "value", "unit"),
    [
        ("专家开展为期一年半的医疗援藏工作", 1.5, "年"),
        ("专家在县医院开展为期3周的坐诊", 3.0, "周"),
        ("巡回医疗计划覆盖12乡镇", 12.0, "个"),
    ],
)
def test_how_long_aid_lasts_and_how_far_it_reaches_are_facts(said: str, value: float, unit: str) -> None:
    facts = read(f"{TITLE}\n{ARTICLE}\n对口帮扶中,{said}。").facts
    assert [(fact.value, fact.unit) for fact in facts] == [(value, unit)]
    assert not read(f"{TITLE}\n{ARTICLE}\n对口帮扶中,县医院举办为期3周的培训班。").facts


def test_a_network_of_electrocardiograms_is_a_shared_centre() -> None:
    notice = read(
        "河湾市开通区域心电网络,卫生院上传的心电图由市医院诊断。\n心电网络让乡镇患者少跑路,共22家卫生院接入。"
    )
    assert (notice.relevant, notice.topics) == (True, ["shared_centre"])


@pytest.mark.parametrize("column", ["看点丨", "医我看|", "河湾·健康丨", "[社会] "])
def test_the_name_of_a_column_before_the_title_is_no_part_of_it(column: str) -> None:
    assert read(f"{column}{TITLE}\n2024-05-06\n{ARTICLE}").title == TITLE
    assert read(f"今天下午,河湾开会丨{TITLE}\n2024-05-06\n{ARTICLE}").title == f"今天下午,河湾开会丨{TITLE}"


def test_a_column_in_brackets_is_no_flash() -> None:
    title = f"【河湾健康 县域新篇】{TITLE}让群众少跑路"
    assert read(f"{title}\n2024-05-06\n{ARTICLE}").title == title


def test_the_abstract_behind_a_title_is_parted_from_it() -> None:
    first, second = ARTICLE.split("\n")
    notice = read(f"{TITLE} [摘要] {first}\n{second}")
    assert notice.title == TITLE
    assert notice.body.endswith(LAST)


def test_figures_at_the_end_of_a_row_are_not_strewn_in() -> None:
    row = "河湾县医共体 12 34 5 6"
    assert row in read(f"{TITLE}\n{ARTICLE}\n{row}\n{ARTICLE[:60]}。").body


def test_the_page_says_above_its_menu_when_it_was_published() -> None:
    menu = "首页要闻\n|\n县域要闻\n|\n医卫要闻\n|\n河湾要闻一\n河湾要闻二\n河湾要闻三\n"
    for head in ("当前报章2024年05月06日", "发布: 3:39pm 26/05/2024"):
        notice = read(f"{head}\n{menu}{TITLE}\n{ARTICLE}")
        assert notice.publish_date == ("2024-05-06" if "报章" in head else "2024-05-26")
    two = "发布: 3:39pm 26/05/2024\n发布: 4:39pm 27/05/2024"
    assert read(f"{two}\n{menu}{TITLE}\n{ARTICLE}").publish_date is None


def test_lines_of_the_site_are_not_counted_where_a_title_is_looked_for() -> None:
    menu = "首页\n|\nADVERTISEMENT\n" * 6
    assert read(f"{menu}{TITLE}\n{ARTICLE}").title == TITLE
    assert read(f"我的收藏|河湾网 我的收藏\n{TITLE}\n{ARTICLE}").title == TITLE


def test_a_caption_may_stand_above_title_and_date() -> None:
    notice = read(f"{ARTICLE}\n{TITLE}\n发布时间: 2024-05-06 10:05:24 | 来源: 河湾社 | 作者: 佚名 | 责任编辑: 某人")
    assert (notice.title, notice.publish_date, notice.body) == (TITLE, "2024-05-06", ARTICLE)


def test_headlines_with_their_readers_are_other_articles() -> None:
    others = "".join(f"河湾要闻之{n}引来围观\n2024年0{n}月12日   •   {n}万次阅读\n" for n in range(1, 5))
    assert read(f"{TITLE}\n2024-05-06\n{ARTICLE}\n{others}").body == ARTICLE


def test_a_date_with_its_label_may_run_into_the_first_sentence() -> None:
    assert read(f"{TITLE}\n时间:2024-05-06 20:00:00 来源:i河湾{ARTICLE}").publish_date == "2024-05-06"
    assert read(f"{TITLE}\n时间:2024-05-06 地点:县医院,{ARTICLE}").publish_date is None


def test_teams_sent_to_help_and_their_figures() -> None:
    notice = read(
        "河湾市第七批支医队启程\n\n选派的18名医师赴边远县开展为期6个月的支医工作,河湾市已派出6批93名医疗专家。"
    )
    assert [(fact.value, fact.unit) for fact in notice.facts] == [(18.0, "名"), (6.0, "个月"), (93.0, "名")]
    assert notice.topics == ["resource_sinking"]
    consulted = read(f"{TITLE}\n{ARTICLE}\n市里完成疑难病理会诊300余例,对一例标本作了会诊,病理会诊让群众少跑路。")
    assert [(fact.value, fact.topic) for fact in consulted.facts] == [(300.0, "shared_centre")]
