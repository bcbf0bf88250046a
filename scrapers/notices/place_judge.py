"""A printed name and the province printed beside it → the region it is, and what the print has wrong.

Comes in: names as a list prints them. Goes out: `Verdict`. Never here: finding lists (place_tables.py), the names of
regions (scrapers.text.gazetteer), or a guess: a name that several regions bear, or none, has no region and a flag.

The printed province is corrected only where the place proves it wrong: its name, with its kind said (市, 县 …), belongs
to one region of the country, that region is elsewhere, and the printed province has none of a like name (a county that
became a district keeps its stem, and its old name may today be borne by another).
"""

from __future__ import annotations

from dataclasses import dataclass

from scrapers.text import gazetteer
from scrapers.text.gazetteer import PROVINCES, Method, Region


@dataclass(frozen=True, slots=True)
class Verdict:
    """`region` is None where the name proves none; `province` then is the printed one."""

    region: Region | None
    province: Region | None
    method: Method | None = None
    correction: str | None = None
    reason: str | None = None
    flags: tuple[str, ...] = ()


def judge(name: str, province: Region | None, above: Region | None = None, *, is_filled: bool = False) -> Verdict:
    """The region of one name. `is_filled`: the province is not printed beside it but above, in its group."""
    *heads, last = gazetteer.split(name)
    for head in heads:
        region = one(head, province) or one(head)
        if region is not None and region.level in PROVINCES:
            province, is_filled = region, False
        elif region is not None:
            above = region
    if above is not None:
        found, method = gazetteer.resolve(last, above)
        if found:
            return _inside(found, method, province or _province(above), above)
    if province is None:
        return _alone(last) if above is None else _elsewhere(last, _province(above), above)
    found, method = gazetteer.resolve(last, province)
    if not found and one(last) == province:
        found, method = (province,), "full_name"
    if found:
        return _inside(found, method, province, above)
    if is_filled:
        alone = _alone(last)
        return alone if alone.region else Verdict(None, province, flags=(*alone.flags, "province_filled"))
    return _elsewhere(last, province, above)


def one(name: str, within: Region | None = None) -> Region | None:
    """The only region of a name; among bare stems a province is meant before what bears its name (吉林)."""
    found, method = gazetteer.resolve(name, within)
    if method == "stem" and within is None:
        found = tuple(r for r in found if r.level in PROVINCES) or found
    return found[0] if len(found) == 1 else None


def _inside(found: tuple[Region, ...], method: Method | None, province: Region | None, above: Region | None) -> Verdict:
    """The printed province holds the name: once, or several times."""
    if len(found) > 1:
        return Verdict(None, province, flags=("ambiguous_place",))
    region = found[0]
    if above is not None and region.level != "prefecture" and not above.holds(region) and region != above:
        wrong = f"{gazetteer.full_name(region)}不属于{above.name}"
        if _unique(region.name) is not region or method == "stem":
            return Verdict(None, province, flags=("place_not_in_prefecture",))
        return Verdict(region, province, method, "prefecture_wrong", wrong, _traits(region, province))
    return Verdict(region, province, method, flags=_traits(region, province))


def _alone(name: str) -> Verdict:
    """No province is printed: only a name with its kind said, which one region bears, is enough."""
    found, method = gazetteer.resolve(name)
    if method == "stem":
        found = tuple(r for r in found if r.level in PROVINCES)
    if len(found) == 1:
        return Verdict(found[0], _province(found[0]), method, flags=_traits(found[0], None))
    return Verdict(None, None, flags=("ambiguous_place" if found or method else "unknown_place",))


def _elsewhere(name: str, province: Region | None, above: Region | None) -> Verdict:
    """The printed province has no place of this name. Does another, and does that prove the print wrong?"""
    found, method = gazetteer.resolve(name)
    if method not in ("full_name", "short_name"):
        return Verdict(None, province, flags=("unknown_place",))
    alike = province is not None and gazetteer.resolve(gazetteer.stem(name), province)[0]
    if len(found) > 1 or alike or found[0].level in PROVINCES:
        return Verdict(None, province, flags=("ambiguous_place", "place_not_in_province"))
    region = found[0]
    right = _province(region)
    printed = province or above
    if right is None or printed is None:
        return Verdict(region, right, method, flags=_traits(region, None))
    reason = f"{region.name}属于{right.name},不属于{printed.name}"
    return Verdict(region, right, method, "province_wrong", reason, _traits(region, None))


def _unique(name: str) -> Region | None:
    found, _ = gazetteer.resolve(name)
    return found[0] if len(found) == 1 else None


def _province(region: Region) -> Region | None:
    return gazetteer.get(region.province)


def _traits(region: Region, province: Region | None) -> tuple[str, ...]:
    """What a reader of the code has to know."""
    traits = []
    if region.is_abolished:
        traits.append("code_abolished")
    if region.code_since is not None:
        traits.append("code_changed_over_time")
    if province is not None and province.level == "corps":
        traits.append("dual_identity")
    return tuple(traits)
