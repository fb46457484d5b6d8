"""The build step: run dbt over the warehouse, in this process."""

from __future__ import annotations

import gc
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pipelines.errors import CheckFailedError, ConfigurationError
from pipelines.identity.keys import read_key
from pipelines.measures import definitions_of
from pipelines.resources import resource_path
from pipelines.warehouse.baseline import begin_full_build, hash_definitions, plan_build
from pipelines.warehouse.connection import MEMORY_LIMIT
from pipelines.warehouse.dbt_environment import dbt_arguments, dbt_environment, parse_project
from pipelines.warehouse.definitions import refuse_changed_definitions, write_definitions
from pipelines.warehouse.history import record_figures
from pipelines.warehouse.load import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from dbt.contracts.graph.manifest import Manifest

    from pipelines.home import Home
    from pipelines.settings import Settings
    from pipelines.warehouse.baseline import BuildPlan

BUILD_ID_HEX_DIGITS = 16
_BAD_STATUSES = frozenset({"error", "fail", "runtime error"})


@dataclass(frozen=True, slots=True)
class BuildIdentity:
    """Which build this is: the digest of everything that it is made of."""

    build_id: str
    inputs_hash: str
    as_of_date: date


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """What dbt made and tested; `plan` says whether it brought an earlier build up to date."""

    identity: BuildIdentity
    plan: BuildPlan
    models: int
    tests_passed: int
    tests_warned: tuple[str, ...]


def identify_build(home: Home, settings: Settings, as_of_date: date) -> BuildIdentity:
    """Return the identity of the build that today's warehouse gives; raise without a load."""
    if not home.warehouse_file.is_file():
        raise ConfigurationError(
            f"there is no warehouse at {home.warehouse_file}", "run `plumbline load` first"
        )
    with open_warehouse(home, settings, read_only=True) as connection:
        files = connection.execute(
            "select batch_number, file_digest, generation from loaded.files"
            " union all select null, file_digest, null from loaded.held order by all"
        ).fetchall()
        inputs = connection.execute(
            "select kind, digest from loaded.inputs"
            " union all select state, delivery_digest from loaded.roster_deliveries"
            " where state <> 'loaded' order by all"
        ).fetchall()
        rebuilds = connection.execute("select * from loaded.rebuilds order by all").fetchall()
        keys = connection.execute(
            "select pseudonym_key_version, pseudonym_key_fingerprint from loaded.district"
        ).fetchall()
    total = sha256()
    definitions_hash = hash_definitions(definitions_of(home))
    for part in (files, inputs, rebuilds, keys, definitions_hash, as_of_date.isoformat()):
        total.update(repr(part).encode())
    inputs_hash = total.hexdigest()
    return BuildIdentity(inputs_hash[:BUILD_ID_HEX_DIGITS], inputs_hash, as_of_date)


def build(
    home: Home,
    settings: Settings,
    identity: BuildIdentity,
    *,
    advance: Callable[[int, int], None],
    is_full: bool = False,
) -> BuildOutcome:
    """Build and test every model; raise CheckFailedError naming what failed.

    What changed since the newest build that passed its checks is brought up to date, unless
    `is_full` or the state of the warehouse asks for everything.
    """
    plan = _record_start(home, settings, identity, is_full=is_full)
    result = _invoke_dbt(home, settings, identity, plan=plan, advance=advance)
    outcomes = list(getattr(result.result, "results", None) or [])
    failed = sorted(each.node.name for each in outcomes if each.status in _BAD_STATUSES)
    if failed or not result.success:
        raise CheckFailedError(
            f"dbt could not build or verify: {', '.join(failed) or 'the project itself'}",
            f"read {home.dbt_artefacts}/dbt.log; nothing was published",
        )
    tests = [each for each in outcomes if each.node.resource_type == "test"]
    warned = tuple(sorted(each.node.name for each in tests if each.status == "warn"))
    outcome = BuildOutcome(
        identity,
        plan,
        models=sum(each.node.resource_type == "model" for each in outcomes),
        tests_passed=len(tests) - len(warned),
        tests_warned=warned,
    )
    _record_end(home, settings, outcome)
    return outcome


def _record_start(
    home: Home, settings: Settings, identity: BuildIdentity, *, is_full: bool
) -> BuildPlan:
    definitions = definitions_of(home)
    with open_warehouse(home, settings) as connection:
        refuse_changed_definitions(connection, definitions)
        connection.begin()
        plan = plan_build(connection, definitions, is_full=is_full)
        write_definitions(connection, definitions)
        connection.execute("delete from loaded.builds where build_id = ?", [identity.build_id])
        connection.execute(
            "insert into loaded.builds by name select ? as build_id, ? as as_of_date,"
            " ? as inputs_hash, ? as batch_number, ? as definitions_hash,"
            " ? as baseline_build_id, ? as full_build_reason, ?::timestamptz as started_at",
            [
                *(identity.build_id, identity.as_of_date, identity.inputs_hash),
                *(plan.batch_number, plan.definitions_hash),
                *(plan.baseline and plan.baseline.build_id, plan.full_build_reason),
                datetime.now(UTC),
            ],
        )
        if plan.baseline is None:
            begin_full_build(connection)
        connection.commit()
    return plan


def _record_end(home: Home, settings: Settings, outcome: BuildOutcome) -> None:
    with open_warehouse(home, settings) as connection:
        connection.execute(
            "update loaded.builds set tests_passed = ? where build_id = ?",
            [outcome.tests_passed, outcome.identity.build_id],
        )
        record_figures(connection, outcome.identity.build_id, outcome.identity.as_of_date)


def _identity(identity: BuildIdentity) -> dict[str, str | int]:
    return {"build_id": identity.build_id, "as_of_date": identity.as_of_date.isoformat()}


def _invoke_dbt(
    home: Home,
    settings: Settings,
    identity: BuildIdentity,
    *,
    plan: BuildPlan,
    advance: Callable[[int, int], None],
) -> Any:
    from dbt.cli.main import dbtRunner

    from pipelines.warehouse.dbt_plugin import release_warehouse

    # Unit tests judge the code, not tonight's data: `make test` runs them.
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    arguments += ["--vars", json.dumps(_identity(identity) | plan.variables())]
    arguments += [] if plan.baseline else ["--full-refresh"]
    project = resource_path("dbt")
    arguments += dbt_arguments(project, home.dbt_artefacts)
    key = read_key(settings.keys_folder, "warehouse")
    # To build everything anew takes what the machine has; a night's share of it does not.
    memory_limit = MEMORY_LIMIT if plan.baseline else ""
    try:
        manifest = parse_project(project, home.dbt_artefacts)
        # The parsed project lives as long as its build: to look for garbage in it takes long.
        gc.freeze()
        callbacks: list[Callable[[Any], None]] = [_NodeCounter(advance), _names_run(manifest)]
        with dbt_environment(home.warehouse_file, key, memory_limit=memory_limit):
            return dbtRunner(manifest=manifest, callbacks=callbacks).invoke(arguments)
    finally:
        release_warehouse()
        gc.unfreeze()


def _names_run(manifest: Manifest) -> Callable[[Any], None]:
    """Return what lets the manifest that a run leaves name that run, not the one that parsed."""

    def name_run(event: Any) -> None:
        manifest.metadata.invocation_id = event.info.invocation_id

    return name_run


class _NodeCounter:
    """Turns dbt's events about finished nodes into progress."""

    def __init__(self, advance: Callable[[int, int], None]) -> None:
        self._advance = advance

    def __call__(self, event: Any) -> None:
        node = getattr(event.data, "index", None)
        total = getattr(event.data, "total", None)
        if node and total:
            self._advance(int(node), int(total))


def latest_build(home: Home, settings: Settings) -> BuildIdentity:
    """Return the build that the warehouse holds; raise ConfigurationError unless it is whole."""
    with open_warehouse(home, settings, read_only=True) as connection:
        row = connection.execute(
            "select build_id, inputs_hash, as_of_date, tests_passed from loaded.builds"
            " order by started_at desc limit 1"
        ).fetchone()
    if row is None or row[-1] is None:
        raise ConfigurationError(
            "the warehouse holds no build that was built and tested to its end",
            "run `plumbline build` first",
        )
    return BuildIdentity(*row[:-1])
