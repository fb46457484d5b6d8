"""What is loaded of CASE packages can be written again, and changes of it reach every build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import orjson
import pytest

from pipelines.synth.framework import build_framework, case_package
from pipelines.synth.values import Subject
from tests.load.test_changes import CHANGES
from tests.unit.examples import CASE, PACKAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home
    from pipelines.warehouse.load import LoadOutcome

    Load = Callable[[], LoadOutcome]
    Query = Callable[[str], list[tuple[Any, ...]]]

DOCUMENT = ("identifier", "uri", "title", "version", "adoptionStatus", "statusStartDate")
ITEM = ("identifier", "uri", "fullStatement", "humanCodingScheme", "educationLevel")
ASSOCIATION = ("identifier", "uri", "associationType", "sequenceNumber")
LEAST_ITEMS, LEVELS = 300, 4


def _kept(package: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a package that are loaded."""
    return {
        "CFDocument": {name: package["CFDocument"].get(name) for name in DOCUMENT},
        "CFItems": [{name: item.get(name) for name in ITEM} for item in package["CFItems"]],
        "CFAssociations": [
            {name: each.get(name) for name in ASSOCIATION}
            | {node: each[node]["identifier"] for node in ("originNodeURI", "destinationNodeURI")}
            for each in package["CFAssociations"]
        ],
    }


def _written_again(query: Query, framework_id: str) -> dict[str, Any]:
    """Return the package that the loaded tables say."""
    where = f"where framework_id = '{framework_id}'"
    (document,) = query(
        "select framework_id, uri, title, version, adoption_status, status_starts_on::varchar"
        f" from loaded.frameworks {where}"
    )
    items = query(
        "select standard_id, uri, statement, code, education_levels"
        f" from loaded.standards {where} order by rowid"
    )
    associations = query(
        "select association_id, uri, association_type, sequence_number, origin_id, destination_id"
        f" from loaded.standard_associations {where} order by rowid"
    )
    nodes = (*ASSOCIATION, "originNodeURI", "destinationNodeURI")
    return {
        "CFDocument": dict(zip(DOCUMENT, document, strict=True)),
        "CFItems": [dict(zip(ITEM, item, strict=True)) for item in items],
        "CFAssociations": [dict(zip(nodes, each, strict=True)) for each in associations],
    }


def _item(code: str) -> dict[str, Any]:
    identifier = str(uuid5(NAMESPACE_URL, code))
    return {
        "identifier": identifier,
        "uri": f"{CASE}/{identifier}",
        "fullStatement": f"What {code} asks for",
        "humanCodingScheme": code,
        "CFItemType": ("Domain", "Cluster", "Standard", "Component")[code.count(".")],
        "educationLevel": ["06", "07"],
        "lastChangeDateTime": "2026-06-15T09:00:00+00:00",
        "extensions": {"publisher": "Example"},
    }


def _link(kind: str, number: int, origin: dict[str, Any], to: dict[str, Any]) -> dict[str, Any]:
    identifier = str(uuid5(NAMESPACE_URL, f"{kind} {number}"))
    return {
        "identifier": identifier,
        "uri": f"https://case.example.org/CFAssociations/{identifier}",
        "associationType": kind,
        "sequenceNumber": number,
        "originNodeURI": {"title": "T", "targetType": "CASE"}
        | {name: origin[name] for name in ("identifier", "uri")},
        "destinationNodeURI": {"title": "T", "targetType": "CASE"}
        | {name: to[name] for name in ("identifier", "uri")},
        "lastChangeDateTime": "2026-06-15T09:00:00+00:00",
    }


def _package_of_a_real_shape() -> dict[str, Any]:
    """Return a CASE 1.1 package: 5 domains of 4 clusters of 5 standards of 3 components each."""
    document = {
        "identifier": "6f0f2b1e-0000-4000-8000-000000000001",
        "uri": "https://case.example.org/CFDocuments/1",
        "title": "Mathematics, grades 6 and 7",
        "creator": "Example State",
        "version": "2026",
        "caseVersion": "1.1",
        "frameworkType": "K12",
        "adoptionStatus": "Adopted",
        "statusStartDate": "2026-07-01",
        "lastChangeDateTime": "2026-06-15T09:00:00+00:00",
    }
    levels: list[tuple[str, ...]] = [("",)]
    for size in (5, 4, 5, 3):
        codes = (f"{above}.{number + 1}" for above in levels[-1] for number in range(size))
        levels.append(tuple(code.lstrip(".") for code in codes))
    items = {code: _item(code) for level in levels[1:] for code in level}
    links = [
        _link("isChildOf", number, item, items.get(code.rpartition(".")[0], document))
        for number, (code, item) in enumerate(items.items())
    ]
    related = _link("isRelatedTo", len(links), items["1.1.1"], items["2.1.1"])
    return {
        "CFDocument": document,
        "CFItems": list(items.values()),
        "CFAssociations": [*links, related],
        "CFDefinitions": {"CFItemTypes": []},
    }


def test_a_package_of_a_real_shape_comes_out_as_it_went_in(
    home: Home, load_home: Load, query: Query
) -> None:
    """More than 300 items in 4 levels, and a second framework beside it: the kept fields stay."""
    science = build_framework().of_subject(Subject.SCIENCE)
    packages = [_package_of_a_real_shape(), case_package(science, Subject.SCIENCE)]
    for number, package in enumerate(packages):
        (home.standards / f"{number}.json").write_bytes(orjson.dumps(package))
    load_home()
    for package in packages:
        written = _written_again(query, package["CFDocument"]["identifier"])
        assert written == _kept(package)
    assert len(packages[0]["CFItems"]) >= LEAST_ITEMS
    assert query("select max(distance) + 1 from loaded.standard_ancestors") == [(LEVELS,)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("alignment.csv", "activity_id,standard\ni-1,ratio\n", id="another-alignment"),
        pytest.param(
            "skill_crosswalk.csv", "skill,relation,standard\ns-1,exact,ratio\n", id="another-skill"
        ),
        pytest.param(
            "newer.json",
            orjson.dumps(
                {
                    "CFDocument": {"identifier": "doc-2", "title": "Mathematics"},
                    "CFItems": [
                        {"identifier": "new", "uri": f"{CASE}/new", "fullStatement": "Ratios"}
                    ],
                    "CFAssociations": [
                        {"associationType": "replacedBy"}
                        | {"originNodeURI": "ratio", "destinationNodeURI": "new"}
                    ],
                }
            ).decode(),
            id="another-version",
        ),
    ],
)
def test_another_mapping_concerns_every_event(
    home: Home, load_home: Load, query: Query, *, name: str, text: str
) -> None:
    """The list of changes says so, so that the next build makes everything."""
    load_home()
    (home.standards / name).write_text(text, encoding="utf-8")
    assert load_home().changed_records == ("standards",)
    assert query(CHANGES) == [(None, None, "standards", None)]


def test_what_a_replaced_standard_counts_for_is_loaded(
    home: Home, load_home: Load, query: Query
) -> None:
    """The old item stays, and says which one its evidence counts for."""
    package = {**PACKAGE, "CFDocument": {"identifier": "old", "title": "Mathematics"}}
    package["CFAssociations"] = [
        {"associationType": "replacedBy", "originNodeURI": "ratio", "destinationNodeURI": "area"}
    ]
    (home.standards / "mathematics.json").write_bytes(orjson.dumps(package))
    load_home()
    rows = query("select standard_id, counts_as_id, succession from loaded.standards order by 1")
    assert rows == [("area", "area", "current"), ("ratio", "area", "replaced")]
