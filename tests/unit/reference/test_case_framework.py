"""CASE packages give standards with their parents, and a malformed one is named."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from pipelines.errors import InputError
from pipelines.reference.case_framework import AcademicStandard, read_standards
from tests.unit.examples import CASE, PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

AREA = AcademicStandard("area", f"{CASE}/area", None, "Numbers", None, "Mathematics", "2025")
RATIO = AcademicStandard(
    "ratio", f"{CASE}/ratio", "6.RP", "Reason with ratios", "area", "Mathematics", "2025"
)


def _read(folder: Path, *packages: Any) -> tuple[AcademicStandard, ...]:
    for number, package in enumerate(packages):
        content = package if isinstance(package, bytes) else orjson.dumps(package)
        (folder / f"{number}.json").write_bytes(content)
    return read_standards(folder)


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


def test_packages_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    """Two frameworks stand side by side."""
    other = _with(CFDocument={"title": "Science"}, CFAssociations=[])
    found = _read(tmp_path, PACKAGE, other)
    assert [each.framework for each in found] == ["Mathematics"] * 2 + ["Science"] * 2
    assert found[2].framework_version is None


@pytest.mark.parametrize(
    ("package", "problem"),
    [
        pytest.param(b"{", "is not JSON", id="no-json"),
        pytest.param([], "CFDocument with its title is missing", id="a-list"),
        pytest.param({"CFPackage": None}, "holds no package", id="null-package"),
        pytest.param(_with(CFDocument={}), "CFDocument with its title", id="no-title"),
        pytest.param(_with(CFItems=None), "CFItems is missing", id="no-items"),
        pytest.param(_with(CFItems=[7]), r"CFItems\[0\] lacks identifier, uri", id="no-object"),
        pytest.param(
            _with(CFItems=[{"identifier": "a", "uri": None, "fullStatement": "A"}]),
            r"CFItems\[0\] lacks uri",
            id="item-without-uri",
        ),
        pytest.param(
            _with(CFAssociations=[{"associationType": "isChildOf", "originNodeURI": "a"}]),
            r"CFAssociations\[0\] lacks destinationNodeURI",
            id="association-without-node",
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
