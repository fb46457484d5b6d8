"""`make orders`: many random orders of nights, each held against a full build of the same loads."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.warehouse.orders import FAULT, Compared, compare_order

ORDERS = 20
MOST_SECONDS = 1800.0


def main() -> int:
    """Print a line for each order; return 1 where one differs, or the planted fault does not."""
    parser = argparse.ArgumentParser(prog="make orders", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS, help="so many")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first order")
    parser.add_argument("--seconds", type=float, default=MOST_SECONDS, help="begin nothing after")
    options = parser.parse_args()
    give_up_at = time.monotonic() + options.seconds
    is_noticed = bool(_compare(options.first, FAULT).differing)
    _say(f"a planted fault: {'noticed' if is_noticed else 'NOT NOTICED'}")
    tried = identical = 0
    for seed in range(options.first, options.first + options.orders):
        if time.monotonic() > give_up_at:
            break
        compared = _compare(seed)
        tried += 1
        identical += not compared.differing
        found = ", ".join(compared.differing) or "every mart identical"
        _say(f"order {seed}, {len(compared.brought_up_to_date)} builds: {found}")
    _say(f"{identical} of {tried} orders identical to a full build; {options.orders} wanted")
    return 0 if is_noticed and identical == options.orders else 1


def _compare(seed: int, fault: str = "") -> Compared:
    with TemporaryDirectory(prefix="plumbline-orders-") as folder:
        return compare_order(Path(folder), seed, fault=fault)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
