"""Which line, heading or meta field is the title of a page, and what of it is the site's.

Comes in: the lines of a page, and what its markup says of itself. Goes out: a title as the page prints it, and where it
stands; None where the page has none. Never here: dates (publication.py), or the body.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from scrapers.notices import heads, html
from scrapers.text import doc_numbers, furniture, script
from scrapers.text.cues import cues
from scrapers.text.fold import fold
from scrapers.text.lines import Line, is_in_kana, is_in_latin, is_latin_prose, is_prose

TITLE_LENGTH = range(6, 121)
CHINESE = 15  # Chinese characters of a line that show that a text is none in another language
CONTENTS = 3  # so many headlines one below the other may be the contents of a page
TICKER = 4  # so many pieces on one line are a list of headlines
FOOT = 6  # lines at the end in which a page may say what its article is called
STRANGE, SPOKEN_OF = 0.15, 0.35  # shares of a line's pairs of characters that an article says again
ARTICLE = 800  # characters of it that are asked
TITLE_LINES = 3  # lines over which the title of a document may run
ECHO = 30  # lines at the beginning in which a page may say its title a second time
CHROME = 150  # ... or below all the menus of its site, if no sentence stands between
LONGEST_OFFICE = 20  # characters of the name of an office
MOST_CUTS = 8  # signs in it between title, column and site
LEAST_OF_CUT = 5  # characters of a title that a window cuts off
LONGEST_WINDOW = 300  # characters of what a window is called, all its catchwords with it
TWO_NAMES = 7  # Chinese characters that those of two persons do not have
LONGEST_SITE = 12  # characters of the name of a site

_WORDS = re.compile(r"[\u3400-\u9fff0-9A-Za-z]")
_CHINESE = re.compile(rf"(?:[\u3400-\u9fff][^\u3400-\u9fff]*){{{CHINESE}}}")
_RUNS = re.compile(rf"{_WORDS.pattern}+")
_NEVER_FIRST = ("——", "-", *",、。;:)】》")  # how no title begins
_NO_TITLE = ("。", ";", ",", "…")  # how no title ends
_WORD = re.compile(r"\b[a-z]{4,5}")
_ORIGINAL = re.compile(r"[(【\[]?\s?原标题\s?:\s?(?P<title>.{6,100}?)\s?[)】\]]?$")
_CALLED = re.compile(
    r"(?:(?:本文|信件|来信)?标\s{0,4}题|(?:信息|公文|文件|法规|^)名\s{0,4}称)(?:\s?[:|]\s{0,4}|(?<=标题)\s|(?<=称)\s{1,4}(?=.{0,60}(?:通知|意见|方案|办法|公告|规划|通报)$))(?P<title>[^|]{6,100})$"
)
_OF_A_LETTER = re.compile(r"(?:信件|来信|留言)?标\s{0,4}题\s?:\s{0,4}|(?:信件|来信|留言)(?:标题|主题)\s{1,4}")
_CITED = re.compile(r"[^.]{2,60}\.(?P<title>[^.\[\]]{8,80})\[J\]")  # authors. title[J]. journal
# A date with its weekday, a table of what a document is, what somebody said, who made a picture (pagebreak: left by a
# publishing system), an address, links side by side, catchwords, authors.
_NOT_TITLE = re.compile(
    r"(?:时\s*间|地\s*点|主持人|嘉\s*宾)\s*:.*|(?:(?:19|20)\d\d年)?\s?\d{1,2}月\d{1,2}日\s*星期.{0,6}|[^|]{0,12}:\s?\|.*"
    r"|(?=.*[\u4e00-\u9fff])(?:[^\s,:]{2,10}\s){4,}[^\s,:]{2,10}|“.*(?:道|说|表示)|.{2,20}(?:供图|供稿|摄影?)(?:pagebreak)?|[^,。]{2,10}提供|.*\s\d{6}\)?"
    r"|(?:[\u4e00-\u9fff]{4}\s){3,}[\u4e00-\u9fff]{4}|(?P<nav>[^|\s]{2,14})\|[^|\s]{2,14}\s(?P=nav)|在线读报.*|[^/。]{2,8}(?:\s/\s[^/。]{2,10}){1,4}"
    r"|(?:[^,。]{2,40},){3,}.*|[\u4e00-\u9fff]{2,3}(?:[,、]\s?[\u4e00-\u9fff]{2,3})+|[\u4e00-\u9fff]{2,4}(?:[,、]\s?[\u4e00-\u9fff]{2,4}){2,}|[\u4e00-\u9fff]{2,3}(?:\s+[\u4e00-\u9fff]{2,3}){2,}"
    r"|(?=.*[\u4e00-\u9fff]{2})[\u4e00-\u9fff]\s?[\u4e00-\u9fff](?:\s?[\u4e00-\u9fff])?(?:\s{1,2}[\u4e00-\u9fff]\s?[\u4e00-\u9fff](?:\s?[\u4e00-\u9fff])?){2,8}"
    r"|(?=.*[①-⑳])【?[^【】]{2,14}[①-⑳]】?|第\d{1,4}期\s?(?:\(?总第\s?\d{1,5}\s?期\)?)?|(?:[^\s,:。]{1,3}\s){3,}[^\s,:。]{1,3}"
)
_OF_NO_TITLE = re.compile(r"[\s|,、:/“星供摄提在期①-⑳]")  # what that can't do without
_JOURNAL = re.compile(  # where a paper appeared, not its title
    r"\bDOI\b|(?-i:DOI:|Issue|Vol\.)|\bVol\.|\bISSN\b|\[J\]|第\d+卷|\d{4}年第?\d+期|[\w.]@[A-Za-z]", re.I
)
_OF_A_PAPER = re.compile("[A-Za-z卷期@]")  # what that can't do without
_IN_CODE = re.compile(
    r'\{"[^{}]{0,300}?"title"\s?:\s?"(?P<title>[^"]{6,100})"'
)  # an article's fields, as a script has them
_NAMES = {"标": _CALLED, "名": _CALLED}
_SAYS = {"原标题": _ORIGINAL, "[J]": _CITED, **_NAMES, '"title"': _IN_CODE}
_ISSUED = re.compile(r"^.{0,20}《(?P<title>[^《》]{6,80})》.{0,60}(?:印发|发给|公布|发布)")
_PAPER = re.compile(r"^(?:.{2,40})?(?:关于|關於|印发)")
_PAPER_ENDS = ("通知", "意见", "方案", "办法", "公告", "决定", "规划", "计划", "细则", "函", "通报", "通告", "批复")
_SERIES = re.compile(r"\(20\d\d年第\d{1,4}[期号]\)$")  # of announcements
_SET_APART = re.compile(r"(?:[\u3400-\u9fff]\s){4,}[\u3400-\u9fff]")
_PHRASE = re.compile("“[^”]{2,12}”")
_KINDS = frozenset({"会议纪要", "纪要", "通知", "公告", "通告", "通报", "决定", "意见", "方案", "工作报告"})
_BULLETINS = ("简报", "专报", "快报", "通讯", "工作动态", "工作信息")
_ISSUE = re.compile(r"\(?第\s?\d{1,4}\s?期")
_ISSUERS = ("办公室", "办公厅", "委员会", "人民政府", "厅", "局")
# 卫生健康委员会等5部门
_TOGETHER = re.compile(r"等(?:\d{1,2}|[二三四五六七八九十]{1,2})个?(?:部门|单位|部委|委局|厅局)$")
_OF_A_VIDEO = re.compile(rf"[\[【](?:{furniture.SEEN})[\]】]\s?\S{{6,}}")  # a title, or another's headline
_OF_A_LIBRARY = ("上传", "文档编号", "资源编号", "资源ID", "页数", "格式", "文件格式", "下载积分", "文档格式")
_PIECES = re.compile(r"\s{2,}|[,…|]")
_OF_A_WINDOW = re.compile(r"(?:[^_。]{2,40}_){2,}[^_。]{2,12}")  # 怎么转诊_转诊流程_某某网
_AS_OF = re.compile(r"截(?:至|止到?)\s?(?:20\d\d年|今年|\d{1,2}月)")  # how a chart begins, no title
_SITE_TAIL = re.compile(r"\s?(?:[-_—|–]|--|>>|<)\s?(?=[^-_—|–<>]{1,40}$)")
HEADING = re.compile(r"h[1-3]")  # the element of a title
_FIELD = re.compile(
    r"(?![^:]*(?:[省市县区乡镇局委]|街道|社区|医院|集团|中心)\s?:)[\u4e00-\u9fff](?:\s{0,4}[\u4e00-\u9fff]){1,5}\s{0,4}:\s{0,4}[^,。?!]{0,60}"
)
# Its number, and on the same line whether it may be published.
_NUMBERED = re.compile(r"[\u4e00-\u9fff]{2,14}[〔\[(]20\d\d[〕\])]\s?第?\d{1,5}号\s{2}")
_AUTHOR = re.compile(r"(?:作者|文)?\s?[:/|]?\s?[\u4e00-\u9fff]{2,4}")
_FILE = re.compile(r"(?P<title>[^。]{6,80})\.(?:docx?|pdf|pptx?|wps)$")
_OF_A_SITE = re.compile(  # columns side by side, the name of a column behind that of its site, who publishes
    r"(?:[^|\s,。:]{2,8}\s?\|\s?){2,9}[^|\s,。:]{2,8}|[\u4e00-\u9fff]{2,12}政府\s{1,3}(?:新闻公报|新闻稿)|(?:主页|首页)\s.{2,8}|[^。,:]{2,12}\s\+?\s?关注"
    r"|[\u4e00-\u9fff]{2,10}[-—_·|]{1,2}(?:要闻|新闻|动态|资讯|政务|时政|头条)|[\u4e00-\u9fff]{2,12}[网报社台]\s(?:App|APP|客户端|官网|数字报)"
)
# What follows the name of what is explained.
_DEFINES = re.compile(r"(?:[,(]\s?)?(?:简而言之|又称|又名|也称|简称|全称|是(?:指|一[种个项类])|指|即|英文)")
_BESIDE = re.compile(r"[\s|_·—-]")  # what those can't do without
_COLUMNS = (
    "首页|正文|新闻|(?:新闻|文章|信息)?(?:内容|详情|详细|正文)(?:页面?)?|新闻中心|通知公告|公告通知|新闻动态|工作动态|最新消息|政务公开|信息公开"
    r"|医院新闻|医院动态|新建网页\s?\d?|无标题文档|未命名文档"
)
_COLUMN = re.compile(_COLUMNS)
# 河湾县人民医院【官网】, 河湾省卫生健康委员会 通知公告: the site and perhaps a column, no article.
_SITE_NAME = re.compile(
    r"[^\s,。:《》“”建成立设推进与和的首个获]{2,26}"
    r"(?:卫生健康(?:委员会|委|局)|卫健[委局]|卫生局|人民政府|医院|(?:门户|政府)网站?|信息网|官网)"
    rf"\s?[【\[(]?(?:官网|官方网站|门户网站|网站)?[】\])]?(?:\s?[-_|—]?\s?(?:{_COLUMNS}))?|{_COLUMNS}"
    r"|[^\s,。:]{1,10}[报刊]\s{0,3}20\d\d[年-]\d{1,2}[月-]\d{1,2}日?[^,。]{0,16}"  # the issue of a paper
)
_CUT = ("...", "…")  # how a window ends that has no room for the title
_WINDOW_PARTS = re.compile(r"\s[-|]\s|[_|—]+|--|>>|»")
_WINDOW_AND_COLON = re.compile(r"[-_|—–:：]+|\s+")
_WINDOW_CUT = re.compile(r"\s?[-_|丨—–]+\s?|\s+")


def line_of(lines: Sequence[Line]) -> int | None:
    """The line of a plain text that is its title; None if the text begins with a sentence.

    Of several, the one that a newspaper prints again above its article, else the one with a line of date or source
    right below it, else one that the page says twice or that is the first line of 关于 … 的通知, else the first.
    """
    if (at := _in_a_library(lines)) is not None:
        return at
    candidates: list[int] = []
    stated = banner = None
    is_chinese = any(_CHINESE.search(line.text) for line in lines)
    head = [*_head(lines)]
    for index in head:
        line, follows = lines[index], lines[index + 1 : index + 2]
        if _is_passed_over(lines, index, is_chinese):
            continue
        if is_latin_prose(line):
            break
        asks = _asks(line) and _may_be_title(line)
        if not asks and (is_prose(line) or line.folded.endswith((*_NO_TITLE, ":")) or _AS_OF.match(line.folded)):
            if furniture.is_end(line):  # a note of the site above the title
                continue
            break
        if (_is_banner(follows) or is_of_a_window(line)) and _may_be_title(line):
            banner = index if banner is None else banner
        elif asks or _may_be_title(line):
            candidates.append(index)
            below = next((other for other in lines[index + 1 : index + 3] if not furniture.is_byline(other)), None)
            if below is not None and heads.is_head(below) and heads.is_stating(below):
                stated = _above_its_author(lines, index, candidates)
                break
            if _is_addressed(line, follows):
                stated = index
                break
    if len(candidates) >= CONTENTS and (again := _behind_contents(lines, candidates)) is not None:
        return again
    told = (
        index
        for index in candidates
        if _of_several_lines(lines, index, lines[index].text) is not None or _is_echoed(lines, index)
    )
    best = stated if stated is not None else next(told, None)
    if best is None:  # what the writer of a letter calls it
        titled = (index for index in head if "题" in lines[index].text and _OF_A_LETTER.match(lines[index].folded))
        best = next((index for index in titled if not any(map(is_prose, lines[:index]))), None)
    if best is None and candidates:
        best = _spoken_of(lines, candidates)
    if best is None:
        best = next(
            (index for index in head if len(lines[index].text) < TITLE_LENGTH[0] and _is_defined(lines, index)), None
        )
    best = banner if best is None else best  # a title may stand above the trail after all
    return best if best is None else _said_last(lines, best)


def _spoken_of(lines: Sequence[Line], candidates: Sequence[int]) -> int:
    """Of lines that may all be the title the first; where that is strange to the article, the one whose words it says
    again."""
    first = candidates[0]
    if len(candidates) == 1:
        return first
    below = _article(lines[candidates[-1] + 1 :])
    if _share_said(lines[first].text, below) >= STRANGE:
        return first
    shares = {index: _share_said(lines[index].text, below) for index in candidates}
    best = max(candidates, key=shares.__getitem__)
    return best if shares[best] >= SPOKEN_OF else first


def _is_defined(lines: Sequence[Line], index: int) -> bool:
    """医联体 | 医联体是指 …: an entry of an encyclopaedia, whose first sentence says what its name means."""
    name = lines[index].text
    if not 2 <= len(name) < TITLE_LENGTH[0] or script.han(name) < len(name):
        return False
    below = next((line for line in lines[index + 1 : index + 1 + heads.HEAD_LINES] if is_prose(line)), None)
    return below is not None and below.text.startswith(name) and _DEFINES.match(below.folded, len(name)) is not None


def _share_said(line: str, text: str) -> float:
    """How many of the pairs of characters of a line, or of the beginnings of its longer words in English, are in a
    text."""
    if script.han(line):
        key = key_of(line)
        parts = {key[at : at + 2] for at in range(len(key) - 1)}
    else:
        parts, text = {*_WORD.findall(line.lower())}, text.lower()
    return sum(map(text.__contains__, parts)) / max(1, len(parts))


def _said_last(lines: Sequence[Line], at: int) -> int:
    """Where a title stands again before any sentence, what is between is of the site."""
    for index in range(at + 1, min(CHROME, len(lines))):
        if lines[index].text == lines[at].text:
            at = index
        elif is_prose(lines[index]):
            break
    return at


def _above_its_author(lines: Sequence[Line], index: int, candidates: Sequence[int]) -> int:
    """The line above the date is what an author is, where the line above it is nothing but a name."""
    if len(candidates) < 2 or furniture.is_furniture(lines[index - 1]):
        return index
    return candidates[-2] if _AUTHOR.fullmatch(lines[index - 1].folded) else index


def _is_addressed(line: Line, follows: Sequence[Line]) -> bool:
    """关于 … 的通报, and below it whom it is for: that document, whatever else the page lists above."""
    if not line.text.startswith("关于") or not line.text.endswith(_PAPER_ENDS):
        return False
    return any(below.text.startswith("各") and below.folded.endswith(":") for below in follows)


def _head(lines: Sequence[Line]) -> Iterator[int]:
    """The lines in which a title is looked for: the first ones, those of the site not counted."""
    own = (
        index for index, line in enumerate(lines[:ECHO]) if not furniture.is_furniture(line) or _is_titled(lines, index)
    )
    return itertools.islice(own, heads.HEAD_LINES)


def _in_a_library(lines: Sequence[Line]) -> int | None:
    """A file, and below it who put it there and how long it is: libraries of documents call the page so."""
    for index, line in enumerate(lines[:ECHO]):
        if "." in line.text and _FILE.fullmatch(line.text) and script.han(line.text) >= heads.TITLE_HAN:
            below = lines[index + 1 : index + 1 + heads.HEAD_LINES // 2]
            return index if any(other.folded.startswith(_OF_A_LIBRARY) for other in below) else None
    return None


def _is_titled(lines: Sequence[Line], index: int) -> bool:
    """[视频]某某 right above its date."""
    below = lines[index + 1] if index + 1 < len(lines) else None
    if below is None or _OF_A_VIDEO.match(lines[index].folded) is None:
        return False
    return heads.is_head(below) and heads.is_stating(below)


def _is_passed_over(lines: Sequence[Line], index: int, is_chinese: bool) -> bool:
    """Whether a line is of those above a title: other languages, heads, numbers, offices, tickers, labels."""
    line = lines[index]
    if is_in_kana(line) or (is_chinese and is_in_latin(line)):
        return True
    if _is_titled(lines, index):
        return False
    if heads.is_head(line) or heads.is_outlet(line) or heads.is_offices(line) or doc_numbers.own([line.folded]):
        return True
    if _is_letterhead(line, lines[index + 1 : index + 2]) or _is_ticker(line):
        return True
    if _BESIDE.search(line.folded) and _OF_A_SITE.fullmatch(line.folded):
        return True
    if _CALLED.match(line.folded) or _NUMBERED.match(line.folded) or _is_field(lines, index):
        return True
    if heads.is_bare_label(line) or (index and heads.is_bare_label(lines[index - 1])):
        return True
    return len(line.text) <= heads.LONGEST_NAME and line.folded.endswith(":")  # a label of the site without a value


def _is_field(lines: Sequence[Line], index: int) -> bool:
    """A label and its value among others: a line of the table that describes a document."""
    if ":" not in lines[index].folded or not _is_labelled(lines[index]):
        return False
    above = [*itertools.takewhile(_is_labelled, reversed(lines[max(0, index - 2) : index]))]
    return len(above) == 2 or (len(above) == 1 and any(map(_is_labelled, lines[index + 1 : index + 2])))


def _is_labelled(line: Line) -> bool:
    if furniture.is_furniture(line):  # the trail to the page
        return False
    return _FIELD.fullmatch(line.folded) is not None or _CALLED.match(line.folded) is not None


def from_text(lines: Sequence[Line], at: int | None) -> tuple[str | None, int]:
    """The title that begins on that line, and the line behind it. Official titles run over two lines, and a notice
    without one names in its first sentence what it issues."""
    if at is None:
        issued = next((found for line in lines[: heads.HEAD_LINES] if (found := _ISSUED.match(line.text))), None)
        return (issued["title"] if issued else _original_title(lines)), 0
    letter = _OF_A_LETTER.match(lines[at].folded)
    title = lines[at].text[letter.end() if letter else 0 :]
    title = title.lstrip(heads.LEADS).removesuffix(" ...").removesuffix("[复制链接]").rstrip(" |")
    title = title[1:-1] if title.startswith("【") and title.find("】") == len(title) - 1 else title
    if file := _FILE.fullmatch(title):
        title = file["title"]
    return _of_several_lines(lines, at, title) or _of_two_halves(lines, at, title) or (title, at + 1)


def _of_several_lines(lines: Sequence[Line], at: int, title: str) -> tuple[str, int] | None:
    """河湾县人民政府 | 关于印发某某县医共体 | 建设方案的通知"""
    end = at + 1
    if end == len(lines) or title.endswith(_PAPER_ENDS):
        return None
    if title.endswith(_ISSUERS) and (kind := _kind_set_apart(lines[end])):
        return title + kind, end + 1
    is_issuer = title.endswith(_ISSUERS) or _TOGETHER.search(title) is not None
    if not _PAPER.match(title) and not (is_issuer and _PAPER.match(lines[end].text)):
        return None
    while end < min(at + TITLE_LINES, len(lines)):
        line = lines[end]
        if len(line.text) > heads.LONGEST_HALF or "。" in line.text:
            return None
        title, end = title + line.text, end + 1
        if line.folded.endswith(_PAPER_ENDS):
            return title, end
    return None


def _of_two_halves(lines: Sequence[Line], at: int, title: str) -> tuple[str, int] | None:
    """“周末不打烊” | 专家门诊开到社区: a phrase in quotes is but the first half of a title."""
    below = lines[at + 1] if at + 1 < len(lines) else None
    if below is None or not _PHRASE.fullmatch(title) or not _may_be_title(below) or is_prose(below):
        return None
    return None if heads.is_head(below) or below.folded.endswith(_NO_TITLE) else (f"{title} {below.text}", at + 2)


def _is_letterhead(line: Line, follows: Sequence[Line]) -> bool:
    """The name of an office, or its country with its letters set apart: no title but of what follows it (关于…)."""
    if _SET_APART.fullmatch(line.text):
        return True
    if line.text.endswith(_BULLETINS) and any(_ISSUE.match(below.folded) for below in follows):
        return True
    office = line.text.removesuffix("文件")
    is_office = len(office) <= LONGEST_OFFICE and office.endswith(_ISSUERS) and _PAPER.match(line.text) is None
    return is_office and not any(_PAPER.match(below.text) or _kind_set_apart(below) for below in follows)


def _kind_set_apart(line: Line) -> str:
    """会 议 纪 要: what an office calls the document, its letters set apart; empty where a line is none."""
    kind = "".join(line.text.split()) if len(line.text) <= heads.LONGEST_HALF else ""
    return kind if kind in _KINDS and kind != line.text else ""


def _is_banner(follows: Sequence[Line]) -> bool:
    """A line above the trail to the article (频道 > 正文) names what the site or its column is called."""
    return any(">" in line.folded and furniture.is_furniture(line) for line in follows)


def is_of_a_window(line: Line) -> bool:
    """Title, catchwords and site, as they stand in the window of a page."""
    return "_" in line.text and _OF_A_WINDOW.fullmatch(line.folded) is not None


def _asks(line: Line) -> bool:
    """A headline that asks or calls: 如何看好病?专家这样说. A sentence of an article has a full stop."""
    is_short = len(line.text) <= heads.LONGEST_HALF and "。" not in line.text and ";" not in line.folded
    return is_short and is_prose(line)


def _is_ticker(line: Line) -> bool:
    """Several headlines or search words on one line: what sites and their spammers put above an article."""
    if "。" in line.text or ":" in line.folded[:12]:
        return False
    pieces = _PIECES.split(line.text)
    return len(pieces) >= TICKER and sum(len(piece.strip()) >= 4 for piece in pieces) >= TICKER


def _is_echoed(lines: Sequence[Line], index: int) -> bool:
    """The line stands near the head again: alone, at the end of a trail, or at the beginning of another line."""
    own = lines[index].text
    if script.han(own) < TWO_NAMES:  # authors stand at the head of a paper twice, too
        return False
    for other, line in enumerate(lines[:ECHO]):
        if other == index or own not in line.text:
            continue
        begins = line.text.startswith(own) and not is_prose(line)  # else it names what its sentence is about
        if begins or line.text.endswith(own) or "[J]" in line.text:
            return True
    return False


def _behind_contents(lines: Sequence[Line], headlines: Sequence[int]) -> int | None:
    """A newspaper lists the headlines of its page, then prints one of them above its article."""
    said = {lines[index].text for index in headlines if len(lines[index].text) > LONGEST_SITE}
    for index in range(headlines[-1] + 1, min(ECHO, len(lines))):
        if lines[index].text in said and any(map(is_prose, lines[index + 1 : index + 4])):
            return index
    return None


def _original_title(lines: Sequence[Line]) -> str | None:
    """What a page without a title of its own says, at its head or its foot, that the article was called."""
    for line, follows in itertools.pairwise(lines):  # a picture and its caption first, then title and date
        if heads.DAY_LABEL.match(follows.folded) and not is_prose(line) and not heads.is_head(line):
            return line.text if _may_be_title(line) and not line.folded.endswith(_NO_TITLE) else None
    head, foot = lines[: heads.HEAD_LINES], lines[-FOOT:]
    return _said(head, {".": _FILE}) or _said(head, _SAYS) or _said(foot, _NAMES)


def _said(lines: Sequence[Line], ways: Mapping[str, re.Pattern[str]]) -> str | None:
    """The title in the first line that one of these matches; each stands behind what it can't do without."""
    for line in lines:
        for word, pattern in ways.items():
            if word in line.folded and (match := pattern.match(line.folded)):
                return line.text[slice(*match.span("title"))].strip()
    return None


def _may_be_title(line: Line) -> bool:
    if len(line.text) not in TITLE_LENGTH or line.link_share >= 0.5 or line.folded.startswith(_NEVER_FIRST):
        return False
    in_journal = _OF_A_PAPER.search(line.folded) and _JOURNAL.search(line.folded)
    is_none = _OF_NO_TITLE.search(line.folded) and _NOT_TITLE.fullmatch(line.folded)
    if is_none or (in_journal and not _SERIES.sub("", line.folded).endswith(_PAPER_ENDS)):
        return False
    han = script.han(line.text)
    return han >= 5 or (not han and len(line.text.split()) >= 4 and not line.text.endswith((".", ":")))


def line_above(lines: Sequence[Line], first: int) -> str | None:
    """The heading that stands above the article's element, nothing but lines of date and source between."""
    for line in reversed(lines[max(0, first - heads.HEAD_LINES // 2) : first]):
        if furniture.is_furniture(line) or heads.is_head(line):
            continue
        is_title = _may_be_title(line) and not line.folded.endswith(_NO_TITLE) and not is_prose(line)
        return line.text if is_title else None
    return None


def called(lines: Sequence[Line]) -> str | None:
    """What the table above a document says that it is called."""
    return _said(lines[: heads.HEAD_LINES], _NAMES)


def first_line(lines: Sequence[Line]) -> str | None:
    """The title of an article without markup for it."""
    at = line_of(lines)
    return lines[at].text if at is not None and any(map(is_prose, lines[at + 1 : at + 4])) else None


def from_markup(drawn: html.Drawn, lines: Sequence[Line]) -> str | None:
    """meta, then what heading or line the window title repeats, then the only heading, or the longest where the window
    names a column, then the window title's longest part."""
    for name in cues().title_meta:
        if name in drawn.meta and not _is_site(said := html.without_markup(drawn.meta[name])):
            return _bare_title(said, drawn)
    window = (drawn.head_title or "")[:LONGEST_WINDOW]
    of_site = _behind_first(window)
    headings = [
        heading
        for heading in drawn.headings
        if len(_WORDS.findall(heading)) >= 4
        and not _is_site(heading)
        and key_of(heading) not in of_site
        and heading not in cues().related_lines
        and heading not in cues().columns
        and not heading.startswith(cues().related_begins)
    ]
    contained = [heading for heading in headings if key_of(heading) and key_of(heading) in key_of(window)]
    if contained:
        return max(contained, key=len)
    if len(key_of(window)) >= heads.TITLE_HAN and any(key_of(window) in key_of(heading) for heading in headings):
        return window
    if (repeated := _repeated(window, lines)) is not None:
        return repeated
    parts = [part for part in map(key_of, _WINDOW_AND_COLON.split(window)) if len(part) >= heads.TITLE_HAN]
    begun = [heading for heading in headings if any(map(key_of(heading).startswith, parts))]
    if len(begun) == 1:  # the window says the first half
        return begun[0]
    of_the_site = all(_is_site(part.strip()) for part in _WINDOW_PARTS.split(window))
    names_column = 0 < len(key_of(window)) < heads.TITLE_HAN or of_the_site
    if headings and (names_column or len(headings) == 1) and len(best := max(headings, key=len)) in TITLE_LENGTH:
        return best
    of_it = of_window(drawn)
    if of_it is None or _is_site(of_it) or _names_column(window):
        return None
    is_slogan = len(_WINDOW_PARTS.split(window)) > 1 and _share_said(of_it, _article(lines)) < STRANGE
    return None if is_slogan or script.han(of_it) < TITLE_LENGTH[0] else of_it


def _article(lines: Sequence[Line]) -> str:
    return "".join(line.text for line in lines if is_prose(line) or is_latin_prose(line))[:ARTICLE]


def _names_column(window: str) -> bool:
    """甲县人民政府-政府信息公开-通知: site and column, no article."""
    site, *others = map(str.strip, window.split("-"))
    return _is_site(site) and any(part in cues().columns for part in others)


def _behind_first(window: str) -> set[str]:
    """Column and site as a window names them behind a title, which is longer."""
    first, *others = [key_of(part) for part in _WINDOW_PARTS.split(window)]
    return {key for key in others if len(key) < len(first)}


def of_window(drawn: html.Drawn) -> str | None:
    """The longest part of the window title, be it the name of a site or column, as that of a list of articles is."""
    parts = [part.strip() for part in _WINDOW_PARTS.split(drawn.head_title or "")]
    column = next((part for part in parts if _COLUMN.fullmatch(part)), None)
    site, _, rest = (best := max(parts, key=len, default="")).partition("-")
    behind = best.rpartition(" ")[2]
    if _is_site(best) and (column is not None or _COLUMN.fullmatch(behind)):
        best = column or behind
    elif rest and _is_site(site):
        best = rest
    return best if script.han(best) >= 4 else None


def _is_site(name: str) -> bool:
    """What a site is called, which some put where the title of an article belongs."""
    name = name.strip(": ")
    if len(name) <= LONGEST_SITE and name.endswith(cues().outlets) and heads.NO_OUTLET.search(name) is None:
        return True
    return len(name) <= heads.LONGEST_HALF and _SITE_NAME.fullmatch(fold(name)) is not None


def _repeated(window: str, lines: Sequence[Line]) -> str | None:
    """The longest part of the window title that the page says on a line, or on two or three where a tag breaks it: what
    goes before and follows names column and site, or the office that issued it."""
    own = [line for line in lines if line.link_share < 0.5 and len(line.text) <= TITLE_LENGTH[-1]]
    said = {key_of(line.text): line.text for line in own}
    for lines_of_it in (itertools.pairwise(own), zip(own, own[1:], own[2:], strict=False)):
        for broken in lines_of_it:
            if len({line.tag for line in broken}) == 1:
                text = "".join(line.text for line in broken)
                said.setdefault(key_of(text), text)
    for part in _parts(window):
        key = key_of(part)
        least = LEAST_OF_CUT if part.endswith(_CUT) else heads.TITLE_HAN
        if len(key) < least or script.han(key) < 4 or _is_site(part) or part.endswith(_ISSUERS):
            continue
        if part.endswith(_CUT):
            if (whole := next((text for other, text in said.items() if other.startswith(key)), None)) is not None:
                return whole
        elif key in said:
            return part
    return None


def _parts(window: str) -> list[str]:
    """What a window is called without site and column before or behind, the longest first."""
    cuts = [cut.span() for cut in itertools.islice(_WINDOW_CUT.finditer(window), MOST_CUTS)]
    begins, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(window)]
    parts = (window[begin:end].strip() for begin in begins for end in ends if begin < end)
    return sorted(dict.fromkeys(parts), key=len, reverse=True)


def _bare_title(title: str, drawn: html.Drawn) -> str | None:
    """A meta title often carries the site's name behind it; a heading shows where the title ends. One that a quotation
    mark in it has cut is told by heading and window title."""
    window = key_of(drawn.head_title or "")
    for heading in drawn.headings:
        if key_of(heading) == key_of(title):
            return title.strip()  # a line break in a heading reads as a blank
        if key_of(heading).startswith(key_of(title)) and key_of(heading) in window:
            return heading
        is_one = len(_WORDS.findall(heading)) >= 4 and not _is_site(heading)
        if is_one and key_of(title).startswith(key_of(heading)):
            return heading
    cut = _SITE_TAIL.search(title)
    kept = title[: cut.start()].strip() if cut and script.han(title[: cut.start()]) >= 8 else title.strip()
    return kept or None


def find(lines: Sequence[Line], title: str | None, last: int) -> int | None:
    """Where the title stands in the page's text: the last heading, else line, before the end of the article (a list of
    headlines beside the article names it too)."""
    if not title:
        return None
    key = key_of(title)
    places = [index for index in range(last) if says(lines[index].text, key)]
    headings = [index for index in places if HEADING.match(lines[index].tag)]
    return next(reversed(headings or places), None)


def says(text: str, key: str) -> bool:
    """Does a line say a title, whose key this is, with little besides and little left out?"""
    if len(text) < 0.8 * len(key):
        return False
    own = key_of(text)
    return bool(own) and (
        own == key or (key in own and len(own) - len(key) <= 8) or (own in key and len(own) >= 0.8 * len(key))
    )


def key_of(text: str) -> str:
    return "".join(_RUNS.findall(text))
