"""The district's standards as values, and a subject's document as a CASE 1.0 package."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipelines.synth.framework_text import FRAMEWORK_TEXT, UNTAUGHT, Cluster, Domain
from pipelines.synth.population import GRADES
from pipelines.synth.values import Standard, Subject

CASE_BASE = "https://standards.riverbend.example/ims/case/v1p0"
LEAF_LEVEL = "Standard"
_LEVELS = ("Band", "Domain", "Cluster", LEAF_LEVEL)
TOP_LEVEL = _LEVELS[0]
_CHANGED_AT = "2026-06-15T09:00:00+00:00"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, CASE_BASE)
_SUBJECT_CODE = {Subject.MATHEMATICS: "MA", Subject.SCIENCE: "SC"}


class Edition(NamedTuple):
    """A version of the district's frameworks."""

    version: str
    adoption_status: str
    starts_on: str
    prefix: str


CURRENT = Edition("2026", "Adopted", "2026-07-01", "")


@dataclass(frozen=True, slots=True)
class Framework:
    """All standards of both subjects, parents before children.

    `leaves` are those that are taught; `untaught` is the one of a grade that nothing is ever about.
    """

    standards: tuple[Standard, ...]
    leaves: dict[tuple[Subject, int], tuple[Standard, ...]]
    untaught: dict[tuple[Subject, int], Standard]

    def of_subject(self, subject: Subject) -> tuple[Standard, ...]:
        """Return the nodes of one subject."""
        return tuple(standard for standard in self.standards if standard.subject is subject)

    def taught(self, subject: Subject, grade: int) -> tuple[Standard, ...]:
        """Return the leaves of a subject and grade in teaching order."""
        return self.leaves[subject, grade]

    def all_leaves(self) -> list[Standard]:
        """Return every leaf, taught or not."""
        return [standard for standard in self.standards if standard.level == LEAF_LEVEL]


def build_framework() -> Framework:
    """Build the standards of both subjects."""
    taught: list[Standard] = []
    untaught: list[Standard] = []
    for subject, domains in FRAMEWORK_TEXT.items():
        root = _node(subject, (_SUBJECT_CODE[subject],), f"Middle grades {subject.value}")
        taught.append(root)
        for domain in domains:
            taught += _domain_nodes(root, domain)
        untaught += _domain_nodes(root, UNTAUGHT[subject])
    alone = {place: leaf for place, (leaf,) in _index_leaves(untaught).items()}
    return Framework((*taught, *untaught), _index_leaves(taught), alone)


def document_identifier(subject: Subject, edition: Edition = CURRENT) -> str:
    """Return the identifier of a subject's document."""
    return identifier_of("CFDocuments", f"{edition.prefix}{subject.value}")


def case_package(
    standards: tuple[Standard, ...], subject: Subject, edition: Edition = CURRENT
) -> dict[str, Any]:
    """Return a subject's document, items and associations in the package form of CASE 1.0."""
    titles = {standard.identifier: standard.statement for standard in standards}
    titles[document_identifier(subject, edition)] = _document_title(subject)
    return {
        "CFDocument": _document(subject, edition),
        "CFItems": [_item(standard) for standard in standards],
        "CFAssociations": [_child_of(standard, titles, edition) for standard in standards],
        "CFDefinitions": {"CFItemTypes": _item_types(standards)},
    }


def associate(kind: str, origin: Standard, destination: Standard) -> dict[str, Any]:
    """Return what one standard has to do with another."""
    identifier = identifier_of("CFAssociations", f"{origin.code} {kind} {destination.code}")
    return {
        "identifier": identifier,
        "uri": f"{CASE_BASE}/CFAssociations/{identifier}",
        "associationType": kind,
        "originNodeURI": _link(origin.uri, origin.identifier, origin.statement),
        "destinationNodeURI": _link(destination.uri, destination.identifier, destination.statement),
        "lastChangeDateTime": _CHANGED_AT,
    }


def identifier_of(kind: str, name: str) -> str:
    """Return the identifier of a document, item, association or type by its name."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}"))


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
    for letter, cluster in zip("AB", domain.clusters, strict=False):
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
    identifier = identifier_of("CFItems", dotted)
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
    identifier = identifier_of("CFAssociations", f"{edition.prefix}{standard.code}")
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


def _item_types(standards: tuple[Standard, ...]) -> list[dict[str, Any]]:
    levels = list(dict.fromkeys(standard.level for standard in standards))
    return [_item_type(level, depth) for depth, level in enumerate(levels, start=1)]


def _item_type(level: str, depth: int) -> dict[str, Any]:
    identifier = identifier_of("CFItemTypes", level)
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
