"""Match and attribute the events of a synthetic district, and compare with what was planted.

The district is written, ingested, loaded; of the models those are built that say whose an event is,
in which sections that student was, and of which standards a try is evidence. Nothing may be wrong:
the exit code says so.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from pipelines.home import Home
from pipelines.ingest.pipeline import ingest
from pipelines.planted_truth import compare_with_truth, describe_agreement
from pipelines.report.progress import Reporter
from pipelines.settings import read_settings
from pipelines.synth import write_district
from pipelines.warehouse.load import load
from tests.unit.examples import write_key
from tests.warehouse.deliveries import ONLY_MODELS
from tests.warehouse.warehouse import KEY, run_dbt

ATTRIBUTED = ("int_enrollments_dated", "int_evidence_untagged", "unmatched")
ATTRIBUTING = (*ONLY_MODELS, "--select", *(f"+{model}" for model in ATTRIBUTED))


def main() -> int:
    """Print how many events, days and tries are right and wrong; return the exit code."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        root, started = Path(folder) / "home", time.perf_counter()
        district = write_district(root, students=arguments.students, days=arguments.days, seed=1)
        print(f"{arguments.students:,} students, {district.events:,} events", flush=True)
        write_key(root / "keys", KEY)
        home = Home.at(root)
        settings = read_settings(home)
        with Reporter().step("ingest") as advance:
            ingest(home, settings, district.as_of_date, advance=advance)
        load(home, settings, district.as_of_date)
        run_dbt(home.warehouse_file, district.as_of_date, *ATTRIBUTING)
        agreement = compare_with_truth(home, settings, district.truth)
    print(describe_agreement(agreement))
    print(f"{time.perf_counter() - started:.0f} seconds, writing the district included")
    return 0 if agreement.is_whole else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=5000)
    parser.add_argument("--days", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
