"""`python -m tests.bench [NAME…]`: run the benches of this package, all or the named ones."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import TextIO


def names() -> list[str]:
    """Every bench: the modules of this package but this one."""
    return sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if not m.name.startswith("_"))


def main(chosen: list[str]) -> int:
    """Print every figure as it is measured; the number of missed bars decides the exit code."""
    if unknown := sorted(set(chosen) - set(names())):
        sys.stderr.write(f"no bench {unknown[0]!r}; there are: {', '.join(names())}\n")
        return 2
    missed = 0
    for name in chosen or names():
        _tell(sys.stdout, f"== {name}")
        bench = importlib.import_module(f"tests.bench.{name}")
        for figure in bench.run(lambda line: _tell(sys.stderr, f"   {line}")):
            _tell(sys.stdout, str(figure))
            missed += not figure.holds
    _tell(sys.stdout, f"{missed} bars missed" if missed else "every bar holds")
    return 1 if missed else 0


def _tell(where: TextIO, line: str) -> None:
    where.write(line + "\n")
    where.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
