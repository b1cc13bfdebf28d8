"""The truth: may this credential open this relay at this instant."""

from __future__ import annotations

from datetime import datetime

from backend.domain.access.results import Decision, Reason
from backend.domain.access.rules import Credential, Group, Holder, Rules
from backend.domain.access.windows import is_open
from backend.domain.enums import CredentialKind, CredentialStatus

USABLE = frozenset({CredentialStatus.ACTIVE, CredentialStatus.SCHEDULED})
"""States in which a credential counts; a scheduled one waits for its `valid_from` like any other."""


def decide(rules: Rules, credential: Credential | int, relay_id: int, at: datetime) -> Decision:
    """Decide whether `credential` (itself or its id) opens the relay at the aware instant `at`.

    The checks run in the order of `Reason` and the first that fails is the answer. A relay that is not known takes no
    credential: METHOD_OFF. `group_id` is the lowest group that is open, else the lowest that has the relay.
    """
    found = find_credential(rules, credential) if isinstance(credential, int) else credential
    holder = rules.holders.get(found.holder_id) if found else None
    if found is None or holder is None:
        return Decision(False, Reason.NO_CREDENTIAL)
    if not holder.active:
        return Decision(False, Reason.HOLDER_SUSPENDED)
    if (reason := standing(found, at)) is not Reason.GRANTED:
        return Decision(False, reason)
    if found.kind not in methods_of(rules, relay_id):
        return Decision(False, Reason.METHOD_OFF)
    if not reaches(rules, holder.resident, relay_id):
        return Decision(False, Reason.ONLY_PUBLIC)
    groups = groups_on(rules, holder, relay_id)
    if not groups:
        return Decision(False, Reason.NO_GROUP)
    for group in groups:
        if group_open(rules, group, at):
            return Decision(True, Reason.GRANTED, group.id)
    return Decision(False, Reason.OUTSIDE_WINDOW, groups[0].id)


def standing(credential: Credential, at: datetime) -> Reason:
    """Judge a credential by itself; GRANTED when it is usable and valid at `at`."""
    if credential.status is CredentialStatus.SUSPENDED:
        return Reason.CREDENTIAL_SUSPENDED
    if credential.status not in USABLE:
        return Reason.CREDENTIAL_GONE
    return validity(credential, at)


def validity(credential: Credential, at: datetime) -> Reason:
    """Judge a credential by its dates only: GRANTED, NOT_YET_VALID or NO_LONGER_VALID."""
    if credential.valid_from is not None and at < credential.valid_from:
        return Reason.NOT_YET_VALID
    if credential.valid_to is not None and at >= credential.valid_to:
        return Reason.NO_LONGER_VALID
    return Reason.GRANTED


def find_credential(rules: Rules, credential_id: int) -> Credential | None:
    """Find a credential by its id; a walk over all of them."""
    return next((c for owned in rules.credentials.values() for c in owned if c.id == credential_id), None)


def methods_of(rules: Rules, relay_id: int) -> frozenset[CredentialKind]:
    """Give the credential kinds that a relay takes (edge case 48); none for a relay that is not known."""
    relay = rules.relays.get(relay_id)
    return relay.methods if relay else frozenset()


def reaches(rules: Rules, resident: bool, relay_id: int) -> bool:
    """Tell whether Only Public Area leaves the relay to a resident, or to others (rules 1.2, edge case 45)."""
    if not (rules.only_public_area and resident):
        return True
    relay = rules.relays.get(relay_id)
    device = rules.devices.get(relay.device_id) if relay else None
    return device is not None and device.public


def groups_on(rules: Rules, holder: Holder, relay_id: int) -> list[Group]:
    """Give the holder's groups that have the relay, by id."""
    known = (rules.groups[group_id] for group_id in sorted(holder.groups) if group_id in rules.groups)
    return [group for group in known if relay_id in group.relays]


def group_open(rules: Rules, group: Group, at: datetime) -> bool:
    """Tell whether any window of a group is open at `at`."""
    return any(is_open(window, at, rules.zone) for window in group.windows)
