"""CASE packages give standards with their parents, and a malformed one is named."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from pipelines.errors import InputError
from pipelines.reference.case_framework import AcademicStandard, Standards, read_standards
from pipelines.reference.succession import Succession
from tests.unit.examples import CASE, PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

AREA = AcademicStandard(
    *("area", f"{CASE}/area", None, "Numbers", None, "Mathematics", "2025"),
    *("doc-1", (), "area", Succession.CURRENT),
)
RATIO = AcademicStandard(
    *("ratio", f"{CASE}/ratio", "6.RP", "Reason with ratios", "area", "Mathematics", "2025"),
    *("doc-1", (), "ratio", Succession.CURRENT),
)


def _read(folder: Path, *packages: Any) -> tuple[AcademicStandard, ...]:
    return _read_all(folder, *packages).standards


def _read_all(folder: Path, *packages: Any) -> Standards:
    for number, package in enumerate(packages):
        content = package if isinstance(package, bytes) else orjson.dumps(package)
        (folder / f"{number}.json").write_bytes(content)
    return read_standards(folder)


def _link(kind: str, origin: str, destination: str) -> dict[str, Any]:
    return {
        "associationType": kind,
        "originNodeURI": {"identifier": origin},
        "destinationNodeURI": {"identifier": destination},
    }


def _package(name: str, items: str, *links: tuple[str, str, str], **document: str) -> Any:
    """Return a package with items that are named by a letter each."""
    return {
        "CFDocument": {"identifier": name, "title": "Mathematics", **document},
        "CFItems": [
            {"identifier": item, "uri": f"{CASE}/{item}", "fullStatement": item} for item in items
        ],
        "CFAssociations": [_link(*link) for link in links],
    }


def _with(**members: Any) -> dict[str, Any]:
    return copy.deepcopy(PACKAGE) | members


@pytest.mark.parametrize(
    "package",
    [
        pytest.param(PACKAGE, id="package"),
        pytest.param({"CFPackage": PACKAGE}, id="wrapped"),
    ],
)
def test_the_items_of_a_package_are_read(tmp_path: Path, package: dict[str, Any]) -> None:
    """Each item comes with its framework, and with the parent that an association gives it."""
    assert _read(tmp_path, package) == (AREA, RATIO)


@pytest.mark.parametrize(
    "associations",
    [
        pytest.param([], id="none"),
        pytest.param(None, id="null"),
        pytest.param(
            [
                {
                    "associationType": "isRelatedTo",
                    "originNodeURI": {"identifier": "ratio"},
                    "destinationNodeURI": {"identifier": "area"},
                }
            ],
            id="another-type",
        ),
        pytest.param(
            [
                {
                    "associationType": "isChildOf",
                    "originNodeURI": {"identifier": "ratio"},
                    "destinationNodeURI": {"identifier": "doc-1"},
                }
            ],
            id="child-of-the-document",
        ),
    ],
)
def test_an_item_without_known_parent_has_none(tmp_path: Path, associations: Any) -> None:
    """Only an item of the package is a parent; its document is not."""
    found = _read(tmp_path, _with(CFAssociations=associations))
    assert [each.parent_id for each in found] == [None, None]


def test_several_frameworks_and_versions_stand_side_by_side(tmp_path: Path) -> None:
    """Packages come in the order of their files, each item with its framework and version."""
    other = _package("doc-2", "ab", version="2026")
    found = _read(tmp_path, PACKAGE, other)
    versions = [(each.framework_id, each.framework, each.framework_version) for each in found]
    assert (
        versions == [("doc-1", "Mathematics", "2025")] * 2 + [("doc-2", "Mathematics", "2026")] * 2
    )


def test_the_line_of_ancestors_is_told(tmp_path: Path) -> None:
    """Every standard above is there with its distance; of two parents the first counts."""
    links = [("isChildOf", "c", "b"), ("isChildOf", "b", "a"), ("isChildOf", "a", "doc")]
    found = _read_all(tmp_path, _package("doc", "abcd", *links, ("isChildOf", "c", "d")))
    assert found.ancestors == (("c", "b", 1), ("c", "a", 2), ("b", "a", 1))


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        pytest.param([], ("a", "current"), id="nothing-said"),
        pytest.param([("replacedBy", "a", "x")], ("x", "replaced"), id="one-to-one"),
        pytest.param(
            [("replacedBy", "a", "b"), ("replacedBy", "b", "x")], ("x", "replaced"), id="in-steps"
        ),
        pytest.param(
            [("replacedBy", "a", "x"), ("replacedBy", "a", "y")], ("a", "split"), id="one-to-two"
        ),
        pytest.param(
            [("replacedBy", "a", "x"), ("replacedBy", "b", "x")], ("a", "merged"), id="two-to-one"
        ),
        pytest.param(
            [("replacedBy", "a", "b"), ("replacedBy", "b", "a")], ("a", "circular"), id="in-a-ring"
        ),
        pytest.param(
            [("replacedBy", "a", "b"), ("replacedBy", "b", "a"), ("replacedBy", "x", "a")],
            ("a", "circular"),
            id="in-a-ring-that-another-enters",
        ),
        pytest.param(
            [("replacedBy", "a", "b"), ("replacedBy", "b", "a"), ("replacedBy", "b", "x")],
            ("a", "circular"),
            id="in-a-ring-with-a-way-out",
        ),
        pytest.param([("replacedBy", "a", "a")], ("a", "circular"), id="by-itself"),
        pytest.param(
            [("replacedBy", "a", "b"), ("replacedBy", "b", "x"), ("replacedBy", "b", "y")],
            ("b", "replaced"),
            id="by-one-that-was-split",
        ),
        pytest.param(
            [("exactMatchOf", "a", "x"), ("replacedBy", "x", "b"), ("replacedBy", "b", "a")],
            ("a", "circular"),
            id="in-a-ring-by-its-text",
        ),
        pytest.param([("replacedBy", "a", "elsewhere")], ("a", "current"), id="not-loaded"),
        pytest.param([("exactMatchOf", "a", "x")], ("x", "matched"), id="same-text"),
        pytest.param([("exactMatchOf", "x", "a")], ("x", "matched"), id="same-text-told-later"),
        pytest.param(
            [("exactMatchOf", "a", "x"), ("exactMatchOf", "a", "y")], ("a", "split"), id="two-texts"
        ),
        pytest.param([("isRelatedTo", "a", "x")], ("a", "current"), id="related"),
        pytest.param([("exactMatchOf", "a", "b")], ("a", "current"), id="both-old"),
    ],
)
def test_an_old_version_counts_for_the_current_one(
    tmp_path: Path, links: list[tuple[str, str, str]], expected: tuple[str, str]
) -> None:
    """One that took the place of one other, or has its text; what has no single heir stays."""
    old = _package("old", "ab", *links, adoptionStatus="Deprecated")
    found = {each.standard_id: each for each in _read(tmp_path, old, _package("new", "xy"))}
    assert (found["a"].counts_as_id, found["a"].succession) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param("2020-07-01", "2026-07-01", "x", id="followed"),
        pytest.param("2026-07-01", "2020-07-01", "a", id="the-newer-one"),
        pytest.param("2026-07-01", "2026-07-01", "a", id="side-by-side"),
    ],
)
def test_a_later_version_of_a_title_makes_the_earlier_one_old(
    tmp_path: Path, first: str, second: str, expected: str
) -> None:
    """Two frameworks in use that share a text keep their evidence apart."""
    one = _package("one", "a", statusStartDate=first)
    two = _package("two", "x", ("exactMatchOf", "x", "a"), statusStartDate=second)
    found = {each.standard_id: each for each in _read(tmp_path, one, two)}
    assert found["a"].counts_as_id == expected


@pytest.mark.parametrize(
    ("packages", "problem"),
    [
        pytest.param(
            [_package("a", "x"), _package("a", "y")],
            r"1\.json: CFDocument\.identifier is that of 0\.json too",
            id="document-twice",
        ),
        pytest.param(
            [_package("a", "x"), _package("b", "wx")],
            r"1\.json: CFItems\[1\]\.identifier is in 0\.json too",
            id="item-in-two",
        ),
        pytest.param(
            [_package("a", "xx")], r"CFItems\[0\]\.identifier comes 2 times", id="item-twice"
        ),
        pytest.param(
            [_package("a", "x", ("isChildOf", "gone", "x"))],
            r"CFAssociations\[0\]\.originNodeURI\.identifier is no item",
            id="child-unknown",
        ),
        pytest.param(
            [_package("a", "x", ("isChildOf", "x", "gone"))],
            r"CFAssociations\[0\]\.destinationNodeURI\.identifier is no item or document",
            id="parent-unknown",
        ),
        pytest.param(
            [_package("a", "xy", ("isChildOf", "x", "y"), ("isChildOf", "y", "x"))],
            r"CFAssociations\[1\] puts an item below itself",
            id="ring",
        ),
    ],
)
def test_packages_that_contradict_themselves_are_refused(
    tmp_path: Path, packages: list[Any], problem: str
) -> None:
    """The message names the file, the path and the field."""
    with pytest.raises(InputError, match=problem):
        _read(tmp_path, *packages)


@pytest.mark.parametrize(
    ("package", "problem"),
    [
        pytest.param(b"{", "is not JSON", id="no-json"),
        pytest.param([], "the package must be of the type object", id="a-list"),
        pytest.param({"CFPackage": None}, "CFDocument is missing", id="null-package"),
        pytest.param(_with(CFDocument={}), "CFDocument.identifier is missing", id="no-title"),
        pytest.param(_with(CFItems=None), "CFItems must be of the type array", id="no-items"),
        pytest.param(_with(CFItems=[7]), r"CFItems\[0\] must be of the type", id="no-object"),
        pytest.param(
            _with(CFItems=[{"identifier": "a", "uri": None, "fullStatement": "A"}]),
            r"CFItems\[0\]\.uri must be of the type string",
            id="item-without-uri",
        ),
        pytest.param(
            _with(CFAssociations=[{"associationType": "isChildOf", "originNodeURI": "a"}]),
            r"CFAssociations\[0\]\.destinationNodeURI is missing",
            id="association-without-node",
        ),
        pytest.param(
            _with(CFAssociations=[_link("isChildof", "ratio", "area")]),
            r"CFAssociations\[0\]\.associationType must have the form",
            id="association-misspelt",
        ),
        pytest.param(
            _with(CFDocument={"identifier": "d", "title": "T", "adoptionStatus": "Old"}),
            r"CFDocument\.adoptionStatus must be one of",
            id="status-unknown",
        ),
        pytest.param(
            _with(CFDocument={"identifier": "d", "title": "T", "statusStartDate": "2025-02-30"}),
            r"CFDocument\.statusStartDate is no date",
            id="no-such-date",
        ),
    ],
)
def test_a_malformed_package_is_named(tmp_path: Path, package: Any, problem: str) -> None:
    """The message names the file and the field."""
    with pytest.raises(InputError, match=rf"0\.json.*{problem}"):
        _read(tmp_path, package)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    """Without standards nothing could be evidence of anything."""
    with pytest.raises(InputError, match="holds no CASE package"):
        read_standards(tmp_path)
