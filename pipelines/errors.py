"""The errors that a person who runs Plumbline can mend.

    PlumblineError
    ├── ConfigurationError   district.toml, a key, or the home itself is not as it must be
    ├── InputError           a delivered file cannot be used
    │   └── ChangedInputError    a roster, framework or calendar was exchanged while it was read
    ├── DamagedError         a file that Plumbline wrote does not open
    ├── StorageError         a disk is full, or a folder may not be written or read
    ├── CheckFailedError     a critical check stopped the run before publishing
    └── BusyError            another run holds the home

Bad events are no errors: they are values (`pipelines.ingest.rejection.Rejection`).
"""

from __future__ import annotations


class PlumblineError(Exception):
    """Something a person can mend: what is wrong, and what to do about it."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.mend = mend

    def __str__(self) -> str:
        """Give the problem and its mend on two lines."""
        return f"{self.problem}\n  To mend it: {self.mend}"


class ConfigurationError(PlumblineError):
    """district.toml, a key, or the home itself is not as it must be."""


class InputError(PlumblineError):
    """A delivered file (roster, standards, calendar) cannot be used."""


class ChangedInputError(InputError):
    """A roster, framework or calendar was exchanged while it was read: half may be of another."""

    def __init__(self) -> None:
        super().__init__(
            "files of the roster, the standards or the calendar changed while they were read",
            "wait until they are delivered whole, then run again",
        )


class DamagedError(PlumblineError):
    """A file that Plumbline wrote does not open."""


class StorageError(PlumblineError):
    """A disk is full, or a folder may not be written or read."""


class CheckFailedError(PlumblineError):
    """A critical check stopped the run before anything was published."""


class BusyError(PlumblineError):
    """Another run holds the home."""
