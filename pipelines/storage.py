"""Tell a full disk or a folder that may not be written from a defect, and how to mend it."""

from __future__ import annotations

import errno
import os
import re

from pipelines.errors import PlumblineError, StorageError

_MAKE_ROOM = "make room or raise the quota, then run again: what is done stays, the rest is made up"
_ALLOW = "let the user who runs Plumbline write there, then run again"
_LOOK = "see that it is there and who may read it, then run again"
_MENDS = {
    errno.ENOSPC: _MAKE_ROOM,
    errno.EDQUOT: _MAKE_ROOM,
    errno.EFBIG: _MAKE_ROOM,
    errno.EROFS: _ALLOW,
    errno.EACCES: _ALLOW,
    errno.EPERM: _ALLOW,
}
_NUMBER = re.compile(r"\[Errno (\d+)\]")


def explained(error: Exception) -> PlumblineError | None:
    """Return what a person can do about an error of the disk; None where it is something else.

    Libraries tell such an error in a text of theirs: Beam with the number, DuckDB with the words.
    """
    if isinstance(error, PlumblineError):
        return error
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        number = error.errno or errno.EIO
        place = f": {error.filename}" if error.filename else ""
        return StorageError(f"{os.strerror(number)}{place}", _MENDS.get(number, _LOOK))
    found = number_in(str(error))
    return StorageError(os.strerror(found), _MENDS[found]) if found else None


def number_in(text: str) -> int | None:
    """Return the number of the error of a disk that a text tells, None where it tells none."""
    told = {int(number) for number in _NUMBER.findall(text)}
    return next(
        (number for number in _MENDS if number in told or os.strerror(number) in text), None
    )
