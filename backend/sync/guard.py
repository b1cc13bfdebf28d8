"""When so many people would lose a door at once that a person has to say so. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.domain.access.rules import Credential, Group, Rules
from backend.domain.access.windows import is_open, next_edge
from backend.domain.enums import CredentialStatus
from backend.sync.difference import HeldUser

MASS_REMOVAL_USERS = 20
MASS_REMOVAL_SHARE = 0.3
ONE_ACT = timedelta(minutes=2)
"""Removals that follow each other within it count together."""
_LIVE = frozenset({CredentialStatus.ACTIVE, CredentialStatus.SCHEDULED})


def is_mass_removal(removals: int, held: int) -> bool:
    """Whether so many removals want a person: more than 20 users and more than 30 % of those held."""
    return removals > MASS_REMOVAL_USERS and removals > MASS_REMOVAL_SHARE * held


def losing(users: Iterable[HeldUser], rules: Rules, device_id: int, now: datetime) -> int:
    """How many of the user records belong to people who lose their right at the door.

    Those whose hours are merely over, as on every Friday evening, come back by themselves and do not count.
    """
    relays = {relay.id for relay in rules.relays.values() if relay.device_id == device_id}
    opening = {
        group.id for group in rules.groups.values() if group.relays & relays and _opens_again(group, now, rules.zone)
    }

    def resting(holder_id: int | None) -> bool:
        holder = rules.holders.get(holder_id or 0)
        owned = rules.credentials.get(holder.id, ()) if holder else ()
        return (
            holder is not None
            and holder.active
            and bool(holder.groups & opening)
            and any(_is_live(credential, now) for credential in owned)
        )

    return sum(1 for user in users if not resting(user.holder_id))


def _opens_again(group: Group, now: datetime, zone: str) -> bool:
    return any(is_open(window, now, zone) or next_edge(window, now, zone) for window in group.windows)


def _is_live(credential: Credential, now: datetime) -> bool:
    return credential.status in _LIVE and (credential.valid_to is None or credential.valid_to > now)
