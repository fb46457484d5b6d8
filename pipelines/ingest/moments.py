"""Read the times of statements: at once those that are written as nearly all tools write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipelines.ingest.forms import TIME
from pipelines.ingest.times import microseconds_of, normal_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipelines.validation.findings import SpecVersion
    from pipelines.validation.validator import Validator

_NOT_CERTAIN = (b"", 0)
# Where the digits of TIME stand, and which of them make up year, month, day and time of day.
_PATTERN = "yyyy-mm-ddTHH:MM:SS.sss"
_DIGITS = [at for at, sign in enumerate(_PATTERN) if sign.isalpha() and sign != "T"]
_FIELDS = "ymdHMSs"
_LEAST, _MOST = np.array([1, 1, 1, 0, 0, 0, 0]), np.array([9999, 12, 31, 23, 59, 59, 999])
_OF_TIME_OF_DAY = np.array([3_600_000_000, 60_000_000, 1_000_000, 1_000])
_OF_DAY = 86_400_000_000


def _places() -> NDArray[np.int64]:
    """Return what each digit counts in each field."""
    digits = [sign for sign in _PATTERN if sign in _FIELDS]
    ahead = [digits[at + 1 :].count(sign) for at, sign in enumerate(digits)]
    return np.array(
        [
            [10**more if sign == name else 0 for name in _FIELDS]
            for sign, more in zip(digits, ahead, strict=True)
        ]
    )


_PLACES = _places()


class Moments(NamedTuple):
    """Times as `normal_time` writes them, and as microseconds since 1970.

    Of what is not certain to be a time there is no text.
    """

    texts: list[bytes]
    microseconds: list[int]


class MomentReader:
    """Reads times of statements of one version."""

    def __init__(self, version: SpecVersion, validator: Validator) -> None:
        self._version = version
        self._validator = validator

    def read(self, raws: Sequence[bytes]) -> Moments:
        """Return times in their order."""
        table = TIME.table(raws)
        is_plain, microseconds = _read_plain(table)
        is_plain &= TIME.fits(table)
        texts = [*raws]
        for number in np.flatnonzero(~is_plain).tolist():
            texts[number], microseconds[number] = self._read_one(raws[number])
        return Moments(texts, microseconds.tolist())

    def _read_one(self, raw: bytes) -> tuple[bytes, int]:
        text = raw.decode()
        if not self._validator.keeps_own("timestamp", text, version=self._version):
            return _NOT_CERTAIN
        microseconds = microseconds_of(text)
        if microseconds is None:
            return _NOT_CERTAIN
        return normal_time(text).encode(), microseconds


def _read_plain(table: NDArray[np.bytes_]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Tell which times exist, and their microseconds, of what has the form."""
    signs = table.view(np.uint8).reshape(len(table), -1)[:, _DIGITS]
    fields = (signs.astype(np.int64) - ord("0")) @ _PLACES
    exist = ((fields >= _LEAST) & (fields <= _MOST)).all(axis=1)
    years, months, days = fields[:, :3].T
    firsts = ((years - 1970) * 12 + months - 1).astype("M8[M]")
    dates = firsts.astype("M8[D]") + (days - 1)
    exist &= dates.astype("M8[M]") == firsts
    return exist, dates.view(np.int64) * _OF_DAY + fields[:, 3:] @ _OF_TIME_OF_DAY
