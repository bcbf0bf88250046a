"""How the cost of a call grows with its input: a ratio measured side by side, never a time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

FEWEST, MOST = 3, 20  # rounds
LEAST_S = 0.002  # a quarter that costs less is taken as this: of so little, the clock says nothing


def assert_growth(call: Callable[[str], object], unit: str, length: int, *, doubled: float = 2.3) -> None:
    """Assert that twice the run of `unit` costs less than `doubled` times as much CPU time, seen over two doublings.

    A quarter of the run is taken four times in a row beside the whole of it, so both are measured over the same while
    and what a busy machine adds falls on both alike. Each is the least of several rounds, taken in turn; more rounds
    are taken before the bound counts as missed.
    """
    whole, quarter = (unit * (size // len(unit)) for size in (length, length // 4))
    call(quarter)
    least_whole = least_quarter = float("inf")
    for done in range(1, MOST + 1):
        least_quarter = min(least_quarter, _cost(call, quarter, times=4) / 4)
        least_whole = min(least_whole, _cost(call, whole, times=1))
        ratio = (least_whole / max(least_quarter, LEAST_S)) ** 0.5
        if done >= FEWEST and ratio < doubled:
            return
    raise AssertionError(f"{unit[:20]!r}: {length} characters cost {ratio:.2f} times as much at each doubling")


def _cost(call: Callable[[str], object], text: str, *, times: int) -> float:
    gc.collect()
    gc.disable()  # as timeit does: a collection of all that the tests hold falls into one run or the other
    try:
        begin = time.process_time()
        for _ in range(times):
            call(text)
        return time.process_time() - begin
    finally:
        gc.enable()
