"""Files come to the disk whole or not at all, one or many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines import files
from pipelines.files import part_of, put_all_in_place

if TYPE_CHECKING:
    from pathlib import Path


def _written(folder: Path, names: str) -> list[Path]:
    targets = [folder / name[0] / name for name in names.split()]
    for target in targets:
        target.parent.mkdir(exist_ok=True)
        part_of(target).write_text(target.name)
    return targets


def test_many_files_get_their_names_together(tmp_path: Path) -> None:
    """Each has its own content, in its own folder, and none is left under the name of a part."""
    targets = _written(tmp_path, "a1 a2 b1 b2 b3")
    targets[0].write_text("of an earlier run")
    put_all_in_place(targets)
    assert [target.read_text() for target in targets] == ["a1", "a2", "b1", "b2", "b3"]
    assert sorted(each for each in tmp_path.rglob("*") if each.is_file()) == targets


def test_no_file_has_its_name_before_all_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one of them cannot be written out, every file is still what it was."""
    targets = _written(tmp_path, "a1 a2 b1")

    def fails(path: Path) -> None:
        if path == part_of(targets[1]):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "sync", fails)
    with pytest.raises(OSError, match="No space left"):
        put_all_in_place(targets)
    assert not any(target.exists() for target in targets)
