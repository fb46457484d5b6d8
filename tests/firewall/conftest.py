"""The shipped project with breaches planted, compiled once: dbt takes seconds."""

from __future__ import annotations

import pytest

from pipelines.firewall.check import Traced, trace_project
from pipelines.firewall.project import Project, read_project
from pipelines.firewall.run import planted_copy, without_planted
from pipelines.warehouse.compile import compile_models


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Traced:
    """Give the project with every planted breach."""
    folder = tmp_path_factory.mktemp("firewall")
    return trace_project(read_project(*compile_models(planted_copy(folder), folder)))


@pytest.fixture(scope="session")
def traced(planted: Traced) -> Traced:
    """Give the project as it ships."""
    return without_planted(planted)


@pytest.fixture(scope="session")
def project(traced: Traced) -> Project:
    """Give the models of the project as it ships."""
    return traced.project
