"""The tables that a teacher sees are as narrow as a page."""

from __future__ import annotations

import pytest

from pipelines.changes.keys import keys_of_marts
from tests.docs.marts import Table, published_tables

MOST_COLUMNS = 12
CARRIED_BY_ALL = {"build_id", "definition_version", "definition_hash"}
TEACHERS_TABLES = [
    table for table in published_tables() if table.schema in {"learning", "proxies", "signals"}
]


@pytest.mark.parametrize("table", TEACHERS_TABLES, ids=lambda table: table.name)
def test_a_table_for_teachers_tells_at_most_twelve_things(table: Table) -> None:
    """Beside its key and what every table carries, no table has more than twelve columns."""
    key = keys_of_marts()[f"{table.schema}.{table.name}"]
    told = [column.name for column in table.columns if column.name not in {*key, *CARRIED_BY_ALL}]
    assert len(told) <= MOST_COLUMNS


def test_mastery_is_among_them() -> None:
    """The table that teachers read first is held to it."""
    assert "mastery" in {table.name for table in TEACHERS_TABLES}
