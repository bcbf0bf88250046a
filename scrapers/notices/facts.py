"""The text of a page → the facts and statements that the lexicon knows, each with the characters that prove it.

Comes in: a `Page` and the lexicon. Goes out: `Found`: facts, statements, flags, and every number that was looked at
and refused, with the rule. Never here: cues of a single indicator (lexicon/*.yml), or arithmetic beyond the number
grammar (scrapers.text.numbers).

How a number becomes a fact: titles, document numbers, dates and telephone numbers are masked; what is left is read
as quantities; an entry claims one if its unit, the noun behind or before it, the needed words around it and none of
the denied ones are there; the longest noun wins. What no entry claims is a fact only if it belongs to a broad subject
(broad.py); every other number is logged with the rule that refused it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise, product
from math import ceil
from operator import sub
from typing import NamedTuple, TypeVar

from scrapers.notices import broad
from scrapers.notices.heads import BULLETS
from scrapers.notices.lexicon import SCOPES, BroadSubject, Cue, FactEntry, Lexicon, StatementEntry
from scrapers.notices.page import LONGEST_READ, Page
from scrapers.records import Fact, Rejected, Statement
from scrapers.text import dates, doc_numbers, numbers, script
from scrapers.text.dates import DateMention
from scrapers.text.numbers import Quantity
from scrapers.text.scan import matches

LONGEST_SENTENCE = 600
OURS = 4  # points that make a page ours: a subject word has two, a neighbour of the subject one
LENGTH_PER_POINT = 300  # a longer text needs a point for so many characters ...
OURS_AT_LENGTH = 16  # ... up to these: a long document may be ours in one chapter
OURS_UNTITLED = 6  # the least for a page whose title names neither subject nor neighbour
MEDICINE = 8  # words of medicine in 1,000 characters of a page of ours; the others are those of schools too
OURS_SHORT = 2  # the same for a text of SHORT characters
SHORT = 160
SHORT_PAGE = 800  # characters of a page that has little room to mention what it is not about
SINKING_TOPIC = "resource_sinking"
SINKING = 5  # so many words of that topic make a page ours though it never says what they are part of
PER_SINKING = 160  # ... and one in so many characters
NEIGHBOURS, AMONG_NEIGHBOURS = 6, 4  # so many neighbours do too, with so many words of that topic or of telemedicine
BRIEF = 420  # ... that has none: one mention makes a topic
TEASER = 300  # characters of a text that is cut off with …
TEASERS = 3  # so many of them are a list of articles
CHART = 0.4  # share of the lines of a chart that state a figure
HEADLINE = 10  # characters of one
TITLES = 5  # so many lines that are titles in a table of contents, or headlines of an issue, are a list of them
TEASER_NAMES = 3  # so often it names our subject if the article is about it all the same
WORDS_PER_POINT = 3  # of topics that weigh
FOCUS = 150  # a page with a point in so many characters speaks of us all through
GENERAL_TOPIC = "consortium_stats"  # of a page on our subjects that names no other
TARGET_TOPIC = "policy_target"
BROAD = "_other"  # how the indicators of broad.yml end
TITLE_WEIGHT = 3  # a word in the title counts so often
REACH = 24  # characters behind or before a number in which its noun stands
COUNTED = 5  # characters behind a number that say what is counted
PAST = 14  # characters before a number in which 由 makes it the level before a change
BEFORE_CHANGE = "earlier"  # the precision of a level that a change has left behind, where its date is not stated
LONGEST_EVIDENCE = 120  # characters of a clause of several numbers that is shown whole
DEFINED = 2  # up to so many of something in a definition say what it is, not how many there are
CLOSE = 12  # characters before a number in which a denied word counts as its own
ANNOTATIONS = 20  # pinyin annotations per 1,000 Chinese characters: such a page is repaired first, or not read
TRADITIONAL = 0.05  # share of traditional characters

_STOP = re.compile(r"([。!?;\n\[](?:(?<!\[)|\d{1,2}\](?=\s)))")  # a note's number parts the items of a digest
_CUT = re.compile(r"([,:](?!(?<=\d,)\d{3}(?!\d)))")  # 1,200 is one number
_NOUN_PHRASE = re.compile(r"[^,。;:!?、()\n]*(?:\((?:市|区|县|市、区|旗)\)[^,。;:!?、()\n]*)*")
_PHRASE_END = re.compile(r"$|[,。;:!?、()\n]|和|与|以?及|并|,")
_COUNTED = re.compile(rf"\d+[余多]?[\u4e00-\u9fff]{{{COUNTED - 1},}}")
_AROUND = " \t\n,。;:!?、"  # a clause
_ANAPHORS = ("这", "该", "上述", "前述", "此", "以下", "如下")
_DEFINES = re.compile("通常由|一般由|是指|指的是")  # 医联体通常由一家三级医院和几家社区医院组成
_RATIO = re.compile(r"[^,。;:!?、()\n]{0,10}(?:配备|配置|配有)[^,。;:!?、()\n]{0,4}$")  # 1张床位配备2名护士
_MASKED = re.compile(
    r"《[^《》\n]{1,100}》"  # titles
    r"|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}[-—]\d{7,8}(?!\d)|(?<!\d)400[-—]?\d{3}[-—]?\d{4}(?!\d)"  # telephones
    r"|(?<![A-Za-z])[A-Za-z]{1,20}[-—]?\d{1,20}(?:\.\d+)?|https?://[\w./?=&%-]{1,200}"
    r"|\((?:\d{1,2}|[一二三四五六七八九十]{1,3})\)"
    r"|第[一二三四五六七八九十百\d]{1,4}[批次届条章节期个]?"
    r"|(?<!\d)\d{1,2}(?:[市县区旗](?:\d{1,2}[市县区旗]){1,2}(?!\d)|省区?市)"  # 4县1区, 6省市: names of groups
    r"|(?<!\d)20\d\d-\d\d-\d{3,6}|表\d{1,2}(?=[ \u3000])"  # a date and the number of a chapter; a table's number
    r"|(?:查看|浏览|阅读|点击|访问)(?:次数|量|数)?\s?:\s?\d{1,9}"  # the counter of the site
)
_MASKED_BEGINS = re.compile(
    r"[《(第表查浏阅点访A-Za-z0-9](?:(?<=表)\d|(?<=2)0\d\d-|(?<=《)[^《》\n]|(?<=\()[\d一二三四五六七八九十]|(?<=第)[一二三四五六七八九十百\d]"
    r"|(?<=[查浏阅点访])[看览读击问]|(?<=[A-Za-z])(?<![A-Za-z].)|(?<=h)ttp|(?<=1)[3-9]\d{9}|(?<=0)\d\d|(?<=4)00|(?<=\d)\d?(?:[市县区旗]\d|省区?市))",
    re.S,
)
_NUMBERED_LINE = re.compile(r"\n\s{0,4}(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:\.\d{1,2}){0,2}\s?[.、)](?!\d)")
_ANNOTATION = re.compile(r"\((?<=[\u3400-\u9fff)].)[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}\)")
_TRADITIONAL = re.compile(
    "[醫療體務員號區縣鎮門診衛關於這個國時來們對會發動過說產種後學經進裡現實應開還當從業兩機點與線內數間樣條結問無係軍]"
)
_PLANNED = re.compile(r"计划|力争|争取|将要?|拟|目标|到20\d\d年|不少于|至少|不低于|原则上|应当?|要求|要有?|确保")
_DUE = re.compile(r"[\d年月季度][底末]?前(?=[,,]|[^,。;]{0,8}(?:实现|完成|达到|建成|形成|推动|力争))")  # 11月底前,实现…
_BY_DATE = re.compile(r"(?:到|至|截至|截止到?|力争)\s?$")
_IN_DATE = re.compile(r"(?:在|于|计划|预计)\s?$")  # says when only of what is planned
_AS_OF = re.compile(r"(?:截至|截止)到?\s?$")  # says when only of what is so already
_TO_DATE = re.compile(r"(?:(?<![\d年月日度])(?<!截至)(?<!截止)到|力争)\s?$")
_STATES = re.compile(r"\d\s?(?:%|[万亿余]|[个家名人例张所项台次位份支天])")
_OF_CONTENTS = re.compile(  # 1.1 互联网医院的定义 3
    r"(?:第[一二三四五六七八九十\d]{1,3}[章节部篇]|\d{1,2}(?:\.\d{1,2}){0,3}\.?|[一二三四五六七八九十]{1,3}、)\s?[^。]{2,60}[\s.…·]\d{1,3}"
)
_CUT_OFF = ("…", "...")
_THIS_YEAR = ("今年", "本年", "年内")
_PERIODS = ("year-end", "half-year", "quarter", "months")  # what is told of one is so at its end
_SINCE = re.compile(r"(?:自|从|自从)\s?$")
_CHANGE_FROM = re.compile(r"(?:从|由)[^,。;:!?、\n]{0,12}$")
_CHANGE_TO = re.compile(
    r"[^,。;!?、\n]{0,8}?(?:提高|提升|增加|增长|上升|升高|升|下降|降低|降|减少|缩短|压缩|扩大|扩展|拓展|扩增|优化|调整|变)[至到为]"
)
_JOINS = re.compile(r"[^,。;:!?、()\n]{0,12}(?:和|及|与|以及|、)")
_UNTIL = re.compile(r"(?:底|末)?(?:前|之前|以前)")

T = TypeVar("T", Fact, Statement)
_About = tuple[frozenset[str], frozenset[str]]
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about."""

    relevant: bool
    topics: tuple[str, ...]
    focused: bool = True  # the whole page is about us by name, not a passage of it
    unproved: frozenset[str] = frozenset()  # topics that are the page's only with a figure on them, or without others
    names_others: bool = True  # it may name places and institutions beyond the mainland


@dataclass(slots=True)
class Found:
    facts: list[Fact] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    is_planned: bool = False  # something is to be reached by a time that its sentence names


NOT_OURS = Subject(False, ())


def subject(words: Lexicon, page: Page) -> Subject:
    """Is the page about our subjects, and about which of them?"""
    head, text = page.head, page.stated
    if (not text and not page.is_html) or _are_titles(text):  # headlines alone
        return NOT_OURS
    in_head = words.mentions.counts(head)
    in_title = in_head["subject"] > 0
    if words.never.search(head) or (words.elsewhere.search(head) and not in_title):
        return NOT_OURS

    if not _is_on_medicine(text, words.medicine):
        return NOT_OURS
    mentions = words.mentions.counts(text)
    if _are_cut_off(text, TEASERS) or (_is_teaser(text) and mentions["subject"] < TEASER_NAMES):
        return NOT_OURS

    def weight(name: str) -> int:
        return mentions[name] + TITLE_WEIGHT * in_head[name]

    named = weight("subject")
    if not named and (mentions["foreign"] or not _is_ours_unnamed(mentions, len(text))):
        return NOT_OURS
    spoken = sum(mentions[topic.name] for topic in words.topics if topic.weighs)
    ours = 2 * named + weight("neighbour")
    least = min(max(OURS, len(text) // LENGTH_PER_POINT), OURS_AT_LENGTH)
    if len(text) <= SHORT and (not head or in_title or in_head["neighbour"]):
        least = OURS_SHORT
    elif head and not in_title and not in_head["neighbour"]:
        least = max(least, OURS_UNTITLED)
    if ours + spoken // WORDS_PER_POINT < least:
        return NOT_OURS
    if weight("foreign") * 2 > ours:
        return NOT_OURS
    pages = ceil(len(text) / 2000) or 1  # a long document mentions everything once
    is_short = len(text) <= SHORT_PAGE
    topics: list[str] = []
    for topic in words.topics:
        enough = topic.short if is_short else topic.at_least * (pages if topic.at_least > 1 else 1)
        if len(text) <= BRIEF:
            enough = 1
        if topic.unless in topics:
            continue
        if mentions[topic.name] >= enough or topic.title.search(head):
            topics.append(topic.name)
    if not topics:
        most = max((topic.name for topic in words.topics), key=mentions.__getitem__)
        topics.append(most if mentions[most] else GENERAL_TOPIC)
    return Subject(
        relevant=True,
        topics=tuple(topics),
        focused=in_title or (named > 0 and ours * FOCUS > len(text)),
        unproved=frozenset(t.name for t in words.topics if t.of_figures and not t.title.search(head)),
        names_others=mentions["others"] + in_head["others"] > 0,
    )


def _is_ours_unnamed(mentions: Mapping[str, int], length: int) -> bool:
    """Whether a text that names no subject of ours is dense with what is sent down, or has some of it and many
    neighbours."""
    sunk = mentions[SINKING_TOPIC]
    is_near = mentions["neighbour"] >= NEIGHBOURS and sunk + mentions["telemedicine"] >= AMONG_NEIGHBOURS
    return sunk >= max(SINKING, length // PER_SINKING) or is_near


def _is_on_medicine(text: str, medicine: Sequence[str]) -> bool:
    """Whether a text says so many of the words; most say the first one often enough."""
    said = accumulate(map(text.count, medicine))
    return any(number * 1000 >= MEDICINE * len(text) for number in said)


def _is_teaser(text: str) -> bool:
    """The first words of an article, cut off: a list of articles shows them, and the article is elsewhere."""
    return len(text) < TEASER and (text.rstrip().endswith(_CUT_OFF) or _are_cut_off(text, 1))


def _are_cut_off(text: str, least: int) -> bool:
    """Whether so many lines end in the middle of a sentence, and most of what ends one do."""
    if text.count("…\n") + text.count("...\n") < least:
        return False
    ends = [line.endswith(_CUT_OFF) for line in text.split("\n") if line.endswith((*_CUT_OFF, "。"))]
    return 2 * sum(ends) > len(ends)


def _are_titles(text: str) -> bool:
    """Whether a text is the contents of a report or a list of headlines: of the lines of a chart, which has no sentence
    either, half state a figure."""
    if "。" in text:
        return False
    lines = text.split("\n")
    if sum(line[-1:].isdecimal() and _OF_CONTENTS.fullmatch(line) is not None for line in lines) >= TITLES:
        return True
    if sum(len(line) >= HEADLINE or line.startswith(BULLETS) for line in lines) < TITLES:
        return False
    return sum(_STATES.search(line) is not None for line in lines) < CHART * len(lines)


def topics(subject: Subject, found: Found) -> list[str]:
    """The topics of the page: what it is about, and what its facts are about.

    A single figure that no indicator names makes no topic: every page mentions something else once.
    """
    facts = [fact for fact in found.facts if fact.segment == "main"]
    stated: set[str] = set()
    once: set[str] = set()
    for fact in facts:
        is_stated = fact.topic in once or not fact.indicator.endswith(BROAD)
        (stated if is_stated else once).add(fact.topic)
    if all(fact.kind == "actual" for fact in facts if fact.topic == TARGET_TOPIC):
        stated -= {TARGET_TOPIC}  # what has been reached is no target
    planned = {TARGET_TOPIC} if found.is_planned else set()
    chosen = {*subject.topics, *stated, *planned}
    unproved = subject.unproved - {fact.topic for fact in facts}
    return sorted(chosen - unproved or chosen)


def extract(words: Lexicon, page: Page, subject: Subject) -> Found:
    """Facts and statements of the page: of its article, and with low trust of the other articles that it shows."""
    found = Found()
    text = page.stated
    if page.body_length > LONGEST_READ:
        found.flags.append("text_cut_for_facts")
    found.flags += _damage(text)
    if not subject.relevant or "pinyin_annotations" in found.flags:
        return found
    reading = _Reading(words, page, text, page.written, "medium" if found.flags else "high", subject.focused)
    for fact in reading.facts(found.rejected):
        found.facts.append(fact)
    found.statements = list(reading.statements())
    milestones = any(said.kind == "milestone" and said.date is not None for said in found.statements)
    found.is_planned = reading.is_planned or milestones
    found.facts = _once(found.facts, reading)
    found.statements = _once(found.statements, reading)
    for span in page.related:
        _read_item(words, page, span, found)
    return found


def _read_item(words: Lexicon, page: Page, span: tuple[int, int], found: Found) -> None:
    """A related item is a page of its own: what 今年 means is in its own text or nowhere."""
    text = page.folded[slice(*span)]
    if len(text) > LONGEST_READ:
        return
    reading = _Reading(words, page, text, dates.read(text, dates.own_year(text)), "low", focused=False, item=span)
    found.facts += _once(list(reading.facts(found.rejected)), reading)
    found.statements += _once(list(reading.statements()), reading)


def of_sheet(words: Lexicon, sheet: Page, subject: Subject, trust: str) -> list[Fact]:
    """Every fact of a text that was put together from a page (fact_tables.py): equal ones are of different things."""
    return list(_Reading(words, sheet, sheet.stated, sheet.written, trust, subject.focused).facts([]))


def _damage(text: str) -> list[str]:
    """What stands between the text and a reader: to be repaired before numbers are trusted."""
    annotations, traditional = len(_ANNOTATION.findall(text)), len(_TRADITIONAL.findall(text))
    if not annotations and not traditional:
        return []
    han = script.han(text)
    flags = []
    if annotations * 1000 >= ANNOTATIONS * han:
        flags.append("pinyin_annotations")
    if traditional >= TRADITIONAL * han:
        flags.append("traditional_script")
    return flags


# ---------------------------------------------------------------- reading


class _Place(NamedTuple):
    """Where a cue is looked for: the clause and sentence around a number, and the sentence before."""

    clause: tuple[int, int]
    sentence: tuple[int, int]
    before: int  # begin of the sentence before


class _Claim(NamedTuple):
    entry: FactEntry | BroadSubject
    noun: tuple[int, int] | None
    unit: str | None = None  # where the entry does not say it

    def rank(self) -> tuple[int, int]:
        """The higher priority, then the longer noun. Broad subjects are asked only where no entry claims."""
        priority = self.entry.priority if isinstance(self.entry, FactEntry) else -1
        return priority, self.noun[1] - self.noun[0] if self.noun else 0


class _Reading:
    """One pass over one text."""

    def __init__(
        self,
        words: Lexicon,
        page: Page,
        text: str,
        written: dates.Written,
        trust: str,
        focused: bool,
        item: tuple[int, int] | None = None,
    ) -> None:
        """`text` is the body of the page, or the related item that stands at `item` in the page's text."""
        self.words, self.page, self.text, self.trust = words, page, text, trust
        self.mentions, self._dates = written.mentions, written.spans
        self._days = [mention.start for mention in written.mentions]  # where they stand
        self.gate = broad.Gate(words.broad, words.breaks, page.head, text, focused)
        self.sentences = _sentences(text)
        self._begins = [begin for begin, _ in self.sentences]
        self._on_page: dict[int, bool] = {}  # by id: an expression is slow to hash
        self._cuts = sorted([*self._begins, *_ends(_CUT, text), len(text)])  # where clauses begin and end
        self._places: dict[int, _Place] = {}  # by clause
        self.title = page.head if item is None else ""
        self._entries, self._stating = words.asked(self.title, text)
        self._claimants: dict[tuple[str, str, str | None], list[FactEntry]] = {}
        self.is_planned = False
        self.segment = "related" if item else "main"
        self.offset = item[0] if item else 0

    def facts(self, rejected: list[Rejected]) -> Iterator[Fact]:
        masks = [*self._dates, *(m.span() for m in matches(_MASKED, _MASKED_BEGINS, self.text))]
        masks += [(m.start(), m.end() - 1) for m in _NUMBERED_LINE.finditer(f"\n{self.text}")]
        masks += [m.span() for m in self.words.number_names.finditer(self.text)]
        cited = self.page.doc_numbers if self.segment == "main" else doc_numbers.find(self.text)
        masks += [(found.start, found.end) for found in cited]
        quantities = numbers.find(self.text, masks)
        signs: dict[int, str] = {}
        for index, quantity in enumerate(quantities):
            last = quantities[index - 1].last if index else 0
            following = quantities[index + 1].first if index + 1 < len(quantities) else len(self.text)
            place = self.place(quantity.start)
            sign = signs[index] = self._sign(quantity, quantities[index - 1] if index else None, signs.get(index - 1))
            claim = self._claim(quantity, place, last, following)
            if isinstance(claim, str):
                rejected.append(Rejected(quantity.start, quantity.end, claim))
                continue
            crowded = last > place.clause[0] or following < place.clause[1]
            fact = self._fact(quantity, claim, place, sign, crowded)
            self.is_planned = self.is_planned or (fact.kind in ("target", "plan") and self._names_a_time(place))
            yield fact

    def statements(self) -> Iterator[Statement]:
        for entry in self._stating:
            for match in entry.says.finditer(self.text):
                place = self.place(match.start())
                if match.end() > place.clause[1] or not self._around(entry.needs, entry.deny, place):
                    continue
                if self._is_suspect(place):
                    continue
                date = self._due(place, match.start()) if entry.dated else None
                if entry.dated and date is None:
                    continue
                yield from self._state(entry, place, date)

    def about(self, row: Fact | Statement, sentence: tuple[int, int]) -> _About:
        """How far its number reaches, as its clause says, and where, as its sentence says."""
        return frozenset(self.words.scopes.findall(row.evidence)), self._places_in(*sentence)

    def _places_in(self, begin: int, end: int) -> frozenset[str]:
        """The places that a stretch of the text names: what is the same of two of them is two facts."""
        starts = self.page.mention_starts
        first, last = bisect_left(starts, self.offset + begin), bisect_left(starts, self.offset + end)
        named = self.page.mentions[first:last]
        return frozenset(mention.region.code for mention in named if mention.region is not None)

    def _is_suspect(self, place: _Place) -> bool:
        """Whether the sentence is damaged beyond proof."""
        return bool(self.page.suspects) and self.page.is_suspect(*self._origin(*place.sentence))

    def _origin(self, start: int, end: int) -> tuple[int, int]:
        return self.page.traced.origin(self.offset + start, self.offset + end)

    def place(self, at: int) -> _Place:
        cut = bisect_right(self._cuts, at)
        if (place := self._places.get(cut)) is None:
            index = bisect_right(self._begins, at) - 1
            sentence = self.sentences[index]
            is_inside = cut < len(self._cuts)
            clause = _trim(self.text, self._cuts[cut - 1], self._cuts[cut]) if is_inside else sentence
            place = self._places[cut] = _Place(clause, sentence, self.sentences[max(0, index - 1)][0])
        return place

    # -- claims

    def _claim(self, quantity: Quantity, place: _Place, last: int, following: int) -> _Claim | str:
        """The entry that knows this number best, or why none does."""
        if self.text.endswith(_ANAPHORS, 0, quantity.first):
            return "anaphor"
        if self._is_suspect(place):
            return "gbk_shift_suspect"
        if quantity.value == 1 and _RATIO.match(self.text, quantity.last, min(following, place.clause[1])):
            return "base_of_a_ratio"
        if quantity.value <= DEFINED and _DEFINES.search(self.text, place.sentence[0], quantity.first):
            return "definition"
        if (claim := self._of_entries(quantity, place, last, following)) is not None:
            return claim
        if self.segment == "related":
            return "no_entry"
        belongs = self.gate.judge(quantity, place.clause, place.sentence, place.before)
        return belongs if isinstance(belongs, str) else _Claim(belongs.subject, None, belongs.unit)

    def _of_entries(self, quantity: Quantity, place: _Place, last: int, following: int) -> _Claim | None:
        """The claim of the entry that knows this number best, if one does."""
        entries = self._counting(quantity)
        if not entries:
            return None
        phrase, window = self._phrase(quantity, following), self._window(quantity, place, last)
        tried = (self._try(entry, quantity, place, last, phrase, window) for entry in entries)
        return max(filter(None, tried), key=_Claim.rank, default=None)

    def _counting(self, quantity: Quantity) -> list[FactEntry]:
        """The entries that count in its unit and by its period."""
        unit, per = quantity.unit, quantity.per
        key = (quantity.unit_class, unit, per)
        if (found := self._claimants.get(key)) is None:
            found = self._claimants[key] = [
                entry
                for entry in self._entries
                if entry.quantity == quantity.unit_class
                and (unit in entry.units or (not entry.units and unit != "大"))
                and (per or "") in (entry.per or {""})
            ]
        return found

    def _try(
        self, entry: FactEntry, quantity: Quantity, place: _Place, last: int, phrase: str, window: str
    ) -> _Claim | None:
        if entry.minimum and quantity.value < entry.minimum:
            return None
        noun = None
        if entry.after is not None or entry.before is not None:
            noun = self._behind(entry, quantity, phrase) or self._in_front(entry, quantity, window)
            if noun is None:
                return None
        if not self._around(entry.needs, entry.deny, place):
            return None
        close = self.text[max(place.sentence[0], last, quantity.first - CLOSE) : quantity.first]
        if (cue := entry.needs.get("before")) and not cue.search(close):
            return None
        if (cue := entry.deny.get("before")) and cue.search(close):
            return None
        if (cue := entry.deny.get("after")) and cue.search(self._thought(quantity, noun, phrase)):
            return None
        return _Claim(entry, noun)

    def _phrase(self, quantity: Quantity, following: int) -> str:
        """The words behind a number up to the next punctuation or number."""
        end = min(quantity.last + REACH, following)
        match = _NOUN_PHRASE.match(self.text, quantity.last, end)
        return match[0] if match else ""

    def _window(self, quantity: Quantity, place: _Place, last: int) -> str:
        """The words before a number in which its noun may stand; none where the number counts what follows."""
        if _PHRASE_END.match(self.text, quantity.last) is None:
            return ""
        return self.text[max(place.clause[0], last, quantity.first - REACH) : quantity.first]

    def _thought(self, quantity: Quantity, noun: tuple[int, int] | None, phrase: str) -> str:
        """The words behind a number that still speak of what is counted: up to what begins another thought."""
        counted = max(0, noun[1] - quantity.last) if noun else 0
        other = self.words.breaks.search(phrase, counted)
        return phrase[: other.start()] if other else phrase

    def _behind(self, entry: FactEntry, quantity: Quantity, phrase: str) -> tuple[int, int] | None:
        """The noun behind the number, with nothing between that begins another thought."""
        if entry.after is None:
            return None
        noun = entry.after.search(phrase)
        if noun is None or self.words.breaks.search(phrase, 0, noun.start()):
            return None
        return quantity.last + noun.start(), quantity.last + noun.end()

    def _in_front(self, entry: FactEntry, quantity: Quantity, window: str) -> tuple[int, int] | None:
        """The noun before the number (医共体7家), with nothing between that says more than how many."""
        if entry.before is None:
            return None
        begin = quantity.first - len(window)
        for match in reversed([*entry.before.finditer(window)]):
            if self.words.connectives.fullmatch(window, match.end()):
                return begin + match.start(), begin + match.end()
        return None

    def _around(self, needs: Mapping[str, Cue], deny: Mapping[str, Cue], place: _Place) -> bool:
        for scope, cue in needs.items():
            if scope in SCOPES and not self._has(cue, scope, place):
                return False
        return not any(scope in SCOPES and self._has(cue, scope, place) for scope, cue in deny.items())

    def _has(self, cue: Cue, scope: str, place: _Place) -> bool:
        if scope == "page":
            if id(cue) not in self._on_page:
                self._on_page[id(cue)] = bool(cue.search(self.title) or cue.search(self.text))
            return self._on_page[id(cue)]
        begin, end = place.clause if scope == "clause" else place.sentence
        return cue.search(self.text, place.before if scope == "near" else begin, end) is not None

    def _sign(self, quantity: Quantity, before: Quantity | None, its_sign: str | None) -> str:
        """至少三分之一的门诊号源和四分之一的住院床位: the 至少 governs both shares."""
        if quantity.comparator != "=" or quantity.first != quantity.start or before is None or its_sign != ">=":
            return quantity.comparator
        between = self.text[before.last : quantity.start]
        joined = _JOINS.fullmatch(between)
        same = before.unit_class == quantity.unit_class and before.unit_class in ("fraction", "percent")
        said_before = before.first < before.start  # 至少 stands before; 以上 belongs to its own number
        return ">=" if joined and same and said_before else quantity.comparator

    # -- rows

    def _fact(self, quantity: Quantity, claim: _Claim, place: _Place, sign: str, crowded: bool) -> Fact:
        entry = claim.entry
        start, end = self._evidence(quantity, claim, place, crowded)
        kind = self._kind(entry.kind, place, quantity.start)
        date = self._date(place, quantity.start, kind)
        earlier = self._is_past_level(quantity)
        if earlier:
            date = self._year_before(quantity)
        raw_start, raw_end = self._origin(start, end)
        unit = self._named_unit(entry.unit, quantity) or claim.unit or quantity.unit or None
        if quantity.per and unit:
            unit = f"{unit}/{quantity.per}"
        return Fact(
            indicator=entry.indicator,
            indicator_code=entry.indicator_code,
            subject=entry.subject,
            geography=None,
            adcode=None,
            value=float(quantity.value),
            value_max=float(quantity.value_max) if quantity.value_max is not None else None,
            numerator=quantity.numerator,
            denominator=quantity.denominator,
            unit=unit,
            comparator=sign,
            date=date.iso if date else None,
            date_precision=date.precision if date else BEFORE_CHANGE if earlier else None,
            kind="actual" if earlier else kind,
            topic=entry.topic,
            segment=self.segment,
            trust=self.trust,
            evidence=self.page.text[self.offset + start : self.offset + end],
            start=self.offset + start,
            end=self.offset + end,
            raw_start=raw_start,
            raw_end=raw_end,
        )

    def _named_unit(self, unit: str | None, quantity: Quantity) -> str | None:
        """The unit that the entry writes; one longer than the page's (个 → 个县) only where the page goes on so."""
        if unit and quantity.unit and unit.startswith(quantity.unit) and "/" not in unit:
            return unit if self.text.startswith(unit, quantity.end - len(quantity.unit)) else None
        return unit

    def _is_past_level(self, quantity: Quantity) -> bool:
        """由85%提高到92%: the first of the two is no longer so, and the page's date is not its date."""
        head = self.text[max(0, quantity.first - PAST) : quantity.first]
        return _CHANGE_FROM.search(head) is not None and _CHANGE_TO.match(self.text, quantity.last) is not None

    def _year_before(self, quantity: Quantity) -> DateMention | None:
        """The date between 由 and the past level: 由2019年的85%."""
        for mention in reversed(self.mentions[: bisect_right(self._days, quantity.first)]):
            if mention.start < quantity.first - PAST or _CHANGE_FROM.search(self.text[: mention.start][-PAST:]) is None:
                return None
            if mention.iso is not None:
                return mention
        return None

    def _state(self, entry: StatementEntry, place: _Place, date: DateMention | None) -> Iterator[Statement]:
        start, end = place.clause
        if date is not None and date.start < start:
            start = self.place(date.start).clause[0]
        named = [name for name, cue in entry.values.items() if cue.search(self.text, *place.clause)]
        if entry.values and len(named) < (1 if entry.write == "each" else 2):
            return
        values = [entry.value] if entry.value is not None else named
        if entry.write == "joined":
            values = ["|".join(named)]
        elif entry.write == "number":
            values = [str(len(named))]
        raw_start, raw_end = self._origin(start, end)
        is_deadline = date is not None and values == ["true"] and _UNTIL.match(self.text, date.end) is not None
        for value in values:
            yield Statement(
                indicator=entry.indicator,
                indicator_code=entry.indicator_code,
                subject=entry.subject,
                comparator="<=" if is_deadline else entry.comparator,
                value=str(value),
                date=date.iso if date else None,
                date_precision=date.precision if date else None,
                kind=self._kind(entry.kind, place, place.clause[0]),
                topic=entry.topic,
                segment=self.segment,
                trust=self.trust,
                evidence=self.page.text[self.offset + start : self.offset + end],
                start=self.offset + start,
                end=self.offset + end,
                raw_start=raw_start,
                raw_end=raw_end,
            )

    def _kind(self, kind: str, place: _Place, at: int) -> str:
        if kind != "auto":
            return kind
        planned = _PLANNED.search(self.text, *place.clause) or _DUE.search(
            self.text, place.sentence[0], place.clause[1]
        )
        return "target" if planned or self._is_due(place, at) else "actual"

    def _is_due(self, place: _Place, at: int) -> bool:
        """到2027年,…达到90%: due at a time that the page does not look back to."""
        published = self.page.publish_date
        return any(
            _TO_DATE.search(before) is not None and (published is None or (mention.iso or "") > published)
            for mention, before in self._mentions(place, at)
            if mention.precision != "day"
        )

    def _evidence(self, quantity: Quantity, claim: _Claim, place: _Place, crowded: bool) -> tuple[int, int]:
        """The clause, or the member of its list where a long clause holds several numbers."""
        begin, end = place.clause
        first = min(quantity.first, claim.noun[0] if claim.noun else quantity.first)
        last = max(quantity.last, claim.noun[1] if claim.noun else quantity.last)
        if crowded and end - begin > LONGEST_EVIDENCE:
            comma = self.text.rfind("、", begin, first)
            narrow_begin = comma + 1 if comma >= 0 else begin
            comma = self.text.find("、", last, end)
            narrow_end = comma if comma >= 0 else end
            if narrow_end - narrow_begin >= 6:
                begin, end = narrow_begin, narrow_end
        return _trim(self.text, min(begin, first), max(end, last))

    def _date(self, place: _Place, at: int, kind: str) -> DateMention | None:
        """The date the sentence gives its number: 到2025年, 截至2023年底, 2023年底前."""
        best = None
        for mention, before in self._mentions(place, at):
            if _SINCE.search(before) or (_AS_OF.search(before) and kind != "actual"):
                continue
            by = _BY_DATE.search(before) or (_IN_DATE.search(before) and _PLANNED.search(self.text, *place.clause))
            if by or _UNTIL.match(self.text, mention.end) or mention.precision in _PERIODS:
                best = mention
        return best

    def _names_a_time(self, place: _Place) -> bool:
        """By when something is to be reached: 到2025年, 2025年底前. A year in passing is no such time."""
        for mention in self.mentions[bisect_left(self._days, place.sentence[0]) :]:
            if mention.start >= place.sentence[1]:
                break
            before = self.text[max(place.sentence[0], mention.start - 4) : mention.start]
            if _AS_OF.search(before) or _SINCE.search(before):
                continue
            if self.text.startswith(_THIS_YEAR, mention.start):
                return True
            if _BY_DATE.search(before) or _UNTIL.match(self.text, mention.end) or mention.precision == "year-end":
                return True
        return False

    def _due(self, place: _Place, at: int) -> DateMention | None:
        """The last date before a statement: by then it is to be so."""
        due = [mention for mention, before in self._mentions(place, at) if not _SINCE.search(before)]
        return due[-1] if due else None

    def _mentions(self, place: _Place, at: int) -> Iterator[tuple[DateMention, str]]:
        """The full dates of the sentence up to a place, each with the words just before it."""
        for mention in self.mentions[bisect_left(self._days, place.sentence[0]) :]:
            if mention.start > at:
                return
            if mention.iso is not None:
                yield mention, self.text[max(place.sentence[0], mention.start - 4) : mention.start]


def _sentences(text: str) -> list[tuple[int, int]]:
    """Sentences, none longer than LONGEST_SENTENCE; they cover the text."""
    ends = _ends(_STOP, text)
    if ends[-1:] != [len(text)]:
        ends.append(len(text))
    spans = list(pairwise((0, *ends)))
    if max(map(sub, ends, (0, *ends))) <= LONGEST_SENTENCE:
        return spans
    return [(at, min(at + LONGEST_SENTENCE, end)) for begin, end in spans for at in range(begin, end, LONGEST_SENTENCE)]


def _ends(stop: re.Pattern[str], text: str) -> list[int]:
    """Where the matches of an expression end that is one group: by the lengths of what stands between and of each."""
    return list(accumulate(map(len, stop.split(text))))[1::2]


def _trim(text: str, begin: int, end: int) -> tuple[int, int]:
    """Without white space and the punctuation of the clause at its ends."""
    part = text[begin:end].lstrip(_AROUND)
    begin = end - len(part)
    return begin, begin + len(part.rstrip(_AROUND))


def _once(rows: list[T], reading: _Reading) -> list[T]:
    """One row for what several sentences repeat, the first that is no heading; within a sentence all stay."""
    equal: dict[tuple[object, ...], list[tuple[T, tuple[int, int]]]] = {}
    counted: dict[str, tuple[int, int]] = {}
    if len(rows) < 2:
        return rows
    said = [(row, reading.place(row.start - reading.offset).sentence) for row in rows]
    for row, sentence in sorted(said, key=lambda each: (_is_heading(each[1], reading.text), each[0].start)):
        if (noun := _counted(row)) and counted.setdefault(noun, sentence) != sentence:
            continue
        limits: tuple[object, ...] = (row.value_max, row.unit) if isinstance(row, Fact) else (row.date,)
        equal.setdefault((row.indicator, row.value, *limits), []).append((row, sentence))
    chosen = [row for group in equal.values() for row in _apart(group, reading)]
    return sorted(chosen, key=lambda row: (row.start, row.end))


def _apart(group: list[tuple[T, tuple[int, int]]], reading: _Reading) -> list[T]:
    """Of rows with one value those whose sentences speak of something else by name; one that names nothing may repeat
    any other. Each is looked up, not compared with all."""
    if len(group) == 1:
        return [group[0][0]]
    kept = []
    told: dict[tuple[frozenset[str] | None, frozenset[str] | None], set[tuple[int, int]]] = {}  # None: any
    for row, sentence in group:
        scopes, places = reading.about(row, sentence)
        like = product((scopes, _NOTHING) if scopes else (None,), (places, _NOTHING) if places else (None,))
        if any(len(told[key]) > 1 or sentence not in told[key] for key in like if key in told):
            continue
        kept.append(row)
        for key in product((scopes, None), (places, None)):
            told.setdefault(key, set()).add(sentence)
    return kept


def _is_heading(sentence: tuple[int, int], text: str) -> bool:
    return text.endswith("\n", *sentence)


def _counted(row: Fact | Statement) -> str | None:
    """The number and the words behind it (21家乡镇卫生院): the same words again are the same fact."""
    if not isinstance(row, Fact) or row.value is None or row.value != int(row.value):
        return None
    at = row.evidence.find(written := str(int(row.value)))
    phrase = row.evidence[at : at + len(written) + COUNTED] if at >= 0 else ""
    return phrase if _COUNTED.fullmatch(phrase) else None
