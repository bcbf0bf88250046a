"""`python -m scrapers.sample_site`: serve the sample site on loopback until it is stopped."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from scrapers.sample_site.site import SEED, SampleSite

PORT = 18765


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scrapers.sample_site", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="0 takes a free one (default %(default)s)")
    parser.add_argument("--days", type=int, default=14, help="days of feeds (default %(default)s)")
    parser.add_argument("--pilots", type=int, default=81, help="pilot cities (default %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="same seed, same bytes (default %(default)s)")
    options = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        site = SampleSite(seed=options.seed, days=options.days, pilots=options.pilots)
        with site.serve(port=options.port) as address:
            sys.stdout.write(f"示例数据 {address}\n")
            sys.stdout.flush()
            stopped.wait()
    except (OSError, ValueError) as error:
        sys.stderr.write(f"the sample site does not start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
