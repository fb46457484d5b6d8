"""The command `plumbline validate --crosswalk`: every row that cannot be used, with its place."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import orjson

from pipelines.reference.crosswalk import judge_crosswalk
from pipelines.report.progress import Reporter
from pipelines.validate_command import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.reference.crosswalk import CrosswalkProblem, JudgedCrosswalk


def run_validate_crosswalk(file: Path, *, as_json: bool) -> ExitCode:
    """Judge a crosswalk and write every problem to standard output."""
    try:
        judged = judge_crosswalk(file)
    except OSError as error:
        Reporter().say(f"error: {file}: {error.strerror}")
        return ExitCode.UNREADABLE
    form = _json_line if as_json else _line
    try:
        for each in judged.problems:
            sys.stdout.buffer.write(form(file, each))
        if not as_json:
            sys.stdout.buffer.write(_closing(judged))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.NOBODY_READS
    return ExitCode.SOME_INVALID if judged.problems else ExitCode.ALL_VALID


def _json_line(file: Path, problem: CrosswalkProblem) -> bytes:
    document = {
        "file": file.name,
        "row": problem.row,
        "column": problem.column or None,
        "message": problem.message,
    }
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def _line(file: Path, problem: CrosswalkProblem) -> bytes:
    column = f" at {problem.column}" if problem.column else ""
    return f"{file.name}:{problem.row}: invalid{column}: {problem.message}\n".encode()


def _closing(judged: JudgedCrosswalk) -> bytes:
    invalid = len({each.row for each in judged.problems})
    verdict = "it cannot be loaded" if invalid else "it can be loaded"
    return f"{len(judged.rows):,} rows can be used; {invalid:,} cannot; {verdict}\n".encode()
