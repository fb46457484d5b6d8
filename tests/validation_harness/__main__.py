"""Hold the measures against planted truth and against real data, and check the release gates.

Exit code 0: every gate holds, those of a release and those of planted truth, but for the bounds of
active minutes, which are told and decide nothing. 1: one does not, or there is no real data.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.docs.repository import DOCS, replace_section
from tests.validation_harness.gates import (
    Gate,
    bounds_of_activity,
    recovery_gates,
    release_gates,
)
from tests.validation_harness.oulad import ATTRIBUTION
from tests.validation_harness.plots import reliability_plot, status_plot
from tests.validation_harness.real import BASELINE, OURS, RealResult, validate
from tests.validation_harness.report import (
    describe_excess,
    describe_gates,
    describe_real,
    describe_synthetic,
)
from tests.validation_harness.synthetic import recover

PLOTS = DOCS / "validation"
_DOCUMENT = DOCS / "validation.md"
_WANTED = "oulad_student_assessment.parquet"


def main() -> None:
    """Print what was found, and write it into docs/validation.md where that is asked for."""
    arguments = _arguments()
    folder = Path(arguments.oulad).resolve()
    synthetic = recover(range(1, arguments.districts + 1), students=arguments.students, days=20)
    _show("synthetic", describe_synthetic(synthetic), write=arguments.write)
    planted = recovery_gates(synthetic)
    told = [*planted, *bounds_of_activity(synthetic)]
    _show("synthetic_gates", describe_gates(told), write=arguments.write)
    _show("synthetic_excess", describe_excess(synthetic), write=arguments.write)
    if not (folder / _WANTED).is_file():
        sys.exit(
            f"there is no OULAD at {folder}: no next attempt was predicted, and no gate checked."
            f" Give its folder with --oulad. {ATTRIBUTION}"
        )
    gates = [*planted, *_show_real(validate(folder), write=arguments.write)]
    sys.exit(0 if all(gate.holds for gate in gates) else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--oulad", default="../shared/oulad", help="folder of OULAD as Parquet")
    parser.add_argument("--districts", type=int, default=1, help="how many synthetic districts")
    parser.add_argument("--students", type=int, default=120, help="students of each of them")
    parser.add_argument("--write", action="store_true", help="write docs/validation.md anew")
    return parser.parse_args()


def _show_real(real: RealResult, *, write: bool) -> list[Gate]:
    gates = release_gates(real)
    _show("gates", describe_gates(gates), write=write)
    _show("real", describe_real(real), write=write)
    if write:
        PLOTS.mkdir(exist_ok=True)
        curves = {name: real.reliability[name] for name in (OURS, BASELINE)}
        title = "OULAD: predicted and observed"
        (PLOTS / "reliability.svg").write_text(reliability_plot(title, curves), "utf-8")
        title = "OULAD: the next attempt succeeds, by the status before"
        (PLOTS / "status.svg").write_text(status_plot(title, real.statuses), "utf-8")
    return gates


def _show(section: str, text: str, *, write: bool) -> None:
    sys.stdout.write(f"\n{text}\n")
    if write:
        document = _DOCUMENT.read_text(encoding="utf-8")
        _DOCUMENT.write_text(replace_section(document, section, f"\n{text}\n\n"), encoding="utf-8")


if __name__ == "__main__":
    main()
