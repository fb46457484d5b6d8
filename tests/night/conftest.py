"""Nights are run once and looked at by many tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.night.homes import DistrictNight, plumbline_alone, run_district

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session", autouse=True)
def _parsed(parsed_project: None) -> None:
    """Every night here begins with the dbt project parsed."""


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> DistrictNight:
    """A synthetic district after its night, as a person runs it; tests only read it."""
    return run_district(_home(tmp_path_factory), run=plumbline_alone)


@pytest.fixture(scope="session")
def second_night(tmp_path_factory: pytest.TempPathFactory) -> DistrictNight:
    """The same district, from scratch in another folder."""
    return run_district(_home(tmp_path_factory))


def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("district") / "home"
