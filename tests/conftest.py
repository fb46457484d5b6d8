"""What holds for every test: those of one folder share what is costly to make, in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xdist.remote import Producer


_LONGEST = ("tests/night/", "tests/warehouse/", "tests/faults/")


class FolderScheduling(LoadScopeScheduling):
    """Shares tests out by their folders."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        return file.rpartition("/")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders that take longest: one that is begun last is waited for alone."""
    items.sort(key=lambda item: item.nodeid.startswith(_LONGEST), reverse=True)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FolderScheduling:
    """Keep the tests of a folder together where several processes share the work."""
    return FolderScheduling(config, log)


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let nights in new homes begin with the dbt project parsed, as later nights of a home do."""
    from pipelines.resources import resource_path
    from pipelines.warehouse.dbt_environment import PARSED_PROJECT, parse_project

    folder = tmp_path_factory.mktemp("parsed")
    parse_project(resource_path("dbt"), folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_PARTIAL_PARSE_FILE_PATH", str(folder / PARSED_PROJECT))
        yield
