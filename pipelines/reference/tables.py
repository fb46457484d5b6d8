"""Read CSV files with errors that name file, row and column."""

from __future__ import annotations

import csv
from datetime import date, time
from typing import TYPE_CHECKING, NamedTuple

from pipelines.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class CsvRow(NamedTuple):
    """One row and where it stands; `number` counts the header as 1, as a spreadsheet does."""

    file: Path
    number: int
    values: dict[str, str]

    def text(self, column: str) -> str:
        """Return a required value; raise InputError where it is empty."""
        value = self.values.get(column) or ""
        if not value.strip():
            raise self.error(column, "is empty")
        return value.strip()

    def optional(self, column: str) -> str | None:
        """Return a value, or None where it is empty or the column is absent."""
        return (self.values.get(column) or "").strip() or None

    def each(self, column: str) -> list[str]:
        """Return the members of a comma-separated list."""
        return [part.strip() for part in (self.optional(column) or "").split(",") if part.strip()]

    def date(self, column: str) -> date | None:
        """Return a date (YYYY-MM-DD), or None where it is empty."""
        value = self.optional(column)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise self.error(column, "is no date of the form YYYY-MM-DD") from None

    def clock_time(self, column: str) -> time | None:
        """Return a clock time (HH:MM), or None where it is empty."""
        value = self.optional(column)
        try:
            clock_time = time.fromisoformat(value) if value else None
        except ValueError:
            raise self.error(column, "is no clock time of the form HH:MM") from None
        if clock_time and clock_time.tzinfo:
            raise self.error(column, "must be the time on the school's clock, without a zone")
        return clock_time

    def flag(self, column: str) -> bool:
        """Return true or false."""
        value = self.text(column).lower()
        if value not in {"true", "false"}:
            raise self.error(column, "must be true or false")
        return value == "true"

    def error(self, column: str, problem: str) -> InputError:
        """Return the error of one value; the value itself is not repeated, it may be personal."""
        return InputError(
            f"{self.file}, row {self.number}, column {column}: {problem}",
            "correct the row at its source and deliver the file again",
        )


def read_csv(file: Path, required: Sequence[str]) -> Iterator[CsvRow]:
    """Yield the rows of a CSV file in UTF-8; raise InputError without the required columns."""
    if not file.is_file():
        raise InputError(
            f"there is no {file}", "deliver it; docs/operations.md lists what is needed"
        )
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in required if name not in (reader.fieldnames or [])]
            if missing:
                raise InputError(
                    f"{file} lacks the column(s) {', '.join(missing)}",
                    "deliver it with all columns",
                )
            for values in reader:
                row = CsvRow(file, reader.line_num, values)
                if None in values:
                    raise row.error("(beyond the last)", "the row has more values than columns")
                yield row
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8", "save it as UTF-8 and deliver it again") from None
    except csv.Error as error:
        raise InputError(f"{file} is not CSV: {error}", "deliver it again, whole") from None
