"""Which lines of a page are the article, which belong to other articles, and which are furniture.

Comes in: the lines of a page after its head (title, date line) with what the markup said of them. Goes out: one label
a line: main | related | template. Never here: finding the title, or reading facts.

Two kinds of rule: words by which pages say so (cues.yml), and the shape of a list of headlines. A cue that ends the
article counts only after the article has begun, since sites print 责任编辑 and 分享到 above it as well as below.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Container, Sequence
from typing import Literal

from scrapers.text import dates, scan, script
from scrapers.text.cues import cues
from scrapers.text.fold import fold
from scrapers.text.furniture import (
    LONGEST_HEADLINE,
    READERS,
    SEEN,
    is_button,
    is_byline,
    is_end,
    is_foot,
    is_furniture,
)
from scrapers.text.lines import PROSE_HAN, Line, is_foreign, is_latin_prose, is_prose

Label = Literal["main", "related", "template"]

TAIL = 15  # so many lines at most below the last sentence are judged one by one
KNOWN = 0.12  # share of the pairs of characters of a line that the article says again, if it is no part of it
CLAUSES = 16  # characters of a line with a comma that is more than a call of the site
FEW = 3
LONGEST_BOX, WITHIN_BOX = 8, 3  # characters of its label, lines below it
LINKED, HEADLINE = 0.8, 10  # share of a line that is a link, and its characters
STRANGER = 40  # characters of a line that may be strange to the article around it
LONGEST_COLUMN = 3  # characters of the name of a column before its title; longer ones say what it is about
CHART = 2  # so many lines below the last sentence that state a figure are a chart drawn in lines
INSERTED = 16  # characters of words that a spammer puts into a sentence
TEASERS = 2  # so many lines in a row at the end, cut off with …, are the beginnings of other articles
ABSTRACT_WITHIN = 80  # lines above the heading of an abstract, and below it up to the paper
ABSTRACT_LINES = 6  # of an abstract, its heading one of them
NOTES_ON_AUTHORS = 4  # sentences above it
REPEATED = 3  # a line so often between others ...
REPEATED_LENGTH = 10  # ... and of so many characters, is an advertisement
HEADLINES = 3  # so many headline-like lines in a row, dated or doubled, are a list of other articles
_READ = re.compile(READERS)
_DATED = re.compile(
    r"[^\s\d,、:(-].{7}.*[^\d至到—–~-]\s?(?:[(\[]?20\d\d[-/.]\d\d[-/.]\d\d[)\]]?|[(\[][01]\d[-/.][0-3]\d[)\]]|\s[01]\d-[0-3]\d)$"
)  # a headline and its day
_DATE_ENDS = frozenset("0123456789)]")
_SHORT_DATE = re.compile(r"(?<![\d-])[01]\d-[0-3]\d(?![\d-])")
_OF_ABSTRACT = re.compile(r"[【\[]?(?:内容|中文)?摘\s{0,4}要(?:[】\]:]{1,2}|\s|$)")
_SIGNS = re.compile(r"[\d。;:!?%]")
_HOUR = re.compile(r"\s?[(\[][0-2]?\d:[0-5]\d[)\]]$")  # when it was put there: 某医院扩建(12:19)
_TITLE_TAIL = re.compile(r"\s?[-_—|]{1,2}\s?[【\[(]?([^-_—|【】\[\]()]{2,16})[】\])]?\s?$")
_NAME = re.compile(r"[\w·]+")
# What forums file a thread under, and what there is to see.
_KIND = re.compile(rf"^\[[\u4e00-\u9fff]{{2,4}}\]\s|^[\[【](?:{SEEN})[\]】]\s?")
_SUBJECTS = ("医联体", "医共体", "互认")  # before a bar these are what a title is about
_TITLE_MARK = re.compile(r"[:!丨|]")
_CUT_OFF = re.compile(r"[^。!?;”」』)\s](?:\.{3,6}|…{1,2})$")
_DATELINE_TITLE = re.compile(r"^[\u4e00-\u9fff]{2,6}社.{2,8}\d{1,2}月\d{1,2}日电\s?题[::]\s?")
_DOUBLED = re.compile(r"(?P<title>.{8,80}?)[\s,|_-]{1,3}(?P=title)")
_CATCHWORDS = re.compile(
    r"_[^_。]{2,20}(?:,[^_,。]{2,20}){1,9}$"
)  # title_word,word,word: what a site wants to be found by
_COLUMN = re.compile(r"\s?--\s?[^-]{2,14}$")  # A--column--site
_LABEL_TITLE = re.compile(r"^标\s?题\s?[::]\s?")
_ORIGINAL = re.compile(r"(?<=.{10})(?<![励持倡护重视为])原创$")  # the mark of an account behind its title
# What pages that are spun from others put behind a title.
_SPUN = re.compile(r"(?<=.{8})[\s,，](?:具体|到底|究竟)?(?:是|怎么)?(?:什么情况|怎么回事|详细内容是什么)呢?[?？]?$")
_SITE = re.compile(r"\s?[|_]\s?[^|_、,，!！?？]{2,12}$")
# What may stand below the last sentence of an article: signatures, dates, enclosures, notes in brackets, rows, places.
_TAIL_KEPT = re.compile(
    r"附件|附表|附:|抄送|联系|此件|记者|通讯员|作者|来源|供稿|摄|\d年|年\d|[\t|]|^[(\[【].*|^\d{1,2}[.、)]|^[一二三四五六七八九十]{1,3}、"
    r"|[省市县区旗州镇乡村院室局厅委会部司处办站所校团]\)?$|[:。;!?”….]$|。\(完\)$|\d\s*%"
)
_MENU_ROW = re.compile(r"(?:[\u4e00-\u9fff]{2,8}\s?\|\s?){2,9}[\u4e00-\u9fff]{2,8}")
_BULLETED = re.compile(r"[-*]?\s?[·•●■◆▪]\s?(?!.*[。:;])")  # a headline in a list of them
_ENDS_A_DOCUMENT = re.compile(r"附件|附表|附:|抄送|此件|^\d{1,2}[.、)]|年\d{1,2}月|^[((].{1,30}[))]$|[\t|]")
_STATED = re.compile(  # the second: a row of a table
    r"\d\s?(?:%|[万亿]|[个家名人例张所项台])|[\u4e00-\u9fff)](?:\s{1,12}\d{1,3}(?:,?\d){0,9}(?:\.\d{1,4})?%?){2,30}$"
)
_PERSON = r"[\u4e00-\u9fff](?:\s?[\u4e00-\u9fff]){1,2}"
_HEAD_NOTE = re.compile(  # what stands above an article: where its authors work, what it is filed under
    r"\d{0,2}\.?\s?[^。]{4,60},\s?\d{6}[;。]?$|\(1?\.?[^()。]{4,200}\s\d{6}\)$"
    rf"|(?!第|.*[省市县区州旗](?:\s|$)){_PERSON}(?:\s{{1,2}}{_PERSON}){{1,8}}$"  # authors
    r"|(?=[\u4e00-\u9fff]{2,3}[,、])(?!.*[省州盟市县区旗镇乡村院部](?:[,、]|$))[\u4e00-\u9fff]{2,3}(?:[,、][\u4e00-\u9fff]{2,3}){1,9}$"
    r"|(?:关键词|关键字|标签|中图分类号|文献标识码|通讯作者|通信作者|基金项目|索引号|索\s引\s号|体裁分类|主题分类|发文机关|发布机构)\s?:|[\u4e00-\u9fff]{2,14}\s?20\d\d年第?\d{1,2}期$"
    r"|[\u4e00-\u9fff]{4}(?:\s[\u4e00-\u9fff]{4}){1,3}$"  # the slogans of a site
    r"|[\u4e00-\u9fff]{2,16}(?:宣传科|宣传部|党办|院办|办公室|发布)$|健康[\u4e00-\u9fff]{2,4}$"  # whose account it is
)
_OF_A_FILE = re.compile(r"《|附件|附表|\.(?:docx?|xlsx?|pdf|wps|zip|rar|pptx?|ofd)|^\d{1,2}[.、]|原文|全文|解读|图解")
_SENTENCE_ENDS = "。!?;:”…)"
_PAIRS = re.compile(r"(?=([\u3400-\u9fff]{2}))")
# What a line of an article shows that stands between its sentences.
_BEGINS_SO = re.compile(
    r"[(\[]?[一二三四五六七八九十\d]{1,3}[)\].、]|第[一二三四五六七八九十]|\d(?:\.\d){0,2}\s|——|[“(].*[”)]$"
)
_ENDS_SO = tuple("。?!;:”〕")
_FIGURE = re.compile(
    r"[\d〔时期地](?:(?<=\d)\s?(?:%|[万亿]|[个家名人例张所项台次位支天年月日元场份条辆批处间座])|(?<=〔)"
    r"|(?<=[时期])间?\s?:|(?<=地)点\s?:)"
)
_AROUND = "【】[]()<>《》:·■◆●□▌| \u3000"  # a heading
_MARKS = "▲△"  # before what a picture shows; items of a list stand one below the other
_CAPTION = re.compile(r".\s?[^\d。;:]{6,40}。?(?:\([^()]{2,24}\))?")
_LATIN_STOPS = (".", "!", "?", ":", '"', "”", ")")


def label(lines: Sequence[Line]) -> list[Label]:
    """One label a line, for the lines that follow the page's head."""
    labels: list[Label] = []
    begun = False
    current: Label = "main"
    begin = abstract(lines)
    # From here on a page that has not begun has no sentence that it could begin with.
    below_all = max(HEADLINES, next((index for index in reversed(range(len(lines))) if is_prose(lines[index])), -1))
    for index, line in enumerate(lines):
        if index < begin:
            labels.append("template")
        elif current == "main" and is_end(line) and (begun or index >= below_all):
            goes_on = _is_behind_abstract(lines, index) or _is_inserted(lines, index)
            current = "main" if goes_on else "related"
            labels.append("template")
        elif is_furniture(line) or ((not begun or not is_prose(line)) and _is_beside_article(lines, index, begun)):
            labels.append("template")
        else:
            labels.append(current)
            begun = begun or (current == "main" and (is_prose(line) or is_latin_prose(line)))
    cells = [(index, labels[index]) for index, line in enumerate(lines) if line.cell]
    is_text = not any(line.tag for line in lines)
    prose = (index for index in reversed(range(len(lines))) if labels[index] == "main" and is_prose(lines[index]))
    if (last := next(prose, None)) is not None:
        _drop_tail(lines, labels, last)
        if is_text:
            _drop_strangers(lines, labels, last)
            _drop_strays(lines, labels, last)
    elif is_text:
        _drop_latin_tail(lines, labels)
    _drop_inserted(lines, labels)
    if is_text:
        _drop_repeated(lines, labels)
    elif last is not None:
        _drop_links(lines, labels, last)
    _drop_headlines(lines, labels)
    _drop_teasers(lines, labels)
    for index, was in cells:
        labels[index] = was
    return labels


def _is_beside_article(lines: Sequence[Line], index: int, begun: bool) -> bool:
    """Who wrote the article, which in brackets is how it ends; what a picture shows; notes and lists above it."""
    line = lines[index]
    if line.folded[0] != "(" and is_byline(line):
        return True
    if line.text[0] in _MARKS and _CAPTION.fullmatch(line.folded) is not None:
        beside = lines[index - 1 : index + 2 : 2] if index else lines[1:2]
        return not any(other.text[0] == line.text[0] for other in beside)
    return not begun and (_HEAD_NOTE.match(line.folded) is not None or is_end(line))


def abstract(lines: Sequence[Line]) -> int:
    """Where the abstract of a paper begins, 0 without one: some journals print authors and references above it."""
    for index, line in enumerate(lines[:ABSTRACT_WITHIN]):
        if line.text[0] in "摘【[" and (heading := _OF_ABSTRACT.match(line.folded)):
            above = sum(map(is_prose, lines[:index]))
            begin = index if len(line.text) - heading.end() >= PROSE_HAN else index + 1
            return begin if above <= NOTES_ON_AUTHORS and any(map(is_prose, lines[index:])) else 0
    return 0


def _is_behind_abstract(lines: Sequence[Line], index: int) -> bool:
    """Catchwords end an article, but not the abstract of one."""
    if not lines[index].folded.startswith("关键词"):
        return False
    above = lines[max(0, index - ABSTRACT_LINES) : index]
    below = lines[index + 1 : index + 1 + ABSTRACT_WITHIN]
    return any(_OF_ABSTRACT.match(line.folded) for line in above) and any(map(is_prose, below))


def _is_inserted(lines: Sequence[Line], index: int) -> bool:
    """推荐阅读:某某 within an article: a link in a box of its own, and below it the article goes on."""
    line = lines[index]
    if not 0 < line.link_share < 1 or ":" not in line.folded[:LONGEST_BOX]:
        return False
    return any(map(is_prose, lines[index + 1 : index + 1 + WITHIN_BOX]))


def _drop_links(lines: Sequence[Line], labels: list[Label], last: int) -> None:
    """Of a page with markup: a headline above the last sentence that is nothing but a link leads to another article,
    where it names no document."""
    for index in range(last):
        line = lines[index]
        is_headline = line.link_share > LINKED and len(line.text) >= HEADLINE and line.text[-1] not in _SENTENCE_ENDS
        if is_headline and labels[index] == "main" and not line.cell and not _OF_A_FILE.search(line.folded):
            labels[index] = "related"


def _drop_tail(lines: Sequence[Line], labels: list[Label], last: int) -> None:
    """Behind the last sentence, everything from a headline with a short date (01-04) on is other articles'; so are
    headlines below a button of the site, though they ask or call."""
    tail = range(last + 1, len(lines))
    begin = next((i for i in tail if "-" in lines[i].folded and _SHORT_DATE.search(lines[i].folded)), len(lines))
    stop = next((i for i in reversed(range(last + 1)) if "。" in lines[i].text), last)
    button = next((i for i in range(stop + 1, len(lines)) if is_button(lines[i])), len(lines))
    if len(lines) - button > HEADLINES and not any(_is_of_a_document(line) for line in lines[button:]):
        begin = min(begin, button)
    foot = next((i for i in range(stop + 1, len(lines)) if labels[i] == "template" and is_foot(lines[i])), len(lines))
    if not any(_is_of_a_document(line) for line in lines[foot + 1 :]):
        begin = min(begin, foot)
    for index in range(begin, len(lines)):
        if labels[index] == "main":
            labels[index] = "related"


def _drop_inserted(lines: Sequence[Line], labels: list[Label]) -> None:
    """Words that a spammer has put into a sentence, which goes on with a comma on the line below."""
    for index in range(1, len(lines) - 1):
        goes_on = lines[index + 1].folded.startswith(",") and not lines[index].folded.startswith(",")
        if goes_on and len(lines[index].text) <= INSERTED:
            labels[index] = "template"


def _is_of_a_document(line: Line) -> bool:
    """What stands at the end of documents, and no headline of another article."""
    return len(line.text) > LONGEST_HEADLINE or _ENDS_A_DOCUMENT.search(line.folded) is not None


def _drop_repeated(lines: Sequence[Line], labels: list[Label]) -> None:
    """Of a text: a headline that stands again and again between the sentences is none of them."""
    long_ones = [line.text for line in lines if len(line.text) >= REPEATED_LENGTH]
    if len(long_ones) - len(set(long_ones)) < REPEATED - 1:
        return
    times = Counter(long_ones)
    for index, line in enumerate(lines):
        if times[line.text] >= REPEATED and not is_prose(line) and not _SIGNS.search(line.folded.replace(":", "")):
            labels[index] = "template"


def _drop_strays(lines: Sequence[Line], labels: list[Label], last: int) -> None:
    """Of a text: lines in another language, and what stands below the last sentence and is no part of the article."""
    for index, line in enumerate(lines):
        if labels[index] == "main" and is_foreign(line):
            labels[index] = "template"
    tail = [index for index in range(last + 1, len(lines)) if labels[index] == "main"]
    if len(tail) > TAIL or sum(_STATED.search(lines[index].folded) is not None for index in tail) >= CHART:
        return
    for index in tail:
        is_kept = _TAIL_KEPT.search(lines[index].folded) and not _BULLETED.match(lines[index].folded)
        if not is_kept or _is_menu(lines, index):
            labels[index] = "related"


def _drop_strangers(lines: Sequence[Line], labels: list[Label], last: int) -> None:
    """Of a text: a line above the last sentence that the article hardly says a word of, and that shows no other reason
    to be there, is of the site, however it is called."""
    asked = [index for index in range(last) if labels[index] == "main" and _may_be_strange(lines[index])]
    if not asked:
        return
    text = "".join(line.folded for line, label in zip(lines, labels, strict=True) if label == "main" and is_prose(line))
    # A set of its pairs takes longer to make than a few are looked for.
    said: Container[str] = text if len(asked) <= FEW else frozenset(_PAIRS.findall(text))
    for index in asked:
        if index and labels[index - 1] == "main" and lines[index - 1].folded[-1] not in _SENTENCE_ENDS:
            continue  # it goes on with what was broken above it
        pairs = _PAIRS.findall(lines[index].folded)
        if sum(map(said.__contains__, pairs)) <= KNOWN * len(pairs):
            labels[index] = "template"


def _may_be_strange(line: Line) -> bool:
    return len(line.text) <= STRANGER and not is_prose(line) and not _explains_itself(line)


def _explains_itself(line: Line) -> bool:
    """A heading, number, date or figure, a question or quotation, whom to ask; or it speaks of what the field does."""
    text = line.folded
    if line.cell or text.endswith(_ENDS_SO) or _article_words().search(text) or _BEGINS_SO.match(text):
        return True
    return _FIGURE.search(text) is not None or text.strip(_AROUND) in cues().headings


@functools.cache
def _article_words() -> re.Pattern[str]:
    return re.compile(scan.alternation(cues().article_words))


def _is_menu(lines: Sequence[Line], index: int) -> bool:
    """Words with bars between them and no figure, on one line: with another such line beside it they are a table."""
    beside = lines[max(0, index - 1) : index + 2 : 2] if index else lines[1:2]
    is_row = "|" in lines[index].text and _MENU_ROW.fullmatch(lines[index].folded) is not None
    return is_row and not any("|" in line.text for line in beside)


def _drop_latin_tail(lines: Sequence[Line], labels: list[Label]) -> None:
    """Of a text in English: what stands below the last sentence and is none."""
    last = next((index for index in reversed(range(len(lines))) if is_latin_prose(lines[index])), len(lines))
    for index in range(last + 1, len(lines)):
        if labels[index] == "main" and not lines[index].text.endswith(_LATIN_STOPS):
            labels[index] = "related"


def _drop_headlines(lines: Sequence[Line], labels: list[Label]) -> None:
    """A run of headlines becomes `related`: links, dated lines or doubled ones, without a sentence among them."""
    begin = 0
    for end in range(len(lines) + 1):
        if end < len(lines) and _headline_like(lines[end], labels[end]):
            continue
        if end - begin >= HEADLINES and _is_list(lines[begin:end]):
            for index in range(begin, end):
                if labels[index] == "main":
                    labels[index] = "related"
        begin = end + 1


def _drop_teasers(lines: Sequence[Line], labels: list[Label]) -> None:
    """The last lines become `related` if each is cut off in the middle of a sentence."""
    teasers = []
    for index in range(len(lines) - 1, -1, -1):
        if labels[index] == "template":
            continue
        if not lines[index].folded.endswith(("...", "…")) or not _CUT_OFF.search(lines[index].folded):
            break
        teasers.append(index)
    if len(teasers) >= TEASERS:
        for index in teasers:
            labels[index] = "related"


def _headline_like(line: Line, label: Label) -> bool:
    return label == "template" or (len(line.text) <= 60 and "。" not in line.text and ";" not in line.folded)


def _is_list(lines: Sequence[Line]) -> bool:
    """Whether the run looks like other articles: its entries dated or doubled, or all of them links."""
    entries = [line for line in lines if not is_furniture(line)]
    if len(entries) < HEADLINES:
        return False
    doubled = len(entries) - len({line.text for line in entries})
    linked = sum(line.link_share > LINKED for line in entries)
    dated = sum(line.folded[-1] in _DATE_ENDS and _DATED.match(line.folded) is not None for line in entries)
    if dated >= max(HEADLINES, 0.7 * len(entries)):
        return True
    if doubled >= HEADLINES or linked >= max(HEADLINES, 0.7 * len(entries)):
        return True
    days = sum(dates.is_date_line(line.folded) or _READ.fullmatch(line.folded) is not None for line in lines)
    return days >= HEADLINES


def trim_title(title: str) -> str:
    """A title without the headings and section names that repost sites put around it."""
    if doubled := _DOUBLED.fullmatch(fold(title)):
        title = title[: doubled.end("title")]
    if hour := _HOUR.search(fold(title)):
        title = title[: hour.start()]
    if (spam := _CATCHWORDS.search(fold(title))) and script.han(title, 0, spam.start()) >= 8:
        title = title[: spam.start()]
    while (column := _COLUMN.search(title)) and script.han(title, 0, column.start()) >= 8:
        title = title[: column.start()]
    cut = len(title)
    while (tail := _TITLE_TAIL.search(fold(title[:cut]))) and (
        tail[1] in cues().title_suffixes or tail[1].endswith((*cues().outlets, *cues().sites))
    ):
        cut = tail.start()  # column, then site
    if cut < len(title):
        title = title[:cut]
    elif (site := _SITE.search(title)) and script.han(title, 0, site.start()) >= 12:
        title = title[: site.start()].rstrip(" _|")
    title = _SPUN.sub("", _ORIGINAL.sub("", title))
    title = _KIND.sub("", _LABEL_TITLE.sub("", _DATELINE_TITLE.sub("", title)))
    mark = _TITLE_MARK.search(fold(title))
    if mark is None or not _is_column(fold(title[: mark.start()]).strip(" 【】[]"), mark[0], title[mark.end() :]):
        return title.strip()
    return title[mark.end() :].strip() or title.strip()


def _is_column(name: str, mark: str, rest: str) -> bool:
    """What a title has before its first sign: a word of sites, or right before a bar what the column is called."""
    if name in cues().title_prefixes:
        return True
    if name in _SUBJECTS:
        return False
    is_close = mark in "丨|" and not rest.startswith(" ")
    is_name = _NAME.fullmatch(name) is not None and (len(name) <= LONGEST_COLUMN or "·" in name)
    return is_close and is_name and script.han(rest, 0, 60) >= 10
