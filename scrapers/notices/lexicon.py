"""The lexicon: what each indicator is called, counted in, and not to be confused with.

Comes in: the YAML files beside this module (lexicon/README.md says how to write them). Goes out: `Lexicon`: entries
whose cues are compiled once. Never here: reading pages. Unknown keys, groups, units and topics are refused with file
and entry, so a slip in the YAML fails the tests and not the night.

A cue is literal text. `@name` stands for the group of that name in words.yml; `…` for up to eight characters without
punctuation; `≠` goes before longer words in which the cue is something else (面试≠全面试点).
Cues are compared with folded text (scrapers.text.fold).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml
from ahocorasick_rs import AhoCorasick, MatchKind

from scrapers.notices import jurisdiction
from scrapers.text import numbers
from scrapers.text.fold import fold
from scrapers.text.scan import SMALL, Sieve, Tally, alternation

FOLDER = Path(__file__).parent / "lexicon"
GENERAL = ("words.yml", "topics.yml", "broad.yml")

KINDS = frozenset({"actual", "target", "requirement", "plan", "definition", "milestone", "auto"})
SCOPES = ("clause", "sentence", "near", "page")  # near: this sentence or the one before
REFUSE_SCOPES = ("before", "next", "after", "clause", "sentence")
QUANTITIES = frozenset(numbers.UNITS) | {"fraction", "bare"}
_EXAMPLE_KEYS = frozenset(["text", "value", "value_max", "numerator", "denominator", "comparator", "unit", "date"])
Cue = re.Pattern[str]
BUT = "≠"  # between a cue and the longer words in which it is something else
_GAP = r"[^,。;:!?、()\n]{0,8}"  # what … stands for


class LexiconError(ValueError):
    """A lexicon file says something that cannot be meant; the message names file, entry and key."""


@dataclass(frozen=True, slots=True)
class FactEntry:
    """One indicator as a number. `after`/`before`: what is counted, behind or in front of the number."""

    indicator: str
    indicator_code: str | None
    name: str
    topic: str
    kind: str
    subject: str | None
    quantity: str
    units: frozenset[str]  # as written on the page; empty: every unit of the class
    unit: str | None  # to write instead of the page's
    after: Cue | None
    before: Cue | None
    needs: Mapping[str, Cue]
    deny: Mapping[str, Cue]
    per: frozenset[str]  # counted by one of these periods; empty: by none
    priority: int
    minimum: int
    example: Mapping[str, Any]
    counter_example: str
    where: str


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One indicator without a number: a clause `says` it, and it is true or names some of the `values`."""

    indicator: str
    indicator_code: str | None
    name: str
    topic: str
    kind: str
    subject: str | None
    comparator: str
    says: Cue
    value: str | None
    values: Mapping[str, Cue]
    write: str  # each | joined | number
    needs: Mapping[str, Cue]
    deny: Mapping[str, Cue]
    dated: bool  # only where a date is stated with it
    example: Mapping[str, Any]
    counter_example: str
    where: str


@dataclass(frozen=True, slots=True)
class BroadSubject:
    """A subject of ours: figures near one of its cues are facts although no entry names them."""

    indicator: str
    indicator_code: str | None
    name: str
    topic: str
    context: bool  # its cues give the topic only where no other subject is named
    cues: tuple[str, ...]
    example: Mapping[str, Any]
    counter_example: str
    where: str
    kind: str = "auto"
    subject: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Numbers that are none of ours: every scope given holds, and no cue of `unless`."""

    rule: str
    quantities: frozenset[str]  # empty: all
    units: frozenset[str]  # empty: all
    han: bool  # only numbers in Chinese characters
    below: int | None
    scopes: Mapping[str, Cue]
    unless: Mapping[str, Cue]


@dataclass(frozen=True, slots=True)
class Broad:
    """lexicon/broad.yml: what is a fact where no entry claims the number."""

    subjects: tuple[BroadSubject, ...]
    counted: frozenset[str]
    nouns: tuple[tuple[str, str], ...]  # (noun, unit of a number that has none), longest noun first
    behind: tuple[tuple[tuple[str, ...], str], ...]  # (words behind a number that has no unit, what it then counts)
    field: Cue
    aside: Cue
    refuse: tuple[Refusal, ...]
    automaton: AhoCorasick
    owner: tuple[int | None, ...]  # pattern of the automaton → index of its subject; None of a word that hides a cue
    asked: dict[tuple[str, str, bool], tuple[Refusal, ...]]  # what `rules` has answered

    def rules(self, quantity: str, unit: str, han: bool) -> tuple[Refusal, ...]:
        """The refusals that look at numbers of this kind; the units are few."""
        if (rules := self.asked.get((quantity, unit, han))) is None:
            rules = self.asked[quantity, unit, han] = tuple(
                rule
                for rule in self.refuse
                if (not rule.quantities or quantity in rule.quantities)
                and (not rule.units or unit in rule.units)
                and (han or not rule.han)
            )
        return rules


_FACT_KEYS = frozenset(f.name for f in fields(FactEntry)) - {"where"}
_STATEMENT_KEYS = frozenset(f.name for f in fields(StatementEntry)) - {"where"}


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    at_least: int  # mentions in the body
    short: int  # the same for a short page
    title: Cue  # one of these in the title is enough: the cues, and words that many pages mention in passing
    unless: str | None  # a topic above this one that these words belong to where the page has it
    weighs: bool  # words of it say that a page is ours, though less than a neighbour does
    of_figures: bool  # named in passing by every page of ours: its title or a figure makes it a topic


@dataclass(frozen=True, slots=True)
class Lexicon:
    facts: tuple[FactEntry, ...]
    statements: tuple[StatementEntry, ...]
    topics: tuple[Topic, ...]
    medicine: tuple[str, ...]
    subject_words: tuple[str, ...]
    never: Cue
    elsewhere: Cue
    breaks: Cue
    number_names: Cue
    connectives: Cue  # a run of them, whole
    scopes: Cue  # words that make two equal numbers two facts
    broad: Broad

    mentions: Tally = field(default_factory=lambda: Tally({}))  # of subject, neighbour, foreign, others and each topic
    sieve: Sieve = field(default_factory=lambda: Sieve([]))
    needs: tuple[frozenset[int], ...] = ()  # of each entry, facts first: cues of the sieve
    calls: Mapping[int, Sequence[int]] = field(default_factory=dict)  # cue of the sieve → the entries that it names

    def asked(self, title: str, text: str) -> tuple[list[FactEntry], list[StatementEntry]]:
        """The entries that may find something in a text: every cue that they need may be there or in its title."""
        kept = self.sieve.kept(title) | self.sieve.kept(text)
        calling = self.calls.keys() & kept
        called = sorted({index for cue in calling for index in self.calls[cue] if self.needs[index] <= kept})
        first = len(self.facts)
        return (
            [self.facts[index] for index in called if index < first],
            [self.statements[index - first] for index in called if index >= first],
        )


@functools.cache
def load(folder: Path = FOLDER) -> Lexicon:
    """Every entry of every file in the folder."""
    groups = {name: _words(words, {}, "words.yml") for name, words in _read(folder / "words.yml").items()}
    general = _read(folder / "topics.yml")
    topics = tuple(_topic(name, spec, groups) for name, spec in general["topics"].items())
    known = {topic.name for topic in topics} | set(general["other_topics"])
    facts: list[FactEntry] = []
    statements: list[StatementEntry] = []
    for path in sorted(folder.glob("*.yml")):
        if path.name in GENERAL:
            continue
        content = _read(path)
        if unknown := set(content) - {"facts", "statements"}:
            raise LexiconError(f"{path.name}: unknown part {sorted(unknown)[0]!r}")
        facts += [_fact(entry, groups, known, path.name) for entry in content.get("facts") or ()]
        statements += [_statement(entry, groups, known, path.name) for entry in content.get("statements") or ()]

    sieve, needs, calls = _callers([*facts, *statements])
    subject_words = tuple(map(_bare, _words(general["subject"], groups, "topics.yml: subject")))
    counted = {name: general[name] for name in ("subject", "neighbour", "foreign")}
    counted |= {name: spec["cues"] for name, spec in general["topics"].items()}
    counted |= {"others": jurisdiction.others()}  # looked for in the same pass
    return Lexicon(
        *(tuple(facts), tuple(statements), topics),
        medicine=tuple(_plain(general["medicine"], groups, "topics.yml: medicine")),
        subject_words=subject_words,
        never=_cue(general["never"], groups, "topics.yml: never"),
        elsewhere=_cue(general["elsewhere"], groups, "topics.yml: elsewhere"),
        breaks=_cue(["@break"], groups, "words.yml"),
        number_names=_cue(["@number_name"], groups, "words.yml"),
        scopes=_cue(["@scope"], groups, "words.yml"),
        connectives=re.compile(f"(?:{_cue(['@connective'], groups, 'words.yml').pattern}|[ :的了])*"),
        broad=_broad(_read(folder / "broad.yml"), groups, known),
        mentions=_tally({name: _literal(words, groups, f"topics.yml: {name}") for name, words in counted.items()}),
        sieve=sieve,
        needs=needs,
        calls=calls,
    )


def _callers(
    entries: Sequence[FactEntry | StatementEntry],
) -> tuple[Sieve, tuple[frozenset[int], ...], dict[int, list[int]]]:
    """One sieve for the cues of all entries; which of them each entry needs, and which entries each of them calls."""
    numbers: dict[str, int] = {}
    needs = []
    calls: dict[int, list[int]] = {}
    for index, entry in enumerate(entries):
        said = (entry.says,) if isinstance(entry, StatementEntry) else (entry.after, entry.before)
        nouns = [cue for cue in said if cue is not None] or [next(iter(entry.needs.values()))]
        for cue in nouns:
            calls.setdefault(numbers.setdefault(cue.pattern, len(numbers)), []).append(index)
        needs.append(frozenset(numbers.setdefault(cue.pattern, len(numbers)) for cue in entry.needs.values()))
    return Sieve(list(numbers)), tuple(needs), calls


def _topic(name: str, spec: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> Topic:
    where = f"topics.yml: {name}"
    at_least = int(spec.get("at_least", 2))
    title = _cue([*spec["cues"], *spec.get("title", ())], groups, f"{where}: title")
    short = int(spec.get("short", at_least))
    told = bool(spec.get("weighs", False)), bool(spec.get("of_figures", False))
    return Topic(name, at_least, short, title, spec.get("unless"), *told)


def _fact(entry: dict[str, Any], groups: Mapping[str, Sequence[str]], topics: set[str], file: str) -> FactEntry:
    where = _check(entry, _FACT_KEYS, topics, file)
    quantity = entry.get("quantity", "count")
    if quantity not in QUANTITIES:
        raise LexiconError(f"{where}: quantity {quantity!r} is none of {', '.join(sorted(QUANTITIES))}")
    units = frozenset(entry.get("units") or ())
    if stray := units - set(numbers.UNITS.get(quantity, ())):
        raise LexiconError(f"{where}: units: {sorted(stray)[0]!r} is no unit of the class {quantity}")
    if not any(entry.get(key) for key in ("after", "before", "needs")):
        raise LexiconError(f"{where}: needs after, before or needs: a number alone says nothing")
    return FactEntry(
        **_common(entry),
        quantity=quantity,
        units=units,
        unit=entry.get("unit"),
        after=_cue(entry["after"], groups, where) if entry.get("after") else None,
        before=_cue(entry["before"], groups, where) if entry.get("before") else None,
        needs=_scoped(entry, "needs", (*SCOPES, "before"), groups, where),
        deny=_scoped(entry, "deny", (*SCOPES, "before", "after"), groups, where),
        per=frozenset(entry.get("per") or ()),
        priority=int(entry.get("priority", 0)),
        minimum=int(entry.get("minimum", 0)),
        where=where,
    )


def _statement(
    entry: dict[str, Any], groups: Mapping[str, Sequence[str]], topics: set[str], file: str
) -> StatementEntry:
    where = _check(entry, _STATEMENT_KEYS, topics, file)
    if ("value" in entry) == ("values" in entry):
        raise LexiconError(f"{where}: give value or values, one of them")
    if entry.get("write", "each") not in ("each", "joined", "number"):
        raise LexiconError(f"{where}: write is each, joined or number")
    return StatementEntry(
        **_common(entry),
        comparator=entry["comparator"],
        says=_cue(entry["says"], groups, where),
        value=str(entry["value"]) if "value" in entry else None,
        values={name: _cue(words, groups, where) for name, words in (entry.get("values") or {}).items()},
        write=entry.get("write", "each"),
        needs=_scoped(entry, "needs", SCOPES, groups, where),
        deny=_scoped(entry, "deny", SCOPES, groups, where),
        dated=bool(entry.get("dated", False)),
        where=where,
    )


def _broad(content: dict[str, Any], groups: Mapping[str, Sequence[str]], topics: set[str]) -> Broad:
    parts = {"subjects", "counted", "nouns", "behind", "field", "aside", "refuse"}
    if set(content) != parts:
        raise LexiconError(
            f"broad.yml: parts are {', '.join(sorted(parts))}; wrong: {sorted(set(content) ^ parts)[0]!r}"
        )
    subjects = tuple(_broad_subject(entry, groups, topics) for entry in content["subjects"])
    counted = frozenset(content["counted"])
    if stray := counted - set(numbers.UNITS["count"]):
        raise LexiconError(f"broad.yml: counted: {sorted(stray)[0]!r} is no unit of the class count")
    nouns = [
        (noun, unit) for unit, words in content["nouns"].items() for noun in _plain(words, groups, f"broad.yml: {unit}")
    ]
    cues = [(cue, index) for index, subject in enumerate(subjects) for cue in subject.cues]
    patterns: list[tuple[str, int | None]] = [(_bare(cue), index) for cue, index in cues]
    patterns += [(other, None) for cue, _ in cues for other in _others(cue)]
    return Broad(
        subjects=subjects,
        counted=counted,
        nouns=tuple(sorted(nouns, key=lambda pair: (-len(pair[0]), pair[0]))),
        behind=tuple(
            (tuple(_plain(words, groups, f"broad.yml: behind {unit}")), unit)
            for unit, words in content["behind"].items()
        ),
        field=_cue(content["field"], groups, "broad.yml: field"),
        aside=_cue(content["aside"], groups, "broad.yml: aside"),
        refuse=tuple(_refusal(entry, groups) for entry in content["refuse"]),
        automaton=AhoCorasick([cue for cue, _ in patterns], matchkind=MatchKind.LeftmostLongest, implementation=SMALL),
        owner=tuple(index for _, index in patterns),
        asked={},
    )


def _broad_subject(entry: dict[str, Any], groups: Mapping[str, Sequence[str]], topics: set[str]) -> BroadSubject:
    keys = {"indicator", "name", "topic", "cues", "context", "example", "counter_example"}
    where = _check({"kind": "auto", **entry}, frozenset(keys | {"kind"}), topics, "broad.yml")
    cues = _literal(entry["cues"], groups, f"{where}: cues")
    return BroadSubject(
        indicator=entry["indicator"],
        indicator_code=None,
        name=entry["name"],
        topic=entry["topic"],
        context=bool(entry.get("context", False)),
        cues=tuple(dict.fromkeys(cues)),
        example=entry["example"],
        counter_example=entry["counter_example"],
        where=where,
    )


def _refusal(entry: dict[str, Any], groups: Mapping[str, Sequence[str]]) -> Refusal:
    where = f"broad.yml: refuse: {entry.get('rule', 'a rule without name')}"
    keys = {"rule", "why", "quantities", "units", "han", "below", "unless", *REFUSE_SCOPES}
    if unknown := set(entry) - keys:
        raise LexiconError(f"{where}: unknown key {sorted(unknown)[0]!r}")
    if not entry.get("rule") or not entry.get("why"):
        raise LexiconError(f"{where}: rule and why are missing")
    quantities = frozenset(entry.get("quantities") or ())
    if stray := quantities - QUANTITIES:
        raise LexiconError(f"{where}: quantity {sorted(stray)[0]!r} is none of {', '.join(sorted(QUANTITIES))}")
    return Refusal(
        rule=entry["rule"],
        quantities=quantities,
        units=frozenset(entry.get("units") or ()),
        han=bool(entry.get("han", False)),
        below=entry.get("below"),
        scopes={scope: _cue(entry[scope], groups, where) for scope in REFUSE_SCOPES if scope in entry},
        unless=_scoped(entry, "unless", REFUSE_SCOPES, groups, where),
    )


def _check(entry: dict[str, Any], keys: frozenset[str], topics: set[str], file: str) -> str:
    where = f"{file}: {entry.get('indicator', 'an entry without indicator')}"
    if unknown := set(entry) - keys:
        raise LexiconError(f"{where}: unknown key {sorted(unknown)[0]!r}")
    for key in ("indicator", "name", "topic", "kind", "example", "counter_example"):
        if not entry.get(key):
            raise LexiconError(f"{where}: {key} is missing")
    if entry["topic"] not in topics:
        raise LexiconError(f"{where}: topic {entry['topic']!r} is not in topics.yml")
    if entry["kind"] not in KINDS:
        raise LexiconError(f"{where}: kind {entry['kind']!r} is none of {', '.join(sorted(KINDS))}")
    if not isinstance(entry["example"], dict) or "text" not in entry["example"] or "value" not in entry["example"]:
        raise LexiconError(f"{where}: example needs text and value")
    if unknown := set(entry["example"]) - _EXAMPLE_KEYS:
        raise LexiconError(f"{where}: example: unknown key {sorted(unknown)[0]!r} (put the text in quotes)")
    return where


def _common(entry: dict[str, Any]) -> dict[str, Any]:
    keys = ("indicator", "indicator_code", "name", "topic", "kind", "subject", "example", "counter_example")
    return {key: entry.get(key) for key in keys}


def _scoped(
    entry: dict[str, Any], key: str, scopes: Sequence[str], groups: Mapping[str, Sequence[str]], where: str
) -> dict[str, Cue]:
    given = entry.get(key) or {}
    if unknown := set(given) - set(scopes):
        raise LexiconError(f"{where}: {key}: unknown scope {sorted(unknown)[0]!r}")
    return {scope: _cue(words, groups, where) for scope, words in given.items()}


def _cue(words: Sequence[str], groups: Mapping[str, Sequence[str]], where: str) -> Cue:
    """One expression for all words, longest first, so that a match is the longest word there."""
    literal = sorted(set(_words(words, groups, where)), key=lambda word: (-len(_bare(word)), word))
    return re.compile(alternation(literal, _rest))


def _rest(word: str) -> str:
    """A cue without its first character, as an expression; the longer words that it is not part of are ruled out."""
    cue, ruled_out = _bare(word), ""
    for other in _others(word):
        before, _, behind = other.partition(cue)
        above = f"(?<={re.escape(before + cue[0])})" if before else ""
        ruled_out += f"(?!{above}{re.escape(cue[1:] + behind)})"
    return ruled_out + _GAP.join(map(re.escape, cue[1:].split("…")))


def _tally(lists: Mapping[str, Sequence[str]]) -> Tally:
    """The words of each list, and those in which one of them is something else."""
    cues = {name: [*map(_bare, words)] for name, words in lists.items()}
    return Tally(cues, {name: [other for word in words for other in _others(word)] for name, words in lists.items()})


def _bare(word: str) -> str:
    """A cue without the longer words that it is not part of."""
    return word.partition(BUT)[0]


def _others(word: str) -> list[str]:
    """The longer words that a cue is not part of."""
    others = word.partition(BUT)[2]
    return others.split("/") if others else []


def _literal(words: Sequence[str], groups: Mapping[str, Sequence[str]], where: str) -> list[str]:
    """Words that are counted: without a gap."""
    found = _words(words, groups, where)
    if gap := [word for word in found if "…" in word]:
        raise LexiconError(f"{where}: {gap[0]!r}: no … here")
    return found


def _plain(words: Sequence[str], groups: Mapping[str, Sequence[str]], where: str) -> list[str]:
    """Words that are looked for by themselves."""
    found = _literal(words, groups, where)
    if guarded := [word for word in found if BUT in word]:
        raise LexiconError(f"{where}: {guarded[0]!r}: no {BUT} here")
    return found


def _words(words: Sequence[str], groups: Mapping[str, Sequence[str]], where: str) -> list[str]:
    if not isinstance(words, list) or not words:
        raise LexiconError(f"{where}: cues are a list of words")
    found: list[str] = []
    for word in words:
        if not isinstance(word, str) or not word:
            raise LexiconError(f"{where}: {word!r} is no word (put figures and signs in quotes)")
        if stray := [other for other in _others(word) if _bare(word) not in other]:
            raise LexiconError(f"{where}: {word!r}: {stray[0]!r} does not hold the cue")
        if BUT in word and "…" in word:
            raise LexiconError(f"{where}: {word!r}: no … beside {BUT}")
        if not word.startswith("@"):
            found.append(fold(word))
        elif word[1:] in groups:
            found += groups[word[1:]]
        else:
            raise LexiconError(f"{where}: no group {word} in words.yml")
    return found


def _read(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise LexiconError(f"{path.name}: not a mapping")
    return content
