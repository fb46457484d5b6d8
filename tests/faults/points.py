"""The named points of a night: the moments between which something has come to the disk or not.

A point is a call in the real code, and the process group is killed just before or just after it.
The code itself knows nothing of points: this module wraps its functions in the processes of a test.
A point that the code no longer passes is a failure of its trial, never a silent pass.
"""

from __future__ import annotations

import importlib
import os
import signal
from functools import partial, reduce, wraps
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ARMED = "FAULT_POINT"
Moment = Literal["before", "after"]
_MOMENTS: tuple[Moment, ...] = ("before", "after")


class Point(NamedTuple):
    """A moment of a step: before or after the n-th call of a function, as its caller knows it."""

    step: str
    place: str
    moment: Moment
    hit: int = 1

    @property
    def name(self) -> str:
        """A name for people and for the environment."""
        function = self.place.replace("pipelines.", "")
        return f"{self.step}: {self.moment} {function} #{self.hit}"


def _around(step: str, place: str, *hits: int) -> list[Point]:
    """Return the moments before and after each of these calls."""
    return [Point(step, place, moment, hit) for hit in hits or (1,) for moment in _MOMENTS]


_BEFORE_OR_AFTER: tuple[list[Point], ...] = (
    _around("ingest", "pipelines.ingest.pipeline:remove_unfinished"),
    _around("ingest", "pipelines.ingest.rejects:put_all_in_place"),
    _around("ingest", "pipelines.ingest.rejects:write_part"),
    _around("ingest", "pipelines.ingest.transforms:write_manifest", 1, 2),
    _around("ingest", "pipelines.ingest.pipeline:run_pipeline"),
    _around("load", "pipelines.warehouse.load:load_records"),
    _around("load", "pipelines.warehouse.roster:write_receipt"),
    _around("load", "pipelines.warehouse.roster:keep_people"),
    _around("load", "pipelines.warehouse.load:hold_deliveries"),
    _around("load", "pipelines.warehouse.load:load_files"),
    _around("load", "pipelines.warehouse.load:load"),
    _around("archive", "pipelines.archive.store:put_in_place", 1, 2),
    _around("archive", "pipelines.archive.move:_remove"),
    _around("build", "pipelines.warehouse.build:_record_start"),
    _around("build", "pipelines.warehouse.build:_NodeCounter.__call__", 20, 400),
    _around("build", "pipelines.warehouse.build:_record_end"),
    _around("check", "pipelines.quality.check:_write_outcome", 1, 2),
    _around("check", "pipelines.quality.data_docs:write_data_docs", 1, 2),
    _around("check", "pipelines.quality.data_docs:_Pages.write", 3),
    _around("check", "pipelines.check:record_checks"),
    _around("publish", "pipelines.publish.folders:prepare"),
    _around("publish", "pipelines.publish.publish:copy_marts"),
    _around("publish", "pipelines.publish.marts:_copy_relation", 5),
    _around("publish", "pipelines.publish.publish:write_manifest"),
    _around("publish", "pipelines.publish.publish:verify_build"),
    _around("publish", "pipelines.publish.folders:seal"),
    _around("publish", "pipelines.publish.folders:move_into_place"),
    _around("publish", "pipelines.publish.folders:switch"),
    _around("publish", "pipelines.publish.folders:prune"),
    _around("publish", "pipelines.publish.folders:shutil.rmtree"),
    _around("nightly", "pipelines.report.run_report:write_json", 1, 2),
)
POINTS = tuple(point for points in _BEFORE_OR_AFTER for point in points)


def point_named(name: str) -> Point:
    """Return a point by its name."""
    return next(point for point in POINTS if point.name == name)


def install(points: Iterable[Point]) -> None:
    """Wrap the functions of these points in this process; only the armed one ever does anything."""
    for place in sorted({point.place for point in points}):
        _wrap(place)


def _wrap(place: str) -> None:
    module, _, path = place.partition(":")
    *owners, name = path.split(".")
    owner = reduce(getattr, owners, importlib.import_module(module))
    setattr(owner, name, _killing(getattr(owner, name), place))


def _killing(function: Callable[..., Any], place: str) -> Callable[..., Any]:
    calls = 0

    @wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        reached = partial(_kill_at, place, calls)
        reached("before")
        result = function(*arguments, **options)
        reached("after")
        return result

    return call


def _kill_at(place: str, call: int, moment: str) -> None:
    armed = os.environ.get(ARMED)
    if armed and (place, moment, call) == tuple(point_named(armed))[1:]:
        os.killpg(os.getpgid(0), signal.SIGKILL)
