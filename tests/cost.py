"""How the cost of a call grows with its input: a ratio measured side by side, never a time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

ROUNDS = 5


def growth(call: Callable[[str], object], unit: str, small: int, large: int) -> float:
    """The CPU cost of the large run of `unit` over that of the small one.

    Each is the least of several rounds, taken in turn: another process's load only ever adds.
    """
    inputs = [unit * (length // len(unit)) for length in (small, large)]
    call(inputs[0])
    rounds = [[_cost(call, text) for text in inputs] for _ in range(ROUNDS)]
    least_small, least_large = map(min, zip(*rounds, strict=True))
    return least_large / max(least_small, 1e-3)


def _cost(call: Callable[[str], object], text: str) -> float:
    gc.collect()
    gc.disable()  # as timeit does: a collection of all that the tests hold falls into one run or the other
    try:
        begin = time.process_time()
        call(text)
        return time.process_time() - begin
    finally:
        gc.enable()
