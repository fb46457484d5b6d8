"""The rooms of docs/architecture.md are the folders, and import what it says they may."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.repository import REPOSITORY, read

if TYPE_CHECKING:
    from collections.abc import Iterator

PIPELINES = REPOSITORY / "pipelines"
SHARED = {"errors", "files", "home", "lock", "settings", "measures", "canonical", "resources"}
# These see every step: their row says so in words.
WITH_ALL_STEPS = {"report"}
_ROOM = re.compile(r"^\| `pipelines/(\w+)` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
_NAME = re.compile(r"`([\w/]+)(?:\.py)?`")


def _rooms() -> dict[str, set[str]]:
    """Return what each room may import: rooms, or single modules as room/module."""
    return {room: set(_NAME.findall(names)) for room, names in _ROOM.findall(_text())}


def _text() -> str:
    return read("architecture.md")


def test_every_folder_is_a_room() -> None:
    """The table lists the folders of the package, no more and no fewer."""
    folders = {file.parent.name for file in PIPELINES.glob("*/__init__.py")}
    assert set(_rooms()) == folders


@pytest.mark.parametrize("room", sorted(set(_rooms()) - WITH_ALL_STEPS))
def test_a_room_imports_what_it_may(room: str) -> None:
    """Whatever a room imports of the package is shared or stands in its row."""
    allowed = _rooms()[room] | SHARED | {room}
    imported = set(_imported(room))
    assert {
        module
        for module in imported
        if module.split("/")[0] not in allowed and "/".join(module.split("/")[:2]) not in allowed
    } == set()


def _imported(room: str) -> Iterator[str]:
    for file in (PIPELINES / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipelines."):
                yield str(node.module).removeprefix("pipelines.").replace(".", "/")


def test_the_shared_values_are_named() -> None:
    """The modules that every room may import are those of the text."""
    named = set(re.findall(r"`(\w+)\.py`", _text().partition("| room |")[0]))
    assert named == SHARED
