"""A file while things are planted in it: good events at whole places, planted ones between."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from pipelines.synth.parcels import Parcel

_AT_LEAST_ONE_FROM = 40


class Spot(NamedTuple):
    """A parcel and its place in the file."""

    place: float
    parcel: Parcel


class Page:
    """The parcels of one file in the making; each host gives room for one planted thing."""

    def __init__(self, parcels: list[Parcel], random: Random) -> None:
        ordered = sorted(parcels, key=lambda parcel: (parcel.at_ms, parcel.event_id))
        self.random = random
        self._spots = [Spot(float(place), parcel) for place, parcel in enumerate(ordered)]
        self._hosts = [spot for spot in self._spots if spot.parcel.is_plain]
        self._host_count = len(self._hosts)
        random.shuffle(self._hosts)

    def how_many(self, share: float) -> int:
        """Return how many to plant: the share on average, at least one in a file of some size."""
        wanted = int(self._host_count * share + self.random.random())
        return max(wanted, 1) if self._host_count >= _AT_LEAST_ONE_FROM else 0

    def any_host(self) -> Spot:
        """Return a host that stays free for others."""
        return self.random.choice(self._hosts)

    def take_host(self) -> Spot:
        """Return a host that nothing else is planted on."""
        return self._hosts.pop()

    def take_answer(self) -> Spot:
        """Return a host that is an answer, if there is one left."""
        for number, spot in enumerate(self._hosts):
            if b"/verbs/answered" in spot.parcel.body:
                return self._hosts.pop(number)
        return self.take_host()

    def add_after(self, host: Spot, parcel: Parcel) -> None:
        """Put a parcel somewhere behind a host."""
        place = self.random.uniform(host.place + 0.1, len(self._spots) + 1.0)
        self._spots.append(Spot(place, parcel))

    def add_beside(self, host: Spot, parcel: Parcel, *, is_before: bool) -> None:
        """Put a parcel right before or right behind a host."""
        self._spots.append(Spot(host.place + (-0.5 if is_before else 0.05), parcel))

    def add_at_end(self, parcel: Parcel) -> None:
        """Put a parcel behind everything else."""
        self._spots.append(Spot(float("inf"), parcel))

    def scatter(self, parcels: Iterable[Parcel]) -> None:
        """Put parcels anywhere."""
        for parcel in parcels:
            place = self.random.uniform(0, len(self._spots))
            self._spots.append(Spot(place, parcel))

    def remove(self, host: Spot) -> None:
        """Take a parcel out of the file."""
        self._spots.remove(host)

    def in_order(self) -> list[Parcel]:
        """Return the file's parcels in order."""
        return [spot.parcel for spot in sorted(self._spots, key=lambda spot: spot.place)]
