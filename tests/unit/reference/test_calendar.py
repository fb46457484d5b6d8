"""The calendar gives the bells of every school day, and faults are named by their place."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import InputError
from pipelines.reference.calendar import SchoolDay, read_calendar

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "school_id,date,is_instructional,opens_at,closes_at\n"


def _read(folder: Path, *rows: str) -> tuple[SchoolDay, ...]:
    file = folder / "calendar.csv"
    file.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return read_calendar(file)


def test_school_days_are_read(tmp_path: Path) -> None:
    """An instructional day has bells, a holiday has none."""
    days = _read(tmp_path, "org-1,2025-09-01,true,08:00,15:30", "org-1,2025-09-06,FALSE,,")
    assert days == (
        SchoolDay("org-1", date(2025, 9, 1), True, time(8), time(15, 30)),  # noqa: FBT003 - a row
        SchoolDay("org-1", date(2025, 9, 6), False, None, None),  # noqa: FBT003 - a row
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param("org-1,,true,08:00,15:00", "column date: is empty", id="no-date"),
        pytest.param("org-1,1 Sept,true,08:00,15:00", "column date: is no date", id="bad-date"),
        pytest.param(",2025-09-01,true,08:00,15:00", "column school_id: is empty", id="no-school"),
        pytest.param(
            "org-1,2025-09-01,yes,08:00,15:00", "is_instructional: must be true or false", id="flag"
        ),
        pytest.param(
            "org-1,2025-09-01,true,8 o'clock,15:00", "opens_at: is no clock time", id="clock-time"
        ),
        pytest.param("org-1,2025-09-01,true,,15:00", "must be the bells", id="no-bell"),
        pytest.param("org-1,2025-09-01,true,15:00,08:00", "must be the bells", id="bells-reversed"),
        pytest.param("org-1,2025-09-01,true,08:00,08:00", "must be the bells", id="bells-equal"),
        pytest.param("org-1,2025-09-01,true,08:00Z,15:00", "without a zone", id="zone"),
        pytest.param("org-1,2025-09-02,false,,", "date: .* in row 2 too", id="date-twice"),
    ],
)
def test_a_fault_is_named_by_row_and_column(tmp_path: Path, row: str, problem: str) -> None:
    """The message names the file, the row as a spreadsheet counts it, and the column."""
    with pytest.raises(InputError, match=rf"calendar\.csv, row 3, .*{problem}"):
        _read(tmp_path, "org-1,2025-09-02,true,08:00,15:00", row)


def test_a_missing_calendar_is_told(tmp_path: Path) -> None:
    """Without a calendar no minute can be told as school or home."""
    with pytest.raises(InputError, match=r"there is no .*calendar\.csv"):
        read_calendar(tmp_path / "calendar.csv")
