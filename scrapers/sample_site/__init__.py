"""A small local publisher of sample notices and hospital feeds (示例数据), for the first run and for tests.

Comes in: a seed and sizes. Goes out: `SampleSite`, which serves everything on loopback and knows the truth about it
(`expected_facts`, `dirt`, `feed_files`). The same seed gives the same bytes, whatever the day or the process.
Never here: sentences, institutions or figures of the real world. Only the names of the pilot cities are real, and
whatever is said about them is made up and labelled.

    places.py, places.csv    the pilots, and which feed platform each belongs to
    institutions.py          groups, hospitals, shared centres
    activity.py              what they do in a day: feed records
    dirt.py                  what goes wrong on the way, and what is to become of it
    feeds.py                 records → files, manifests, listings
    articles.yml, notices.py notices and the facts in them
    prints.py                the damage that repost sites do to a page, on some of them
    pages.py                 notices → list pages and articles as HTML
    site.py, server.py       the site, and HTTP on loopback
"""

from scrapers.sample_site.site import SampleSite

__all__ = ["SampleSite"]
