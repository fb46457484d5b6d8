"""What holds for every test: those of one folder share what is costly to make, in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    import pytest
    from xdist.remote import Producer


class FolderScheduling(LoadScopeScheduling):
    """Shares tests out by their folders."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        return file.rpartition("/")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FolderScheduling:
    """Keep the tests of a folder together where several processes share the work."""
    return FolderScheduling(config, log)
