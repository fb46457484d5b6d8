"""Everything that a home holds, in a form in which two homes can be compared."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from pipelines.files import PART_SUFFIX
from pipelines.identity.keys import read_key
from pipelines.warehouse.connection import open_encrypted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipelines.home import Home

# The clock is read for these; nothing else may differ.
CLOCK_COLUMNS = {"started_at", "finished_at"}
# What dbt notes about its runs, and a report for each run: of these only what is whole counts.
_LOGS = ("reports/dbt/", "reports/runs/")
# Encrypted or with times in them: compared by their rows.
_BY_ROWS = {"warehouse.duckdb", "vault.duckdb", "marts.duckdb", "builds.parquet", "build.json"}
# The name of a sealed delivery is the digest of what is in it.
_SEALED = ".sealed"
_UNSTABLE = {"latest.json", ".lock", ".workers"}


class State(NamedTuple):
    """The files of a home with digests of their bytes, its link, and the rows of its databases."""

    files: dict[str, str]
    current: str
    rows: dict[str, str]

    def differences(self, other: State) -> list[str]:
        """Name what is not the same, a line each."""
        ours, theirs = (
            each.files | {"published/current": each.current} | each.rows for each in (self, other)
        )
        return [
            *(f"{name} is missing" for name in sorted(ours.keys() - theirs.keys())),
            *(f"{name} is too much" for name in sorted(theirs.keys() - ours.keys())),
            *(
                f"{name} is another"
                for name in sorted(ours.keys() & theirs.keys())
                if ours[name] != theirs[name]
            ),
        ]


def state_of(home: Home) -> State:
    """Read everything that a night may write, leftovers too."""
    files = {
        file.relative_to(home.root).as_posix(): _digest_of(file)
        for file in sorted(home.root.rglob("*"))
        if not file.is_dir() and not file.is_symlink()
    }
    current = home.current_build
    return State(
        {name: digest for name, digest in files.items() if not _is_log(name)},
        current.readlink().name if current.is_symlink() else "",
        _rows_of(home),
    )


def _is_log(name: str) -> bool:
    return name.startswith(_LOGS) and PART_SUFFIX not in name


def _digest_of(file: Path) -> str:
    if file.name in _BY_ROWS | _UNSTABLE or file.suffix == _SEALED:
        return "there"
    return blake2b(file.read_bytes(), digest_size=16).hexdigest()


def _rows_of(home: Home) -> dict[str, str]:
    rows: dict[str, str] = {}
    for file, key in ((home.warehouse_file, "warehouse"), (home.vault_file, "vault")):
        if file.is_file():
            secret = read_key(home.root / "keys", key)
            with open_encrypted(file, secret, alias=key, read_only=True) as connection:
                rows |= _digests(connection, key)
    for folder in sorted(home.published.glob("*/marts.duckdb")):
        if not folder.parent.is_symlink():
            with duckdb.connect(folder, read_only=True) as connection:
                name = f"published/{folder.parent.name}"
                rows |= {f"{name}: {key}": value for key, value in _digests(connection).items()}
    return rows


def _digests(connection: duckdb.DuckDBPyConnection, prefix: str = "marts") -> dict[str, str]:
    tables = connection.execute(
        "select columns.schema_name || '.' || columns.table_name,"
        " list(column_name order by column_index) from duckdb_columns() as columns"
        " semi join duckdb_tables() as tables using (database_name, schema_name, table_name)"
        " where database_name = current_database()"
        " group by all order by all"
    ).fetchall()
    return {f"{prefix}: {table}": _digest(connection, table, names) for table, names in tables}


def _digest(connection: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str]) -> str:
    listed = ", ".join(f'"{name}"' for name in columns if name not in CLOCK_COLUMNS)
    total = blake2b(digest_size=16)
    for row in connection.execute(f"select {listed} from {table} order by all").fetchall():
        total.update(repr(row).encode())
    return total.hexdigest()
