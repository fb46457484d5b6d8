"""Bytes in, judged items out: decoding, expanding, judging and warning in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.validation.decode import Undecodable, decode
from pipelines.validation.findings import Item
from pipelines.validation.forced import Asked, items_as
from pipelines.validation.report import Judged, Place

if TYPE_CHECKING:
    from pipelines.validation.findings import Finding, Verdict
    from pipelines.validation.validator import Validator

AS_IT_SAYS = Asked()


class Judge:
    """One compiled validator, and what every item is to be judged as."""

    def __init__(self, validator: Validator, asked: Asked = AS_IT_SAYS) -> None:
        """Judge every item as what is asked for, else as what it says it is."""
        self._validator = validator
        self._asked = asked

    def judge(self, raw: bytes, place: Place) -> list[Judged]:
        """Judge every item of one document; bytes that are no document are one invalid item."""
        decoded = decode(raw)
        if isinstance(decoded, Undecodable):
            return [Judged(place, None, None, (decoded.finding,))]
        items = items_as(decoded.value, self._asked)
        verdicts = self._validator.judge(items, envelope_as=self._asked.version)
        return [self._judged(place, verdict, decoded.value) for verdict in verdicts]

    def _judged(self, place: Place, verdict: Verdict, document: Any) -> Judged:
        item, errors = verdict.item, verdict.findings
        warnings = _beside(errors, self._validator.warnings_of(item))
        if not isinstance(item, Item):
            return Judged(place, None, None, errors, warnings, document)
        return Judged(place, item.standard, item.version, errors, warnings, document)


def _beside(errors: tuple[Finding, ...], warnings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Leave out the warnings about what is refused anyway."""
    refused = {error.path for error in errors}
    return tuple(warning for warning in warnings if warning.path not in refused)
