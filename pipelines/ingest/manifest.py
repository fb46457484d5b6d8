"""The manifest of an ingested file: what was counted in it, written last to mark it done."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import orjson

from pipelines.errors import ConfigurationError
from pipelines.ingest.advice import NO_ADVICE, Advice, together
from pipelines.ingest.policy import RefusedField
from pipelines.ingest.process import BrokenRule
from pipelines.ingest.write import write_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pipelines.home import Home

_Key = TypeVar("_Key", bound=tuple[Any, ...] | str)


class PartCounts(NamedTuple):
    """What one part adds to its file's manifest; small enough to travel between workers."""

    digest: str
    read: int
    accepted: int
    rejected: int
    rejections: dict[BrokenRule, int]
    minimised: dict[str, int]
    refused_fields: dict[RefusedField, int]
    field_types: dict[RefusedField, frozenset[str]]
    advice: Advice = NO_ADVICE
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was counted in one file: read = accepted + rejected + minimised.

    `generation` counts how often rejects were run again or erased, `expired` the rejected items
    whose originals are erased, and `is_released` says that a person lets a held file be loaded.
    """

    digest: str
    name: str
    source: str
    size_bytes: int
    pseudonym_key_fingerprint: str
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    rejections: dict[BrokenRule, int] = field(default_factory=dict)
    minimised: dict[str, int] = field(default_factory=dict)
    refused_fields: dict[RefusedField, int] = field(default_factory=dict)
    field_types: dict[RefusedField, frozenset[str]] = field(default_factory=dict)
    advice: Advice = NO_ADVICE
    generation: int = 0
    expired: int = 0
    is_expired: bool = False
    is_released: bool = False


class FileFacts(NamedTuple):
    """What is known of a file before its items are counted."""

    digest: str
    name: str
    source: str
    size_bytes: int
    pseudonym_key_fingerprint: str


def combine(facts: FileFacts, parts: Iterable[PartCounts]) -> Manifest:
    """Add up the parts of a file."""
    counts = list(parts)
    return Manifest(
        *facts,
        read=sum(part.read for part in counts),
        accepted=sum(part.accepted for part in counts),
        rejected=sum(part.rejected for part in counts),
        rejections=_total(part.rejections for part in counts),
        minimised=_total(part.minimised for part in counts),
        refused_fields=_total(part.refused_fields for part in counts),
        field_types=united(part.field_types for part in counts),
        advice=together(part.advice for part in counts),
    )


def manifest_file(home: Home, digest: str) -> Path:
    """Return where the manifest of a file stands."""
    return home.manifests / f"{digest}.json"


def write_manifest(home: Home, manifest: Manifest) -> None:
    """Write a manifest; from then on its file counts as ingested."""
    write_json(manifest_file(home, manifest.digest), _as_document(manifest))


def read_manifests(home: Home) -> Iterator[Manifest]:
    """Yield the manifests of the lake in the order of their digests."""
    for file in sorted(home.manifests.glob("*.json")):
        yield _from_document(orjson.loads(file.read_bytes()))


def refuse_other_key(home: Home, fingerprint: str) -> None:
    """Raise ConfigurationError where the lake was written with another pseudonym.key."""
    for manifest in read_manifests(home):
        if manifest.pseudonym_key_fingerprint != fingerprint:
            raise ConfigurationError(
                f"{home.lake} was written with another pseudonym.key",
                "restore the pseudonym.key that this home was made with",
            )
        return


def united(
    types: Iterable[dict[RefusedField, frozenset[str]]],
) -> dict[RefusedField, frozenset[str]]:
    """Return, for each field, every type that it had."""
    total: dict[RefusedField, frozenset[str]] = {}
    for each in types:
        for name, kinds in each.items():
            total[name] = total.get(name, frozenset()) | kinds
    return dict(sorted(total.items()))


def _total(counts: Iterable[dict[_Key, int]]) -> dict[_Key, int]:
    total: Counter[_Key] = Counter()
    for each in counts:
        total.update(each)
    return dict(sorted(total.items()))


def _as_document(manifest: Manifest) -> dict[str, Any]:
    document = asdict(manifest)
    document["rejections"] = [
        {**rule._asdict(), "events": events} for rule, events in manifest.rejections.items()
    ]
    document["refused_fields"] = [
        {
            **name._asdict(),
            "occurrences": count,
            "types": sorted(manifest.field_types.get(name, ())),
        }
        for name, count in manifest.refused_fields.items()
    ]
    document["advice"] = manifest.advice._asdict()
    del document["field_types"]
    return document


def _from_document(document: dict[str, Any]) -> Manifest:
    rejections = {
        BrokenRule(row["stage"], row["rule"], row["clause"]): row["events"]
        for row in document.pop("rejections")
    }
    fields = document.pop("refused_fields")
    advice = Advice(**document.pop("advice", NO_ADVICE._asdict()))
    names = [RefusedField(row["standard"], row["path"]) for row in fields]
    return Manifest(
        **document,
        advice=advice,
        rejections=rejections,
        refused_fields={name: row["occurrences"] for name, row in zip(names, fields, strict=True)},
        field_types={
            name: frozenset(row["types"]) for name, row in zip(names, fields, strict=True)
        },
    )
