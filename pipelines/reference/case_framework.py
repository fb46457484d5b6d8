"""Give the academic standards of all packages, with their parents and what evidence counts for.

Several frameworks and versions of a framework stand side by side.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pipelines.reference.case_package import IS_CHILD_OF, Package, read_packages, refuse
from pipelines.reference.succession import Succession, successions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pipelines.reference.case_package import Association, Framework

_MEND = "correct it where the framework is kept, and export it again"


class AcademicStandard(NamedTuple):
    """One CFItem; events refer to it by `uri`, and count as evidence of `counts_as_id`."""

    standard_id: str
    uri: str
    code: str | None
    statement: str
    parent_id: str | None
    framework: str
    framework_version: str | None
    framework_id: str
    education_levels: tuple[str, ...]
    counts_as_id: str
    succession: Succession


class Ancestor(NamedTuple):
    """A standard that another one lies below, `distance` levels up."""

    standard_id: str
    ancestor_id: str
    distance: int


class Standards(NamedTuple):
    """Everything that the packages of a home say."""

    frameworks: tuple[Framework, ...]
    standards: tuple[AcademicStandard, ...]
    ancestors: tuple[Ancestor, ...]
    associations: tuple[Association, ...]

    def by_reference(self) -> dict[str, str]:
        """Return the identifier of each standard by its identifier and by its URI."""
        by_uri = {standard.uri: standard.standard_id for standard in self.standards}
        return by_uri | {standard.standard_id: standard.standard_id for standard in self.standards}


def read_standards(folder: Path) -> Standards:
    """Return the standards of every package in a folder; raise InputError naming file and path."""
    packages = read_packages(folder)
    _refuse_repeated(packages)
    parents = _parents(packages)
    counts_as = successions(packages)
    standards = tuple(
        AcademicStandard(
            item.standard_id,
            item.uri,
            item.code,
            item.statement,
            parents.get(item.standard_id),
            package.framework.title,
            package.framework.version,
            package.framework.framework_id,
            item.education_levels,
            *counts_as[item.standard_id],
        )
        for package in packages
        for item in package.items
    )
    return Standards(
        tuple(package.framework for package in packages),
        standards,
        tuple(_ancestors(parents)),
        tuple(each for package in packages for each in package.associations),
    )


def _refuse_repeated(packages: Iterable[Package]) -> None:
    """Refuse a document or an item that comes twice: which one is meant, nobody can tell."""
    documents: dict[str, Path] = {}
    items: dict[str, Path] = {}
    for package in packages:
        own = package.framework.framework_id
        if own in documents:
            problem = f"CFDocument.identifier is that of {documents[own].name} too"
            refuse(package.file, [problem], "keep one of the two exports")
        documents[own] = package.file
        refuse(package.file, _repeated(package, items), _MEND)
        items |= dict.fromkeys(_names(package), package.file)


def _repeated(package: Package, known: dict[str, Path]) -> Iterator[str]:
    names = [(item.standard_id, item.uri) for item in package.items]
    for place, member in ((0, "identifier"), (1, "uri")):
        times = Counter(name[place] for name in names)
        for index, name in enumerate(names):
            if name[place] in known:
                yield f"CFItems[{index}].{member} is in {known[name[place]].name} too"
            elif times[name[place]] > 1:
                yield f"CFItems[{index}].{member} comes {times[name[place]]} times"


def _names(package: Package) -> Iterator[str]:
    for item in package.items:
        yield item.standard_id
        yield item.uri


def _parents(packages: tuple[Package, ...]) -> dict[str, str]:
    """Return the parent of each item that has one; the first, where a package gives several."""
    items = {item.standard_id for package in packages for item in package.items}
    known = items | {package.framework.framework_id for package in packages}
    parents: dict[str, str] = {}
    for package in packages:
        problems = []
        for index, each in enumerate(package.associations):
            if each.kind != IS_CHILD_OF:
                continue
            if problem := _misplaced(each, items, known):
                problems.append(f"CFAssociations[{index}].{problem}")
            elif each.destination_id in items and each.origin_id not in parents:
                parents[each.origin_id] = each.destination_id
                if each.origin_id in _line(each.origin_id, parents):
                    problems.append(f"CFAssociations[{index}] puts an item below itself")
                    del parents[each.origin_id]
        refuse(package.file, problems, _MEND)
    return parents


def _misplaced(association: Association, items: set[str], known: set[str]) -> str | None:
    if association.origin_id not in items:
        return "originNodeURI.identifier is no item of any package"
    if association.destination_id not in known:
        return "destinationNodeURI.identifier is no item or document of any package"
    return None


def _line(standard_id: str, parents: dict[str, str]) -> list[str]:
    """Return the standards above one, the nearest first, up to where it would go round."""
    line: list[str] = []
    above = parents.get(standard_id)
    while above is not None and above not in line:
        line.append(above)
        above = parents.get(above)
    return line


def _ancestors(parents: dict[str, str]) -> Iterator[Ancestor]:
    for standard_id in parents:
        for distance, ancestor in enumerate(_line(standard_id, parents), start=1):
            yield Ancestor(standard_id, ancestor, distance)
