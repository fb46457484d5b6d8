"""Validation of learning events to the letter of their standards."""

from pipelines.validation.decode import Document, Undecodable, decode
from pipelines.validation.findings import (
    Finding,
    Item,
    Severity,
    Shape,
    SpecVersion,
    Standard,
    Unrecognised,
    Verdict,
)
from pipelines.validation.items import items_of
from pipelines.validation.validator import Validator

__all__ = [
    "Document",
    "Finding",
    "Item",
    "Severity",
    "Shape",
    "SpecVersion",
    "Standard",
    "Undecodable",
    "Unrecognised",
    "Validator",
    "Verdict",
    "decode",
    "items_of",
]
