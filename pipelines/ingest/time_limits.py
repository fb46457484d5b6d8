"""The times that events may have: by the setting time_limits, and the date of the night."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from pipelines.ingest.rejection import TIME_TOO_EARLY, TIME_TOO_LATE
from pipelines.ingest.times import normal_time
from pipelines.validation.findings import Standard

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from pipelines.settings import Settings
    from pipelines.validation.findings import Finding, Item

_ATTEMPT, _RESPONSE = "Attempt", "Response"
_TIMES_OF_A_TRY = ("startedAtTime", "endedAtTime")


class TimeLimits(NamedTuple):
    """The first moment that is taken, and the first after it that is not, as `normal_time` says."""

    first: str
    end: str

    def hold(self, text: str) -> bool:
        """Tell whether a time lies within the limits; one that cannot be read does not."""
        return self.first <= normal_time(text) < self.end

    def hold_each(self, times: NDArray[np.bytes_]) -> NDArray[np.bool_]:
        """Tell which times lie within the limits, of times in TIME, the form of `normal_time`."""
        first, end = (limit.encode() for limit in self)
        return (times >= first) & (times < end)

    def findings_of(self, item: Item) -> tuple[Finding, ...]:
        """Return what is wrong with the times of a valid item that its row would take."""
        return tuple(
            self._finding(text)._replace(path=f"{item.path}.{path}")
            for path, text in _times_of(item)
            if not self.hold(text)
        )

    def _finding(self, text: str) -> Finding:
        return TIME_TOO_EARLY if normal_time(text) < self.first else TIME_TOO_LATE


ANY_TIME = TimeLimits("", "9")


def time_limits(settings: Settings, night: date) -> TimeLimits:
    """Return the limits of a night: whole dates, first and last included, in any school's zone."""
    limits = settings.time_limits
    after = night + timedelta(days=limits.future_days + 1)
    return TimeLimits(
        min(_midnight(limits.earliest_date, zone) for zone in settings.zones),
        max(_midnight(after, zone) for zone in settings.zones),
    )


def _midnight(day: date, zone: str) -> str:
    return normal_time(datetime.combine(day, time(), ZoneInfo(zone)).isoformat())


def _times_of(item: Item) -> Iterator[tuple[str, str]]:
    body = item.body
    if item.standard is Standard.XAPI:
        name = "timestamp" if "timestamp" in body else "stored"
        if name in body:
            yield name, body[name]
        return
    if "eventTime" in body:
        yield "eventTime", body["eventTime"]
    yield from _times_of_tries(body)


def _times_of_tries(event: dict[str, Any]) -> Iterator[tuple[str, str]]:
    generated = event.get("generated")
    attempt = generated.get("attempt") if isinstance(generated, dict) else None
    places = {"object": event.get("object"), "generated": generated, "generated.attempt": attempt}
    for path, entity in places.items():
        if isinstance(entity, dict) and _is_a_try(entity.get("type", _ATTEMPT)):
            for name in _TIMES_OF_A_TRY:
                if isinstance(entity.get(name), str):
                    yield f"{path}.{name}", entity[name]


def _is_a_try(kind: str) -> bool:
    """Tell whether a row takes the times of this: those of a session are no try's."""
    return kind == _ATTEMPT or kind.endswith(_RESPONSE)
