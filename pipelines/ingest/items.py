"""Cut a stream of bytes into raw items: lines, or the elements of JSON documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from pipelines.ingest.rejection import ARRAY_UNCLOSED, ITEM_TOO_LONG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipelines.validation.findings import Finding

# A whole string, the quote of one that is not yet whole, or a character that gives structure.
# Possessive, because a string that is not yet whole is not worth a second look from behind.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}\[\],]', re.DOTALL)
_QUOTE, _OPEN, _CLOSE = b'"', frozenset((b"{", b"[")), frozenset((b"}", b"]"))
_BLANK = re.compile(rb"\s*")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class RawItem(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a file that should hold one JSON document, or the fault that it has instead."""

    line_number: int
    byte_start: int
    byte_end: int
    raw: bytes
    fault: Finding | None = None


def cut_lines(
    chunks: Iterable[bytes], *, item_bytes: int, byte_start: int = 0, first_line: int = 1
) -> Iterator[RawItem]:
    """Yield every line that is not blank, without its line end; one that is too long is a fault."""
    rest, offset, line_number, skipped = b"", byte_start, first_line, 0
    for chunk in chunks:
        is_small = len(chunk) <= item_bytes and not rest and not skipped
        if is_small and chunk.endswith(b"\n") and chunk.isspace():
            # Gibibytes of line ends pack into nothing; they must not take hours to pass over.
            offset += len(chunk)
            line_number += chunk.count(b"\n")
            continue
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if not skipped and len(line) <= item_bytes:
                end = offset + len(line)
                if line and not line.isspace():
                    yield RawItem(line_number, offset, end, line)
                offset = end + 1
                line_number += 1
                continue
            overlong = len(line) if len(line) > item_bytes else 0
            yield from _line(
                b"" if overlong else line,
                line_number,
                offset - skipped,
                skipped=skipped + overlong,
            )
            offset += len(line) + 1
            skipped = 0
            line_number += 1
        if len(rest) > item_bytes:
            skipped += len(rest)
            offset += len(rest)
            rest = b""
    yield from _line(rest, line_number, offset - skipped, skipped=skipped)


def _line(line: bytes, line_number: int, start: int, *, skipped: int) -> Iterator[RawItem]:
    end = start + skipped + len(line)
    if skipped:
        yield RawItem(line_number, start, end, b"", ITEM_TOO_LONG)
    elif line and not line.isspace():
        yield RawItem(line_number, start, end, line)


def cut_documents(chunks: Iterable[bytes], *, item_bytes: int) -> Iterator[RawItem]:
    """Yield the elements of top-level arrays and all top-level objects, however laid out."""
    cutter = _DocumentCutter(item_bytes)
    for chunk in chunks:
        yield from cutter.feed(chunk)
    yield from cutter.finish()


class _DocumentCutter:
    """Follows strings and brackets through a stream; an item ends where its nesting began.

    Positions are within the buffer, which begins with the item that is not yet whole.
    """

    def __init__(self, item_bytes: int) -> None:
        self._item_bytes = item_bytes
        self._buffer = b""
        self._offset = 0  # of the buffer in the stream
        self._scanned = 0
        self._pending = 0  # where the item that is not yet whole begins
        self._line_number, self._line_position = 1, 0
        self._depth = 0
        self._is_begun = False
        self._is_in_array = False
        self._skipped_from: tuple[int, int] | None = None

    def feed(self, chunk: bytes) -> Iterator[RawItem]:
        self._buffer += chunk
        if not self._is_begun and not self._begin():
            return
        for token in _TOKEN.finditer(self._buffer, self._scanned):
            found = token.group()
            if found == _QUOTE:
                self._scanned = token.start()
                break
            self._scanned = token.end()
            if len(found) == 1:
                yield from self._structure(found, token.start())
        else:
            self._scanned = len(self._buffer)
        self._skip_blank()
        self._skip_overlong()
        self._drop_consumed()

    def _begin(self) -> bool:
        """Pass over a byte order mark; until the first bytes cannot be one, nothing is begun."""
        if self._buffer != _BYTE_ORDER_MARK and _BYTE_ORDER_MARK.startswith(self._buffer):
            return False
        self._is_begun = True
        if self._buffer.startswith(_BYTE_ORDER_MARK):
            self._pending = self._scanned = len(_BYTE_ORDER_MARK)
        return True

    def finish(self) -> Iterator[RawItem]:
        end = len(self._buffer)
        yield from self._item(end)
        if self._is_in_array:
            offset = self._offset + end
            yield RawItem(self._line_at(end), offset, offset, b"", ARRAY_UNCLOSED)

    def _structure(self, found: bytes, at: int) -> Iterator[RawItem]:
        if found in _OPEN:
            yield from self._open(found, at)
        elif found in _CLOSE:
            yield from self._close(at)
        elif self._is_in_array and self._depth == 1:
            yield from self._item(at)
            self._pending = at + 1

    def _open(self, found: bytes, at: int) -> Iterator[RawItem]:
        if self._depth == 0:
            yield from self._item(at)
            self._is_in_array = found == b"["
            self._pending = at + 1 if self._is_in_array else at
        self._depth += 1

    def _close(self, at: int) -> Iterator[RawItem]:
        if self._depth == 0:
            return
        self._depth -= 1
        if self._depth == 0:
            yield from self._item(at if self._is_in_array else at + 1)
            self._pending, self._is_in_array = at + 1, False

    def _item(self, end: int) -> Iterator[RawItem]:
        if self._skipped_from is not None:
            line_number, byte_start = self._skipped_from
            self._skipped_from = None
            yield RawItem(line_number, byte_start, self._offset + end, b"", ITEM_TOO_LONG)
            return
        raw = self._buffer[self._pending : end].lstrip()
        start, whole = end - len(raw), raw.rstrip()
        byte_start = self._offset + start
        if not whole:
            return
        if len(raw) > self._item_bytes:
            yield RawItem(
                self._line_at(start), byte_start, byte_start + len(raw), b"", ITEM_TOO_LONG
            )
        else:
            yield RawItem(self._line_at(start), byte_start, byte_start + len(whole), whole)

    def _skip_blank(self) -> None:
        """Leave out the blank bytes before an item, so that they never count to its length."""
        if self._skipped_from is None and (blank := _BLANK.match(self._buffer, self._pending)):
            self._pending = blank.end()

    def _skip_overlong(self) -> None:
        """Forget the bytes of an item over the limit, but follow its strings and brackets on."""
        if len(self._buffer) - self._pending <= self._item_bytes:
            return
        if self._skipped_from is None:
            line_number = self._line_at(self._pending)
            self._skipped_from = (line_number, self._offset + self._pending)
        if self._scanned < len(self._buffer):
            self._shorten_string()
        self._pending = self._scanned

    def _shorten_string(self) -> None:
        """Cut a string that is not yet whole to its quote, and a backslash that is still live."""
        text = self._buffer[self._scanned :]
        backslashes = len(text) - len(text.rstrip(b"\\"))
        self._line_at(len(self._buffer))
        self._offset += len(self._buffer)
        self._buffer = _QUOTE + b"\\" * (backslashes % 2)
        self._offset -= len(self._buffer)
        self._scanned = self._line_position = 0

    def _drop_consumed(self) -> None:
        self._line_at(self._pending)
        self._line_position -= self._pending
        self._offset += self._pending
        self._buffer = self._buffer[self._pending :]
        self._scanned -= self._pending
        self._pending = 0

    def _line_at(self, position: int) -> int:
        """Return the line of a position; positions are asked for in rising order."""
        if position > self._line_position:
            self._line_number += self._buffer.count(b"\n", self._line_position, position)
            self._line_position = position
        return self._line_number
