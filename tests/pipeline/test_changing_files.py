"""A file that changes or disappears once it was found is left for a later night."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import pytest

from pipelines.ingest import pipeline
from pipelines.ingest.blocks import blocks_of
from pipelines.ingest.deliveries import change_of, find_deliveries
from pipelines.ingest.pipeline import IngestOutcome, ingest
from pipelines.ingest.transforms import Unreadable, _readable_parts
from pipelines.report.progress import silent
from pipelines.settings import IngestSettings, read_settings
from tests.unit.examples import deliver, lines, make_small_home, statement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.home import Home

NIGHT = date(2025, 9, 2)
CONTENT = lines(*(statement(number) for number in range(1, 9)))
OTHER = CONTENT.replace(b"mathpath", b"pathmath")
SMALL_BLOCKS = IngestSettings(block_bytes=500, settle_seconds=0)


def _overwrite(file: Path) -> None:
    """Write as many other bytes and set the time of the last change back."""
    before = file.stat()
    file.write_bytes(OTHER)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _append(file: Path) -> None:
    with file.open("ab") as stream:
        stream.write(lines(statement(9)))


def _replace(file: Path) -> None:
    other = file.with_name("other")
    other.write_bytes(CONTENT)
    other.rename(file)


DISTURBANCES = [
    pytest.param(_overwrite, "changed while it was read", id="overwritten"),
    pytest.param(_append, "changed while it was read", id="appended-to"),
    pytest.param(_replace, "changed while it was read", id="replaced"),
    pytest.param(os.unlink, "disappeared while it was read", id="gone"),
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with two deliveries, of which the second will not keep still."""
    home = make_small_home(tmp_path / "home")
    deliver(home, "mathpath/quiet.ndjson", lines(statement(1)))
    deliver(home, "mathpath/restless.ndjson", CONTENT)
    return home


def _ingest(home: Home) -> IngestOutcome:
    return ingest(home, read_settings(home), NIGHT, advance=silent)


@pytest.mark.parametrize(("disturb", "reason"), [DISTURBANCES[0], DISTURBANCES[-1]])
def test_a_file_that_changes_after_it_was_found_waits(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    disturb: Callable[[Path], None],
    reason: str,
) -> None:
    """Nothing of it stays in the lake, others are ingested, and the next night reads it anew."""
    file = home.landing / "mathpath/restless.ndjson"
    run = pipeline.run_pipeline

    def run_on_a_moving_file(*arguments: object) -> None:
        disturb(file)
        run(*arguments)  # type: ignore[arg-type]  # as they were given

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "run_pipeline", run_on_a_moving_file)
        outcome = _ingest(home)
    assert [each.name for each in outcome.ingested] == ["mathpath/quiet.ndjson"]
    assert [tuple(each) for each in outcome.waiting] == [("mathpath/restless.ndjson", reason)]
    (quiet,) = outcome.ingested
    assert [folder.name for folder in home.events.iterdir()] == [quiet.digest]

    found = file.exists()
    assert [each.name for each in _ingest(home).ingested] == ["mathpath/restless.ndjson"] * found


@pytest.mark.parametrize(("disturb", "reason"), DISTURBANCES)
def test_a_file_that_changes_in_the_middle_of_a_block_is_told(
    home: Home, disturb: Callable[[Path], None], reason: str
) -> None:
    """However far reading got, the block says in the end that its file is not the one found."""
    settings = read_settings(home)
    delivery = find_deliveries(home, settings).deliveries[1]
    (block,) = blocks_of(delivery)
    parts = _readable_parts(block._replace(range=None), SMALL_BLOCKS)
    assert not isinstance(next(parts), Unreadable)
    disturb(delivery.path)
    assert list(parts)[-1] == Unreadable(reason)


def test_a_file_that_keeps_still_has_not_changed(home: Home) -> None:
    """Being read is no change."""
    for delivery in find_deliveries(home, read_settings(home)).deliveries:
        delivery.path.read_bytes()
        assert change_of(delivery.path, delivery.stamp) == ""
