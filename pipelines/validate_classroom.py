"""The command `plumbline validate --classroom`: every refused row of the forms, with its place."""

from __future__ import annotations

import os
import sys
from itertools import groupby
from typing import TYPE_CHECKING

import orjson

from pipelines.reference.classroom_csv import judge_file
from pipelines.validate_command import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.reference.classroom_csv import JudgedFile
    from pipelines.reference.classroom_rules import Refusal


def run_validate_classroom(path: Path, *, as_json: bool) -> ExitCode:
    """Judge a file, or every CSV file of a folder, and write what is refused.

    Whether students and standards are known is seen only where they are loaded.
    """
    paths = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    code = ExitCode.ALL_VALID
    try:
        for judged in map(judge_file, paths):
            lines = _json_lines(judged) if as_json else _text_lines(judged)
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            code = max(code, _code(judged))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.NOBODY_READS
    return code


def _code(judged: JudgedFile) -> ExitCode:
    if not judged.is_usable:
        return ExitCode.UNREADABLE
    return ExitCode.SOME_INVALID if judged.refusals else ExitCode.ALL_VALID


def _text_lines(judged: JudgedFile) -> Iterator[str]:
    yield from map(str, judged.refusals)
    if judged.is_usable:
        yield f"{judged.name}: {judged.read:,} rows, {len(judged.refusals):,} refused"


def _json_lines(judged: JudgedFile) -> Iterator[str]:
    """Yield a document for each refused row, in the shape of the other validations."""
    for row, refusals in groupby(judged.refusals, key=lambda each: each.row):
        document = {
            "file": judged.name,
            "row": row,
            "valid": False,
            "errors": [_error(each) for each in refusals],
        }
        yield orjson.dumps(document).decode()


def _error(refusal: Refusal) -> dict[str, str | None]:
    return {
        "rule": refusal.rule.value,
        "column": refusal.column,
        "message": f"expected {refusal.rule.asks}",
    }
