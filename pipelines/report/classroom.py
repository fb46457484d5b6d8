"""Say what became of the forms that people fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.warehouse.classroom import ClassroomFile

_VALIDATE = "`plumbline validate --classroom` and audit.classroom_refusals say all of them"


def classroom_warnings(files: Iterable[ClassroomFile]) -> list[str]:
    """Return a line for each file that is not loaded, not whole, or gone."""
    return [line for each in files for line in _warnings(each)]


def classroom_report(file: ClassroomFile) -> dict[str, Any]:
    """Return a file for the run report."""
    return {**file._asdict(), "refused": list(file.refused)}


def _warnings(each: ClassroomFile) -> list[str]:
    if not each.is_usable:
        return [f"classroom/{each.refused[0]}; what it said before stays"]
    if each.missing:
        return [f"classroom/{each.name} is gone: its {each.missing:,} rows no longer count"]
    if each.rejected:
        said = "; ".join(each.refused)
        counts = f"{each.rejected:,} of {each.read:,} rows are refused"
        return [f"classroom/{each.name}: {counts}: {said}; {_VALIDATE}"]
    return []
