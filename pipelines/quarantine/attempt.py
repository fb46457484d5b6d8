"""What running rejected items again comes to: one attempt, and what the attempts add up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from pipelines.ingest.manifest import united
from pipelines.ingest.net import together
from pipelines.ingest.policy import RefusedField
from pipelines.ingest.process import BrokenRule, PartOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.ingest.manifest import Manifest
    from pipelines.ingest.rejects import KeptRejection

_Key = TypeVar("_Key", BrokenRule, RefusedField, str)


@dataclass(slots=True)
class Attempt:
    """What running documents again came to, before it is written."""

    outcome: PartOutcome
    rejects: list[KeptRejection]
    run_again: int = 0
    not_run: int = 0
    is_changed: bool = False


@dataclass(slots=True)
class Tally:
    """What the parts of one file add up to."""

    run_again: int = 0
    not_run: int = 0
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    rejections: Counter[BrokenRule] = field(default_factory=Counter)
    minimised: Counter[str] = field(default_factory=Counter)
    refused_fields: Counter[RefusedField] = field(default_factory=Counter)
    field_types: list[dict[RefusedField, frozenset[str]]] = field(default_factory=list)
    is_changed: bool = False

    def count(self, attempt: Attempt) -> None:
        """Add what came of a part."""
        outcome = attempt.outcome
        self.run_again += attempt.run_again
        self.not_run += attempt.not_run
        self.is_changed |= attempt.is_changed
        self.read += outcome.read - attempt.run_again
        self.accepted += outcome.events.num_rows
        self.rejected += len(attempt.rejects)
        self.rejections += broken_rules(attempt.rejects)
        self.minimised += outcome.minimised
        self.refused_fields += outcome.refused_fields
        self.field_types.append(outcome.field_types)

    def next_of(self, manifest: Manifest, generation: int) -> Manifest:
        """Return the manifest that follows: accepted adds up, and rejected is what is left."""
        return replace(
            manifest,
            generation=generation,
            read=manifest.read + self.read,
            accepted=manifest.accepted + self.accepted,
            rejected=self.rejected,
            rejections=dict(sorted(self.rejections.items())),
            minimised=_sum(manifest.minimised, self.minimised),
            refused_fields=_sum(manifest.refused_fields, self.refused_fields),
            field_types=united([manifest.field_types, *self.field_types]),
        )


def together_again(attempts: Sequence[Attempt]) -> Attempt:
    """Add up attempts, in their order."""
    return Attempt(
        together([each.outcome for each in attempts]),
        [rejection for each in attempts for rejection in each.rejects],
        sum(each.run_again for each in attempts),
        sum(each.not_run for each in attempts),
        is_changed=any(each.is_changed for each in attempts),
    )


def broken_rules(rejects: Sequence[KeptRejection]) -> Counter[BrokenRule]:
    """Count, for each rule, the items that it refused."""
    return Counter(
        BrokenRule(rejection.stage, finding["rule"], finding["clause"])
        for rejection in rejects
        for finding in {found["rule"]: found for found in rejection.findings}.values()
    )


def _sum(counts: dict[_Key, int], more: Counter[_Key]) -> dict[_Key, int]:
    return dict(sorted((Counter(counts) + more).items()))
