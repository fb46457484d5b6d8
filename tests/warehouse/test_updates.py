"""A warehouse that is brought up to date night by night equals one that is built from scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.warehouse.orders import FAULT, compare_order

if TYPE_CHECKING:
    from pathlib import Path


def test_any_order_of_nights_gives_what_a_full_build_gives(tmp_path: Path) -> None:
    """Late and early events, voids, conflicts and corrections: every mart is identical."""
    compared = compare_order(tmp_path, seed=1)
    assert compared.brought_up_to_date == [False, True, True, True, True]
    assert compared.differing == {}


def test_a_change_that_is_not_listed_is_noticed(tmp_path: Path) -> None:
    """Where the build is not told of late events, marts differ: the comparison can fail."""
    assert (
        "learning.mastery_evidence" in compare_order(tmp_path, 1, nights=2, fault=FAULT).differing
    )
