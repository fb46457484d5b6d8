"""What holds for every test: those of one folder share what is costly to make, in one process."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a folder together where several processes share the work."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(item.path.parent.as_posix()))
