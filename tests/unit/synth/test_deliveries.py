"""What is planted in the files is what a plain reading of the files finds."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.validation import Validator, Verdict

if TYPE_CHECKING:
    from pipelines.synth import SyntheticDistrict
    from tests.unit.synth.conftest import Delivered, Truth

ZONE = ZoneInfo("America/Chicago")
COUNTS = ("read", "loaded", "duplicate", "conflicting", "rejected", "minimised", "voided")


@pytest.fixture(scope="session")
def rejected(delivered: list[Delivered]) -> set[int]:
    """The places of the items that the validator refuses, or that are no JSON at all."""
    validator = Validator.load()
    return {place for place, item in enumerate(delivered) if not _is_valid(validator, item)}


def _is_valid(validator: Validator, item: Delivered) -> bool:
    if item.event is None:
        return False
    if item.envelope is None:
        verdicts = list(validator.examine(item.event))
    else:
        verdicts = list(validator.examine(item.envelope | {"data": [item.event]}))
    return all(isinstance(verdict, Verdict) and verdict.is_valid for verdict in verdicts)


def _moment(item: Delivered) -> datetime:
    text = item.event.get("timestamp") or item.event.get("eventTime")
    return datetime.fromisoformat(text).astimezone(ZONE)


def _is_event(item: Delivered) -> bool:
    return "verb" in item.event or "action" in item.event


def test_about_fifteen_events_a_day(
    district: SyntheticDistrict, delivered: list[Delivered]
) -> None:
    """Each learner leaves about fifteen events per school day, all tools together."""
    per_day = district.events / 60 / 20
    assert 13 <= per_day <= 17
    assert district.items == len(delivered)


def test_every_rejected_item_is_a_planted_defect(
    delivered: list[Delivered], truth: Truth, rejected: set[int]
) -> None:
    """The validator refuses exactly the planted defects, and nothing that is called valid."""
    planted = {(row["file_name"], row["line"], row["index"]) for row in truth.entries("defect")}
    found = set()
    for item in (delivered[place] for place in sorted(rejected)):
        spot = (item.file_name, item.line, item.position)
        # A line that is spoiled as a whole has no place within it.
        found.add(spot if spot in planted else (item.file_name, item.line, None))
    assert found == planted


def test_each_file_reconciles(delivered: list[Delivered], truth: Truth, rejected: set[int]) -> None:
    """Counting the files anew gives the counts that the truth expects, file by file."""
    expected = {row["file_name"]: {name: int(row[name]) for name in COUNTS} for row in truth.files}
    assert _recount(delivered, truth, rejected) == expected
    for row in truth.files:
        parts = ("loaded", "duplicate", "conflicting", "rejected", "minimised")
        assert int(row["read"]) == sum(int(row[name]) for name in parts)


def _recount(
    delivered: list[Delivered], truth: Truth, rejected: set[int]
) -> dict[str, dict[str, int]]:
    voided = {row["target_event_id"] for row in truth.entries("void")}
    counts = {row["file_name"]: dict.fromkeys(COUNTS, 0) for row in truth.files}
    seen: dict[tuple[str, str], str] = {}
    for place, item in enumerate(delivered):
        count = counts[item.file_name]
        count["read"] += 1
        fate = "rejected" if place in rejected else _fate(item, seen)
        count[fate] += 1
        count["voided"] += fate == "loaded" and item.event_id in voided
    return counts


def _fate(item: Delivered, seen: dict[tuple[str, str], str]) -> str:
    if not _is_event(item):
        return "minimised"
    body = {key: item.event[key] for key in item.event if key not in {"stored", "authority"}}
    text = json.dumps(body, sort_keys=True)
    first = seen.setdefault((item.source, item.event_id or text), text)
    if first is text:
        return "loaded"
    return "duplicate" if first == text else "conflicting"


def test_every_kind_of_defect_occurs(truth: Truth) -> None:
    """Sixty learners and twenty days are enough to see each way of breaking a delivery."""
    kinds = Counter(row["kind"] for row in truth.entries("defect"))
    assert set(kinds) >= {
        "not_json",
        "truncated_line",
        "duplicate_key",
        "missing_verb",
        "missing_actor",
        "wrong_type",
        "score_out_of_range",
        "unsupported_version",
        "impossible_date",
        "missing_action",
        "unknown_event_type",
        "action_not_allowed",
        "envelope_without_sensor",
    }
    rules = {row["kind"] for row in truth.entries("defect") if not row["is_structural"]}
    assert rules <= {
        "score_out_of_range",
        "impossible_date",
        "action_not_allowed",
        "date_time_without_milliseconds",
    }


def test_voids_arrive_as_they_say(delivered: list[Delivered], truth: Truth) -> None:
    """A void has one target, an answer, and lies before or behind it as the ledger claims."""
    places: dict[str, int] = {}
    for place, item in enumerate(delivered):
        if item.event is not None and item.event_id:
            places.setdefault(item.event_id, place)
    voids = truth.entries("void")
    assert {row["kind"] for row in voids} == {
        "after",
        "before",
        "after_in_later_file",
        "before_in_earlier_file",
    }
    for row in voids:
        void, target = places[row["event_id"]], places[row["target_event_id"]]
        assert delivered[void].event["object"]["id"] == row["target_event_id"]
        assert delivered[target].event["verb"]["id"].endswith("/answered")
        assert (void < target) == row["kind"].startswith("before")
        is_one_file = delivered[void].file_name == delivered[target].file_name
        assert is_one_file == ("file" not in row["kind"])


def test_late_deliveries_are_as_late_as_they_say(delivered: list[Delivered], truth: Truth) -> None:
    """Tablets deliver days later, and the ledger knows how many."""
    late = {
        (row["file_name"], row["line"]): int(row["kind"].removesuffix("_days"))
        for row in truth.entries("late_delivery")
    }
    assert late
    for item in delivered:
        if (item.file_name, item.line) in late:
            arrived = datetime.fromisoformat(item.file_name.split("/")[1][:10]).date()
            assert (arrived - _moment(item).date()).days == late[item.file_name, item.line]


def test_all_events_happen_between_the_first_and_the_last_school_day(
    district: SyntheticDistrict, delivered: list[Delivered], truth: Truth
) -> None:
    """No event lies outside the days drawn, in the night, or behind its own delivery."""
    defects = {row["event_id"] for row in truth.entries("defect")}
    for item in delivered:
        if item.event is None or item.event_id in defects or not _is_event(item):
            continue
        moment = _moment(item)
        assert district.first_school_date <= moment.date() <= district.last_school_date
        assert 7 <= moment.hour <= 22
        assert f"{moment.date()}" <= item.file_name.split("/")[1][:10]
    assert district.as_of_date == district.last_school_date + timedelta(days=1)


def test_learners_are_known_by_what_the_settings_say(
    delivered: list[Delivered], truth: Truth, rosters: dict[str, list[dict[str, str]]]
) -> None:
    """Every event's person is in roster or crosswalk, but for those whom the ledger names."""
    known = _identifiers(rosters["users"])
    known |= {
        row["identifier"] if row["namespace"] != "mbox" else f"mailto:{row['identifier']}"
        for row in rosters["learner_crosswalk"]
    }
    excused = {row["event_id"] for row in truth.entries("off_roster")}
    excused |= {row["event_id"] for row in truth.entries("defect") + truth.entries("void")}
    for item in delivered:
        if item.event is None or not _is_event(item) or item.event_id in excused:
            continue
        assert _identifier(item.event["actor"]) in known


def _identifiers(users: list[dict[str, str]]) -> set[str]:
    known = {"https://gaugewell.example/autograder"}
    for user in users:
        mail = f"mailto:{user['email']}"
        known |= {user["sourcedId"], user["identifier"], mail}
        known.add(hashlib.sha1(mail.encode(), usedforsecurity=False).hexdigest())
        known.add(f"https://gaugewell.example/people/{user['username']}")
        known.add(f"https://courseyard.example/users/{user['identifier']}")
    return known


def _identifier(actor: dict[str, Any]) -> str:
    account = actor.get("account", {})
    name = account.get("name") or actor.get("mbox") or actor.get("mbox_sha1sum")
    return str(name or actor["id"])


def test_nothing_of_the_truth_lies_where_the_pipeline_reads(district: SyntheticDistrict) -> None:
    """The folders that the pipeline reads name neither habits nor defects nor the truth."""
    words = (b"remediation", b"over_practice", b"defect", b"planted", b"probability", b"truth")
    places = [district.home / "district.toml"]
    for folder in ("rosters", "standards", "landing"):
        places += [path for path in (district.home / folder).rglob("*") if path.is_file()]
    for path in places:
        if path.suffix not in {".gz", ".zst"}:
            raw = path.read_bytes()
            assert not [word for word in words if word in raw], path.name


def test_denied_fields_and_names_are_there_to_be_dropped(
    delivered: list[Delivered], truth: Truth
) -> None:
    """Affect, names, addresses and written answers arrive, so that dropping them can be shown."""
    affect = {row["kind"] for row in truth.entries("denied_field")}
    assert {name.rsplit("/", 1)[1] for name in affect} == {"mood", "engagement-score"}
    text = json.dumps([item.event for item in delivered])
    for private in ('"name": "', "ipAddress", "userAgent", '"body"', '"comment"', "mailto:"):
        assert private in text


def test_most_repeats_of_an_item_lie_apart(delivered: list[Delivered], truth: Truth) -> None:
    """The same item comes again on the same or the next day, but that is not the rule."""
    days: dict[tuple[str, str], set[int]] = {}
    excused = {row["event_id"] for row in truth.entries("defect")}
    for item in delivered:
        if item.source != "mathpath" or item.event is None or item.event_id in excused:
            continue
        if item.event["verb"]["id"].endswith("/answered"):
            key = (_identifier(item.event["actor"]), item.event["object"]["id"])
            days.setdefault(key, set()).add(_moment(item).date().toordinal())
    near = far = 0
    for found in days.values():
        distinct = sorted(found)
        near += sum(later - earlier == 1 for earlier, later in pairwise(distinct))
        far += len(distinct)
    assert 0 < near < 0.2 * far
