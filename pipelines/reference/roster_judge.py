"""Judge a whole roster delivery: every violation in a table, and the rows that can be loaded.

All of it happens in the connection's temporary tables: file_<table> is a file as it came,
raw_<table> its values trimmed, `violations` what is wrong, `left_out` the rows not to be loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.reference.roster_checks import (
    column_checks,
    count_broken,
    make_raw_view,
    raw_checks,
    unsettled,
)
from pipelines.reference.roster_csv import ROW_NUMBER, CsvFile, FileFault, read_csv_file
from pipelines.reference.roster_manifest import Mode, read_manifest
from pipelines.reference.roster_package import UnreadablePackageError
from pipelines.reference.roster_relations import (
    Found,
    duplicate_rows,
    make_identifiers,
    make_usable_view,
    reference_rows,
    relation_rows,
)
from pipelines.reference.roster_rules import (
    COLUMN_MISSING,
    COLUMN_ORDER,
    COLUMN_UNKNOWN,
    CSV_LENGTH,
    FILE_EMPTY,
    UNREADABLE,
    Effect,
    RosterRule,
    Violation,
)
from pipelines.reference.roster_tables import Version, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duckdb import DuckDBPyConnection

    from pipelines.reference.roster_checks import Check
    from pipelines.reference.roster_package import Package
    from pipelines.reference.roster_tables import Table

_METADATA = "metadata."
_MAKE_TABLES = """
    create or replace temp table violations (
        rule varchar, effect varchar, file varchar, row bigint, "column" varchar, message varchar
    );
    create or replace temp table left_out (file varchar, row_number bigint);
"""


class JudgedRoster(NamedTuple):
    """What is to be said of a delivery as a whole; `rows` are the rows below the headers."""

    version: Version | None
    modes: dict[str, Mode]
    rows: int
    is_loadable: bool


def judge_roster(
    connection: DuckDBPyConnection, package: Package, *, known: Iterable[str] = ()
) -> JudgedRoster:
    """Hold a delivery to every rule; `known` names the tables of which known_<table> (id) is there.

    What is known is what deliveries before have said: the rows of a delta may refer to it.
    """
    connection.execute(_MAKE_TABLES)
    manifest = read_manifest(package)
    _keep(connection, manifest.violations)
    if manifest.version is None:
        return JudgedRoster(None, {}, 0, is_loadable=False)
    tables = [
        table
        for table in tables_of(manifest.version).values()
        if manifest.modes[table.name] is not Mode.ABSENT and table.file in package.members
    ]
    modes = manifest.modes | {
        name: Mode.ABSENT for name in manifest.modes if name not in {each.name for each in tables}
    }
    rows = sum(_judge_file(connection, package, table, mode=modes[table.name]) for table in tables)
    if _is_readable(connection):
        _judge_relations(connection, tables, modes, known=frozenset(known))
        for name, found in relation_rows(modes, manifest.version):
            _keep_rows(connection, f"{name}.csv", found)
    return JudgedRoster(manifest.version, modes, rows, is_loadable=_is_readable(connection))


def violations(connection: DuckDBPyConnection) -> Iterator[Violation]:
    """Yield every violation by file, row and column; those of the delivery as a whole first."""
    found = connection.execute(
        'select rule, effect, file, row, "column", message from violations'
        ' order by row is not null, file, row, "column", rule'
    )
    while batch := found.fetchmany(10_000):
        for row in batch:
            yield Violation(row[0], Effect(row[1]), *row[2:])


def _is_readable(connection: DuckDBPyConnection) -> bool:
    row = connection.execute(
        "select count(*) from violations where effect = ?", [Effect.DELIVERY]
    ).fetchone()
    return row is not None and row[0] == 0


def _judge_file(
    connection: DuckDBPyConnection, package: Package, table: Table, *, mode: Mode
) -> int:
    """Hold one file to its table; return its number of rows."""
    read = _read(package, table)
    if isinstance(read, Violation):
        _keep(connection, [read])
        return 0
    connection.register(f"file_{table.name}", read.rows)
    _keep(connection, _header_violations(table, read.header))
    _keep(connection, _length_violations(table, read))
    if not read.rows.num_rows:
        _keep(connection, [_of_file(table, FILE_EMPTY, Effect.NONE)])
    as_came = list(raw_checks(table, read))
    broken = _run_checks(connection, table, f"file_{table.name}", as_came)
    make_raw_view(connection, table, read.header, is_clean=not broken)
    checks = list(column_checks(table, read.header, is_delta=mode is Mode.DELTA))
    checks = unsettled(connection, read, checks, is_clean=not broken)
    _run_checks(connection, table, f"raw_{table.name}", checks)
    for found in duplicate_rows(connection, table):
        _keep_rows(connection, table.file, found)
    return int(read.rows.num_rows)


def _read(package: Package, table: Table) -> CsvFile | Violation:
    effect = Effect.DELIVERY if table.is_loaded else Effect.NONE
    try:
        read = read_csv_file(package.read(table.file))
    except UnreadablePackageError as error:
        return Violation(UNREADABLE.name, Effect.DELIVERY, table.file, None, None, str(error))
    if isinstance(read, FileFault):
        return Violation(read.rule.name, effect, table.file, read.row, None, read.rule.asks)
    return read


def _header_violations(table: Table, header: tuple[str, ...]) -> Iterator[Violation]:
    names = [column.name for column in table.columns]
    for column in table.columns:
        if column.name not in header:
            is_fatal = table.is_loaded and column.is_needed
            effect = Effect.DELIVERY if is_fatal else Effect.NONE
            message = f"the column {column.name}, filled or not"
            yield Violation(COLUMN_MISSING.name, effect, table.file, 1, column.name, message)
    foreign = [name for name in header if name not in names]
    for name in foreign:
        if not name.startswith(_METADATA):
            rule = COLUMN_UNKNOWN
            yield Violation(rule.name, Effect.NONE, table.file, 1, name, rule.asks)
    present = [name for name in header if name in names]
    expected = [name for name in names if name in header]
    if present != expected or list(header) != present + foreign:
        rule = COLUMN_ORDER
        yield Violation(rule.name, Effect.NONE, table.file, 1, None, rule.asks)


def _of_file(table: Table, rule: RosterRule, effect: Effect) -> Violation:
    return Violation(rule.name, effect, table.file, None, None, rule.asks)


def _length_violations(table: Table, read: CsvFile) -> Iterator[Violation]:
    """Yield the rows that could not be read; they are in no relation."""
    for row in read.rows_of_another_length:
        yield Violation(CSV_LENGTH.name, Effect.ROW, table.file, row, None, CSV_LENGTH.asks)


def _judge_relations(
    connection: DuckDBPyConnection,
    tables: list[Table],
    modes: dict[str, Mode],
    *,
    known: frozenset[str],
) -> None:
    """Follow the references of each table, and then tell which of its rows may be referred to."""
    targets = {column.target for table in tables for column in table.columns}
    referred = [table for table in tables if table.name in targets]
    for table in tables:
        make_usable_view(connection, table)
    for table in referred:
        make_identifiers(connection, table)
    for table in tables:
        for found in reference_rows(table, modes, known):
            _keep_rows(connection, table.file, found)
        make_usable_view(connection, table)
        if table in referred:
            make_identifiers(connection, table)


def _run_checks(
    connection: DuckDBPyConnection, table: Table, relation: str, checks: list[Check]
) -> bool:
    """Write down what the checks find; tell whether they found anything."""
    broken = count_broken(connection, relation, checks)
    for check, _ in broken:
        query = f"select {ROW_NUMBER} from {relation} where {check.condition}"
        _keep_rows(connection, table.file, Found(check, query))
    return bool(broken)


def _keep_rows(connection: DuckDBPyConnection, file: str, found: Found) -> None:
    """Write down the rows that break a rule, and leave them out where that is the effect."""
    check = found.check
    added = connection.execute(
        f"insert into violations select ?, ?, ?, {ROW_NUMBER}, ?, ? from ({found.rows})",
        [check.rule.name, check.effect, file, check.column, check.message],
    ).fetchone()
    if check.effect is Effect.ROW and added and added[0]:
        connection.execute(
            "insert into left_out select distinct file, row from violations"
            ' where file = ? and rule = ? and "column" is not distinct from ?',
            [file, check.rule.name, check.column],
        )


def _keep(connection: DuckDBPyConnection, found: Iterable[Violation]) -> None:
    if rows := [list(each) for each in found]:
        connection.executemany("insert into violations values (?, ?, ?, ?, ?, ?)", rows)
