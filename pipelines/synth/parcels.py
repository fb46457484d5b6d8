"""A parcel: one rendered event on its way into a delivery, with what should become of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipelines.synth.identities import Owner


class Fate(StrEnum):
    """How reconciliation should count an item."""

    LOADED = "loaded"
    DUPLICATE = "duplicate"
    CONFLICTING = "conflicting"
    REJECTED = "rejected"
    MINIMISED = "minimised"


class Entry(StrEnum):
    """The kind of a line of the ledger of planted facts."""

    DEFECT = "defect"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    VOID = "void"
    LATE_DELIVERY = "late_delivery"
    DENIED_FIELD = "denied_field"
    OFF_ROSTER = "off_roster"
    STAFF = "staff"
    NO_ID = "no_id"
    SCORE_SUCCESS_CONFLICT = "score_success_conflict"


class Note(NamedTuple):
    """Why a parcel is remarkable; a defect is structural when required structure is broken."""

    entry: Entry
    kind: str
    target_event_id: str = ""
    is_structural: bool = False


class Parcel(NamedTuple):
    """One event; `bundle` names the envelope that it travels in, a raw line travels as it is.

    Without an `owner` it is no event that could be anybody's; `item_id` is of what it is a try.
    """

    at_ms: int
    body: bytes
    event_id: str
    bundle: str = ""
    fate: Fate = Fate.LOADED
    note: Note | None = None
    is_raw_line: bool = False
    owner: Owner | None = None
    item_id: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether nothing is planted on it, so that something may be."""
        is_late = self.note is not None and self.note.entry is Entry.LATE_DELIVERY
        return self.fate is Fate.LOADED and (self.note is None or is_late)
