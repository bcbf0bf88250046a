"""The lines around a title: dates, sources, labels, buttons, menus. What kind is one, and where do they end?

Comes in: lines of a page (scrapers.text.lines). Goes out: answers about one line, and lines cut where sites run them
together. Never here: which line is the title (titles.py) or whose a date is (publication.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from scrapers.text import dates, furniture, script
from scrapers.text.cues import cues
from scrapers.text.lines import Line, cut, is_prose

TITLE_HAN = 8  # Chinese characters of a title that stands on one line with its date
TITLE_BEFORE_DAY = 12  # ... with nothing but a day behind it
MENU = 5  # so many lines of a few words each at the head are the menu of the site
LONGEST_DAY = 24  # characters of a date behind a title
JOINTS = 2  # title, date, sentence
LONGEST_HEAD = 140  # characters in which a title, and its date with the hour, stand before the first sentence
LONGEST_HALF = 60  # characters of the second line of a title
LONGEST_NAME = 8  # characters of an author's name above the date
HEAD_LINES = 12  # lines in which a page shows title, date and source

SOURCE = re.compile(
    r"(?:信息来源|文章来源|稿件来源|新闻来源|消息来源|来源(?<!图片来源)(?<!图来源)|來源|发布机构|发布单位|发布机关)\s?:{1,2}\s?"
    r"(?P<name>(?:(?!(?:浏览|阅读|点击|访问)(?:次数|量|数)?:|字号|字体|打印|分享|【)[^\s|,;:()<>【】]){2,30})"
)
_LABELS = (
    "(?:来源|來源|作者|记者|编辑|編輯|责编|审核|发布机构|发布单位|发布时间|发布日期|发布[人者]|时间|日期|浏览|阅读|点击|字号|字体|打印|分享"
    "|访问量|索引号|主题分类|发文机关|成文日期|发文字号|文号|有效性|生效日期|废止日期|所属主题|信息名称|公开方式|公开时限|体裁分类|收稿日期|签发人|是否公开|组配分类|标签)"
)
_LABEL = re.compile(_LABELS)  # what the next can't do without
# Of a bulletin: who edits it, and when.
BULLETIN = re.compile(r"[\u4e00-\u9fff]{4,40}\s{1,6}20\d\d年\d{1,2}月\d{1,2}日")
_POSTER = re.compile(r"(?:积分|帖子|威望|精华|阅读权限|在线时间|注册时间)\s?:?\s?\d")  # what a forum says of who wrote
_HEAD_LABEL = re.compile(  # never the end of a word: 轮候时间
    rf"{_LABELS}(?=\s?[:|\d])|(?<![\u4e00-\u9fff])(?:文章|信息|稿件|新闻|更新|发表|责任)?{_LABELS}"
)
_DESCRIBES = re.compile(rf"{_LABELS}\s[^,。]{{0,40}}\s{_LABELS}(?:\s|$)")  # 组配分类 建议 发布机构 某某局
DAY_LABEL = re.compile(r"(?:发布|更新)?(?:时间|日期)\s?:\s?\d")
_STATES = re.compile(r"[:|\d]")
_DATE_WITHIN = re.compile(
    r"[\u4e00-\u9fff]{2,}20\d\d年\d{1,2}月\d{1,2}日(?!星期|上午|下午)[\u4e00-\u9fff]{4,}"
)  # in a title
_BEHIND_TITLE = re.compile(
    r"\s{1,4}(?=(?:(?:发布|更新|发表)?(?:时间|日期)\s?:\s?20\d\d|(?:文章|稿件|信息)?来源\s?:.{0,30}20\d\d))"
)
_FLASH = re.compile(r"【[^】]{8,60}】(?=.{20,}。)")  # a headline in the line of its news
_WAS_CALLED = re.compile(r"[(【]\s?原标题\s?:[^()【】]{4,60}[)】]\s{0,4}(?=.{20})")  # before the article's sentence
_STORED = re.compile(r"date\s20\d\d-\d\d-\d\d\s{1,4}")  # how stores of texts write the date
BULLETS = ("•", "·", "●", "○", "■", "◆", "▪")
LEADS = "".join(BULLETS) + " \u3000"  # what may stand before a line of a list
_MENU_ITEM = re.compile(
    rf"[{''.join(BULLETS)}]?\s{{0,4}}[A-Za-z\u4e00-\u9fff]{{1,10}}(?:[ /][A-Za-z\u4e00-\u9fff]{{1,12}})?>{{0,2}}"
)
_OFFICES = re.compile(r"[\u4e00-\u9fff]{3,16}[局委厅办会室队](?:\s{1,3}[\u4e00-\u9fff]{3,16}[局委厅办会室队]){1,5}")
_OFFICES_AND_PLACES = tuple("委局部厅办院省市县区州旗盟镇乡村")
# 统计公报, 织密健康网
NO_OUTLET = re.compile(
    "[公汇通简申填上月年快回]报$|(?:[织筑搭构建]|加入|成立|启用|开通).*网$|(?:一张|防护|联|保障|服务|协作)网$"
)
_BARE_LABEL = re.compile(
    r"(?:索\s?引\s?号|主题分类|发文机关|发文机构|发布机构|发文字号|文\s?号|成文日期|发文日期|发布日期|公开日期|生效日期|废止日期|有\s?效\s?性|主\s?题\s?词|体裁分类|公开方式|基金项目|作者简介|通信作者|通讯作者|作者单位|引用本文|来源|作者|时间|日期|发布时间|点击|浏览)\s?:?"
)
_OF_AN_ACCOUNT = re.compile(r"20\d\d-\d\d-\d\d\s\d\d:\d\d\s?发表于[\u4e00-\u9fff]{2,4}$")
_SPACED = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff](?:\s?[\u3400-\u9fff]){0,2}\s?:)")  # 索 引 号:
_RUN_HEAD = re.compile(  # a sentence that begins with what the site says of the article: date, source, counter
    r"(?:(?:(?:发布|更新|发表)?(?:时间|日期)\s?:?\s?|发表于\s?)?20\d{2}[-/.年][01]?\d[-/.月][0-3]?\d日?(?:\s?[0-2]?\d(?::\d{2}(?::\d{2})?|时\d{2}分))?\s{0,4}"
    r"|(?:来源|作者|编辑|责任编辑)\s?:\s?[^\s。,:]{2,16}\s{1,4}|by\s[A-Za-z][A-Za-z. ]{1,30}\s{1,4}"
    r"|(?:浏览|阅读|点击|访问|查看|人气)(?:次数|量|数)?\s?:?\s?\d{1,9}\s?次?\s{0,4}"
    r"|(?:字号|字体)\s?:?\s?[大中小 ]{0,6}\s{0,4}){2,6}"
)
_ABSTRACT = re.compile(r"(?<=[^。]{6})(?<!。)\s{0,4}[\[【]\s?(?:内容)?摘\s?要\s?[\]】]")  # behind a title
_WITH_HOUR = re.compile(r"20\d\d[-/.年][01]?\d[-/.月][0-3]?\d日?\s{1,2}[0-2]?\d:\d\d(?::\d\d)?\s{1,4}(?=\S.{24})")
_DAY_BEHIND = re.compile(
    r"(?<=\S)(?:\s?\(\d{1,2}/\d{1,2}/20\d\d\)|\s{1,4}[\[(]?20\d\d(?P<sep>[-/.])\d{1,2}(?P=sep)\d{1,2}(?:\s\d{1,2}:\d\d)?[\])]?)$"
)
_BEFORE_SENTENCE = re.compile(  # title and sentence on one line
    r"\s(?<=[^\s。,:;]{4}\s)\s{0,3}(?=(?:为(?:了|进一步|扎实|深入|全面|切实|加快|贯彻|落实|推动|促进|方便|解决)|近日|日前|近年来|近期|今年以来"
    r"|连日来|本[报网]讯|20\d\d年(?:\d{1,2}月(?:\d{1,2}日)?)?,|\d{1,2}月\d{1,2}日,).{20,}。)"
)
_DAY_ENDS = tuple("0123456789)]")  # how a match of that ends
_DAY_AND_REPORT = re.compile(r"20\d\d年[01]?\d月[0-3]?\d日\s{1,3}(?=据|本[报网台]|记者)")
_RUNS = {  # by the character they begin with
    **dict.fromkeys("发更时日来作编责浏阅点访查字b", (_RUN_HEAD,)),
    **{"2": (_RUN_HEAD, _WITH_HOUR, _DAY_AND_REPORT), "d": (_STORED,)},
    **{"【": (_WAS_CALLED, _FLASH), "(": (_WAS_CALLED,)},
}
_ITEM = re.compile(r"(?:#{1,6}|[-*])\s")  # how texts mark what stood in a list, or was a heading
_BEFORE_HOUR = re.compile(rf"\s{{1,4}}(?={_WITH_HOUR.pattern})")  # title, date with hour, sentence: all on one line


def parted(lines: Sequence[Line]) -> list[Line]:
    """Text from the web often runs the line of date and source, or of the editor, into the article's sentence, and
    that line into the title."""
    parts: list[Line] = []
    for index, line in enumerate(lines):
        if index < HEAD_LINES and (item := _ITEM.match(line.text)) and not is_prose(line):
            line = cut(line, item.end(), len(line.text))
        for _ in range(JOINTS if index < HEAD_LINES else 0):
            if (at := _joint(line)) is None:
                break
            parts.append(cut(line, 0, at))
            line = cut(line, at, len(line.text))
        parts += furniture.parted(line)
    return parts


def _joint(line: Line) -> int | None:
    """Where the line of date and source ends that an article's sentence follows, or begins that a title goes before."""
    runs = (run for said in _RUNS.get(line.folded[:1], ()) if (run := said.match(line.folded)))
    if (run := next(runs, None)) is not None and run.end() < len(line.text):
        return run.end()
    if "摘" in line.text and (abstract := _ABSTRACT.search(line.folded)):
        return abstract.start()
    label = _behind_title(line)
    if label is None:
        return None
    before = line.folded[: label.start()]
    if "。" in before:
        return None
    is_title = script.han(before) >= TITLE_HAN and _HEAD_LABEL.match(before) is None
    return label.start() if is_title else None


def _behind_title(line: Line) -> re.Match[str] | None:
    """What begins behind a title on its line: the article's sentence, a day, an hour, a label."""
    stops = "。" in line.text
    if stops and " " in line.folded[:LONGEST_HEAD]:
        sentence = _BEFORE_SENTENCE.search(line.folded, 0, LONGEST_HEAD + LONGEST_HALF)
        if sentence is not None:
            return sentence
    if "20" not in line.text:
        return None
    label = None
    if line.folded.endswith(_DAY_ENDS):
        label = _DAY_BEHIND.search(line.folded, max(0, len(line.folded) - LONGEST_DAY))
    if label and label["sep"] and script.han(line.folded, 0, label.start()) < TITLE_BEFORE_DAY:
        label = None  # who wrote it, and when
    if label is None and ":" in line.folded[:LONGEST_HEAD]:
        label = _BEFORE_HOUR.search(line.folded, 0, LONGEST_HEAD)
    return _BEHIND_TITLE.search(line.folded) if label is None and not stops else label


def menu_end(lines: Sequence[Line]) -> int:
    """The line behind the menu of the site that a text begins with: words and no sentence, one below the other."""
    items = 0
    for index, line in enumerate(lines):
        if _is_menu_item(line):
            items += 1
        elif not furniture.is_furniture(line):
            return index if items >= MENU and any(map(is_prose, lines[index:])) else 0
    return 0


def _is_menu_item(line: Line) -> bool:
    """工作总结, 民声前沿; never an office or a place, as they head documents and lists."""
    if _MENU_ITEM.fullmatch(line.folded) is None:
        return False
    return line.folded.startswith(BULLETS) or not line.folded.endswith(_OFFICES_AND_PLACES)


def is_head(line: Line) -> bool:
    """A date line, a source line, a row of buttons: not a sentence and not a heading."""
    if line.head is None:
        line.head = _is_head(line)
    return line.head


def _is_head(line: Line) -> bool:
    if furniture.is_furniture(line):
        return True
    if len(line.text) > 150 or "。" in line.text:
        return False
    if line.folded[-1] == ";":  # an item of a list
        return False
    if line.folded.startswith("——") or furniture.is_byline(line):  # the second half of a title; who wrote it
        return True
    if line.folded.endswith(("?", "!")):  # 记者:医生愿意下去吗?
        return False
    start = line.folded[:40]
    if ":" in start:
        start = _SPACED.sub("", start)
    if _POSTER.search(start):
        return True
    if _LABEL.search(start) and _HEAD_LABEL.search(start) and _STATES.search(line.folded):
        return True
    if " " in start and _DESCRIBES.match(line.folded):
        return True
    if "20" in line.text and BULLETIN.fullmatch(line.folded):
        return True
    if not is_dated(line) or _DATE_WITHIN.match(line.folded):
        return False
    if "发表于" in line.text and _OF_AN_ACCOUNT.search(line.folded):
        return True
    return line.folded.startswith("原创") or script.han(line.text) <= 20  # an account says its name twice


def is_offices(line: Line) -> bool:
    """The names of several offices on one line: who issued or published what follows."""
    return len(line.text) <= LONGEST_HALF and " " in line.folded and _OFFICES.fullmatch(line.folded) is not None


def is_bare_label(line: Line) -> bool:
    """A label of the table in which offices describe a document, its value on the next line."""
    return len(line.text) <= 12 and _BARE_LABEL.fullmatch(line.folded.lstrip(LEADS)) is not None


def is_outlet(line: Line) -> bool:
    """The name of a medium or an office on a line of its own."""
    is_short = len(line.text) <= 20 and line.folded.endswith(cues().outlets)
    return is_short and NO_OUTLET.search(line.folded) is None


def day(line: Line) -> tuple[str, str | None] | None:
    """The date that a line states, and the time if there is one (scrapers.text.dates.published)."""
    if line.day is False:
        line.day = dates.published(line.folded)
    return line.day


def is_dated(line: Line) -> bool:
    return len(line.text) <= 60 and day(line) is not None


def is_stating(line: Line) -> bool:
    """A line that states a date, though without its year, or a source, not a row of buttons."""
    return DAY_LABEL.match(line.folded) is not None or SOURCE.search(line.folded) is not None or day(line) is not None
