"""The district's standards as values, and each subject's document as a CASE 1.0 package."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from pipelines.synth.framework_text import FRAMEWORK_TEXT, Cluster, Domain
from pipelines.synth.population import GRADES
from pipelines.synth.values import Standard, Subject

CASE_BASE = "https://standards.riverbend.example/ims/case/v1p0"
LEAF_LEVEL = "Standard"
_LEVELS = ("Band", "Domain", "Cluster", LEAF_LEVEL)
_CHANGED_AT = "2026-06-15T09:00:00+00:00"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, CASE_BASE)
_SUBJECT_CODE = {Subject.MATHEMATICS: "MA", Subject.SCIENCE: "SC"}
# The new mathematics took the place of the old; science was adopted again word for word.
_LINKS = {Subject.MATHEMATICS: "replacedBy", Subject.SCIENCE: "exactMatchOf"}


class Edition(NamedTuple):
    """A version of the district's frameworks."""

    version: str
    adoption_status: str
    starts_on: str
    prefix: str


CURRENT = Edition("2026", "Adopted", "2026-07-01", "")
EARLIER = Edition("2019", "Deprecated", "2019-07-01", "2019/")


@dataclass(frozen=True, slots=True)
class Framework:
    """All standards of both subjects, parents before children."""

    standards: tuple[Standard, ...]
    leaves: dict[tuple[Subject, int], tuple[Standard, ...]]

    def of_subject(self, subject: Subject) -> tuple[Standard, ...]:
        """Return the nodes of one subject."""
        return tuple(standard for standard in self.standards if standard.subject is subject)

    def taught(self, subject: Subject, grade: int) -> tuple[Standard, ...]:
        """Return the leaves of a subject and grade in teaching order."""
        return self.leaves[subject, grade]


def build_framework() -> Framework:
    """Build the standards of both subjects."""
    nodes: list[Standard] = []
    for subject, domains in FRAMEWORK_TEXT.items():
        root = _node(subject, (_SUBJECT_CODE[subject],), f"Middle grades {subject.value}")
        nodes.append(root)
        for domain in domains:
            nodes += _domain_nodes(root, domain)
    return Framework(tuple(nodes), _index_leaves(nodes))


def document_identifier(subject: Subject, edition: Edition = CURRENT) -> str:
    """Return the identifier of a subject's document."""
    return _identifier("CFDocuments", f"{edition.prefix}{subject.value}")


def earlier(standard: Standard) -> Standard:
    """Return what a standard was in the edition before."""
    parent, _, _ = standard.code.rpartition(".")
    identifier = _identifier("CFItems", f"{EARLIER.prefix}{standard.code}")
    is_top = standard.level == _LEVELS[0]
    return replace(
        standard,
        code=standard.code.replace("RB", "RB19", 1),
        identifier=identifier,
        uri=f"{CASE_BASE}/CFItems/{identifier}",
        parent_identifier=(
            document_identifier(standard.subject, EARLIER)
            if is_top
            else _identifier("CFItems", f"{EARLIER.prefix}{parent}")
        ),
    )


def case_package(framework: Framework, subject: Subject) -> dict[str, Any]:
    """Return one subject's document, items and associations in the package form of CASE 1.0."""
    return _package(framework.of_subject(subject), subject, CURRENT)


def earlier_package(framework: Framework, subject: Subject) -> dict[str, Any]:
    """Return a subject's edition before; its leaves say which of today's they have become."""
    standards = framework.of_subject(subject)
    package = _package(tuple(map(earlier, standards)), subject, EARLIER)
    leaves = [standard for standard in standards if standard.level == LEAF_LEVEL]
    package["CFAssociations"] += [_became(standard) for standard in leaves]
    return package


def _package(standards: tuple[Standard, ...], subject: Subject, edition: Edition) -> dict[str, Any]:
    titles = {standard.identifier: standard.statement for standard in standards}
    titles[document_identifier(subject, edition)] = _document_title(subject)
    return {
        "CFDocument": _document(subject, edition),
        "CFItems": [_item(standard) for standard in standards],
        "CFAssociations": [_child_of(standard, titles, edition) for standard in standards],
        "CFDefinitions": {"CFItemTypes": _item_types(standards)},
    }


def _index_leaves(nodes: list[Standard]) -> dict[tuple[Subject, int], tuple[Standard, ...]]:
    leaves = [node for node in nodes if node.level == LEAF_LEVEL]
    return {
        (subject, grade): tuple(
            leaf for leaf in leaves if (leaf.subject, leaf.grade) == (subject, grade)
        )
        for subject in Subject
        for grade in GRADES
    }


def _domain_nodes(root: Standard, domain: Domain) -> list[Standard]:
    code = (_SUBJECT_CODE[root.subject], domain.code)
    top = _node(root, code, domain.title)
    nodes = [top]
    for letter, cluster in zip("AB", domain.clusters, strict=True):
        nodes += _cluster_nodes(top, (*code, letter), cluster)
    return nodes


def _cluster_nodes(domain: Standard, code: tuple[str, ...], cluster: Cluster) -> list[Standard]:
    group = _node(domain, code, cluster.title)
    leaves = [
        _node(group, (*code, str(grade)), statement)
        for grade, statement in zip(GRADES, cluster.statements, strict=True)
    ]
    return [group, *leaves]


def _node(parent: Standard | Subject, code: tuple[str, ...], statement: str) -> Standard:
    """Return a node below another one, or the root of a subject; its code says how deep it is."""
    subject = parent if isinstance(parent, Subject) else parent.subject
    level = _LEVELS[len(code) - 1]
    dotted = ".".join(("RB", *code))
    identifier = _identifier("CFItems", dotted)
    return Standard(
        identifier=identifier,
        uri=f"{CASE_BASE}/CFItems/{identifier}",
        code=dotted,
        statement=statement,
        level=level,
        subject=subject,
        grade=int(code[-1]) if level == LEAF_LEVEL else 0,
        parent_identifier=(
            document_identifier(parent) if isinstance(parent, Subject) else parent.identifier
        ),
        position=_position(code[-1]),
    )


def _position(code: str) -> int:
    return int(code) - GRADES[0] + 1 if code.isdigit() else ord(code[0]) - ord("A") + 1


def _identifier(kind: str, name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}"))


def _document_title(subject: Subject) -> str:
    return f"Riverbend middle grades {subject.value} framework"


def _document(subject: Subject, edition: Edition) -> dict[str, Any]:
    identifier = document_identifier(subject, edition)
    return {
        "identifier": identifier,
        "uri": f"{CASE_BASE}/CFDocuments/{identifier}",
        "creator": "Riverbend Unified School District",
        "title": _document_title(subject),
        "lastChangeDateTime": _CHANGED_AT,
        "version": edition.version,
        "subject": [subject.value.capitalize()],
        "language": "en",
        "adoptionStatus": edition.adoption_status,
        "statusStartDate": edition.starts_on,
    }


def _item(standard: Standard) -> dict[str, Any]:
    grades = [standard.grade] if standard.grade else GRADES
    return {
        "identifier": standard.identifier,
        "uri": standard.uri,
        "fullStatement": standard.statement,
        "humanCodingScheme": standard.code,
        "CFItemType": standard.level,
        "language": "en",
        "educationLevel": [f"{grade:02d}" for grade in grades],
        "lastChangeDateTime": _CHANGED_AT,
    }


def _child_of(standard: Standard, titles: dict[str, str], edition: Edition) -> dict[str, Any]:
    identifier = _identifier("CFAssociations", f"{edition.prefix}{standard.code}")
    parent = standard.parent_identifier
    is_top = parent == document_identifier(standard.subject, edition)
    return {
        "identifier": identifier,
        "uri": f"{CASE_BASE}/CFAssociations/{identifier}",
        "associationType": "isChildOf",
        "sequenceNumber": standard.position,
        "originNodeURI": _link(standard.uri, standard.identifier, standard.statement),
        "destinationNodeURI": _link(
            f"{CASE_BASE}/{'CFDocuments' if is_top else 'CFItems'}/{parent}", parent, titles[parent]
        ),
        "lastChangeDateTime": _CHANGED_AT,
    }


def _became(standard: Standard) -> dict[str, Any]:
    """Say what the edition before of a standard has to do with it."""
    before = earlier(standard)
    identifier = _identifier("CFAssociations", f"{EARLIER.prefix}{standard.code}/became")
    return {
        "identifier": identifier,
        "uri": f"{CASE_BASE}/CFAssociations/{identifier}",
        "associationType": _LINKS[standard.subject],
        "originNodeURI": _link(before.uri, before.identifier, before.statement),
        "destinationNodeURI": _link(standard.uri, standard.identifier, standard.statement),
        "lastChangeDateTime": _CHANGED_AT,
    }


def _item_types(standards: tuple[Standard, ...]) -> list[dict[str, Any]]:
    levels = list(dict.fromkeys(standard.level for standard in standards))
    return [_item_type(level, depth) for depth, level in enumerate(levels, start=1)]


def _item_type(level: str, depth: int) -> dict[str, Any]:
    identifier = _identifier("CFItemTypes", level)
    return {
        "identifier": identifier,
        "uri": f"{CASE_BASE}/CFItemTypes/{identifier}",
        "title": level,
        "description": f"A node at depth {depth} of the framework",
        "hierarchyCode": str(depth),
        "lastChangeDateTime": _CHANGED_AT,
    }


def _link(uri: str, identifier: str, title: str) -> dict[str, str]:
    return {"title": title, "identifier": identifier, "uri": uri}
