"""Hold the new deliveries of a source that are rejected far more than is usual for it.

What is held stays in the lake and is judged anew by every load, in the groups in which it came:
a bad night keeps nobody's good night from being loaded, and a good one does not dilute a bad one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pipelines.warehouse.tables import insert_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from duckdb import DuckDBPyConnection

    from pipelines.ingest.manifest import Manifest
    from pipelines.settings import CircuitBreakerSettings

SHOWN_RULES = 3


class Rate(NamedTuple):
    """How many items were rejected, out of how many."""

    rejected: int
    read: int

    @property
    def share(self) -> float:
        """Return the rejected share."""
        return self.rejected / self.read if self.read else 0.0


class HeldDelivery(NamedTuple):
    """The deliveries of a source that came in one night and are held."""

    source: str
    held_since: date
    manifests: tuple[Manifest, ...]
    history: Rate | None

    @property
    def rate(self) -> Rate:
        """Return how much of the deliveries was rejected."""
        return rate_of(self.manifests)

    def top_rules(self) -> list[tuple[str, int]]:
        """Return the rules that refused most items."""
        total: Counter[str] = Counter()
        for manifest in self.manifests:
            for broken, events in manifest.rejections.items():
                total[broken.rule] += events
        return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN_RULES]


def hold_deliveries(
    connection: DuckDBPyConnection,
    manifests: Iterable[Manifest],
    settings: CircuitBreakerSettings,
    *,
    night: date,
) -> tuple[HeldDelivery, ...]:
    """Judge everything that is not loaded yet, and write down what is held."""
    history = _history(connection, settings.minimum_items)
    held = tuple(
        HeldDelivery(source, since, tuple(group), history.get(source))
        for (source, since), group in sorted(_groups(connection, manifests, night).items())
        if is_to_hold(rate_of(group), history.get(source), settings)
    )
    connection.execute("delete from loaded.held")
    insert_rows(
        connection,
        "held",
        [
            (each.digest, each.name, each.source, each.read, each.rejected, delivery.held_since)
            for delivery in held
            for each in delivery.manifests
        ],
    )
    return held


def is_to_hold(rate: Rate, history: Rate | None, settings: CircuitBreakerSettings) -> bool:
    """Tell whether deliveries with this rate are held, given what was loaded of the source."""
    if rate.read < settings.minimum_items or rate.share <= settings.reject_rate:
        return False
    return history is None or rate.share > settings.history_factor * history.share


def rate_of(manifests: Sequence[Manifest]) -> Rate:
    """Return the rate of several files together."""
    return Rate(sum(each.rejected for each in manifests), sum(each.read for each in manifests))


def _history(connection: DuckDBPyConnection, minimum_items: int) -> dict[str, Rate]:
    rows = connection.execute(
        "select source, sum(rejected)::bigint, sum(read)::bigint from loaded.files group by source"
    ).fetchall()
    rates = {source: Rate(rejected, read) for source, rejected, read in rows}
    return {source: rate for source, rate in rates.items() if rate.read >= minimum_items}


def _groups(
    connection: DuckDBPyConnection, manifests: Iterable[Manifest], night: date
) -> dict[tuple[str, date], list[Manifest]]:
    """Group what is neither loaded nor released by source and by the night in which it came."""
    loaded = {row[0] for row in _rows(connection, "select file_digest from loaded.files")}
    since = dict(_rows(connection, "select file_digest, held_since from loaded.held"))
    groups: dict[tuple[str, date], list[Manifest]] = {}
    for each in manifests:
        if each.digest not in loaded and not each.is_released:
            group = (each.source, since.get(each.digest, night))
            groups.setdefault(group, []).append(each)
    return groups


def _rows(connection: DuckDBPyConnection, query: str) -> list[tuple[str, date]]:
    return connection.execute(query).fetchall()
