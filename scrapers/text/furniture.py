"""What sites print around an article: buttons, counters, menus, credits, notes on rights; told from one line alone.

Comes in: a line. Goes out: whether it is furniture, whether an article ends with it, and the parts of a line into whose
end a site wrote. Never here: what stands around the line (segments.py), or the line of date and source (heads.py).
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from scrapers.text import dates, scan, script
from scrapers.text.cues import cues
from scrapers.text.lines import Line, cut
from scrapers.text.scan import AnyWord, Branches

LONGEST_ENDING = 24  # characters of the heading of a note on rights
MANY_BARS = 5  # on a line: links side by side, but where several such lines hold figures they are a table
LONGEST_FURNITURE = 120  # characters of a line that its build alone shows to be of the site
MENU = 4  # names of columns side by side
_MENU_WORDS = re.compile(r"(?:[\u4e00-\u9fff]{2,6}\s{1,3}){3,}[\u4e00-\u9fff]{2,6}")
LONGEST_CALL = 80  # ... and that ends in a full stop
LONGEST_HOLDING = 300  # characters of a line that one of their words shows to be of the site
LONGEST_NOTE = 600  # characters of a line that is a note of the site though it is long: headlines strung together
SHORTEST_STORY = 20  # characters of a sentence that may tell of what sites call for (扫一扫)
LONGEST_STREWN = 60  # characters that a forum strews in behind a line
LONGEST_MADE_BY = 100  # characters in which an editor, or the title the article had, is named behind a sentence
CONTENTS = 3  # so many numbered headings on one line (02 … 03 … 04 …) are a table of contents
LONGEST_HEADLINE = 60  # characters
LONGEST_BYLINE = 60
_CONTENTS = re.compile(r"0(?<![\d.].)\d[ 、.]?(?=[\u3400-\u9fff])")
SHAPES = Path(__file__).with_suffix(".yml")
IN_A_PAPER = (
    r"\(?《[^《》]{2,14}》\s?\(?\s?20\d\d[-.年][01]?\d[-.月][0-3]?\d日?\s{0,2}第?\s?[A-Z]?\d{1,2}\s?版\s?\){0,2}"
)
SEEN = "视频|图集|组图|图文|直播|专题"  # what a title in [] has before it
READERS = r"20\d\d年[01]?\d月[0-3]?\d日\s{0,4}[•·|]\s{0,4}[\d.]{1,7}万?次(?:阅读|浏览|点击)"  # below a headline
_ORNAMENTS = re.compile(r"^[^\w(【\[《“]{1,8}")
_ENDING = re.compile(
    r"[^,。:]{0,12}(?:版权声明|免责声明|特别声明|版权与免责声明)\s?:?|(?:作者|文章|内容|平台|本文|稿件|图片|来源)声明\s?:.{0,20}"
)
# What a site calls the lists below an article, who runs it, and what others wrote there.
_LISTS = tuple(re.findall("..", "相关关联相似类似其他其它更多最新热门热点推荐精彩为你为您同类往期近期今日本栏大家"))
_OTHERS = re.compile(
    rf"(?:{'|'.join(_LISTS)})(?:目|[都还也正]在)?"
    r"(?:文件|文档|问答|问题|职位|回答|信息|资料|视频|图片|图集|专题|帖子|主题|词条|评论|话题|热词|搜索|搜|看|阅读|推荐|新闻|文章|链接|资讯|发布会|报道|稿件|内容|博文|招标|范文|论文|下载|排行|项目|产品|公告){1,2}"
    r"(?:\s?\(\d{1,6}\))?[:>. ]{0,3}"
    r"|[\[【].{4,60}[\]】]相关(?:文章|阅读|推荐).{0,4}|[\u4e00-\u9fff]{4,20}(?:主办|主管)\s{1,4}[\u4e00-\u9fff]{4,20}(?:承办|主办|维护).{0,20}"
    r"|\d{1,5} comments?"
    r"|[^。]{0,30}发表于:?\s?20\d\d-\d{1,2}-\d{1,2}(?:\s\d{1,2}:\d\d(?::\d\d)?)?[^。]{0,16}"
)
_NOTICE_OF_RIGHTS = re.compile(
    r"[【\[(]?(?:版权提示|版权声明|免责声明)[】\])]?"
    r"|凡.{2,40}(?:稿件|作品|文章|文字).{0,40}(?:版权|转载)"  # 凡注明“来源:某某网”的作品,版权…
)
# Who may copy what, and whose opinion it is, in whole sentences.
_ON_RIGHTS = re.compile(
    r"[(【\[*※]?\s?(?:本[文站网]|本平台|本公众号|声明|特别|如需|如有|以上|文章|图片|部分|转载|素材|文中|内容|欢迎转载|温馨提示|注:).{0,160}"
    r"(?:转载|侵权|版权|(?:联系|及时|予以|更正、)[^。]{0,8}删除|代表(?:作者|个人|本[站网]|本平台)|权属证明|传递更多信息|赞同其观点|存储空间)"
)
_RIGHTS_BEGIN = frozenset("(【[*※本声特如以文图部转素内欢温注")
_GOES_ON = re.compile(r"(?:更多|最新)(?:内容|精彩|新闻)[\u4e00-\u9fff]")  # 更多内容下沉到村一级。
_BEFORE_RIGHTS = ("凡", "版", "免", "【", "[", "(")  # how one begins
_SPUN_END = re.compile(
    r"以上(?:就是|便是|是)[^。]{0,40}(?:全部内容|所有内容|相关内容|的内容|介绍了?|分享了?)[^。]{0,60}。?$"
)
_RESIDUE = re.compile(
    r".{0,12}\[!--.{0,60}|[•\d.\s]{0,8}(?:<[^<>]{1,300}>\s*)+|.{0,40}\b(?:src|href|onerror|nerror)\s?=\s?[\"'].*"
)
_WELCOMES = re.compile(  # a banner, or how long ago something was put there
    r"[^。]{2,24}\s?欢迎(?:您|你|光临|访问)[^。]{0,12}"
    r"|(?=.*(?:阅读|浏览|发布|更新|评论))[^。,;]{0,16}\d{1,2}\s?(?:天|小时|分钟|个月)前[^。,;]{0,40}"
)
_FIELDS = re.compile(r'\{"\w{1,20}"\s?:.*\}')  # of an article, as a script hands them on
_BARE = "|,:()[]【】<>·— \t\u3000"  # around the words of a button
_OPENS = "[【( "
_NUMBER = re.compile(r"^\d{1,2}\.\s?(?=\D)")
_IN_ENGLISH = re.compile(r"(?<=[\u4e00-\u9fff])\s?/?\s?[A-Z][A-Za-z ]{2,24}$")  # 医院动态 HOSPITAL NEWS
_BETWEEN_BUTTONS = re.compile(r"[\s|:()\[\]【】]+")
_MORE = r"[【\[(](?:查看|阅读|点击)?(?:详情|详细|全文|更多|原文)[】\])]"  # a button at the end of an excerpt
_BY = r"\([^()。]{2,24}摄\)"  # who made a picture
# The same, known by what stands in the middle or at the end, and the characters without which there is none.
_SIGN = re.compile(
    r"[./摄版编审校监手登注图页>›»](?:(?<![./手登注图页])|(?<=[料供]图)|(?<=\d页)|(?<=\.)[A-Za-z]|(?<=/)/|(?<=手)机|(?<=[登注])[录入册])"
)
_WITH_SIGN = re.compile(
    r"\S{0,80}\.(?:jpe?g|png|gif|bmp|webp|mp4|swf)"  # the name of a picture
    r"|[^。;]{2,40}\s?>{2,3}"
    r"|.{2,80}[。 ](?:通讯员|记者)?\s?[^\s。]{0,8}\s?供图"
    r"|.{2,40}\s(?:摄影|图|摄)\s?[/|:]\s?[\u4e00-\u9fff]{2,4}"
    r"|.{2,100}[。 ]\s?(?:本报|本网)?(?:通讯员|记者|实习生)\s{0,2}[\u4e00-\u9fff]{1,3}\s?[\u4e00-\u9fff]{0,2}\s?摄影?"
    r"|[^。;]{1,60}(?:\(资料图片?\)|[。 ]资料图片?|_第(?:[2-9]|\d{2,3})页)"
    r"|[\w\-. ]{1,80}\.(?:jpe?g|png|gif|bmp|webp|mp4|pdf|docx?|xlsx?)(?:_第\d{1,3}页)?"
    r"|.{0,8}(?:登录|登入|注册)|.{0,6}手机.{0,4}(?:扫一扫|扫码|扫描?二维码|查看|观看|阅读|浏览).{0,8}"
    rf"|\(?[\u4e00-\u9fff]{{2,12}}供图\)?|.{{0,24}}[ 。/]摄\)?(?:pagebreak)?|{_BY}"
    r"|.{2,16}(?:移动版|手机版|电脑版|触屏版)"
    r"|[^。]{0,40}(?:责任编辑|责编|编辑|审核|校对|监制|初审|复审|终审|编审)\s?[:|丨/](?!\s?[由按对在经须应需要]).{0,30}"
    r"|[^。]{0,100}https?://[^。]{0,110}"
    r"|[^。]{0,16}(?<![\w@.])(?:[a-z0-9-]{1,30}\.){1,4}(?:com|cn|net|org|cc|top|vip)(?![\w@])[^。]{0,12}"
    r"|[^。>›»]{1,20}(?:\s?[>›»]{1,2}\s?[^。>›»]{1,30}){1,8}[>›»]?",  # the trail to a page
    re.I,
)
# 栏目:医保 阅读:1,907 评论:0
_COUNTED = re.compile(
    r"(?:附件[^。]{2,60})?(?:[^\s。:]{1,12}(?:\s?:\s?[^\s。]{1,16})?\s{1,4}){0,4}"
    r"(?:(?:词条)?(?:阅读|浏览|查看|评论|下载|点击|访问|人气|热度)(?:次数|量|数)?\s?:\s?[\d,.]{1,9}[万W]?次?\)?\s{0,4}){1,4}(?:标签:.{2,60})?"
    r"(?:(?:发布|更新|发表)?(?:日期|时间)\s?:\s?20\d\d[-/.\d\s:]{4,15})?"
)
_COUNTS = re.compile(
    r"[阅浏查评下点访人热](?:读|览|看|论|载|击|问|气|度)[次量数]{0,2}\s?:\s?\d"
)  # what that can't do without
_LABELS = re.compile(r"(?:[\u4e00-\u9fff]{2,4}\s?:\s?){2,6}")  # without a value
_EDITOR = r"(?:责任编辑|责编|编辑|审核|責任編輯)\s?:\s?[^\s。,]{1,16}?"
_OF_MAKERS = re.compile("编辑|责编|审核|編輯|原标题")  # what the next can't do without
_MADE_BY = re.compile(
    rf"\s{{0,3}}(?:[(【\[]\s?(?:原标题\s?:[^()【】\[\]]{{4,60}}|{_EDITOR})\s?[)】\]][\s|]{{0,4}}){{1,2}}$|(?<=[。!?”\")】])\s{{0,3}}{_EDITOR}$"
)
_STREWN = re.compile(  # 试点名单的通知( _8 M1 x* {3 N# y1 D9 w
    r"(?<=[\u3400-\u9fff。;:!?,、)”])\s?(?=[^\u3400-\u9fff]*[*#&{}~`^_\\<>][^\u3400-\u9fff]*$)(?:[!-~]{1,3}\s{1,3}){3,}[!-~]{1,3}$"
)
_PICTURED = re.compile(
    rf"(?<=[。!?”])\s{{0,3}}(?:\(?[\u4e00-\u9fff]{{1,3}}\s?[\u4e00-\u9fff]{{1,2}}\s?摄\)?|{_BY})$"
)  # 。郑磊摄
_SHARE_BEHIND = re.compile(rf"(?<=\S)\s?(?:分享[到至]\s?:?|返回[\u4e00-\u9fff]{{2,4}},查看更多|{_MORE})$")
_SHARE_ENDS = ("查看更多", "】", "]", ")")
# When it was put there, how often it was read, and catchwords before.
STAMP = r"(?:[^\s。,]{2,12}\s){0,8}20\d\d-\d\d-\d\d\s[0-2]?\d:\d\d(?::\d\d)?(?:\s\d{1,7})?"
_STAMP_BEHIND = re.compile(rf"(?<=[。!?”)])\s{{0,3}}{STAMP}$")
_TAG_BEHIND = re.compile(r"\S(?P<tag></?[a-z][a-z1-6]{0,7}>|/(?:p|span|div|strong|td|li)>)$")  # damage takes the <, too
# Behind the last sentence, what a site prints below it: Tags: 食品 Previous: 某某
_LABELS_BEHIND = re.compile(
    r"(?<=[。!?”)])\s{1,3}(?:Pages?|Tags?|Previous|Next|Categories|Category|标签|上一篇|下一篇|上一条|下一条|相关阅读|相关文章|相关新闻|推荐阅读|分享到)\s?:[^。]{0,300}$"
)
_ADDRESS_BEHIND = re.compile(r"(?<=[。!?”])\s{0,3}[^。!?]{0,30}https?://[!-~]{4,200}[\s|]*$")
_OF_BYLINES = re.compile(  # what the next can't do without
    r"[记通撰原出\sB](?:(?<=B)y\s|(?<=出)品$|(?<=记)者|(?<=通)讯员|(?<=撰)|(?<=原)创|(?<=\s)(?:报道|摄影|订户|会员|供稿|供图|撰稿|图文))"
)
_NAMES = r"[\u4e00-\u9fff·]{2,4}(?:[ 、,/][\u4e00-\u9fff·]{2,4}){0,5}"
_BYLINE = re.compile(  # 河湾日报记者 李明 通讯员 王芳
    r"[\[(]?(?:[\u4e00-\u9fff]{2,12}(?:讯|客户端|[报网台社]|中心|新闻)(?:\s{1,3}|\s?[\[(]))?"
    rf"(?:[\u4e00-\u9fff]{{0,12}}(?:记者|通讯员|撰稿人?)(?:\s?:\s?|\s{{1,3}}|[/|丨]){_NAMES}[ 、,/]{{0,2}})"
    r"{1,3}(?:摄影报道|报道|文/图|文|摄)?(?:\s?发自[\u4e00-\u9fff]{2,8})?[\])]?|原创\s[^\d。]{2,40}|本[报刊](?:首席|见习|实习|特约|全媒体)?记者[\u4e00-\u9fff]{2,3}"
    r"|[\u4e00-\u9fff]{2,4}\s(?:报道|撰文|摄影)|By(?:\s[A-Z][\w.'-]{1,20}){2,4}(?:,\s[A-Za-z ]{3,40})?"
    r"|[\u4e00-\u9fff]{2,16}(?:联合)?出品|[\u4e00-\u9fff]{2,10}(?:报|网|社)\s(?:订户|会员)|[\u4e00-\u9fff]{2,16}\s(?:供稿|供图|撰稿|图文)"
)


class _Furniture(NamedTuple):
    """How a line shows that it belongs to the site."""

    holds: re.Pattern[str]
    notes: re.Pattern[str]
    hints: AnyWord  # words of which one is in every line that a word, or a shape any character may begin, tells
    lines: frozenset[str]
    whole: Branches


@functools.cache
def _furniture() -> _Furniture:
    words = cues()
    holds, notes = map(scan.alternation, (words.furniture_holds, words.notes_hold))
    foot = rf"(?:{'|'.join(words.foot_begins)})\s?(?:\([^()]{{1,10}}\))?\s?:[^。]*"
    shapes = [entry["is"] for entry in yaml.safe_load(SHAPES.read_text(encoding="utf-8"))]
    whole = Branches("|".join([*shapes, IN_A_PAPER, READERS, _MORE, foot]))
    whole_lines = frozenset(line.strip(_BARE) for line in (*words.furniture_lines, *words.columns))
    hints = AnyWord([*words.furniture_holds, *words.notes_hold, *whole.words])
    return _Furniture(re.compile(holds), re.compile(notes), hints, whole_lines, whole)


def hint(lines: Sequence[Line], folded: str) -> None:
    """Tells the lines of a text in which a word of sites may stand, all in one pass."""
    ends = _furniture().hints.ends(folded)
    index, last = 0, len(ends)
    for line in lines:
        while index < last and ends[index] <= line.start:
            index += 1
        line.hinted = index < last and ends[index] <= line.end


def _is_hinted(line: Line) -> bool:
    if line.hinted is None:
        line.hinted = _furniture().hints.is_in(line.folded)
    return line.hinted


def is_button(line: Line) -> bool:
    return line.folded.strip(_BARE) in _furniture().lines


def is_foot(line: Line) -> bool:
    """Who runs the site, and where."""
    text = line.folded
    return text.startswith(cues().foot_begins) or "地址:" in text[:24] or "ICP" in text or "版权所有" in text


def is_end(line: Line) -> bool:
    """A line with which an article ends: what follows is of the site, or other articles."""
    if line.ends is None:
        line.ends = _is_end(line.folded)
    return line.ends


def _is_end(text: str) -> bool:
    if text[-1] == ";":  # an item of a list
        return False
    if not text[0].isalnum():
        text = _ORNAMENTS.sub("", text)
        bare = text.lstrip(_OPENS)
        if bare.startswith(_ends().get(bare[:1], ())):
            return True
    if text.startswith(_BEFORE_RIGHTS) and _NOTICE_OF_RIGHTS.match(text):
        return True
    if text.startswith("以上") and _SPUN_END.match(text):
        return True
    if text.startswith(_ends().get(text[:1], ())):
        return not (text.endswith("。") and _GOES_ON.match(text))
    if len(text) > LONGEST_HEADLINE:
        return False
    if len(text) <= LONGEST_ENDING:
        if text.strip(_BARE) in cues().related_lines:
            return True
        if "声明" in text:
            return _ENDING.fullmatch(text) is not None
    may_be_others = (
        text.startswith(_LISTS)
        or "comment" in text
        or "主办" in text
        or "主管" in text
        or "发表于" in text
        or "]相关" in text
    )
    return may_be_others and _OTHERS.fullmatch(text) is not None


@functools.cache
def _ends() -> dict[str, tuple[str, ...]]:
    """The words that end an article, by the character they begin with."""
    words = sorted({*cues().related_begins, *cues().article_ends})
    return {first: tuple(of_it) for first, of_it in itertools.groupby(words, key=lambda word: word[0])}


def parted(line: Line) -> list[Line]:
    """A sentence, and what stands behind it on the same line."""
    at = _end_of_sentence(line.folded)
    return [cut(line, 0, at), cut(line, at, len(line.text))] if at else [line]


def _end_of_sentence(text: str) -> int | None:
    """Where on its line an address of the web, a tag, what a forum strewed in, a button, the editor's name or the
    article's first title begins."""
    if text.endswith("。"):
        return None
    tail = len(text) - LONGEST_MADE_BY if len(text) > LONGEST_MADE_BY else 0
    if "://" in text and (address := _ADDRESS_BEHIND.search(text)):
        return address.start()
    if text.endswith(">") and (tag := _TAG_BEHIND.search(text)):
        return tag.start("tag")
    if " " in text[-4:] and (strewn := _STREWN.search(text, max(0, len(text) - LONGEST_STREWN))):
        return strewn.start()
    if ("分享" in text[-6:] or text.endswith(_SHARE_ENDS)) and (share := _SHARE_BEHIND.search(text, tail)):
        return share.start()
    if ": " in text and (labels := _LABELS_BEHIND.search(text)):
        return labels.start()
    if text[-1].isdecimal() and (stamp := _STAMP_BEHIND.search(text, tail)):
        return stamp.start()
    if text.endswith(("摄", "摄)")) and (pictured := _PICTURED.search(text)):
        return pictured.start()
    if text.rfind(":", tail) < 0 or not _OF_MAKERS.search(text, tail):
        return None
    made_by = _MADE_BY.search(text, tail)
    return made_by.start() if made_by else None


def is_furniture(line: Line) -> bool:
    """A line that belongs to the site, not to any article."""
    if line.furniture is None:
        line.furniture = _is_furniture(line.folded, _is_hinted(line))
    return line.furniture


def _is_furniture(text: str, is_hinted: bool) -> bool:
    if ("=" in text or "<" in text or "[!--" in text) and _RESIDUE.fullmatch(text) and script.han(text) < 10:
        return True
    if text.startswith('{"') and _FIELDS.fullmatch(text):
        return True
    furniture = _furniture()
    length = len(text)
    stops = "。" in text
    if is_hinted and length < LONGEST_HOLDING and furniture.holds.search(text):
        return True
    if text[0] in _RIGHTS_BEGIN and length < LONGEST_HOLDING and _ON_RIGHTS.match(text):
        return True
    is_item = text[-1] == ";"  # of a list
    may_be_note = length < (SHORTEST_STORY if stops else LONGEST_NOTE) and not is_item
    if may_be_note and ((is_hinted and furniture.notes.search(text)) or _is_contents(text)):
        return True
    if not stops and text.count("|") >= MANY_BARS:
        return True
    if length > (LONGEST_CALL if text[-1] == "。" else LONGEST_FURNITURE):
        return False
    bare = text.strip(_BARE)
    if bare[:1].isdecimal():
        bare = _NUMBER.sub("", bare)  # 1. 更多
    elif "A" <= bare[-1:] <= "z" and bare[:1] > "\u3400":
        bare = _IN_ENGLISH.sub("", bare)
    return (
        not bare
        or bare in furniture.lines
        or (" " in bare and _is_menu(bare, furniture.lines))
        or furniture.whole.fullmatch(text, has_word=is_hinted)
        or (text.count(":") > 1 and _LABELS.fullmatch(text) is not None)
        or (":" in text and _COUNTS.search(text) is not None and _COUNTED.fullmatch(text) is not None)
        or (_SIGN.search(text) is not None and _WITH_SIGN.fullmatch(text) is not None)
        or (("欢迎" in text or "前" in text) and _WELCOMES.fullmatch(text) is not None)
        or ("年" not in text and dates.is_date_line(text))  # 2024年4月30日 is a signature
    )


def _is_menu(bare: str, words: frozenset[str]) -> bool:
    """Buttons side by side; or the names of columns, of which half are known."""
    parts = _BETWEEN_BUTTONS.split(bare)
    known = sum(map(words.__contains__, parts))
    is_row = len(parts) >= MENU and _MENU_WORDS.fullmatch(bare) is not None
    return known == len(parts) or (is_row and 2 * known >= len(parts))


def is_byline(line: Line) -> bool:
    """Nothing but who wrote an article."""
    if len(line.text) > LONGEST_BYLINE or not _OF_BYLINES.search(line.folded):
        return False
    return _BYLINE.fullmatch(line.folded.lstrip("□■●◎ ")) is not None


def _is_contents(text: str) -> bool:
    """02 … 03 … 04 …"""
    return "0" in text and len(_CONTENTS.findall(text)) >= CONTENTS
