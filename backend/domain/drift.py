"""Differences between what a door holds and what it should, as people see them (feature SYNC-04)."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.domain.enums import DriftCause, DriftResolution
from backend.domain.frozen import Frozen

FRESH = timedelta(days=1)
"""How long a record that was set right can still be taken over from what was found."""

CAUSES = {
    DriftCause.EDITED: "edited at the device",
    DriftCause.MISSED: "write was lost",
    DriftCause.RESET: "factory reset",
    DriftCause.UNKNOWN: "unknown person",
    DriftCause.LOST: "lost by the device",
}
"""What each cause is called."""


class DriftRecord(Frozen):
    """One difference; codes are masked. `ours` is what we believed there, `theirs` what was found, both in words.

    `state` is how it stands: a resolution, or "removing" while the record is on its way out.
    """

    id: int
    device_id: int
    device: str
    name: str
    holder_id: int | None
    cause: DriftCause
    note: str
    ours: str
    theirs: str
    resolution: DriftResolution
    state: str
    found_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    can_adopt: bool
    """Whether what was found can become a person's."""
    can_overwrite: bool
    """Whether there is something left to write or remove."""

    @property
    def stranger(self) -> bool:
        """Whether it is a user of nobody."""
        return self.cause is DriftCause.UNKNOWN
