"""Forks workers of ingest with a defect: validators fail on statements about one activity."""

from __future__ import annotations

import runpy
from typing import Any

from pipelines.validation.validator import Validator

ACTIVITY = "https://mathpath.example/items/defective"
_check = Validator.check


def _check_with_defect(self: Validator, body: dict[str, Any], **which: Any) -> Any:
    if ACTIVITY in str(body):
        raise ZeroDivisionError(ACTIVITY)
    return _check(self, body, **which)


if __name__ == "__main__":
    Validator.check = _check_with_defect  # type: ignore[method-assign]  # the defect
    runpy.run_module("pipelines.ingest.worker", run_name="__main__")
