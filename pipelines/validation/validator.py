"""The compiled standards: one object that says what is wrong with a document or an item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.validation.findings import (
    Finding,
    Item,
    JsonObject,
    SpecVersion,
    Standard,
    Unrecognised,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Validator:
    """Every standard and version, compiled once."""

    @classmethod
    def load(cls) -> Validator:
        """Compile all schemas."""
        return cls()

    def examine(self, document: Any) -> Iterator[Verdict]:
        """Expand a decoded document and judge each of its items, in their order."""
        for item in items_of(document):
            if isinstance(item, Unrecognised):
                yield Verdict(item, (item.finding,))
            else:
                findings = self.check(item.body, standard=item.standard, version=item.version)
                yield Verdict(item, findings)

    def check(
        self, body: JsonObject, *, standard: Standard, version: SpecVersion
    ) -> tuple[Finding, ...]:
        """Return every error of one statement, event or entity; nothing when it is valid."""
        del body, standard, version
        return ()

    def check_envelope(self, envelope: JsonObject, *, version: SpecVersion) -> tuple[Finding, ...]:
        """Return every error of a Caliper envelope itself, without its entries."""
        del envelope, version
        return ()


def items_of(document: Any) -> Iterator[Item | Unrecognised]:
    """Expand a decoded document into its items."""
    del document
    return iter(())
