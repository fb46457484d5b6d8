"""The standards are well-formed CASE packages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pipelines.synth import SyntheticDistrict


@pytest.fixture(scope="module", params=["mathematics", "science"])
def package(request: pytest.FixtureRequest, district: SyntheticDistrict) -> dict[str, Any]:
    """One subject's package."""
    text = (district.home / "standards" / f"{request.param}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def test_every_item_has_one_parent_up_to_the_document(package: dict[str, Any]) -> None:
    """Following isChildOf from any item ends at the document after one to four steps."""
    parent = {
        link["originNodeURI"]["identifier"]: link["destinationNodeURI"]["identifier"]
        for link in package["CFAssociations"]
    }
    items = {item["identifier"] for item in package["CFItems"]}
    assert set(parent) == items
    depths = set()
    for item in items:
        steps, node = 0, item
        while node in parent:
            steps, node = steps + 1, parent[node]
        assert node == package["CFDocument"]["identifier"]
        depths.add(steps)
    assert depths == {1, 2, 3, 4}


def test_codes_and_addresses_are_unique(package: dict[str, Any]) -> None:
    """No two items share a code, a statement or an address, and addresses end in the identifier."""
    items = package["CFItems"]
    for name in ("identifier", "uri", "humanCodingScheme", "fullStatement"):
        assert len({item[name] for item in items}) == len(items)
    assert all(item["uri"].endswith(f"/CFItems/{item['identifier']}") for item in items)


def test_associations_agree_with_the_items(package: dict[str, Any]) -> None:
    """Each end of an association repeats the address of what it points to."""
    uris = {item["identifier"]: item["uri"] for item in package["CFItems"]}
    uris[package["CFDocument"]["identifier"]] = package["CFDocument"]["uri"]
    for link in package["CFAssociations"]:
        for end in (link["originNodeURI"], link["destinationNodeURI"]):
            assert uris[end["identifier"]] == end["uri"]
