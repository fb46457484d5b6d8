"""Whatever the bytes, they are judged and told, and nothing is raised: fuzzing in brief."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.target import Target, seeds

_TARGET = Target()
_SEEDS = list(seeds())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_judged(data: bytes) -> None:
    """Bytes at random, which mostly are no document at all."""
    _TARGET.take(data)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(_SEEDS), st.sampled_from(_SEEDS), st.data())
def test_damaged_items_are_judged(first: bytes, second: bytes, data: st.DataObject) -> None:
    """An item cut short, grown together with another, or with bytes put in between."""
    begin = first[: data.draw(st.integers(0, len(first)))]
    end = second[data.draw(st.integers(0, len(second))) :]
    _TARGET.take(begin + data.draw(st.binary(max_size=8)) + end)


def test_every_seed_is_judged() -> None:
    """What fuzzing begins with keeps every promise."""
    for seed in _SEEDS:
        _TARGET.take(seed)
