"""`make bench`: what things cost, as ratios beside their bars.

Comes in: nothing, or the names of benches. Goes out: one line a figure, `value / bar`, and exit 1 where one misses
its bar. A bench is a module of this package with `run(say) -> Iterator[Figure]`; its bars stand in it, once. Ratios
are measured side by side in one run, because seconds say little on a shared machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. A figure without a bar is told and never fails."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    def __str__(self) -> str:
        bars = [f"≤ {self.at_most:g}"] if self.at_most is not None else []
        bars += [f"≥ {self.at_least:g}"] if self.at_least is not None else []
        verdict = ("ok   " if self.holds else "MISSED") if bars else "told "
        return f"{verdict:<7}{self.value:10.3f} {self.unit:<6}{' '.join(bars) or 'no bar':<12}{self.name}"
