"""The forms in which nearly all tools write a text of their own, told of many texts at once.

A text in such a form keeps the standard; one in another may keep it as well and is looked at alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_END = "\0"
_ZERO, _OF_NO_FORM = b"\0", b"?"
_MEANT = {"d": "0123456789", "h": "0123456789ABCDEFabcdef"}


class Form:
    """A pattern of one length: d is a digit, h a hexadecimal one, all else stands for itself."""

    def __init__(self, pattern: str) -> None:
        signs = pattern + _END
        bits = {sign: 1 << number for number, sign in enumerate(dict.fromkeys(signs))}
        self._length = len(signs)
        self._asked = np.array([bits[sign] for sign in signs], np.uint8)
        self._kinds = np.zeros(256, np.uint8)
        for sign, bit in bits.items():
            self._kinds[[*_MEANT.get(sign, sign).encode()]] |= bit

    def table(self, texts: Sequence[bytes]) -> NDArray[np.bytes_]:
        """Return texts as an array; of a longer one stands there what shows that it is longer."""
        if _ZERO in b"".join(texts):
            # NumPy takes zeros at the end of a text for its end.
            texts = [_OF_NO_FORM if _ZERO in text else text for text in texts]
        return np.array(texts, f"S{self._length}")

    def fits(self, table: NDArray[np.bytes_]) -> NDArray[np.bool_]:
        """Tell of each text of a table whether it has this form."""
        signs = table.view(np.uint8).reshape(len(table), self._length)
        found: NDArray[np.bool_]
        found = np.logical_and.reduce(self._kinds[signs] & self._asked, axis=1)
        return found


UUID = Form("hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh")
TIME = Form("dddd-dd-ddTdd:dd:dd.dddZ")
