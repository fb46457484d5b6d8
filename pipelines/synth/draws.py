"""Seeded draws: every random value of the district comes from a named stream."""

from __future__ import annotations

from math import exp, log
from random import Random


def stream(seed: int, *names: object) -> Random:
    """Return a generator that depends on the seed and the names only.

    A text seed is hashed with SHA-512 by the standard library, so it is stable across versions
    and processes; one stream per learner and day makes each day independent of the others.
    """
    return Random("/".join([str(seed), *map(str, names)]))


def draw_uuid(random: Random) -> str:
    """Return a random UUID of version 4."""
    bits = random.getrandbits(128)
    bits = (bits & ~(0xF << 76)) | (4 << 76)
    bits = (bits & ~(0x3 << 62)) | (2 << 62)
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def draw_seconds(random: Random, *, median: float, spread: float = 0.5) -> float:
    """Return a lognormal time in seconds, rounded to hundredths and never under one second."""
    return max(1.0, round(exp(random.gauss(log(median), spread)), 2))


def logistic(value: float) -> float:
    """Return the logistic function of a log-odds value."""
    return 1.0 / (1.0 + exp(-value))
