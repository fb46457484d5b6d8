"""A night over hostile files among good ones loads every good event and accounts for the rest."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import zstandard

from pipelines.synth import write_district
from tests.night.homes import DistrictNight, counts_by_file, plumbline, run_night

if TYPE_CHECKING:
    from pathlib import Path

SOURCE, BROKEN_SOURCE = "mathpath", "gaugewell"
STUDENTS, DAYS, SEED = 40, 4, 5
LIMITS = """
[ingest]
settle_seconds = 0
item_bytes = 100000
document_items = 5000
unpacked_bytes = 20000000
unpacked_ratio = 50
"""
MEBIBYTE = 1 << 20


def _statement(number: int) -> dict[str, Any]:
    return {
        "id": f"{number:08x}-0000-4000-8000-00000000abcd",
        "actor": {"account": {"homePage": "https://sso.stranger.example", "name": "nobody"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": "https://mathpath.example/items/1"},
        "timestamp": "2026-09-01T14:00:00Z",
    }


class _Numbers:
    """Gives good lines, each another statement."""

    def __init__(self) -> None:
        self._last = 0

    def line(self) -> bytes:
        self._last += 1
        return orjson.dumps(_statement(self._last))


def _with(line: bytes, member: bytes) -> bytes:
    """Put a member into the result extensions of a statement, which may hold anything."""
    extension = b'"result":{"extensions":{"https://x.example/e":' + member + b"}}"
    return line[:-1] + b"," + extension + b"}"


def _hostile(number: _Numbers) -> dict[str, tuple[bytes, int, int]]:
    """Return, by name, the bytes of each file, its good events and its rejected items."""
    good = number.line
    line = b"\n".join

    def among(bad: bytes, rejected: int = 1) -> tuple[bytes, int, int]:
        return line([good(), bad, good(), b""]), 2, rejected

    pretty = orjson.dumps(_statement(900), option=orjson.OPT_INDENT_2)
    packed = gzip.compress(line([good() for _ in range(40)]))
    return {
        "bom.ndjson": (b"\xef\xbb\xbf" + line([good(), good(), b""]), 2, 0),
        "utf16.ndjson": (good().decode().encode("utf-16"), 0, 1),
        "utf16-without-mark.ndjson": (good().decode().encode("utf-16-be"), 0, 1),
        "invalid-utf8.ndjson": among(b'{"a":"\xff\xfe"}'),
        "nul.ndjson": among(b"\0" * 50),
        "nul-in-string.ndjson": among(b'{"a":"\0"}'),
        "long-line.ndjson": among(b'{"a":"' + b"x" * 3 * MEBIBYTE + b'"}'),
        "nesting.ndjson": among(b"[" * 10_000 + b"]" * 10_000),
        "nesting-within.ndjson": among(_with(good(), b"[" * 10_000 + b"]" * 10_000)),
        "duplicate-key.ndjson": among(good()[:-1] + b',"version":"1.0.0","version":"1.0.3"}'),
        "nan.ndjson": among(line([_with(good(), each) for each in (b"NaN", b"-Infinity")]), 2),
        "huge-integer.ndjson": (line([_with(good(), b"9" * 40), good()]), 2, 0),
        "beyond-double.ndjson": among(_with(good(), b"1e999")),
        "surrogate.ndjson": among(_with(good(), rb'"\ud800"')),
        "gzip-bomb.ndjson": (gzip.compress(line([good(), b" " * 30 * MEBIBYTE])), 1, 2),
        "zstd-bomb.ndjson": (zstandard.compress(line([good(), b"\0" * 30 * MEBIBYTE])), 1, 2),
        "newline-bomb.ndjson": (gzip.compress(line([good(), b"\n" * 30 * MEBIBYTE])), 1, 1),
        "members.gz": (gzip.compress(good() + b"\n") + gzip.compress(good()), 2, 0),
        "cut.gz": (packed[:-20], -1, -1),
        "crlf.ndjson": (good() + b"\r\n" + good() + b"\r\n", 2, 0),
        "no-newline.ndjson": (line([good(), good()]), 2, 0),
        "two-on-a-line.ndjson": among(good() + good()),
        "pretty.ndjson": (pretty + b"\n", 1, 0),
        "entries.ndjson": among(b"[" + b"1," * 5_000 + b"1]"),
        "empty.ndjson": (b"", 0, 0),
        "picture.ndjson": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, 0, 1),
    }


HOSTILE = _hostile(_Numbers())


@pytest.fixture(scope="module")
def hostile_night(tmp_path_factory: pytest.TempPathFactory) -> DistrictNight:
    """A synthetic district among whose deliveries are hostile ones, and one broken source."""
    root = tmp_path_factory.mktemp("hostile") / "home"
    district = write_district(root, students=STUDENTS, days=DAYS, seed=SEED)
    with (root / "district.toml").open("a", encoding="utf-8") as stream:
        stream.write(LIMITS)
    for name, (content, _, _) in HOSTILE.items():
        (root / "landing" / SOURCE / name).write_bytes(content)
    _break(root / "landing" / BROKEN_SOURCE)
    return DistrictNight(district, run_night(root, district.as_of_date))


def _break(folder: Path) -> None:
    """Let a tool deliver what no rule accepts."""
    (folder / "broken.ndjson").write_bytes(b'{"verb":{}}\n' * 30_000)


def test_night_ends_well(hostile_night: DistrictNight) -> None:
    """The night publishes, with warnings and without a stack trace."""
    ran = hostile_night.ran
    assert ran.code == 2, ran.err
    assert "is now current" in ran.out
    assert "Traceback" not in ran.out + ran.err


def test_every_good_event_is_loaded(hostile_night: DistrictNight) -> None:
    """Of each hostile file the good events are loaded, and the others rejected."""
    with hostile_night.marts() as marts:
        found = counts_by_file(marts)
    for name, (_, good, rejected) in HOSTILE.items():
        counts = found[f"{SOURCE}/{name}"]
        if good >= 0:
            assert (name, counts["loaded"], counts["rejected"]) == (name, good, rejected)
        else:
            assert counts["loaded"] > 0
            assert counts["rejected"] in {1, 2}


def test_every_file_adds_up(hostile_night: DistrictNight) -> None:
    """Nothing of any file is unaccounted for."""
    with hostile_night.marts() as marts:
        sums = marts.sql("select count(*), bool_and(adds_up) from audit.reconciliation").fetchall()
    assert sums[0][0] > len(HOSTILE)
    assert sums[0][1]


def test_the_broken_source_is_held(hostile_night: DistrictNight) -> None:
    """Its deliveries are not loaded; audit.held and the report say so, with rates and rules."""
    with hostile_night.marts() as marts:
        held = marts.sql("select distinct source from audit.held").fetchall()
        loaded = marts.sql(
            f"select count(*) from audit.reconciliation where source = '{BROKEN_SOURCE}'"
        ).fetchall()
    assert (held, loaded) == ([(BROKEN_SOURCE,)], [(0,)])
    report = orjson.loads((hostile_night.root / "reports/latest.json").read_bytes())
    (delivery,) = report["held"]
    assert delivery["source"] == BROKEN_SOURCE
    assert delivery["reject_rate"] > 0.9
    assert delivery["top_rules"][0]["events"] >= 30_000
    assert "plumbline release" in delivery["release"]


def test_the_quarantine_counts_without_values(hostile_night: DistrictNight) -> None:
    """`plumbline quarantine list` names files and rules, and nothing of an event."""
    ran = plumbline("quarantine", "list", "--home", hostile_night.root, "--json")
    listed = orjson.loads(ran.out)
    rejected = {name for name, (_, _, count) in HOSTILE.items() if count}
    names = {each["file_name"].removeprefix(f"{SOURCE}/") for each in listed["files"]}
    assert rejected <= names
    assert "stranger" not in ran.out
