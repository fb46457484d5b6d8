"""Other definitions of the measures build everything, and stand on every row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipelines.measures import Definition
from tests.warehouse.deliveries import ONLY_MODELS, new_district, random_nights
from tests.warehouse.districts import random_district

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.measures import Definitions


def test_other_definitions_build_everything(tmp_path: Path) -> None:
    """A new version forces a build from scratch whose reason names it, and is on every row."""
    contents = random_district(2, zone="America/Chicago", students=6)
    district = new_district(tmp_path / "home", contents)
    district.load(next(random_nights(contents, 2, nights=2)))
    only = (*ONLY_MODELS, "--select", "+mastery", "+measure_definitions")
    district.build(*only)
    district.definitions = _stricter(district.definitions)
    built = district.build(*only)
    [_, plan] = district.plans
    assert plan.baseline is None
    assert plan.full_build_reason == "the measures are defined otherwise: mastery riverbend-1"
    [mastery] = [each for each in district.definitions.measures if each.measure == "mastery"]
    rows = built.mart("learning.mastery")
    assert {(row["definition_version"], row["definition_hash"]) for row in rows} == {
        ("riverbend-1", mastery.hash)
    }
    assert "secure" not in {row["status"] for row in rows}
    published = {row["measure"]: row for row in built.mart("audit.measure_definitions")}
    assert published["mastery"]["hash"] == mastery.hash
    assert json.loads(published["mastery"]["parameters"]) == mastery.parameters


def _stricter(definitions: Definitions) -> Definitions:
    """Return definitions by which nobody is secure."""
    changed = {"secure_estimate": 1.0, "secure_lower": 1.0}
    return definitions._replace(
        measures=tuple(
            Definition("mastery", "riverbend-1", {**each.parameters, **changed})
            if each.measure == "mastery"
            else each
            for each in definitions.measures
        )
    )
