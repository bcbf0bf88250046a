"""Slow expressions, begun only where they may match.

Comes in: expressions and a text. Goes out: the matches that `re` itself would give. Never here: what is looked for.

Python tries an expression of several branches at every character of a text. One that begins with a set of characters
runs over all others ten times as fast, so that set, and a glance at what follows, says where it is worth trying
(`matches`). Where many expressions are asked of every page, the words that each can't do without are looked for first,
all in one pass (`Sieve`, `AnyOf`); lists of mere words need no expression (`Tally`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation

SMALL = Implementation.ContiguousNFA  # it fits the cache: one of look-ups alone takes more time in the midst of a page
_RARE = "龘"  # no expression names it: one that it may begin is begun by a whole range


def matches(pattern: re.Pattern[str], begins: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Every match of `pattern`, as finditer gives them. `begins` must match wherever one may begin."""
    at = 0
    while candidate := begins.search(text, at):
        if match := pattern.match(text, candidate.start()):
            yield match
            at = match.end()
        else:
            at = candidate.start() + 1


def _rest(word: str) -> str:
    return re.escape(word[1:])


def alternation(words: Iterable[str], write: Callable[[str], str] = _rest) -> str:
    """An expression for any of these words, the first of two at one place. Those that begin alike are tried together,
    so that a character tells at once which words may stand there. `write` makes an expression of a word without its
    first character."""
    rests: dict[str, list[str]] = {}
    for word in words:
        rests.setdefault(word[0], []).append(write(word))
    return "|".join(
        re.escape(first) + (f"(?:{'|'.join(rest)})" if len(rest) > 1 else rest[0]) for first, rest in rests.items()
    )


class Sieve:
    """Many expressions, and which of them may match a text at all: one pass for the words they can't do without.

    `any_case`: for expressions that are matched without regard to it. One that needs no more than a single character
    is always kept: nearly every text has that.
    """

    def __init__(self, expressions: Sequence[str], *, any_case: bool = False) -> None:
        needs = [_needs(f"(?:{expression})", any_case) for expression in expressions]
        self._any_case = any_case
        self._always = frozenset(index for index, words in enumerate(needs) if min(map(len, words), default=0) < 2)
        owners: dict[str, list[int]] = {}
        for index, words in enumerate(needs):
            for word in () if index in self._always else words:
                owners.setdefault(word, []).append(index)
        self._owners = owners
        self._words = AnyWord(owners)

    def kept(self, text: str) -> frozenset[int]:
        """The numbers of the expressions that may match."""
        found = self._words.found(text.lower() if self._any_case else text)
        return self._always.union(*map(self._owners.__getitem__, {*found}))


class Tally:
    """Lists of words, and how often each list is in a text: one pass for them all.

    Of words that lie in each other or overlap, a list counts the first, and of those the longest. Those of `but` hide
    the words in them and count nothing.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]], but: Mapping[str, Iterable[str]] | None = None) -> None:
        owners: dict[str, list[tuple[str, int]]] = {}
        for weight, named in ((1, lists), (0, but or {})):
            for name, words in named.items():
                for word in dict.fromkeys(words):
                    owners.setdefault(word, []).append((name, weight))
        self._names = list(lists)
        self._owners = list(owners.values())
        # Over bytes: in what order the words are there does not ask for their places among the characters.
        self._automaton = BytesAhoCorasick([word.encode() for word in owners], implementation=SMALL)

    def counts(self, text: str) -> dict[str, int]:
        """How often each list is in the text."""
        hits = self._automaton.find_matches_as_indexes(text.encode(errors="replace"), overlapping=True)
        counts = dict.fromkeys(self._names, 0)
        done = counts.copy()
        for start, end, word in sorted([(start, -end, word) for word, start, end in hits]):
            for name, weight in self._owners[word]:
                if start >= done[name]:
                    counts[name] += weight
                    done[name] = -end
        return counts


class AnyWord:
    """A list of words, and which of them are in a text, whether one is, and where."""

    def __init__(self, words: Iterable[str]) -> None:
        self._automaton = AhoCorasick(list(dict.fromkeys(words)), implementation=SMALL, store_patterns=True)

    def found(self, text: str) -> list[str]:
        """Each as often as it is there, those too that lie in others."""
        try:
            return self._automaton.find_matches_as_strings(text, overlapping=True)
        except UnicodeEncodeError:  # half a pair of surrogates, which no decoded page has
            return self.found(text.encode(errors="replace").decode())

    def is_in(self, text: str) -> bool:
        return bool(self.found(text))

    def ends(self, text: str) -> list[int]:
        """Where they end, in their order; of words that overlap, the first alone."""
        try:
            return [end for _, _, end in self._automaton.find_matches_as_indexes(text)]
        except UnicodeEncodeError:
            return self.ends(text.encode(errors="replace").decode())


class AnyOf:
    """Expressions joined with |, matched without regard to case: what `search` of the whole would find."""

    def __init__(self, expressions: Sequence[str]) -> None:
        branches = [branch for expression in expressions for branch in _branches(expression)]
        self._compiled = [re.compile(branch, re.I) for branch in branches]
        self._sieve = Sieve(branches, any_case=True)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match; of several at one place, that of the branch that stands first."""
        asked = sorted(self._sieve.kept(text))
        hits = [hit for index in asked if (hit := self._compiled[index].search(text))]
        return min(hits, key=re.Match.start, default=None)


class Branches:
    """Expressions joined with |, of which those are tried that may begin as the text does: fullmatch of the whole.

    One that may begin with any of very many characters is tried only where a word is there that it can't do without.
    Raises ValueError where one may begin with any character.
    """

    def __init__(self, expression: str) -> None:
        branches = _branches(expression)
        needs = {branch: _needs(branch, False) for branch in branches if begins(branch).match(_RARE)}
        self._branches = [(begins(branch), branch) for branch in branches if not needs.get(branch)]
        self._own: dict[str, re.Pattern[str] | None] = {}  # by the first character of a text
        late = [branch for branch in branches if needs.get(branch)]
        self._late = re.compile("|".join(late)) if late else None
        # Words of which one is in every text that an expression matches which any of very many characters may begin.
        self.words = tuple(dict.fromkeys(itertools.chain(*map(needs.__getitem__, late))))

    def fullmatch(self, text: str, *, has_word: bool = True) -> bool:
        """Whether one of them matches the whole of a text that is not empty. `has_word`: whether it may hold a word."""
        try:
            own = self._own[text[0]]
        except KeyError:
            branches = [branch for first, branch in self._branches if first.match(text)]
            own = self._own[text[0]] = re.compile("|".join(branches)) if branches else None
        if own is not None and own.fullmatch(text) is not None:
            return True
        return has_word and self._late is not None and self._late.fullmatch(text) is not None


# ---------------------------------------------------------------- what an expression can't do without

_ITEM = re.compile(
    r"(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?(?::|<?[=!]))?)|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<more>[?*+]\??|\{[\d,]+\}\??)|\\(?P<class>[A-Za-z\d])|\\(?P<escaped>.)|(?P<any>[.^$])|(?P<letter>.)",
    re.S,
)


def begins(expression: str) -> re.Pattern[str]:
    """The characters with which a match may begin, as a set. Raises ValueError where that may be any character."""
    return re.compile(f"[{''.join(sorted(_first(expression)[0]))}]")


def _first(expression: str) -> tuple[set[str], bool]:
    """What the branches of an expression may begin with, as parts of a set; whether they may be empty."""
    found: set[str] = set()
    is_empty = False
    for branch in _branches(expression):
        items = [*_ITEM.finditer(branch), None]
        index = 0
        while (item := items[index]) is not None:
            index += 1
            parts, may_be_empty = _part(item)
            if item["open"]:
                inner, index = _inside(branch, items, index)
                if item["open"] == "(" and inner.startswith("?"):
                    raise ValueError(f"{branch}: named groups and flags are not read")
                parts, may_be_empty = _first(inner) if item["open"] in ("(", "(?:") else (set(), True)
            follows = items[index]
            if follows is not None and follows["more"]:
                may_be_empty = may_be_empty or follows["more"][0] in "?*" or follows["more"].startswith("{0")
                index += 1
            found |= parts
            if not may_be_empty:
                break
        else:
            is_empty = True
    return found, is_empty


def _part(item: re.Match[str]) -> tuple[set[str], bool]:
    """One item as a part of a set; assertions are empty."""
    if item["set"]:
        if item["set"].startswith("[^"):
            raise ValueError(f"{item[0]} may begin with any character")
        return {item["set"][1:-1]}, False
    if item["class"]:
        return ({item[0]}, False) if item["class"] in "dswDSW" else (set(), True)
    if item["any"] == ".":
        raise ValueError("a dot may be any character")
    sign = item["escaped"] or item["letter"]
    return ({re.escape(sign)}, False) if sign else (set(), True)


def _inside(branch: str, items: Sequence[re.Match[str] | None], index: int) -> tuple[str, int]:
    """What stands in the group that opens right before item `index`, and the number of the item behind it."""
    begin = end = 0 if (opens := items[index - 1]) is None else opens.end()
    depth = 1
    while depth and (item := items[index]) is not None:
        depth += bool(item["open"]) - bool(item["close"])
        index += 1
        end = item.start()
    return branch[begin:end], index


def _branches(expression: str) -> list[str]:
    """The branches of the outermost |."""
    found, depth, begin = [], 0, 0
    for item in _ITEM.finditer(expression):
        depth += bool(item["open"]) - bool(item["close"])
        if item["bar"] and not depth:
            found.append(expression[begin : item.start()])
            begin = item.end()
    return [*found, expression[begin:]]


def _needs(branch: str, any_case: bool) -> frozenset[str]:
    """Words of which every match holds one; none where there is no telling. `any_case`: in small letters."""
    choices: list[frozenset[str]] = []  # each: words of which one is there
    run = ""
    items = [*_ITEM.finditer(branch), None]
    index = 0
    while (item := items[index]) is not None:
        index += 1
        inner = ""
        if item["open"]:
            inner, index = _inside(branch, items, index)
        follows = items[index]
        repeated = follows is not None and follows["more"] is not None
        if (letter := item["escaped"] or item["letter"]) and not repeated:
            run += letter.lower() if any_case else letter
            continue
        choices.append(frozenset({run} - {""}))
        if inner and not repeated and item["open"] in ("(", "(?:"):
            each = [_needs(re.escape(run) + one, any_case) for one in _branches(inner)]
            choices.append(frozenset().union(*each) if all(each) else frozenset())
        run = ""
    choices.append(frozenset({run} - {""}))
    return max(choices, key=lambda words: min(map(len, words), default=0))
