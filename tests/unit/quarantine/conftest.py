"""A small district for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.quarantine.homes import SmallDistrict, small_district

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def district(tmp_path: Path) -> SmallDistrict:
    """A home without deliveries."""
    return small_district(tmp_path / "home")
