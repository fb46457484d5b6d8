"""What must hold of the validator for any bytes at all, and bytes to begin with."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import zstandard

from pipelines.validate_files import judge_stream
from pipelines.validation.findings import Severity
from pipelines.validation.judge import Judge
from pipelines.validation.report import Tally, TextForm, as_json_line
from pipelines.validation.schema_set import SchemaSet
from pipelines.validation.validator import Validator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.validation.report import Judged

_CASES = Path(__file__).resolve().parents[1] / "unit" / "validation" / "cases"
_CONTEXT = "http://purl.imsglobal.org/ctx/caliper/v1p2"


class Target:
    """The validator and both forms of its report, ready for any bytes."""

    def __init__(self) -> None:
        """Compile everything once."""
        schemas = SchemaSet.load()
        self._text = TextForm(schemas)
        self._judge = Judge(Validator(schemas))

    def take(self, data: bytes) -> None:
        """Judge bytes as a file; fail where anything goes unsaid."""
        tally = Tally()
        for judged in judge_stream(io.BufferedReader(io.BytesIO(data)), "-", self._judge):
            tally.take(judged)
            self._hold(judged)
        is_text = not data.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"[", b"{"))
        if is_text and data.strip(b" \t\r\n\x0b\x0c[]{},") and not data.startswith(b"\xef\xbb\xbf"):
            assert tally.valid + tally.invalid, "bytes went unaccounted"

    def _hold(self, judged: Judged) -> None:
        told = orjson.loads(as_json_line(judged))
        assert told["valid"] == (not told["errors"])
        for finding in judged.errors:
            assert finding.severity is Severity.ERROR
        for finding in (*judged.errors, *judged.warnings):
            assert finding.rule
            assert finding.clause
            assert finding.message
            assert finding.path.startswith("$")
        assert bool(self._text.of(judged)) == bool(judged.errors or judged.warnings)


def seeds() -> Iterator[bytes]:
    """Yield our own cases in every layout and packing, one after the other."""
    for standard in ("xapi", "caliper"):
        table = json.loads((_CASES / f"{standard}.json").read_text("utf-8"))
        for case in table["cases"]:
            base = table["bases"][case["base"]]
            if standard == "caliper" and case["base"] != "envelope":
                base = {"@context": _CONTEXT, **base}
            for edits in (*case["breaks"], *case["keeps"]):
                yield orjson.dumps(_edited(base, edits))
    yield from _laid_out(b'{"actor":{},"verb":{"id":"a:b"},"object":{"id":"a:b"}}')


def _edited(base: dict[str, Any], edits: dict[str, Any]) -> dict[str, Any]:
    """Put each edit where its path begins: a seed need not be exact."""
    return base | {path.partition(".")[0]: value for path, value in edits.items()}


def _laid_out(item: bytes) -> Iterator[bytes]:
    yield b"\n".join([item] * 3)
    yield b"[" + b",\r\n".join([item] * 3) + b"]"
    yield b'{"statements":[' + item + b'],"more":""}'
    yield b"\xef\xbb\xbf" + item
    yield gzip.compress(item) + gzip.compress(b"\n" + item)
    yield zstandard.compress(item)
    yield item.decode().encode("utf-16")
    yield b'{"a":1,"a":2}'
    yield b"[" * 300
    yield b'{"a":1e400}'
    yield b'{"a":"\\ud800"}'
