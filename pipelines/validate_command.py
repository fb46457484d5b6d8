"""The command `plumbline validate`: every file in turn, to standard output, with an exit code."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipelines.report.progress import Reporter
from pipelines.validate_files import STANDARD_INPUT, Unreadable, is_of_the_file, judge_file
from pipelines.validation.findings import SpecVersion, Standard
from pipelines.validation.forced import STANDARD_OF, Asked
from pipelines.validation.judge import Judge
from pipelines.validation.report import Judged, Tally, TextForm, as_json_line
from pipelines.validation.schema_set import SchemaSet
from pipelines.validation.validator import Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MEBIBYTE = 1 << 20


class ExitCode(IntEnum):
    """What the exit code says; the highest that applies is given."""

    ALL_VALID = 0
    SOME_INVALID = 1
    UNREADABLE = 2
    NOBODY_READS = 141  # as a shell tells of a program that wrote into a closed pipe


def asked_for(standard: str, version: str | None) -> Asked:
    """Return what every item is to be judged as; a version tells its standard."""
    chosen = None if standard == "auto" else Standard(standard)
    if version is None:
        return Asked(chosen)
    of_version = STANDARD_OF[SpecVersion(version)]
    if chosen not in (None, of_version):
        raise ValueError(f"{version} is a version of {of_version}, not of {chosen}")
    return Asked(of_version, SpecVersion(version))


def run_validate(files: tuple[str, ...], asked: Asked, *, as_json: bool) -> ExitCode:
    """Judge all files and write what is to be said; what cannot be read is told on the way."""
    schemas = SchemaSet.load()
    run = _Run(TextForm(schemas), sys.stdout.buffer, as_json=as_json)
    judge = Judge(Validator(schemas), asked)
    try:
        with _progress(files) as advance:
            for name in files:
                for judged in judge_file(name, judge, advance=advance):
                    run.take(judged)
        return run.finish()
    except BrokenPipeError:
        # Nothing is left to be flushed into the closed pipe when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.NOBODY_READS


class _Run:
    """Writes each item in the form asked for and remembers what the exit code must say."""

    def __init__(self, text: TextForm, out: BinaryIO, *, as_json: bool) -> None:
        self._text = text
        self._out = out
        self._as_json = as_json
        self._tally = Tally()
        self._code = ExitCode.ALL_VALID

    def take(self, judged: Judged | Unreadable) -> None:
        if isinstance(judged, Unreadable):
            self._code = ExitCode.UNREADABLE
            Reporter().say(f"error: {judged.file}: {judged.reason}")
            return
        if is_of_the_file(judged):
            self._code = ExitCode.UNREADABLE
        elif not judged.is_valid:
            self._code = max(self._code, ExitCode.SOME_INVALID)
        self._tally.take(judged)
        self._out.write(as_json_line(judged) if self._as_json else self._text.of(judged).encode())

    def finish(self) -> ExitCode:
        if not self._as_json:
            self._out.write(self._tally.as_text().encode())
        self._out.flush()
        return self._code


@contextmanager
def _progress(files: tuple[str, ...]) -> Iterator[Callable[[int], None]]:
    """Show the mebibytes read, but only where that does not mix with the output."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda _: None
        return
    total = sum(_size(name) for name in files)
    read = 0
    with Reporter().step("validate (MiB)") as advance:

        def count(more: int) -> None:
            nonlocal read
            read += more
            advance(read // _MEBIBYTE, max(total, read) // _MEBIBYTE)

        yield count


def _size(name: str) -> int:
    with suppress(OSError):
        return 0 if name == STANDARD_INPUT else Path(name).stat().st_size
    return 0
