"""A sealed original opens only with its key and at its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import ConfigurationError
from pipelines.identity.keys import Key
from pipelines.identity.sealing import Sealer

VAULT_KEY = Key("vault", 1, bytes(range(32)))
SEALER = Sealer(VAULT_KEY)
ORIGINAL = b'{"actor": {"name": "Ada Example"}}'


@given(original=st.binary(max_size=200), place=st.text(max_size=20))
def test_what_is_sealed_opens_again(original: bytes, place: str) -> None:
    """Sealing loses nothing, also of nothing at all."""
    assert SEALER.open(SEALER.seal(original, place=place), place=place) == original


def test_the_same_input_gives_the_same_bytes() -> None:
    """A repeated run writes the same lake, and another place or key writes other bytes."""
    sealed = SEALER.seal(ORIGINAL, place="digest:0")
    assert Sealer(VAULT_KEY).seal(ORIGINAL, place="digest:0") == sealed
    assert SEALER.seal(ORIGINAL, place="digest:1") != sealed
    assert b"Ada" not in sealed


@pytest.mark.parametrize(
    ("sealer", "place", "change"),
    [
        pytest.param(Sealer(Key("vault", 1, bytes(32))), "digest:0", 0, id="another-key"),
        pytest.param(SEALER, "digest:1", 0, id="another-place"),
        pytest.param(SEALER, "digest:0", 1, id="changed-bytes"),
    ],
)
def test_nothing_else_opens_it(sealer: Sealer, place: str, change: int) -> None:
    """The message names the key that is wrong, and shows nothing of the original."""
    sealed = bytearray(SEALER.seal(ORIGINAL, place="digest:0"))
    sealed[-1] ^= change
    with pytest.raises(ConfigurationError, match=r"vault\.key") as caught:
        sealer.open(bytes(sealed), place=place)
    assert "Ada" not in str(caught.value)


def test_too_few_bytes_do_not_open() -> None:
    """A cut-off seal is refused as a changed one is."""
    with pytest.raises(ConfigurationError):
        SEALER.open(b"short", place="digest:0")
