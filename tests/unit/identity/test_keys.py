"""Keys are read only where they are safe, and never shown."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.identity.keys import KEY_NAMES, Key, create_keys, read_key
from tests.unit.examples import OTHER_KEY, PSEUDONYM_KEY, write_key

UNREADABLE = Path("/proc/self/mem")


def _write(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "vault.key"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def test_a_written_key_is_read_back(tmp_path: Path) -> None:
    """A key file holds the version and the secret."""
    write_key(tmp_path, PSEUDONYM_KEY)
    assert read_key(tmp_path, "pseudonym") == PSEUDONYM_KEY


def test_new_keys_differ_and_are_private(tmp_path: Path) -> None:
    """Every key of a new home is its own secret that only its owner can read."""
    create_keys(tmp_path / "keys")
    keys = [read_key(tmp_path / "keys", name) for name in KEY_NAMES]
    assert len({key.secret for key in keys}) == len(KEY_NAMES)
    for file in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_existing_key_is_never_touched(tmp_path: Path) -> None:
    """Creating keys again leaves those that are there; a lost key would lose all pseudonyms."""
    create_keys(tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    (tmp_path / "vault.key").unlink()
    create_keys(tmp_path)
    after = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert after.pop("vault.key") != before.pop("vault.key")
    assert after == before


def test_a_missing_key_is_told(tmp_path: Path) -> None:
    """The message names the file and warns against making a new key."""
    with pytest.raises(ConfigurationError, match=r"no key file .*vault\.key"):
        read_key(tmp_path, "vault")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    """The message says how to close the file."""
    _write(tmp_path, f"1 {'ab' * 32}\n", mode)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_key(tmp_path, "vault")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("ab" * 32, id="no-version"),
        pytest.param(f"one {'ab' * 32}", id="version-in-words"),
        pytest.param(f"1 {'ab' * 31}", id="short"),
        pytest.param(f"1 {'ab' * 33}", id="long"),
        pytest.param(f"1 {'xy' * 32}", id="no-digits"),
        pytest.param(f"1 {'ab' * 32} more", id="more"),
        pytest.param("1 žluťoučký", id="not-ascii"),
    ],
)
def test_a_malformed_key_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    """The message says what a key file looks like, never what stands in this one."""
    _write(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        read_key(tmp_path, "vault")
    assert "is not a key file" in str(caught.value)
    assert "ab" * 31 not in str(caught.value)


@pytest.mark.skipif(not UNREADABLE.exists(), reason="needs Linux's /proc")
def test_a_key_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """An error of the system becomes one message."""
    (tmp_path / "vault.key").symlink_to(UNREADABLE)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_key(tmp_path, "vault")


def test_a_key_is_never_shown() -> None:
    """Neither repr nor str nor the fingerprint holds the secret."""
    shown = f"{PSEUDONYM_KEY!r} {PSEUDONYM_KEY} {PSEUDONYM_KEY.fingerprint}"
    assert PSEUDONYM_KEY.hex[:16] not in shown
    assert repr(PSEUDONYM_KEY.secret) not in shown


def test_fingerprints_and_derived_keys_tell_keys_apart() -> None:
    """The same key always gives the same, another key or purpose another."""
    assert PSEUDONYM_KEY.fingerprint != OTHER_KEY.fingerprint
    assert len(PSEUDONYM_KEY.fingerprint) == 16
    again = Key("pseudonym", 1, PSEUDONYM_KEY.secret)
    assert again.derive("sessions") == PSEUDONYM_KEY.derive("sessions")
    assert again.derive("sessions") != PSEUDONYM_KEY.derive("event bodies")
    assert again.derive("sessions") != OTHER_KEY.derive("sessions")
    assert len(again.derive("sealing", size=64)) == 64
