"""What the disk refuses is told with its mend, and a defect stays a defect."""

from __future__ import annotations

import errno

import pytest

from pipelines.errors import BusyError, StorageError
from pipelines.storage import explained


@pytest.mark.parametrize(
    ("error", "problem", "mend"),
    [
        pytest.param(
            OSError(errno.ENOSPC, "No space left on device", "lake/events/a"),
            "No space left on device: lake/events/a",
            "make room",
            id="full",
        ),
        pytest.param(
            PermissionError(errno.EACCES, "Permission denied", "reports"),
            "Permission denied: reports",
            "write there",
            id="closed",
        ),
        pytest.param(
            OSError(errno.EROFS, "Read-only file system", "published"),
            "Read-only file system: published",
            "write there",
            id="read-only",
        ),
        pytest.param(
            FileNotFoundError(errno.ENOENT, "No such file or directory", "rosters/users.csv"),
            "No such file or directory: rosters/users.csv",
            "see that it is there",
            id="gone",
        ),
        pytest.param(
            RuntimeError("Traceback of a worker\nOSError: [Errno 28] No space left"),
            "No space left on device",
            "make room",
            id="told-by-beam",
        ),
        pytest.param(
            RuntimeError('Could not write file "x.duckdb": No space left on device'),
            "No space left on device",
            "make room",
            id="told-by-duckdb",
        ),
    ],
)
def test_an_error_of_the_disk_is_told_with_its_mend(
    error: Exception, problem: str, mend: str
) -> None:
    """Whoever tells it, the words are the system's, and the place is named where it is known."""
    told = explained(error)
    assert isinstance(told, StorageError)
    assert told.problem == problem
    assert mend in told.mend


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ValueError("nothing to do with it"), id="defect"),
        pytest.param(RuntimeError("[Errno 99999]"), id="unknown-number"),
        pytest.param(BrokenPipeError(errno.EPIPE, "Broken pipe"), id="reader-is-gone"),
    ],
)
def test_a_defect_is_not_explained_away(error: Exception) -> None:
    """What nobody can mend by looking at the disk keeps its stack trace."""
    assert explained(error) is None


def test_what_is_told_already_is_told_as_it_is() -> None:
    """An error with its mend passes unchanged."""
    error = BusyError("another run is at work", "wait")
    assert explained(error) is error
