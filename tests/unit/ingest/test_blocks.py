"""Blocks of files give the same items, in parts, however the file is packed and cut."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from pipelines.ingest import blocks
from pipelines.ingest.blocks import ITEM_OVERHEAD_BYTES, Block, Part, blocks_of, parts_of
from pipelines.ingest.deliveries import Layout, Stamp, _examine
from pipelines.ingest.rejection import FILE_DAMAGED, FILE_TRUNCATED, FILE_UNRECOGNISED, FILE_UTF16
from pipelines.ingest.streams import Compression
from pipelines.settings import IngestSettings
from tests.unit.examples import deliver, lines, make_small_home, statement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.validation.findings import Finding

STATEMENTS = [statement(number) for number in range(1, 41)]
PACKED = gzip.compress(lines(*STATEMENTS))
NO_STAMP = Stamp(0, 0, 0, 0)
SMALL = IngestSettings(block_bytes=1000, item_bytes=2000)


def _parts(folder: Path, content: bytes, settings: IngestSettings) -> list[Part]:
    home = make_small_home(folder / "home")
    file = deliver(home, "mathpath/a", content)
    delivery = _examine(file, home, settings.block_bytes, Stamp(len(content), 0, 0, 0))
    return [part for block in blocks_of(delivery) for part in parts_of(block, settings)]


def _array(content: bytes) -> bytes:
    return b"[" + content.strip().replace(b"\n", b",\n") + b"]"


@pytest.mark.parametrize(
    "pack",
    [
        pytest.param(bytes, id="lines"),
        pytest.param(gzip.compress, id="gzip"),
        pytest.param(_array, id="array"),
    ],
)
def test_every_item_is_in_one_part(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """The parts of a file are numbered from 0 and hold every item once, in order."""
    parts = _parts(tmp_path, pack(lines(*STATEMENTS)), SMALL)
    raws = [item.raw for part in parts for item in part.items]
    assert raws == lines(*STATEMENTS).splitlines()
    assert [part.number for part in parts] == list(range(len(parts)))


def test_a_whole_file_is_cut_into_parts(tmp_path: Path) -> None:
    """A file that is read from its start gives a part for about every block of bytes."""
    parts = _parts(tmp_path, PACKED, SMALL)
    sizes = [sum(len(item.raw) + ITEM_OVERHEAD_BYTES for item in part.items) for part in parts]
    assert len(parts) > 5
    assert all(size >= SMALL.block_bytes for size in sizes[:-1])


def test_many_tiny_items_are_many_parts(tmp_path: Path) -> None:
    """A part stays small in memory also where its items have next to no bytes."""
    parts = _parts(tmp_path, b"[" + b"1," * 1000 + b"1]", SMALL)
    assert sum(len(part.items) for part in parts) == 1001
    assert max(len(part.items) for part in parts) < 10


def test_an_empty_file_is_one_empty_part(tmp_path: Path) -> None:
    """A file without items still gives a part, so that it is counted as read."""
    (part,) = _parts(tmp_path, b"", SMALL)
    assert (part.number, part.items) == (0, [])


@pytest.mark.parametrize(
    ("content", "fault", "items"),
    [
        pytest.param('{"a":1}'.encode("utf-16"), FILE_UTF16, 0, id="utf-16"),
        pytest.param(b"%PDF-1.7\n", FILE_UNRECOGNISED, 0, id="pdf"),
        pytest.param(PACKED[:-9], FILE_TRUNCATED, 40, id="truncated"),
        pytest.param(PACKED + b"garbage", FILE_DAMAGED, 40, id="damaged"),
    ],
)
def test_a_fault_of_the_file_is_counted_once(
    tmp_path: Path, content: bytes, fault: Finding, *, items: int
) -> None:
    """A fault of the whole file stands after what could be read of it, without a line."""
    found = [item for part in _parts(tmp_path, content, SMALL) for item in part.items]
    assert [item.fault for item in found if item.fault] == [fault]
    assert found[-1].line_number == 0
    assert len(found) - 1 == items


def test_a_file_that_vanished_raises_for_the_worker_to_tell(tmp_path: Path) -> None:
    """A file that can no longer be read is an error of the system, not an empty file."""
    gone = str(tmp_path / "gone")
    block = Block(gone, "digest", "mathpath", Compression.NONE, Layout.LINES, 0, None, NO_STAMP)
    with pytest.raises(FileNotFoundError):
        list(parts_of(block, SMALL))


def test_a_range_of_very_many_items_is_cut_into_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts of a range keep its number, so that they can be named side by side."""
    monkeypatch.setattr(blocks, "MAXIMUM_PART_ITEMS", 10)
    parts = _parts(tmp_path, b"{}\n" * 25, IngestSettings(settle_seconds=0))
    assert [(part.number, part.piece, len(part.items)) for part in parts] == [
        (0, 0, 10),
        (0, 1, 10),
        (0, 2, 5),
    ]
