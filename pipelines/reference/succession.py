"""Follow replacedBy and exactMatchOf: for which standard the evidence of an earlier one counts."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pipelines.reference.case_package import EXACT_MATCH_OF, REPLACED_BY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipelines.reference.case_package import Framework, Package

_DEPRECATED = "Deprecated"


class Succession(StrEnum):
    """Why evidence of a standard counts for itself or for another one."""

    CURRENT = "current"
    REPLACED = "replaced"
    MATCHED = "matched"
    SPLIT = "split"
    MERGED = "merged"
    CIRCULAR = "circular"


class CountsAs(NamedTuple):
    """The standard that evidence counts for, and why."""

    standard_id: str
    succession: Succession


class _Links(NamedTuple):
    """Who follows whom; only items that a package has. `ring` are those that follow themselves."""

    successors: dict[str, set[str]]
    predecessors: dict[str, set[str]]
    matches: dict[str, set[str]]
    ring: frozenset[str]


def successions(packages: tuple[Package, ...]) -> dict[str, CountsAs]:
    """Return for every item what its evidence counts for.

    A successor takes over where it replaces one item and nothing else replaces that (CASE 1.0,
    replacedBy). An item of an old document counts for the one item of a document in use that has
    the same text (exactMatchOf, in either direction). What was split, merged or goes round keeps
    its own evidence: no part of it can be told to be evidence of a single other standard.
    """
    links = _links(packages)
    old = _old_items(packages)
    items = [item.standard_id for package in packages for item in package.items]
    return {item: _follow(item, links, old) for item in items}


def _links(packages: Iterable[Package]) -> _Links:
    items = {item.standard_id for package in packages for item in package.items}
    successors, predecessors, matches = (defaultdict[str, set[str]](set) for _ in range(3))
    for each in (each for package in packages for each in package.associations):
        if each.origin_id not in items or each.destination_id not in items:
            continue
        if each.kind == REPLACED_BY:
            successors[each.origin_id].add(each.destination_id)
            predecessors[each.destination_id].add(each.origin_id)
        elif each.kind == EXACT_MATCH_OF:
            matches[each.origin_id].add(each.destination_id)
            matches[each.destination_id].add(each.origin_id)
    ring = frozenset(item for item in successors if item in _followers(item, successors))
    return _Links(successors, predecessors, matches, ring)


def _followers(item: str, successors: Mapping[str, set[str]]) -> set[str]:
    """Return all that took the place of an item, of what took its place, and so on."""
    found: set[str] = set()
    waiting = [item]
    while waiting:
        new = successors.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _old_items(packages: tuple[Package, ...]) -> frozenset[str]:
    """Return the items of deprecated documents and of those that a later one follows."""
    frameworks = [package.framework for package in packages]
    return frozenset(
        item.standard_id
        for package in packages
        if _is_old(package.framework, frameworks)
        for item in package.items
    )


def _is_old(framework: Framework, frameworks: Iterable[Framework]) -> bool:
    starts_on = framework.status_starts_on
    return framework.adoption_status == _DEPRECATED or any(
        other.title == framework.title
        and starts_on is not None
        and other.status_starts_on is not None
        and other.status_starts_on > starts_on
        and other.adoption_status != _DEPRECATED
        for other in frameworks
    )


def _follow(item: str, links: _Links, old: frozenset[str]) -> CountsAs:
    seen = [item]
    first = _step(item, links, old)
    step = first
    while step.standard_id != seen[-1]:
        if step.standard_id in seen:
            return CountsAs(item, Succession.CIRCULAR)
        seen.append(step.standard_id)
        step = _step(step.standard_id, links, old)
    return CountsAs(seen[-1], first.succession)


def _step(item: str, links: _Links, old: frozenset[str]) -> CountsAs:
    """Return the next standard on the way, or the item itself and why it goes no further."""
    if item in links.ring:
        return CountsAs(item, Succession.CIRCULAR)
    successors = links.successors.get(item, set())
    if len(successors) > 1:
        return CountsAs(item, Succession.SPLIT)
    if successors:
        (successor,) = successors
        is_merged = len(links.predecessors[successor]) > 1
        return (
            CountsAs(item, Succession.MERGED)
            if is_merged
            else CountsAs(successor, Succession.REPLACED)
        )
    matches = links.matches.get(item, set()) - old if item in old else set()
    if len(matches) == 1:
        (match,) = matches
        return CountsAs(match, Succession.MATCHED)
    return CountsAs(item, Succession.SPLIT if matches else Succession.CURRENT)
