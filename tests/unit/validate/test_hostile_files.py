"""Files that mean harm, or were made carelessly, end in a reason; good items beside them pass."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner

from pipelines.cli import commands
from tests.unit.examples import lines, statement

_GOOD = lines(statement())
_MEBIBYTE = 1 << 20
_SKIPPED = ["", "item.too-long", ""]
_STOPPED = ["", "json.syntax", "file.unpacks-too-large"]  # the line is cut where reading ends
# The interpreter with the compiled schemas takes about a third of this, a 16 MiB item the rest.
_MOST_MEMORY_MIB = 400
_STATUS = Path("/proc/self/status")
_RUN = """
import re, sys
from pathlib import Path
from pipelines.cli import commands
try:
    commands(sys.argv[1:])
finally:
    status = Path("/proc/self/status").read_text()
    print(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1], file=sys.stderr)
"""


def _judged(content: bytes) -> list[dict[str, Any]]:
    result = CliRunner().invoke(commands, ["validate", "--format", "jsonl", "-"], input=content)
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("hostile", "rule"),
    [
        pytest.param(b'{"id": "\xff"}', "json.encoding", id="invalid-utf-8"),
        pytest.param(b'{"id": "\x00"}', "json.syntax", id="nul-byte"),
        pytest.param(b"\x00" * 99, "json.syntax", id="nul-bytes-alone"),
        pytest.param(b"[" * 10_000 + b"]" * 10_000, "json.nesting", id="deep"),
        pytest.param(b'{"id": 1, "id": 2}', "json.duplicate-key", id="duplicate-key"),
        pytest.param(b'{"id": NaN}', "json.syntax", id="nan"),
        pytest.param(b'{"id": -Infinity}', "json.syntax", id="infinity"),
        pytest.param(b'{"id": 1e400}', "json.number", id="too-large"),
        pytest.param(b'{"id": "\\udc00"}', "json.surrogate", id="lone-surrogate"),
        pytest.param(b'{"id": 1', "json.syntax", id="cut-short"),
        pytest.param(b'{"id": 1} {"id": 2}', "json.syntax", id="two-documents"),
        pytest.param(b'{"verb": ' + b"9" * 99 + b"}", "xapi.verb.type", id="huge-integer"),
    ],
)
def test_a_hostile_line_harms_itself_only(hostile: bytes, rule: str) -> None:
    """The lines around it are judged as ever, each under its own number."""
    judged = _judged(_GOOD + hostile + b"\r\n" + _GOOD)
    assert [(each["line"], each["valid"]) for each in judged] == [(1, True), (2, False), (3, True)]
    assert rule in {error["rule"] for error in judged[1]["errors"]}


def _long_line() -> bytes:
    return b'{"id": "' + b"x" * (40 * _MEBIBYTE) + b'"}\n'


@pytest.mark.skipif(not _STATUS.exists(), reason="only Linux tells the peak of a process there")
@pytest.mark.parametrize(
    ("name", "content", "seen"),
    [
        pytest.param(
            "line.ndjson", lambda: _GOOD + _long_line() + _GOOD, _SKIPPED, id="a-long-line"
        ),
        pytest.param(
            "bomb.gz",
            lambda: gzip.compress(_GOOD + _long_line() + _GOOD, 1),
            _SKIPPED,
            id="a-gzip-bomb",
        ),
        pytest.param(
            "bomb.zst",
            lambda: zstandard.compress(_GOOD + _long_line() + _GOOD),
            _STOPPED,
            id="a-zstd-bomb",
        ),
        pytest.param(
            "array.json",
            lambda: b"[" + _GOOD + b"," + _long_line() + b"," + _GOOD + b"]",
            _SKIPPED,
            id="a-long-element",
        ),
    ],
)
def test_memory_stays_bounded(tmp_path: Path, name: str, content: Any, seen: list[str]) -> None:
    """An item beyond the limit is refused without being held, also when it was packed small."""
    file = tmp_path / name
    file.write_bytes(content())
    run = subprocess.run(  # noqa: S603 - this program, and a file of this test
        [sys.executable, "-c", _RUN, "validate", "--format", "jsonl", str(file)],
        capture_output=True,
        check=False,
    )
    judged = [json.loads(line) for line in run.stdout.splitlines()]
    assert [each["errors"][0]["rule"] if each["errors"] else "" for each in judged] == seen
    assert int(run.stderr.split()[-1]) < _MOST_MEMORY_MIB * 1024
