"""Compare a build that was published before with the one that readers see, or with another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.changes.compare import (
    CHANGED,
    SINCE,
    UNTIL,
    Mart,
    find_changed_rows,
    marts_of_both,
    version_changed,
)
from pipelines.changes.keys import keys_of_marts
from pipelines.changes.outcome import Cell, ChangedRow, Changes, Count, MartChanges, Reason
from pipelines.changes.reasons import IN_ORDER, Recorded, attribute, read_recorded
from pipelines.errors import ConfigurationError, DamagedError
from pipelines.identity.keys import read_key
from pipelines.publish.folders import current_build_id, kept_builds
from pipelines.publish.manifest import MARTS_FILE, Build, read_manifest
from pipelines.warehouse.connection import WAREHOUSE, attach, connect_in_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.settings import Settings

# What a night did stands in these; it is no result that could change.
_RECORDS = "audit."
_NAMED_REASONS = f"""
named as (
    select rows.*, reasons.reasons
    from {CHANGED} as rows
    inner join (
        select number, list(distinct reason order by reason) as reasons
        from row_reasons group by number
    ) as reasons using (number)
)
"""
_NEVER = 2**31


def find_changes(
    home: Home,
    settings: Settings,
    builds: tuple[str, str | None],
    *,
    limit: int | None,
    advance: Callable[[int, int], None],
) -> Changes:
    """Compare two kept builds, mart by mart; without a second one, with the current build.

    Every row that differs is counted, `limit` of each mart are shown; None shows all. The home
    must be held: the warehouse, which knows the reasons, lets nobody read while it is written.
    """
    since = _kept(home, builds[0])
    until = _kept(home, builds[1] or current_build_id(home.current_build) or builds[0])
    if not home.warehouse_file.is_file():
        raise ConfigurationError(
            f"there is no {home.warehouse_file}, which knows the reasons", "run `plumbline load`"
        )
    connection = connect_in_memory()
    connection.execute("set temp_directory = ?", [f"{home.warehouse_file}.spill"])
    try:
        before = _attach_build(connection, home, settings, alias=SINCE, build_id=since)
        after = _attach_build(connection, home, settings, alias=UNTIL, build_id=until)
        warehouse_key = read_key(settings.keys_folder, "warehouse")
        attach(connection, home.warehouse_file, warehouse_key, alias=WAREHOUSE, read_only=True)
        recorded = read_recorded(connection, since, until)
        marts = _in_order(marts_of_both(connection, keys_of_marts()))
        found = []
        for number, mart in enumerate(marts):
            advance(number, len(marts))
            if find_changed_rows(connection, mart):
                found.append(_changes_of(connection, mart, recorded, limit=limit))
    finally:
        connection.close()
    return Changes(before, after, tuple(sorted(found, key=lambda each: each.mart)))


def _kept(home: Home, given: str) -> str:
    """Return the kept build whose name begins so; raise ConfigurationError for none or many."""
    kept = [folder.name for folder in kept_builds(home.published)]
    matching = [name for name in kept if name == given] or [
        name for name in kept if given and name.startswith(given)
    ]
    if len(matching) != 1:
        problem = "more than one published build begins so" if matching else "no such build is kept"
        raise ConfigurationError(
            f"{given}: {problem}", f"give one of: {', '.join(kept) or 'none is published yet'}"
        )
    return matching[0]


def _attach_build(
    connection: DuckDBPyConnection, home: Home, settings: Settings, *, alias: str, build_id: str
) -> Build:
    folder = home.published / build_id
    try:
        manifest = read_manifest(folder)
    except (OSError, ValueError, KeyError, TypeError):
        raise DamagedError(
            f"the published build {build_id} is damaged", f"remove the folder {folder}"
        ) from None
    key = read_key(settings.keys_folder, "marts") if manifest.is_encrypted else None
    attach(connection, folder / MARTS_FILE, key, alias=alias, read_only=True)
    return manifest.build


def _in_order(marts: Iterable[Mart]) -> list[Mart]:
    """Return the marts that are compared, those that give reasons to others first."""
    compared = [mart for mart in marts if not mart.name.startswith(_RECORDS)]
    return sorted(compared, key=lambda mart: (_place(mart), mart.name))


def _place(mart: Mart) -> int:
    return IN_ORDER.index(mart.name) if mart.name in IN_ORDER else len(IN_ORDER)


def _changes_of(
    connection: DuckDBPyConnection, mart: Mart, recorded: Recorded, *, limit: int | None
) -> MartChanges:
    has_new_version = version_changed(connection, mart.name)
    attribute(connection, mart, recorded, has_new_version=has_new_version)
    counts = connection.execute(
        f"with {_NAMED_REASONS} select row_kind, reasons, count(*), sum(len(cells))::bigint"
        " from named group by all order by all"
    ).fetchall()
    key = ", ".join(f"{column}::varchar" for column in mart.key)
    rows = connection.execute(
        f"with {_NAMED_REASONS} select row_kind, reasons, cells, {key} from named"
        " order by number limit ?",
        [_NEVER if limit is None else limit],
    ).fetchall()
    return MartChanges(
        mart.name,
        tuple(Count(kind, _reasons(named), *more) for kind, named, *more in counts),
        tuple(
            ChangedRow(
                kind,
                dict(zip(mart.key, values, strict=True)),
                _reasons(named),
                tuple(Cell(**cell) for cell in cells),
            )
            for kind, named, cells, *values in rows
        ),
    )


def _reasons(named: Iterable[str]) -> tuple[Reason, ...]:
    found = {Reason(name) for name in named}
    return tuple(reason for reason in Reason if reason in found)
