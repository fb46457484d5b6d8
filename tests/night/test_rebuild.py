"""A rebuild reads the archive again under today's rules, and switches on a person's word only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import pytest

from pipelines.cli import district_at
from pipelines.synth import SyntheticDistrict, write_district
from pipelines.warehouse.load import open_warehouse
from tests.night.homes import plumbline, run_night

if TYPE_CHECKING:
    from pathlib import Path

    from tests.forks.command import Ended

LAST_DAY = "2026-09-02"
FILES, FILES_OF_LAST_DAY = 13, 5
# A limit that about half of the items exceed.
NEW_RULE = "\n[ingest]\nitem_bytes = 1400\n"


class TwoNights(NamedTuple):
    """A district whose last day came in a night of its own, and what its settings said then."""

    district: SyntheticDistrict
    settings: str

    @property
    def root(self) -> Path:
        """The home."""
        return self.district.home

    def rebuild(self, *options: str) -> Ended:
        """Rebuild under the new rule."""
        file = self.root / "district.toml"
        file.write_text(self.settings + NEW_RULE, encoding="utf-8")
        try:
            return plumbline("rebuild", "--home", self.root, *options)
        finally:
            file.write_text(self.settings, encoding="utf-8")

    def query(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        with open_warehouse(*district_at(self.root), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def state(self) -> dict[str, bytes]:
        """Return every file that a rebuild without a word must leave as it is."""
        folders = ("lake", "archive", "published", "landing")
        return {
            str(file): file.read_bytes()
            for folder in folders
            for file in (self.root / folder).rglob("*")
            if file.is_file()
        }


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> TwoNights:
    """A small district after two nights; the last test of this module rebuilds it."""
    district = write_district(
        tmp_path_factory.mktemp("rebuild") / "home", students=8, days=3, seed=1
    )
    landing, later = district.home / "landing", district.home.parent / "later"
    moved = [file for file in landing.glob("*/*") if LAST_DAY in file.name]
    for file in moved:
        (later / file.parent.name).mkdir(parents=True, exist_ok=True)
        file.rename(later / file.parent.name / file.name)
    assert run_night(district.home, district.as_of_date - timedelta(days=1)).code in {0, 2}
    for file in moved:
        (later / file.parent.name / file.name).rename(file)
    assert run_night(district.home, district.as_of_date).code in {0, 2}
    return TwoNights(district, (district.home / "district.toml").read_text(encoding="utf-8"))


def test_a_rebuild_without_a_word_changes_nothing(nights: TwoNights) -> None:
    """From a date on, only what was loaded since is read again, and only that differs."""
    before, batches = nights.state(), nights.query("from loaded.files order by all")
    # What a run that was killed left is cleared, and never becomes part of anything.
    leftover = nights.root / "warehouse/rebuild/lake"
    leftover.mkdir(parents=True)
    ran = nights.rebuild("--from", nights.district.as_of_date.isoformat(), "--json")
    assert ran.code == 0, ran.err
    told = orjson.loads(ran.out)
    assert (told["read_again"], told["from_lake"]) == (FILES_OF_LAST_DAY, FILES - FILES_OF_LAST_DAY)
    assert told["read_again_from"] == nights.district.as_of_date.isoformat()
    assert told["is_switched"] is False
    marts = {mart["mart"]: mart for mart in told["marts"]}
    changed = {row["key"]["digest"] for row in marts["audit.reconciliation"]["rows"]}
    of_last_day = nights.query(
        f"select file_digest from loaded.files where file_name like '%{LAST_DAY}%'"
    )
    assert changed <= {digest for (digest,) in of_last_day}
    assert marts["audit.reconciliation"]["counts"] == {"changed": len(changed)}
    minutes = marts["proxies.time_on_task"]
    told_of = nights.query(
        "select distinct (events.occurred_at at time zone district.zone)::date::varchar"
        " from loaded.events as events cross join loaded.district as district"
        f" inner join loaded.files using (file_digest) where file_name like '%{LAST_DAY}%'"
    )
    assert LAST_DAY in {row["key"]["activity_date"] for row in minutes["rows"]}
    assert {row["key"]["activity_date"] for row in minutes["rows"]} <= {day for (day,) in told_of}
    assert nights.state() == before
    assert nights.query("from loaded.files order by all") == batches
    assert list((nights.root / "warehouse").glob("rebuild*")) == []


def test_an_accepted_rebuild_is_switched_to(nights: TwoNights) -> None:
    """Warehouse, lake and readers get what today's rules give of everything in the archive."""
    before = (nights.root / "published/current").readlink()
    history = nights.query("select build_id from loaded.builds")
    ran = nights.rebuild("--accept")
    assert ran.code == 0, ran.err
    assert f"read {FILES} file(s) again" in ran.out
    assert "is now current" in ran.out
    current = (nights.root / "published/current").readlink()
    assert current != before
    assert (nights.root / "published" / before.name).is_dir()
    assert nights.query("select read_again_from, files_read_again from loaded.rebuilds") == [
        (nights.district.as_of_date - timedelta(days=1), FILES)
    ]
    rejected = "select count(*) from loaded.rejections where rule = 'item.too-long'"
    assert nights.query(rejected)[0][0] > FILES_OF_LAST_DAY
    assert set(history) < set(nights.query("select build_id from loaded.builds"))
    adds_up = "read = loaded + duplicate + conflicting + rejected + minimised"
    assert nights.query(f"select bool_and({adds_up}) from loaded.files") == [(True,)]
    assert list((nights.root / "warehouse").glob("rebuild*")) == []
    # The lake is what the warehouse was made from: nothing is new to it.
    night = nights.district.as_of_date.isoformat()
    loaded = plumbline("load", "--home", nights.root, "--date", night)
    assert "loaded 0 new file(s)" in loaded.out or "nothing new" in loaded.out
