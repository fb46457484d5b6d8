"""Times and ids that are told by their form are those that the schema takes, and read alike."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.ingest.forms import TIME, UUID
from pipelines.ingest.moments import MomentReader
from pipelines.ingest.times import microseconds_of, normal_time
from pipelines.validation.findings import SpecVersion
from pipelines.validation.validator import Validator
from tests.unit.examples import event_id

_VERSION = SpecVersion.XAPI_1_0_3
_VALIDATOR = Validator.load()
_READER = MomentReader(_VERSION, _VALIDATOR)
# Each field of a time goes a little beyond what it may be.
_FIELDS = [(0, 9999), (0, 13), (0, 32), (0, 24), (0, 60), (0, 61), (0, 999)]
_TIMES = st.builds("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z".format, *(
    st.integers(*limits) for limits in _FIELDS
))  # fmt: skip
_SCRAPS = st.sampled_from(["", "0", "-", "T", "Z", ":", ".", "\0", "ü", " ", "+01:00", "٣"])


def _spoilt(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Give texts, and texts in which a sign or two are replaced."""
    return st.builds(
        lambda text, at, scrap, gone: text[:at] + scrap + text[at + gone :],
        texts,
        st.integers(0, 36),
        _SCRAPS,
        st.integers(0, 2),
    )


def _keeps(name: str, text: str) -> bool:
    return _VALIDATOR.keeps_own(name, text, version=_VERSION)


@given(texts=st.lists(_TIMES | _spoilt(_TIMES), min_size=1, max_size=40))
def test_times_read_together_are_read_as_each_alone(texts: list[str]) -> None:
    """A time that exists has its text and its moment; of any other there is no text."""
    read = _READER.read([text.encode() for text in texts])
    for text, normal, microseconds in zip(texts, *read, strict=True):
        moment = microseconds_of(text) if _keeps("timestamp", text) else None
        assert (normal.decode() or None) == (None if moment is None else normal_time(text))
        assert microseconds == (moment or 0)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2024-02-29T00:00:00.000Z", True),
        ("2023-02-29T00:00:00.000Z", False),
        ("1900-02-29T00:00:00.000Z", False),
        ("0001-01-01T00:00:00.000Z", True),
        ("0000-12-31T00:00:00.000Z", False),
        ("9999-12-31T23:59:59.999Z", True),
        ("2024-04-31T00:00:00.000Z", False),
        ("2024-06-30T23:59:60.000Z", True),
        ("2024-06-30T24:00:00.000Z", False),
    ],
)
def test_a_day_has_to_exist(text: str, *, is_one: bool) -> None:
    """Days of months, leap years and leap seconds are told apart, whatever else is read."""
    read = _READER.read([b"2025-09-01T14:00:00.250Z", text.encode()])
    assert bool(read.texts[1]) == is_one
    assert read.texts[0] == b"2025-09-01T14:00:00.250Z"


@given(texts=st.lists(_spoilt(st.just(event_id(0xAB))), min_size=1))
@example(texts=[event_id(0xAB), event_id(0xAB) + "\0", ""])
def test_what_has_the_form_of_a_uuid_is_one(texts: list[str]) -> None:
    """Nothing longer, shorter or with another sign in it has the form."""
    fits = UUID.fits(UUID.table([text.encode() for text in texts])).tolist()
    assert fits == [_keeps("id", text) for text in texts]


def test_no_texts_have_no_forms() -> None:
    """An empty table is answered like any other."""
    assert TIME.fits(TIME.table([])).tolist() == []
