"""Whole nights for the harness, and what readers then see."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path


def run_whole_night(root: Path, as_of_date: date) -> None:
    """Run `plumbline nightly` as a person does, showing its progress; stop where it fails."""
    words = ("nightly", "--home", str(root), "--date", as_of_date.isoformat())
    done = subprocess.run(  # noqa: S603 -- the arguments are the harness's own
        [sys.executable, "-m", "pipelines", *words],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    if done.returncode not in {0, 2}:
        raise SystemExit("the night failed, so there is nothing to validate")


@contextmanager
def published(root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published marts as a reader does."""
    connection = duckdb.connect(str(root / "published/current/marts.duckdb"), read_only=True)
    try:
        yield connection
    finally:
        connection.close()
