"""Numbers as the report writes them: ratios with both sides, shares, money, targets. Whole-number arithmetic only, so
that the same warehouse gives the same characters.

Comes in: counts (None = not reported). Goes out: text and shares for bars. Never here: SQL, HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NONE = "—"  # no denominator, or not reported: never 0 %


@dataclass(frozen=True, slots=True)
class Ratio:
    """A numerator over a denominator. Either may be missing; a share exists only over a positive denominator."""

    num: int | None
    den: int | None

    @property
    def is_defined(self) -> bool:
        return self.num is not None and self.den is not None and self.den > 0

    @property
    def text(self) -> str:
        """`12 / 34`, with a dash for a side that is missing."""
        if self.num is None and self.den is None:
            return NONE
        return f"{count(self.num)} / {count(self.den)}"

    @property
    def compact(self) -> str:
        """The same in few characters: from ten thousand on in 万, from a hundred million in 亿."""
        return NONE if self.num is None and self.den is None else f"{compact(self.num)}/{compact(self.den)}"

    @property
    def percent(self) -> str:
        """`35.3%`. What is not all never reads 100.0%, what is not nothing never 0.0%."""
        if self.num is None or self.den is None or self.den <= 0:
            return NONE
        per_mille = (2000 * self.num + self.den) // (2 * self.den)
        if per_mille == 1000 and self.num < self.den:
            return ">99.9%"
        if per_mille == 0 and self.num > 0:
            return "<0.1%"
        return f"{per_mille // 10:,}.{per_mille % 10}%"

    @property
    def share(self) -> int:
        """Per cent from 0 to 100 for the length of a bar; 0 where there is no share."""
        if self.num is None or self.den is None or self.den <= 0:
            return 0
        return max(0, min(100, (200 * self.num + self.den) // (2 * self.den)))

    @property
    def step(self) -> int:
        """The colour class 1 to 5 of the tile grid: below 20, 40, 60, 80 %, and from 80 % on. Compared exactly."""
        if self.num is None or self.den is None or self.den <= 0:
            return 0
        return max(1, min(5, 5 * self.num // self.den + 1))


def total(ratios: Iterable[Ratio]) -> Ratio:
    """Sum over sum of the ratios that are defined."""
    defined = [r for r in ratios if r.is_defined]
    if not defined:
        return Ratio(None, None)
    return Ratio(sum(r.num or 0 for r in defined), sum(r.den or 0 for r in defined))


def descending(ratio: Ratio) -> tuple[bool, int]:
    """A sort key: the greatest share first, undefined last; ties must be broken by the caller."""
    if ratio.num is None or ratio.den is None or ratio.den <= 0:
        return True, 0
    return False, -(ratio.num * 10**12 // ratio.den)


def count(value: int | None) -> str:
    """`12,345`, or a dash."""
    return NONE if value is None else f"{value:,}"


def compact(value: int | None) -> str:
    """`9,999`, `1.2万`, `3.4亿`: for where there is no room; the whole number stands elsewhere."""
    if value is None or abs(value) < 10_000:
        return count(value)
    unit, name = (10**8, "亿") if abs(value) >= 10**8 else (10**4, "万")
    tenths = (20 * value + unit) // (2 * unit)
    return f"{tenths // 10:,}.{tenths % 10}{name}"


def yuan(fen: int | None) -> str:
    """Whole fen as yuan: `1,234.05`, or a dash."""
    if fen is None:
        return NONE
    sign, fen = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def number(value: float | None) -> str:
    """A number of a notice as the page states it: no trailing zeros, thousands parted."""
    if value is None:
        return NONE
    return f"{int(value):,}" if value == int(value) else f"{value:,.10f}".rstrip("0").rstrip(".")


def target(op: str | None, num: int | None, den: int | None, unit: str | None, sign: str) -> str:
    """A target as it is meant: `≥ 1/3`, `≥ 50%`, `> 200 项`; a milestone without a number says so."""
    if op is None or num is None or den is None:
        return "定性里程碑"
    if unit == "%" and den == 100:
        return f"{sign} {num}%"
    if den == 1:
        return f"{sign} {num:,}{f' {unit}' if unit and unit not in ('%', '-', 'fraction') else ''}"
    return f"{sign} {num}/{den}"


TWELFTHS = 12  # a third and a quarter are both whole twelfths: no lead hospital stands in a bin that its target parts
BINS = 9  # eight twelfths and "2/3 and more"


@dataclass(frozen=True, slots=True)
class Bin:
    """One column of a distribution: shares from `low` twelfths up to, not with, the next."""

    low: int
    size: int
    reaches: bool


def distribution(ratios: Sequence[Ratio], goal: int) -> list[Bin]:
    """How many of the defined ratios lie in each twelfth; `goal` is the target in twelfths."""
    sizes = [0] * BINS
    for ratio in ratios:
        if ratio.num is not None and ratio.den:
            sizes[min(BINS - 1, TWELFTHS * ratio.num // ratio.den)] += 1
    return [Bin(low, size, low >= goal) for low, size in enumerate(sizes)]
