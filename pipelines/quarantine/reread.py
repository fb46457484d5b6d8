"""Read the delivery again for what kept no bytes of its own: a line over a limit, a file's rest.

What was refused at the stage `read` is known by where it began. A fault of a whole file has no
length: it began where reading ended, and everything from there on is new if reading gets further.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.ingest.blocks import ITEM_OVERHEAD_BYTES, MAXIMUM_PART_ITEMS, Part
from pipelines.ingest.open_stream import StreamLimits, items_of_stream
from pipelines.ingest.rejection import Stage
from pipelines.ingest.streams import FREE_BYTES
from pipelines.quarantine.deliveries import opened_delivery

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipelines.archive.store import Archive
    from pipelines.ingest.items import RawItem
    from pipelines.ingest.manifest import Manifest
    from pipelines.ingest.rejects import KeptRejection
    from pipelines.settings import IngestSettings


class Unread(NamedTuple):
    """Where a file was not read: at these bytes, and from this byte on to its end."""

    starts: frozenset[int] = frozenset()
    end: int | None = None

    def has(self, byte_start: int, byte_end: int) -> bool:
        """Tell whether a stretch of the file is, or touches, what was not read."""
        return byte_start in self.starts or (self.end is not None and byte_end >= self.end)


def unread_of(documents: Iterable[Sequence[KeptRejection]]) -> Unread:
    """Return what the rejections of a file at the stage `read` leave open."""
    found = [each[0] for each in documents if each[0].stage == Stage.READ]
    ends = [each.byte_start for each in found if each.byte_start == each.byte_end]
    return Unread(frozenset(each.byte_start for each in found), min(ends, default=None))


def has_unread(manifest: Manifest) -> bool:
    """Tell whether anything of a file was refused without bytes of its own."""
    return any(broken.stage == Stage.READ for broken in manifest.rejections)


def read_again(
    archive: Archive,
    manifest: Manifest,
    settings: IngestSettings,
    *,
    dropped: frozenset[int],
    unread: Unread,
) -> Iterator[Part]:
    """Yield the items that were not read before, as far as today's limits go.

    `dropped` are the first bytes of the rejections that these items replace: an item at the end of
    what was read, and not among them, had been accepted.
    """
    limits = StreamLimits(settings.item_bytes, _most_unpacked(manifest, settings))
    with opened_delivery(archive, manifest) as stream:
        items = (
            item
            for item in items_of_stream(stream, limits)
            if _is_new(item, dropped=dropped, unread=unread)
        )
        for number, batch in enumerate(_batches(items, settings.block_bytes)):
            yield Part(manifest.digest, manifest.source, number, batch)


def _is_new(item: RawItem, *, dropped: frozenset[int], unread: Unread) -> bool:
    if not unread.has(item.byte_start, item.byte_end):
        return False
    return item.byte_end != unread.end or item.byte_start in dropped


def _most_unpacked(manifest: Manifest, settings: IngestSettings) -> int:
    by_ratio = max(FREE_BYTES, settings.unpacked_ratio * manifest.size_bytes)
    return min(settings.unpacked_bytes, by_ratio)


def _batches(items: Iterable[RawItem], block_bytes: int) -> Iterator[list[RawItem]]:
    batch: list[RawItem] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.raw) + ITEM_OVERHEAD_BYTES
        if size >= block_bytes or len(batch) >= MAXIMUM_PART_ITEMS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
