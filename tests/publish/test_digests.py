"""A digest is known of what was read, and of nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pipelines.publish.digests import NONE_READ, digest_of, read_digests

if TYPE_CHECKING:
    from pathlib import Path


def test_a_link_is_known_and_a_copy_is_read(tmp_path: Path) -> None:
    """They have the same digest: the one without being read, as its digest shows."""
    file, link, copy = (tmp_path / name for name in ("file.parquet", "link", "copy"))
    file.write_bytes(b"bytes")
    link.hardlink_to(file)
    copy.write_bytes(b"bytes")
    known = read_digests(tmp_path)
    assert {digest_of(each, known) for each in (file, link, copy)} == {digest_of(copy, NONE_READ)}
    told = dict.fromkeys(known, "known")
    assert [digest_of(each, told) == "known" for each in (file, link, copy)] == [True, True, False]


def test_a_file_that_changed_meanwhile_is_read(tmp_path: Path) -> None:
    """Its time says so where its size is the same."""
    file = tmp_path / "file.parquet"
    file.write_bytes(b"bytes")
    known = read_digests(tmp_path)
    file.write_bytes(b"other")
    os.utime(file, ns=(0, 1))
    assert digest_of(file, known) == digest_of(file, NONE_READ)
    assert digest_of(file, known) not in known.values()


def test_a_folder_is_its_names_and_their_bytes(tmp_path: Path) -> None:
    """A file under another name makes another folder; known or read, the digest is the same."""
    (tmp_path / "one.parquet").write_bytes(b"bytes")
    first = digest_of(tmp_path, NONE_READ)
    assert digest_of(tmp_path, read_digests(tmp_path)) == first
    (tmp_path / "one.parquet").rename(tmp_path / "two.parquet")
    assert digest_of(tmp_path, read_digests(tmp_path)) != first
