"""Which files are read tonight, how each is told by its content, and which wait."""

from __future__ import annotations

import gzip
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import zstandard
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pipelines.ingest.deliveries import Delivery, Layout, Waiting, _scan, find_deliveries
from pipelines.ingest.streams import CHUNK_BYTES, Compression
from pipelines.settings import IngestSettings, read_settings
from tests.unit.examples import SETTINGS, deliver, lines, make_small_home, statement

if TYPE_CHECKING:
    from pipelines.home import Home

PRETTY = b'{\n  "actor": {\n    "name": {}\n  }\n}\n'
MARK = b"\xef\xbb\xbf"
# Opens, but every read of it fails, whoever asks.
UNREADABLE = Path("/proc/self/mem")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give a home with the sources mathpath and quizroom."""
    return make_small_home(tmp_path / "home")


def _waiting(home: Home) -> tuple[Waiting, ...]:
    return find_deliveries(home, read_settings(home)).waiting


def _only(home: Home) -> Delivery:
    (delivery,) = find_deliveries(home, read_settings(home)).deliveries
    return delivery


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("mathpath/a.ndjson.part", "still being delivered", id="part"),
        pytest.param("mathpath/a.tmp", "still being delivered", id="temporary"),
        pytest.param("a.ndjson", "landing/<source>/", id="in-the-root"),
        pytest.param("other/a.ndjson", "[sources.other]", id="unknown-source"),
    ],
)
def test_a_file_that_cannot_be_read_yet_waits(home: Home, name: str, reason: str) -> None:
    """A file that waits is named with the reason and what to do."""
    deliver(home, name, lines(statement()))
    (waiting,) = _waiting(home)
    assert waiting.name == name
    assert reason in waiting.reason


@pytest.mark.parametrize(
    "name", ["mathpath/.a.ndjson", "mathpath/.incoming/a.ndjson", ".upload/mathpath/a.ndjson"]
)
def test_hidden_files_and_folders_are_passed_over(home: Home, name: str) -> None:
    """Transfer programs keep what is on its way under hidden names."""
    deliver(home, name, lines(statement()))
    landing = find_deliveries(home, read_settings(home))
    assert (landing.deliveries, landing.waiting) == ((), ())


@pytest.mark.skipif(not UNREADABLE.exists(), reason="needs Linux's /proc")
def test_a_file_that_cannot_be_read_waits_and_the_others_go_on(home: Home) -> None:
    """One unreadable file is named; its neighbours are read."""
    deliver(home, "mathpath/good.ndjson", lines(statement()))
    (home.landing / "mathpath" / "bad.ndjson").symlink_to(UNREADABLE)
    landing = find_deliveries(home, read_settings(home))
    assert [delivery.name for delivery in landing.deliveries] == ["mathpath/good.ndjson"]
    assert [waiting.name for waiting in landing.waiting] == ["mathpath/bad.ndjson"]
    assert "cannot be read" in landing.waiting[0].reason


def test_a_growing_file_waits(tmp_path: Path) -> None:
    """A file that changes while it is watched is left for a later night."""
    home = make_small_home(
        tmp_path, settings=SETTINGS.replace("settle_seconds = 0", "settle_seconds = 0.5")
    )
    deliver(home, "mathpath/still.ndjson", lines(statement()))
    growing = deliver(home, "mathpath/growing.ndjson", lines(statement()))

    def grow() -> None:
        time.sleep(0.2)
        growing.write_bytes(lines(statement(), statement()))

    writer = threading.Thread(target=grow)
    writer.start()
    landing = find_deliveries(home, read_settings(home))
    writer.join()
    assert [delivery.name for delivery in landing.deliveries] == ["mathpath/still.ndjson"]
    assert landing.waiting == (Waiting("mathpath/growing.ndjson", "still growing"),)


def test_files_come_in_the_order_of_their_names(home: Home) -> None:
    """Folders below a source are read too, and the order is that of the names."""
    for name in ("quizroom/a", "mathpath/2025/b", "mathpath/2025/a"):
        deliver(home, name, lines(statement()))
    found = find_deliveries(home, read_settings(home)).deliveries
    assert [delivery.name for delivery in found] == [
        "mathpath/2025/a",
        "mathpath/2025/b",
        "quizroom/a",
    ]
    assert [delivery.source for delivery in found] == ["mathpath", "mathpath", "quizroom"]


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        pytest.param(b"", Layout.LINES, id="empty"),
        pytest.param(b"\n \r\n", Layout.LINES, id="blank"),
        pytest.param(b'{"a":1}\n{"b":2}\n', Layout.LINES, id="lines"),
        pytest.param(b'{"a":1}', Layout.LINES, id="one-line"),
        pytest.param(b'{"a":', Layout.LINES, id="one-broken-line"),
        pytest.param(b'# made by a tool\n{"a":1}\n', Layout.LINES, id="comment-then-lines"),
        pytest.param(MARK + b'{"a":1}\n', Layout.LINES, id="byte-order-mark"),
        pytest.param(b'{"a":1}\r\n{"b":2}\r\n', Layout.LINES, id="windows-line-ends"),
        pytest.param(b'{"a":"' + b"x" * 70_000 + b'"}\n', Layout.LINES, id="longer-than-sample"),
        pytest.param(PRETTY, Layout.DOCUMENTS, id="pretty-printed"),
        pytest.param(b'[{"a":1}]', Layout.DOCUMENTS, id="array"),
        pytest.param(b'\n [\n{"a":1}\n]', Layout.DOCUMENTS, id="array-after-blanks"),
        pytest.param(MARK + b"[1]", Layout.DOCUMENTS, id="array-after-byte-order-mark"),
        pytest.param('{"a":1}\n'.encode("utf-16"), Layout.UTF16, id="utf-16"),
        pytest.param('{"a":1}\n'.encode("utf-16-le"), Layout.UTF16, id="utf-16-without-mark"),
        pytest.param(b"\xfe\xff\0{\0}", Layout.UTF16, id="utf-16-big-endian"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n", Layout.UNRECOGNISED, id="pdf"),
        pytest.param(b"PK\x03\x04zip", Layout.UNRECOGNISED, id="zip"),
        pytest.param(b"name,score\nAda,1\n", Layout.UNRECOGNISED, id="csv"),
    ],
)
@pytest.mark.parametrize(
    ("pack", "compression"),
    [
        pytest.param(bytes, Compression.NONE, id="plain"),
        pytest.param(gzip.compress, Compression.GZIP, id="gzip"),
        pytest.param(zstandard.compress, Compression.ZSTD, id="zstd"),
    ],
)
def test_the_layout_is_told_by_the_content(
    home: Home, content: bytes, layout: Layout, *, pack: type[bytes], compression: Compression
) -> None:
    """Neither the name nor the packing of a file matters, only what is in it."""
    deliver(home, "mathpath/statements.txt", pack(content))
    delivery = _only(home)
    assert (delivery.layout, delivery.compression) == (layout, compression)
    is_cut = layout is Layout.LINES and compression is Compression.NONE and content
    assert bool(delivery.ranges) == bool(is_cut)


def test_a_damaged_file_is_still_delivered(home: Home) -> None:
    """What is wrong with a compressed file is counted when it is read, not hidden here."""
    deliver(home, "mathpath/a.gz", gzip.compress(b'{"a":1}\n')[:-6])
    assert _only(home).layout is Layout.LINES


def test_the_digest_knows_a_file_by_its_content(home: Home) -> None:
    """The same bytes under two names have one digest, other bytes have another."""
    for name, content in (("a", b"{}\n"), ("b", b"{}\n"), ("c", b"{ }\n")):
        deliver(home, f"mathpath/{name}", content)
    first, same, other = (
        each.digest for each in find_deliveries(home, read_settings(home)).deliveries
    )
    assert first == same
    assert first != other


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(sizes=st.lists(st.integers(1, 900_000), max_size=8), ends=st.booleans())
def test_ranges_cover_the_file_in_whole_lines(
    tmp_path: Path, sizes: list[int], *, ends: bool
) -> None:
    """Ranges follow each other without a gap, begin at a line, and know its number."""
    content = b"\n".join(b"x" * size for size in sizes) + (b"\n" if ends else b"")
    file = tmp_path / "lines"
    file.write_bytes(content)
    _, ranges = _scan(file, 1 << 20)
    assert b"".join(content[part.start : part.end] for part in ranges) == content
    for part in ranges:
        assert part.first_line == content.count(b"\n", 0, part.start) + 1
        assert part.start == 0 or content[part.start - 1 : part.start] == b"\n"


def test_a_large_file_is_cut_into_ranges_of_about_a_block(home: Home) -> None:
    """A range is no shorter than the setting, and at most one piece of reading longer."""
    deliver(home, "mathpath/a", b'{"a":"' + b"x" * 100 + b'"}\n' + b"{}\n" * 1_500_000)
    sizes = [part.end - part.start for part in _only(home).ranges]
    block_bytes = IngestSettings().block_bytes
    assert sum(sizes) == _only(home).size_bytes
    assert all(size <= block_bytes + CHUNK_BYTES for size in sizes)
