"""Where somebody's codes count: in an apartment, or for staff and deliveries in the community as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from backend.domain.enums import CredentialKind, PinMode
from backend.services.communities import community_row
from backend.services.credentials import scope_of


class Home(Protocol):
    """What has to be known of a place to give its people codes."""

    @property
    def community_id(self) -> int:
        """The community in which it is."""

    @property
    def id_access(self) -> bool:
        """Whether identity cards open doors there."""

    def scope(self, kind: CredentialKind) -> str:
        """In which scope nobody else may have a value of this kind."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The community as the home of codes: a PIN of it equals nobody's, in either PIN mode (edge case 5)."""

    community_id: int
    id_access: bool

    def scope(self, kind: CredentialKind) -> str:
        """The community."""
        return scope_of(kind, PinMode.PIN.value, self.community_id, 0)


def whole_of(connection: Connection, community_id: int) -> Whole:
    """The home of everybody who lives in no apartment."""
    return Whole(community_id, community_row(connection, community_id).id_access)
