"""Cutting bytes into items loses nothing, whatever the pieces in which they arrive."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.items import RawItem, cut_documents, cut_lines
from pipelines.ingest.rejection import ARRAY_UNCLOSED, ITEM_TOO_LONG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MARK = b"\xef\xbb\xbf"
ROOMY = 1 << 20
# Bytes that matter to a cutter come often, so that short inputs reach every branch.
SNIPPETS = st.lists(
    st.sampled_from(
        [b"{", b"}", b"[", b"]", b",", b'"', b"\\", b"\n", b"\r\n", b" ", b"a", b'{"a":1}', MARK]
    ),
    max_size=40,
).map(b"".join)
CONTENT = st.one_of(st.binary(max_size=80), SNIPPETS)
CUTTERS = pytest.mark.parametrize(
    "cut", [pytest.param(cut_lines, id="lines"), pytest.param(cut_documents, id="documents")]
)


class Chunked(NamedTuple):
    """Bytes, and the same bytes in pieces."""

    whole: bytes
    pieces: list[bytes]


@st.composite
def chunked(draw: st.DrawFn) -> Chunked:
    """Draw bytes and places to cut them."""
    whole = draw(CONTENT)
    places = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    edges = [0, *places, len(whole)]
    return Chunked(whole, [whole[a:b] for a, b in pairwise(edges)])


def _values(items: Iterable[RawItem]) -> list[object]:
    return [json.loads(item.raw) for item in items]


@CUTTERS
@given(data=chunked(), item_bytes=st.sampled_from([1, 3, 8, ROOMY]))
def test_chunking_changes_nothing(
    cut: Callable[..., Iterator[RawItem]], data: Chunked, item_bytes: int
) -> None:
    """The same bytes give the same items in whatever pieces they are read."""
    assert list(cut(data.pieces, item_bytes=item_bytes)) == list(
        cut([data.whole], item_bytes=item_bytes)
    )


@pytest.mark.parametrize("pieces", [[b"    \na"], [b"    \n", b"a"], [b"  ", b"  ", b"\na"]])
def test_a_blank_line_may_be_too_long(pieces: list[bytes]) -> None:
    """It is a fault in whatever pieces it comes: a stream of blanks packs into nothing."""
    blanks, item = cut_lines(pieces, item_bytes=3)
    assert (blanks.byte_start, blanks.byte_end) == (0, 4)
    assert blanks.fault is not None
    assert item.raw == b"a"


@CUTTERS
@given(data=chunked())
def test_byte_ranges_point_at_the_raw_bytes(
    cut: Callable[..., Iterator[RawItem]], data: Chunked
) -> None:
    """The range of an item is where its bytes stand, and its line is counted from 1."""
    for item in cut(data.pieces, item_bytes=ROOMY):
        assert data.whole[item.byte_start : item.byte_end] == item.raw
        assert item.line_number == data.whole.count(b"\n", 0, item.byte_start) + 1


@CUTTERS
@given(data=chunked(), item_bytes=st.sampled_from([2, 5, ROOMY]))
def test_no_byte_is_lost(
    cut: Callable[..., Iterator[RawItem]], data: Chunked, item_bytes: int
) -> None:
    """Every byte that is neither blank nor structure between items is in one item or fault."""
    items = list(cut(data.pieces, item_bytes=item_bytes))
    between = bytearray(data.whole)
    last_end = 0
    for item in items:
        assert item.byte_start >= last_end
        last_end = item.byte_end
        between[item.byte_start : item.byte_end] = b" " * (item.byte_end - item.byte_start)
    allowed = b" \t\n\r\x0b\x0c" if cut is cut_lines else b" \t\n\r\x0b\x0c[]{},"
    start = len(MARK) if cut is cut_documents and data.whole.startswith(MARK) else 0
    assert not bytes(between[start:]).strip(allowed)


@given(
    documents=st.lists(
        st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3), max_size=6
    ),
    indent=st.sampled_from([None, 0, 2]),
    is_array=st.booleans(),
)
def test_documents_come_back_whole(
    documents: list[dict[str, str]], indent: int | None, *, is_array: bool
) -> None:
    """Objects are found in an array or one after another, however they are laid out."""
    parts = [json.dumps(document, indent=indent, ensure_ascii=False) for document in documents]
    text = f"[{', '.join(parts)}]" if is_array else "\n".join(parts)
    assert _values(cut_documents([text.encode()], item_bytes=ROOMY)) == documents


@given(documents=st.lists(st.dictionaries(st.text(max_size=5), st.integers(), max_size=3)))
def test_lines_come_back_whole(documents: list[dict[str, int]]) -> None:
    """Every line of a file of lines is one item."""
    text = "".join(json.dumps(document) + "\n" for document in documents)
    assert _values(cut_lines([text.encode()], item_bytes=ROOMY)) == documents


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"a\nb\n", [(1, b"a"), (2, b"b")], id="unix-line-ends"),
        pytest.param(b"a\r\nb\r\n", [(1, b"a\r"), (2, b"b\r")], id="windows-line-ends"),
        pytest.param(b"a\nb", [(1, b"a"), (2, b"b")], id="no-newline-at-the-end"),
        pytest.param(b"a\n\n \t\r\nb\n", [(1, b"a"), (4, b"b")], id="blank-lines"),
    ],
)
def test_lines_are_numbered_as_a_person_counts(
    content: bytes, found: list[tuple[int, bytes]]
) -> None:
    """Blank lines give no item but count as lines."""
    items = cut_lines([content], item_bytes=ROOMY)
    assert [(item.line_number, item.raw) for item in items] == found


def test_lines_of_a_later_range_keep_their_place_in_the_file() -> None:
    """A range that begins inside a file numbers bytes and lines from the file's start."""
    (item,) = cut_lines([b"abc\n"], item_bytes=ROOMY, byte_start=100, first_line=7)
    assert item == RawItem(7, 100, 103, b"abc")


@pytest.mark.parametrize(
    ("cut", "content", "faults", "kept"),
    [
        pytest.param(cut_lines, b"a\nbbbbbbb\nc\n", [(2, 2, 9)], [b"a", b"c"], id="line"),
        pytest.param(cut_lines, b"a\nbbbbbbb", [(2, 2, 9)], [b"a"], id="last-line"),
        pytest.param(
            cut_documents, b'[1,\n{"b":"[,"},2]', [(2, 4, 14)], [b"1", b"2"], id="array-element"
        ),
        pytest.param(
            cut_documents, b'{"a":"\\"}{"}\n[3]', [(1, 0, 12)], [b"3"], id="top-level-object"
        ),
        pytest.param(cut_documents, b"garbage!\n[3]", [(1, 0, 9)], [b"3"], id="garbage"),
    ],
)
@pytest.mark.parametrize("piece_bytes", [1, 4, 64])
def test_what_is_too_long_is_one_fault(
    cut: Callable[..., Iterator[RawItem]],
    content: bytes,
    faults: list[tuple[int, int, int]],
    *,
    kept: list[bytes],
    piece_bytes: int,
) -> None:
    """An item over the limit is counted once, without its bytes, and its neighbours stay."""
    pieces = [content[at : at + piece_bytes] for at in range(0, len(content), piece_bytes)]
    items = list(cut(pieces, item_bytes=5))
    found = [item for item in items if item.fault]
    assert [(item.line_number, item.byte_start, item.byte_end) for item in found] == faults
    assert all(item.fault is ITEM_TOO_LONG and not item.raw for item in found)
    assert [item.raw for item in items if not item.fault] == kept


@pytest.mark.parametrize(
    "limit", [pytest.param(7, id="as-long-as-allowed"), pytest.param(6, id="a-byte-longer")]
)
def test_blanks_around_an_element_do_not_make_it_too_long(limit: int) -> None:
    """Only what stands between the first byte of an element and its end counts to its length."""
    (item,) = cut_documents([b'[     {"a":1}]'], item_bytes=limit)
    assert (item.fault is None) == (limit == 7)


def test_a_too_long_string_is_not_kept_in_memory() -> None:
    """While a string goes on over the limit, the cutter holds no more than the last piece."""
    seen: list[int] = []

    def pieces() -> Iterator[bytes]:
        yield b'[{"a":"'
        for _ in range(200):
            yield b"x" * 1000
        yield b'"},{"b":2}]'

    for item in cut_documents(pieces(), item_bytes=2000):
        seen.append(item.byte_end - item.byte_start)
        assert len(item.raw) <= 2000
    assert seen == [200_008, 7]


@pytest.mark.parametrize(
    ("content", "raws"),
    [
        pytest.param(b'{"a":"}]"}', [b'{"a":"}]"}'], id="brackets-in-a-string"),
        pytest.param(b'[{"a":"\\"]"},{}]', [b'{"a":"\\"]"}', b"{}"], id="escaped-quote"),
        pytest.param(b'[{"a":"\\\\"},{}]', [b'{"a":"\\\\"}', b"{}"], id="escaped-backslash"),
        pytest.param(b"[[1,2],[3]]", [b"[1,2]", b"[3]"], id="arrays-in-an-array"),
        pytest.param(b"[]", [], id="empty-array"),
        pytest.param(b"[1] [2]", [b"1", b"2"], id="two-arrays"),
        pytest.param(b'[1]\n{"a":2}', [b"1", b'{"a":2}'], id="array-then-object"),
        pytest.param(b'junk {"a":1} more', [b"junk", b'{"a":1}', b"more"], id="garbage-around"),
        pytest.param(MARK + b"[1]", [b"1"], id="byte-order-mark"),
        pytest.param(b"]]}", [b"]]}"], id="closed-before-open"),
    ],
)
def test_documents_are_cut_where_their_nesting_ends(content: bytes, raws: list[bytes]) -> None:
    """Strings hide brackets, and what stands outside of any document is an item of its own."""
    assert [item.raw for item in cut_documents([content], item_bytes=ROOMY)] == raws


def test_an_array_that_is_not_closed_is_one_fault_after_its_elements() -> None:
    """The elements of an array that is cut off are kept, and the missing end is counted."""
    items = list(cut_documents([b'[{"a":1},\n{"b"'], item_bytes=ROOMY))
    assert [item.raw for item in items] == [b'{"a":1}', b'{"b"', b""]
    assert (items[-1].fault, items[-1].line_number) == (ARRAY_UNCLOSED, 2)


def test_pieces_of_blank_lines_are_counted() -> None:
    """A piece that holds nothing but line ends moves lines and bytes on, wherever it comes."""
    pieces = [b"\n" * 5, b" \r\n", b"{}", b"\n\n", b"[1", b"\n", b"\n", b"[2]"]
    found = [(each.line_number, each.byte_start, each.raw) for each in _lines(pieces)]
    assert found == [(7, 8, b"{}"), (9, 12, b"[1"), (11, 16, b"[2]")]


def _lines(pieces: list[bytes]) -> list[RawItem]:
    return list(cut_lines(pieces, item_bytes=ROOMY))
