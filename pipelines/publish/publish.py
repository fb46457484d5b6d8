"""Publish a build: copy the marts, verify the copy, switch readers to it."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import CheckFailedError, PlumblineError
from pipelines.files import part_of
from pipelines.firewall.run import refuse_breaches
from pipelines.identity.keys import read_key
from pipelines.publish import folders
from pipelines.publish.digests import read_digests
from pipelines.publish.manifest import (
    Build,
    BuildInput,
    Manifest,
    PublishedTable,
    read_manifest,
    write_manifest,
)
from pipelines.publish.marts import Baseline, Target, copy_marts
from pipelines.publish.pin import Pin, read_pin
from pipelines.publish.verify import differing_files, verify_build
from pipelines.warehouse.connection import open_encrypted

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from pipelines.home import Home
    from pipelines.identity.keys import Key
    from pipelines.settings import Settings

_BUILD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


@dataclass(frozen=True, slots=True)
class PublishedBuild:
    """What readers see now, and what publishing it did."""

    build: Build
    folder: Path
    tables: tuple[PublishedTable, ...]
    already_current: bool = False
    removed: tuple[str, ...] = ()
    pin: Pin | None = None


def publish_build(home: Home, settings: Settings, key: Key, build_id: str) -> PublishedBuild:
    """Make the build in the warehouse the one that readers see, unless they are pinned to another.

    Raises CheckFailedError where the SQL that made it breaches the firewall, and where the copy is
    not whole or holds what it must not; readers then keep the build they have. A build that was
    published before is verified and switched to.
    """
    _refuse_unfit_name(build_id)
    folders.prepare(home.published)
    folder = home.published / build_id
    if folder.is_dir():
        manifest = verify_build(folder, settings.keys_folder)
    else:
        manifest = _write_build(home, settings, key, build_id)
    pin = read_pin(home.published)
    previous = folders.current_build_id(home.current_build)
    removed = _switch_and_prune(home, settings, pin.build_id if pin else build_id)
    return PublishedBuild(
        manifest.build,
        folder,
        manifest.tables,
        already_current=previous == build_id,
        removed=removed,
        pin=pin,
    )


def settle(home: Home) -> Pin | None:
    """Clear what a publish that was cut off left, and finish such a rollback; return the pin."""
    folders.prepare(home.published)
    pin = read_pin(home.published)
    if pin and folders.current_build_id(home.current_build) != pin.build_id:
        folders.switch(home.current_build, pin.build_id)
    return pin


def _switch_and_prune(home: Home, settings: Settings, build_id: str) -> tuple[str, ...]:
    """Switch readers; the build that they had stays, for those who still read it.

    Builds are removed without a switch as well: a publish may have been cut off here.
    """
    previous = folders.current_build_id(home.current_build)
    if previous != build_id:
        folders.switch(home.current_build, build_id)
    spared = {build_id} | ({previous} if previous else set())
    return folders.prune(home.published, keep=settings.publish.kept_builds, spared=spared)


def _refuse_unfit_name(build_id: str) -> None:
    if not _BUILD_ID.fullmatch(build_id) or build_id == "current":
        raise PlumblineError(
            f"{build_id!r} cannot be the name of a build",
            "give the build_id that `plumbline build` printed",
        )


def _write_build(home: Home, settings: Settings, key: Key, build_id: str) -> Manifest:
    part = part_of(home.published / build_id)
    target = Target(part, build_id, None, _published_baseline(home, settings, key, build_id))
    _write_part(home, settings, key, target)
    try:
        manifest = verify_build(part, settings.keys_folder, known=target.known_digests)
    except CheckFailedError:
        if target.baseline is None:
            raise
        # Should the fault lie in what was taken over from the baseline, this mends it.
        shutil.rmtree(part)
        target = target._replace(baseline=None)
        _write_part(home, settings, key, target)
        manifest = verify_build(part, settings.keys_folder)
    folders.seal(part, shared=target.known_digests)
    folders.move_into_place(part, home.published / build_id)
    return manifest


def _write_part(home: Home, settings: Settings, key: Key, target: Target) -> None:
    """Write all files of a build into a folder that no reader sees."""
    target.folder.mkdir(mode=folders.FOLDER_MODE)
    is_encrypted = settings.publish.encrypted
    marts_key = read_key(settings.keys_folder, "marts") if is_encrypted else None
    with (
        open_encrypted(home.warehouse_file, key, read_only=True) as connection,
        ThreadPoolExecutor(1) as beside,
    ):
        build = _read_build(connection, target.build_id)
        # It reads SQL, not rows: DuckDB copies meanwhile.
        firewall = beside.submit(refuse_breaches, home.dbt_artefacts, target.build_id)
        manifest = Manifest(
            build=build,
            is_encrypted=is_encrypted,
            inputs=_read_inputs(connection),
            tables=copy_marts(connection, target._replace(key=marts_key)),
        )
        firewall.result()
    write_manifest(target.folder, manifest)


def _published_baseline(home: Home, settings: Settings, key: Key, build_id: str) -> Baseline | None:
    """Return the published copy of the build that this one brought up to date, if it is whole."""
    with open_encrypted(home.warehouse_file, key, read_only=True) as connection:
        row = connection.execute(
            "select baseline_build_id from loaded.builds where build_id = ?", [build_id]
        ).fetchone()
    if row is None or row[0] is None:
        return None
    folder = home.published / row[0]
    try:
        manifest = read_manifest(folder)
        baseline = Baseline(folder, read_digests(folder))
        is_whole = not any(differing_files(folder, manifest, baseline.digests))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_alike = manifest.is_encrypted == settings.publish.encrypted
    return baseline if is_whole and is_alike else None


def _read_build(connection: duckdb.DuckDBPyConnection, build_id: str) -> Build:
    row = connection.execute(
        "select build_id, as_of_date, inputs_hash, checks_failed from loaded.builds"
        " where build_id = ?",
        [build_id],
    ).fetchone()
    if row is None:
        raise PlumblineError(
            f"the warehouse knows no build {build_id}",
            "run `plumbline build`, then publish the build_id that it prints",
        )
    if row[-1] != 0:
        raise CheckFailedError(
            f"build {build_id} has not passed its checks",
            "run `plumbline check`, mend what it names, then publish",
        )
    return Build(*row[:-1])


def _read_inputs(connection: duckdb.DuckDBPyConnection) -> tuple[BuildInput, ...]:
    rows = connection.execute("select kind, digest from loaded.inputs order by all").fetchall()
    return tuple(BuildInput(*row) for row in rows)
