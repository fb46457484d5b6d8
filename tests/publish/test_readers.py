"""Readers in other processes never notice a publish: no error, and no mixed build."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from pipelines.publish.publish import publish_build
from pipelines.publish.rollback import roll_back, set_free

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home
    from pipelines.identity.keys import Key
    from pipelines.settings import Settings

    Rebuild = Callable[[str], None]

PUBLISHES = 4
MOST_SECONDS = 120
# Every kind of reader looks again and again, and writes which builds it saw in each look.
READER = """
import json, sys, time
from pathlib import Path
import duckdb

kind, current, stop = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
tables = ("learning.mastery", "learning.mastery_evidence", "roster.students", "roster.schools")


def seen(connection):
    query = " union all ".join(f"select build_id from {table}" for table in tables)
    return sorted(row[0] for row in connection.sql(f"select distinct * from ({query})").fetchall())


def of_parquet(folder):
    files = [str(folder / "parquet" / family / "*/*.parquet") for family in ("learning", "roster")]
    query = f"select distinct build_id from read_parquet({files}, union_by_name = true)"
    return sorted(row[0] for row in duckdb.sql(query).fetchall())


looks, held = [], None
while not stop.exists():
    if kind == "holds a connection":
        held = held or duckdb.connect(str(current / "marts.duckdb"), read_only=True)
        looks.append(seen(held))
    elif kind == "opens anew":
        with duckdb.connect(str(current.resolve() / "marts.duckdb"), read_only=True) as connection:
            looks.append(seen(connection))
    elif kind == "opens through the link":
        with duckdb.connect(str(current / "marts.duckdb"), read_only=True) as connection:
            looks.append(seen(connection))
    else:
        looks.append(of_parquet(current.resolve()))
    if len(looks) == 1:
        print("reading", flush=True)
print(json.dumps(looks))
"""
KINDS = ("holds a connection", "opens anew", "opens through the link", "reads Parquet")


@pytest.fixture
def readers(home: Home, settings: Settings, key: Key) -> list[subprocess.Popen[str]]:
    """A reader of each kind, at work on the first build."""
    publish_build(home, settings, key, "build-one")
    command = [sys.executable, "-c", READER]
    stop = home.root / "stop"
    started = [
        subprocess.Popen(  # noqa: S603 - our own interpreter
            [*command, kind, str(home.current_build), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for kind in KINDS
    ]
    for each in started:
        assert each.stdout
        assert each.stdout.readline() == "reading\n", each.communicate()[1]
    return started


def test_readers_of_every_kind_see_whole_builds(
    home: Home,
    settings: Settings,
    key: Key,
    rebuild: Rebuild,
    readers: list[subprocess.Popen[str]],
) -> None:
    """While builds are published, rolled back and pruned, each look shows one build."""
    began = time.monotonic()
    for number in range(PUBLISHES):
        rebuild(f"build-{number}")
        publish_build(home, settings, key, f"build-{number}")
    roll_back(home, settings, f"build-{PUBLISHES - 2}")
    set_free(home)
    publish_build(home, settings, key, f"build-{PUBLISHES - 1}")
    (home.root / "stop").touch()
    ended = [each.communicate(timeout=MOST_SECONDS) for each in readers]
    assert time.monotonic() - began < MOST_SECONDS
    assert [
        (errors, each.returncode) for each, (_, errors) in zip(readers, ended, strict=True)
    ] == [("", 0)] * len(KINDS)
    looks = {kind: json.loads(out) for kind, (out, _) in zip(KINDS, ended, strict=True)}
    assert all(len(look) == 1 for each in looks.values() for look in each)
    held = {look[0] for look in looks.pop("holds a connection")}
    assert held == {"build-one"}
    assert all(len({look[0] for look in each}) > 1 for each in looks.values())
