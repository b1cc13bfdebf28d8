"""Why somebody was refused, in the few words that a row of a list has room for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from backend.domain.access.decide import decide
from backend.domain.access.results import Reason
from backend.domain.access.rules import Credential, Group, Rules, Window
from backend.domain.access.windows import describe
from backend.domain.enums import CredentialKind, Repeat

_MANY = {
    CredentialKind.PIN: "PINs",
    CredentialKind.CARD: "cards",
    CredentialKind.FACE: "faces",
    CredentialKind.ID_ACCESS: "ID access",
    CredentialKind.QR: "QR codes",
}
WORDS = {
    Reason.GRANTED: "the door alone",
    Reason.NO_CREDENTIAL: "no such code",
    Reason.HOLDER_SUSPENDED: "suspended",
    Reason.CREDENTIAL_GONE: "code taken away",
    Reason.CREDENTIAL_SUSPENDED: "code suspended",
    Reason.NOT_YET_VALID: "not valid yet",
    Reason.NO_LONGER_VALID: "not valid any more",
    Reason.ONLY_PUBLIC: "public doors only",
    Reason.NO_GROUP: "no group here",
}
_ORDER = list(Reason)


def brief(rules: Rules, shown: Iterable[Credential], relay_id: int, at: datetime) -> str:
    """Say why none of these credentials of one holder opens the relay at `at`: "outside Day 08-22".

    The one that comes furthest in the order of `Reason` speaks; "the door alone" where the rules would have opened.
    """
    decided = [(decide(rules, one, relay_id, at), one) for one in shown]
    if not decided:
        return WORDS[Reason.NO_CREDENTIAL]
    if any(decision.allowed for decision, _ in decided):
        return WORDS[Reason.GRANTED]
    decision, credential = max(decided, key=lambda pair: (_ORDER.index(pair[0].reason), -pair[1].id))
    if decision.reason is Reason.METHOD_OFF:
        return f"takes no {_MANY[credential.kind]}"
    if decision.reason is Reason.OUTSIDE_WINDOW and decision.group_id is not None:
        return _outside(rules, rules.groups[decision.group_id])
    return WORDS[decision.reason]


def _outside(rules: Rules, group: Group) -> str:
    """Name the group and its hours, where they are few enough for a row."""
    if not group.windows:
        return f"{group.name} has no hours"
    hours = _short(group.windows[0], rules.zone) if len(group.windows) == 1 else ""
    return f"outside {group.name} {hours}".rstrip()


def _short(window: Window, zone: str) -> str:
    """Write hours without what goes without saying: "08-22", "Mo-Fr 08-17:30"; a single span has no room."""
    if window.repeat is Repeat.NEVER:
        return ""
    days = describe(window, zone).rpartition(" ")[0] if window.repeat is Repeat.WEEKLY and not window.closed else ""
    clocks = [f"{at:%H}" if not at.minute else f"{at:%H:%M}" for at in (window.start, window.end)]
    return f"{days} {'-'.join(clocks)}".strip()
