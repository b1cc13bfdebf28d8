"""What a person holds, as it may be shown: credentials, masked, and the doors that take them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.domain.enums import CredentialKind, CredentialStatus, Origin, SyncState


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialRecord:
    """A credential as it may be shown: masked ("··41")."""

    id: int
    kind: CredentialKind
    masked: str
    status: CredentialStatus
    made_at: datetime | None = None
    last_used_at: datetime | None = None
    origin: Origin = Origin.MANAGER
    made_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorHeld:
    """One door that a person may open, or still could: its sync state for that person and how old the reading is."""

    device_id: int
    device: str
    state: SyncState
    detail: str = ""
    read_at: datetime | None = None
    opens: bool = True
