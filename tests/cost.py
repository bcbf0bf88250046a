"""How the cost of a call grows with its input: a ratio measured side by side, never a time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

FEWEST, MOST = 3, 12  # rounds


def assert_growth(call: Callable[[str], object], unit: str, small: int, large: int, *, below: float) -> None:
    """Assert what the CPU cost of the large run of `unit` is over that of the small one.

    Each is the least of several rounds, taken in turn: another process's load only ever adds. On a busy machine more
    rounds are taken before the bound counts as missed.
    """
    inputs = [unit * (length // len(unit)) for length in (small, large)]
    call(inputs[0])
    least = [float("inf"), float("inf")]
    for done in range(1, MOST + 1):
        least = [min(before, _cost(call, text)) for before, text in zip(least, inputs, strict=True)]
        ratio = least[1] / max(least[0], 1e-3)
        if done >= FEWEST and ratio < below:
            return
    raise AssertionError(f"{large} characters of {unit[:20]!r} cost {ratio:.2f} times as much as {small}")


def _cost(call: Callable[[str], object], text: str) -> float:
    gc.collect()
    gc.disable()  # as timeit does: a collection of all that the tests hold falls into one run or the other
    try:
        begin = time.process_time()
        call(text)
        return time.process_time() - begin
    finally:
        gc.enable()
