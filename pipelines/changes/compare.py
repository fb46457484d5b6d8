"""Find the rows and cells of a mart that differ between two attached builds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SINCE, UNTIL = "since", "until"
CHANGED = "changed_rows"
VERSION = "definition_version"
# They say of which build and definition a row is; no reader looks for them as for a value.
_DATES = ("activity_date", "evidence_date")
_ABOUT_THE_BUILD = frozenset({"build_id", VERSION, "definition_hash"})


class Mart(NamedTuple):
    """A table of both builds, its key, and the columns that are compared."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def date_column(self) -> str | None:
        """The school-local date on which what a row tells happened, where it has one."""
        return next((each for each in _DATES if each in self.columns), None)


def marts_of_both(
    connection: DuckDBPyConnection, keys: dict[str, tuple[str, ...]]
) -> tuple[Mart, ...]:
    """Return what both builds have and models declare a key of; columns that both have."""
    rows = connection.execute(
        """
        select schema_name || '.' || table_name as mart, column_name
        from duckdb_columns()
        where database_name in (?, ?)
        group by all
        having count(distinct database_name) = 2
        order by mart, min(column_index)
        """,
        [SINCE, UNTIL],
    ).fetchall()
    columns: dict[str, list[str]] = {}
    for mart, column in rows:
        columns.setdefault(mart, []).append(column)
    return tuple(
        Mart(mart, keys[mart], tuple(each for each in named if each not in _ABOUT_THE_BUILD))
        for mart, named in columns.items()
        if mart in keys and set(keys[mart]) <= set(named)
    )


def find_changed_rows(connection: DuckDBPyConnection, mart: Mart) -> int:
    """Put the rows that differ into CHANGED, numbered in the order of their key; return how many.

    Besides key and date it has `row_kind` and `cells`, a list of column, before and after.
    """
    values = [column for column in mart.columns if column not in mart.key]
    cells = ", ".join(_cell(column) for column in values)
    placed = dict.fromkeys((*mart.key, *filter(None, [mart.date_column])))
    keys = ", ".join(f"coalesce(after.{each}, before.{each}) as {each}" for each in placed)
    matches = " and ".join(f"before.{each} is not distinct from after.{each}" for each in mart.key)
    listed = f"list_filter([{cells}], lambda cell: cell is not null)" if values else "[]"
    connection.execute(
        f"""
        create or replace temp table {CHANGED} as
        with compared as (
            select
                {keys},
                case
                    when before.is_there is null then 'added'
                    when after.is_there is null then 'removed'
                    else 'changed'
                end as row_kind,
                {listed} as cells
            from (select *, true as is_there from {SINCE}.{mart.name}) as before
            full join (select *, true as is_there from {UNTIL}.{mart.name}) as after on {matches}
        )
        select row_number() over (order by {", ".join(mart.key)}) as number, *
        from compared
        where row_kind <> 'changed' or len(cells) > 0
        """
    )
    row = connection.execute(f"select count(*) from {CHANGED}").fetchone()
    return int(row[0]) if row else 0


def version_changed(connection: DuckDBPyConnection, mart: str) -> bool:
    """Tell whether the mart has a version of its definition, and another one in each build."""
    versions = [
        connection.execute(
            "select table_name from duckdb_columns() where database_name = ?"
            " and schema_name || '.' || table_name = ? and column_name = ?",
            [build, mart, VERSION],
        ).fetchall()
        and set(connection.execute(f"select distinct {VERSION} from {build}.{mart}").fetchall())
        for build in (SINCE, UNTIL)
    ]
    before, after = versions
    return bool(before and after and before != after)


def _cell(column: str) -> str:
    before, after = f'before."{column}"', f'after."{column}"'
    return (
        f"case when {before} is distinct from {after} then"
        f" {{'column': '{column}', 'before': {before}::varchar, 'after': {after}::varchar}} end"
    )
