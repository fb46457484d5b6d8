"""What a source sends otherwise than before is named after each load, never its values."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipelines.report.changes import drift_messages
from pipelines.warehouse.drift import Drift, DriftKind
from tests.unit.examples import deliver, lines, statement
from tests.unit.quarantine.homes import NIGHT, SmallDistrict

if TYPE_CHECKING:
    from collections.abc import Iterable

SOURCE = "mathpath"
VALUE = "a value that nobody may see"
EXTENSION = "https://mathpath.example/extensions/seat"


def _deliver(district: SmallDistrict, day: int, statements: Iterable[dict[str, Any]]) -> None:
    deliver(district.home, f"{SOURCE}/{day}.ndjson", lines(*statements))
    district.ingest()


def _before(number: int) -> dict[str, Any]:
    return statement(
        number,
        result={"success": True},
        context={"platform": VALUE, "revision": VALUE},
    )


def _after(number: int) -> dict[str, Any]:
    return statement(
        number,
        verb={"id": "https://mathpath.example/verbs/pondered"},
        object={
            "id": "https://mathpath.example/items/1",
            "definition": {"type": "https://mathpath.example/types/puzzle"},
        },
        result={"completion": True},
        context={"platform": VALUE, "language": "en", "extensions": {EXTENSION: 7}},
    )


def test_every_kind_of_drift_is_found_once(district: SmallDistrict) -> None:
    """New and vanished fields, extensions, verbs, types; the first batch of a source is none."""
    _deliver(district, 1, map(_before, range(150)))
    assert district.load().drift == ()
    _deliver(district, 2, map(_after, range(200, 350)))
    drift = district.load(NIGHT + timedelta(days=1)).drift
    assert set(drift) == {
        Drift(SOURCE, DriftKind.NEW_FIELD, "$.context.language"),
        Drift(SOURCE, DriftKind.NEW_FIELD, "$.result.completion"),
        Drift(SOURCE, DriftKind.NEW_EXTENSION, f'$.context.extensions["{EXTENSION}"]'),
        Drift(SOURCE, DriftKind.VANISHED_FIELD, "$.context.revision"),
        Drift(SOURCE, DriftKind.VANISHED_COLUMN, "success"),
        Drift(SOURCE, DriftKind.NEW_VERB, "https://mathpath.example/verbs/pondered"),
        Drift(SOURCE, DriftKind.NEW_ACTIVITY_TYPE, "https://mathpath.example/types/puzzle"),
    }
    assert VALUE not in "".join(drift_messages(drift))
    assert district.load(NIGHT + timedelta(days=2)).drift == ()


def test_a_type_that_flips_is_told(district: SmallDistrict) -> None:
    """A field that was a number and comes as text is named with both; null is no type."""
    for day, value in enumerate((7, None, "seven")):
        extensions = {"extensions": {EXTENSION: value}}
        _deliver(district, day, [statement(day + 1, context=extensions)])
        drift = district.load(NIGHT + timedelta(days=day)).drift
        flipped = [(each.kind, each.detail) for each in drift]
        expected = [(DriftKind.CHANGED_TYPE, "number became string")] if value == "seven" else []
        assert flipped == expected


def test_a_small_delivery_has_lost_nothing(district: SmallDistrict) -> None:
    """Few events say nothing about what has vanished."""
    _deliver(district, 1, map(_before, range(150)))
    district.load()
    _deliver(district, 2, [statement(500)])
    assert district.load(NIGHT + timedelta(days=1)).drift == ()
