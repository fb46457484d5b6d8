"""Count the quarantine by source, file and rule; never a value of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.quarantine.selection import Selection, selected_manifests

if TYPE_CHECKING:
    from pipelines.home import Home


class QuarantineCount(NamedTuple):
    """Items of one file that a rule refused; an item that breaks two rules counts for both."""

    source: str
    file_name: str
    digest: str
    stage: str
    rule: str
    clause: str
    items: int


class QuarantinedFile(NamedTuple):
    """A file of which items are in quarantine, and of how many the original is erased."""

    source: str
    file_name: str
    digest: str
    rejected: int
    expired: int


def count_rules(home: Home, selection: Selection) -> list[QuarantineCount]:
    """Return the counts by source, file and rule."""
    counts = [
        QuarantineCount(
            each.source, each.name, each.digest, broken.stage, broken.rule, broken.clause, items
        )
        for each in selected_manifests(home, selection)
        for broken, items in each.rejections.items()
        if selection.rule in {None, broken.rule}
    ]
    return sorted(counts)


def count_files(home: Home, selection: Selection) -> list[QuarantinedFile]:
    """Return the files that have selected rejections."""
    return sorted(
        QuarantinedFile(each.source, each.name, each.digest, each.rejected, each.expired)
        for each in selected_manifests(home, selection)
    )
