"""Load the roster deliveries that are new: judge each, hold what shrinks too far, fold in the rest.

A delivery that cannot be loaded, or is held, leaves the roster of the night before as it is.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pipelines.errors import ChangedInputError, DamagedError, InputError
from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.reference.roster_judge import judge_roster
from pipelines.reference.roster_package import UnreadablePackageError, find_packages, open_package
from pipelines.reference.roster_rules import RULES, Effect, RosterSeverity
from pipelines.warehouse.roster_history import Size, fold, size_after, size_now
from pipelines.warehouse.roster_incoming import make_incoming
from pipelines.warehouse.roster_people import make_known, vault_tables
from pipelines.warehouse.roster_receipts import RosterReceipt, read_receipts, write_receipt
from pipelines.warehouse.tables import insert_rows
from pipelines.warehouse.vault import keep_people, read_people

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.reference.roster_package import Package
    from pipelines.settings import RosterSettings, Settings

SHOWN_VIOLATIONS = 5


class DeliveryState(StrEnum):
    """What became of a roster delivery."""

    LOADED = "loaded"
    HELD = "held"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class RosterDelivery(NamedTuple):
    """A delivery of the roster that was looked at tonight, and what became of it.

    `rows` are those of all files, `left_out` the ones that cannot be loaded; `before` and `after`
    say how much the roster holds without and with it, and `problems` why it is not loaded.
    """

    digest: str
    name: str
    effective_on: date
    state: DeliveryState
    rows: int = 0
    left_out: int = 0
    errors: int = 0
    before: Size = Size(0, 0, 0)
    after: Size = Size(0, 0, 0)
    problems: tuple[str, ...] = ()


class RosterLoad(NamedTuple):
    """What a load of rosters works with."""

    connection: DuckDBPyConnection
    home: Home
    settings: Settings
    pseudonymiser: Pseudonymiser


def load_rosters(
    connection: DuckDBPyConnection, home: Home, settings: Settings, *, night: date
) -> tuple[RosterDelivery, ...]:
    """Load what is new, oldest first; raise InputError where no roster was ever loaded."""
    key = read_key(settings.keys_folder, "pseudonym")
    load = RosterLoad(connection, home, settings, Pseudonymiser(key, settings.district_id))
    connection.execute("delete from loaded.roster_deliveries where state <> 'loaded'")
    if _newest(connection) and not home.vault_file.is_file():
        # Going on would match nobody who is known by an identifier of before.
        raise DamagedError(
            f"the vault is gone, though rosters were loaded into it: {home.vault_file}",
            "restore it from a backup; or move warehouse/ aside as well, and the night makes both"
            " again from the lake and the rosters that are there",
        )
    delivered = tuple(
        _load_delivery(load, package, receipt)
        for package, receipt in _new_packages(connection, home, night)
    )
    if not _newest(connection):
        _refuse_without_roster(home, delivered)
    return delivered


def roster_inputs(connection: DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return digest and date of the deliveries that were loaded, in their order."""
    return [(each.digest, each.effective_on.isoformat()) for each in _loaded(connection)]


def is_shrunken(before: Size, after: Size, settings: RosterSettings) -> bool:
    """Tell whether a roster holds so much less that a person should look at it first."""
    return any(
        was >= settings.minimum_rows and now < (1 - settings.shrink_limit) * was
        for was, now in zip(before, after, strict=True)
    )


def _new_packages(
    connection: DuckDBPyConnection, home: Home, night: date
) -> list[tuple[Package | UnreadablePackageError, RosterReceipt]]:
    """Return the deliveries that are not loaded, the earliest first."""
    loaded = _loaded(connection)
    found: list[tuple[Package | UnreadablePackageError, RosterReceipt]] = []
    for path in find_packages(home.rosters) if home.rosters.is_dir() else []:
        try:
            package = open_package(path)
            digest = package.digest()
        except UnreadablePackageError as error:
            found.append((error, RosterReceipt("", path.name, night)))
            continue
        receipt = _receipt(home, package, digest, night=night, loaded=loaded)
        if receipt:
            found.append((package, receipt))
    return sorted(found, key=lambda each: (each[1].effective_on, each[1].name))


def _receipt(
    home: Home, package: Package, digest: str, *, night: date, loaded: Sequence[RosterReceipt]
) -> RosterReceipt | None:
    """Return since when a delivery holds, or nothing where it is loaded.

    What its name does not tell is settled at first sight. Content that comes again after something
    else is a delivery of its own.
    """
    known = read_receipts(home, digest)
    if package.dated:
        if any((each.digest, each.effective_on) == (digest, package.dated) for each in loaded):
            return None
        known = [each for each in known if each.effective_on == package.dated]
    else:
        same = [each for each in loaded if each.name == package.name]
        if same and same[-1].digest == digest:
            return None
        known = [
            each for each in known if not loaded or each.effective_on >= loaded[-1].effective_on
        ]
    if known:
        return known[-1]
    undated = max(night, loaded[-1].effective_on) if loaded else night
    receipt = RosterReceipt(digest, package.name, package.dated or undated)
    write_receipt(home, receipt)
    return receipt


def _loaded(connection: DuckDBPyConnection) -> list[RosterReceipt]:
    """Return what is loaded, in the order in which it holds."""
    rows = connection.execute(
        "select delivery_digest, delivery_name, effective_on from loaded.roster_deliveries"
        " where state = 'loaded' order by effective_on, rowid"
    ).fetchall()
    return [RosterReceipt(*row) for row in rows]


def _newest(connection: DuckDBPyConnection) -> date | None:
    row = connection.execute(
        "select max(effective_on) from loaded.roster_deliveries where state = 'loaded'"
    ).fetchone()
    return row[0] if row else None


def _load_delivery(
    load: RosterLoad, package: Package | UnreadablePackageError, receipt: RosterReceipt
) -> RosterDelivery:
    outcome = _outcome(load, package, receipt)
    insert_rows(
        load.connection,
        "roster_deliveries",
        [
            (
                *(outcome.digest, outcome.name, outcome.effective_on, outcome.state.value),
                *(outcome.rows, outcome.left_out, outcome.errors),
                *(*outcome.before, *outcome.after),
            )
        ],
    )
    return outcome


def _outcome(
    load: RosterLoad, package: Package | UnreadablePackageError, receipt: RosterReceipt
) -> RosterDelivery:
    identity = (receipt.digest, receipt.name, receipt.effective_on)
    if isinstance(package, UnreadablePackageError):
        return RosterDelivery(*identity, DeliveryState.REFUSED, problems=(str(package),))
    newest = _newest(load.connection)
    if newest and receipt.effective_on < newest:
        return RosterDelivery(*identity, DeliveryState.SUPERSEDED)
    connection = load.connection
    vault_key = read_key(load.settings.keys_folder, "vault")
    known = make_known(connection, read_people(load.home.vault_file, vault_key))
    judged = judge_roster(connection, package, known=known)
    if package.digest() != receipt.digest:
        raise ChangedInputError
    left_out, errors = _counts(connection)
    counted = RosterDelivery(*identity, DeliveryState.REFUSED, judged.rows, left_out, errors)
    if not judged.is_loadable:
        return counted._replace(problems=_fatal_problems(connection))
    incoming = make_incoming(connection, judged, load.pseudonymiser)
    sized = counted._replace(before=size_now(connection), after=size_after(connection, incoming))
    settings = load.settings.roster
    if is_shrunken(sized.before, sized.after, settings) and not receipt.is_released:
        return sized._replace(state=DeliveryState.HELD)
    for each in incoming:
        fold(connection, each, receipt.effective_on)
    keep_people(load.home.vault_file, vault_key, *vault_tables(connection, judged))
    return sized._replace(state=DeliveryState.LOADED)


def _counts(connection: DuckDBPyConnection) -> tuple[int, int]:
    """Return how many rows are left out, and how many violations are errors."""
    left_out = _number(connection, "select count(distinct (file, row_number)) from left_out")
    rules = [rule.name for rule in RULES.values() if rule.severity is RosterSeverity.ERROR]
    query = "select count(*) from violations where list_contains(?, rule)"
    return left_out, _number(connection, query, [rules])


def _number(connection: DuckDBPyConnection, query: str, parameters: Sequence[object] = ()) -> int:
    row = connection.execute(query, list(parameters)).fetchone()
    return int(row[0]) if row else 0


def _fatal_problems(connection: DuckDBPyConnection) -> tuple[str, ...]:
    """Say why a delivery cannot be loaded: file, row, column, and what the rule asks for."""
    rows = connection.execute(
        'select file, row, "column", message, rule from violations where effect = ?'
        " order by all limit ?",
        [Effect.DELIVERY.value, SHOWN_VIOLATIONS],
    ).fetchall()
    return tuple(
        file
        + (f", row {row}" if row else "")
        + (f", column {column}" if column else "")
        + f": expected {message} [{rule}]"
        for file, row, column, message, rule in rows
    )


def _refuse_without_roster(home: Home, delivered: Sequence[RosterDelivery]) -> None:
    problems = [f"{each.name}: {problem}" for each in delivered for problem in each.problems]
    if problems:
        raise InputError(
            "the roster cannot be loaded: " + "; ".join(problems),
            "`plumbline validate --roster` says everything that is wrong; correct it at its source",
        )
    raise InputError(
        f"the home has no roster: {home.rosters} holds no OneRoster set",
        "export a OneRoster 1.1 or 1.2 CSV bulk set from the student information system into it",
    )
