"""Say in words what became of the delivered files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.rejection import FILE_FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.ingest.deliveries import Waiting
    from pipelines.ingest.manifest import Manifest

SHOWN_RULES = 5


def file_messages(manifests: Iterable[Manifest]) -> list[str]:
    """Return one line for every file that is empty or of which something was rejected."""
    return [line for manifest in manifests if (line := _file_message(manifest))]


def waiting_messages(waiting: Iterable[Waiting]) -> list[str]:
    """Return one line for every file that waits for a later night."""
    return [f"{name}: left for a later night: {reason}" for name, reason in waiting]


def _file_message(manifest: Manifest) -> str | None:
    if manifest.read == 0:
        return f"{manifest.name}: is empty; ask the tool whether it had nothing to deliver"
    if not manifest.rejected:
        return None
    rules = sorted(manifest.rejections.items(), key=lambda rule: (-rule[1], rule[0]))
    shown = [f"{events} {_explained(rule.rule)}" for rule, events in rules[:SHOWN_RULES]]
    more = [f"{len(rules) - SHOWN_RULES} more rules"] if len(rules) > SHOWN_RULES else []
    return f"{manifest.name}: {manifest.rejected} rejected ({'; '.join(shown + more)})"


def _explained(rule: str) -> str:
    return f"{rule}: {FILE_FAULTS[rule].message}" if rule in FILE_FAULTS else rule
