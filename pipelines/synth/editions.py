"""The editions before of the district's frameworks, and what has become of their standards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.synth.framework import (
    CASE_BASE,
    TOP_LEVEL,
    Edition,
    associate,
    case_package,
    document_identifier,
    identifier_of,
)
from pipelines.synth.values import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.synth.framework import Framework
    from pipelines.synth.values import Standard

EARLIER = Edition("2019", "Deprecated", "2019-07-01", "2019/")
# Of it only the first domain of mathematics is still in use, by the tutor.
OLDEST = Edition("2012", "Deprecated", "2012-07-01", "2012/")
_OLDEST_DOMAIN = "RB.MA.RT"
_SPLIT_GRADE, _MERGED_GRADE, _CIRCULAR_GRADE = 6, 7, 8
# The new mathematics took the place of the old; science was adopted again word for word.
_LINKS = {Subject.MATHEMATICS: "replacedBy", Subject.SCIENCE: "exactMatchOf"}
_WORDS = {Subject.MATHEMATICS: "replaced", Subject.SCIENCE: "matched"}


class Fate(NamedTuple):
    """What took the place of a standard, and for which its evidence counts therefore."""

    standard: Standard
    link: str
    heirs: tuple[Standard, ...]
    succession: str
    counts_as: Standard


def in_edition(standard: Standard, edition: Edition) -> Standard:
    """Return what a standard of today was in an edition before."""
    parent, _, _ = standard.code.rpartition(".")
    identifier = identifier_of("CFItems", f"{edition.prefix}{standard.code}")
    return replace(
        standard,
        code=standard.code.replace("RB", f"RB{edition.version[-2:]}", 1),
        identifier=identifier,
        uri=f"{CASE_BASE}/CFItems/{identifier}",
        parent_identifier=(
            document_identifier(standard.subject, edition)
            if standard.level == TOP_LEVEL
            else identifier_of("CFItems", f"{edition.prefix}{parent}")
        ),
    )


def earlier_packages(framework: Framework) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each package of an edition before, with its name."""
    of_mathematics = framework.of_subject(Subject.MATHEMATICS)
    whole = [(EARLIER, subject, framework.of_subject(subject)) for subject in Subject]
    for edition, subject, standards in [*whole, (OLDEST, Subject.MATHEMATICS, of_mathematics)]:
        before = tuple(in_edition(each, edition) for each in standards if _is_in(each, edition))
        package = case_package(before, subject, edition)
        items = {each.identifier for each in before}
        fates = [each for each in fates_of(framework) if each.standard.identifier in items]
        package["CFAssociations"] += [link for fate in fates for link in _links(fate)]
        yield f"{subject.value}-{edition.version}", package


def fates_of(framework: Framework) -> tuple[Fate, ...]:
    """Return what has become of every standard that was assessed in an edition before."""
    earlier = [
        Fate(
            in_edition(leaf, EARLIER),
            *(_LINKS[leaf.subject], (leaf,), _WORDS[leaf.subject], leaf),
        )
        for leaf in framework.all_leaves()
    ]
    return (*earlier, *_split(framework), *_merged(framework), *_circular(framework))


def _split(framework: Framework) -> tuple[Fate, ...]:
    """Return one that was replaced in two steps, and one that became two."""
    now = framework.taught(Subject.MATHEMATICS, _SPLIT_GRADE)
    one, other, third = (in_edition(each, EARLIER) for each in now[:3])
    followed, split = (in_edition(each, OLDEST) for each in now[:2])
    return (
        Fate(followed, "replacedBy", (third,), "replaced", now[2]),
        Fate(split, "replacedBy", (one, other), "split", split),
    )


def _merged(framework: Framework) -> tuple[Fate, ...]:
    now = framework.taught(Subject.MATHEMATICS, _MERGED_GRADE)[:2]
    heir = in_edition(now[0], EARLIER)
    merged = [in_edition(each, OLDEST) for each in now]
    return tuple(Fate(each, "replacedBy", (heir,), "merged", each) for each in merged)


def _circular(framework: Framework) -> tuple[Fate, ...]:
    now = framework.taught(Subject.MATHEMATICS, _CIRCULAR_GRADE)[:2]
    one, other = (in_edition(each, OLDEST) for each in now)
    return (
        Fate(one, "replacedBy", (other,), "circular", one),
        Fate(other, "replacedBy", (one,), "circular", other),
    )


def _is_in(standard: Standard, edition: Edition) -> bool:
    return (
        edition is EARLIER
        or f"{_OLDEST_DOMAIN}.".startswith(f"{standard.code}.")
        or (standard.code.startswith(f"{_OLDEST_DOMAIN}."))
    )


def _links(fate: Fate) -> list[dict[str, Any]]:
    return [associate(fate.link, fate.standard, heir) for heir in fate.heirs]
