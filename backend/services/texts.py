"""Sentences that several services tell: how a command ended, and why a door does not hold a change yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.domain.enums import CommandState, CommandVerb, CredentialKind, DeviceStatus
from backend.domain.formats import Formats, age

SLOW_AFTER = timedelta(minutes=1)
"""A change reaches a door in about 60 s (rules 8); longer is worth a word."""

KINDS = {
    CredentialKind.PIN: ("PIN", "PINs"),
    CredentialKind.CARD: ("card", "cards"),
    CredentialKind.FACE: ("face", "faces"),
    CredentialKind.ID_ACCESS: ("ID access", "ID accesses"),
    CredentialKind.QR: ("QR code", "QR codes"),
}
"""Singular and plural of what is shown to a door."""

_DONE = {
    CommandVerb.OPEN: "opened",
    CommandVerb.REBOOT: "restarting",
    CommandVerb.IDENTIFY: "answered",
    CommandVerb.READ_BACK: "reading back",
}
_UNANSWERED = {
    CommandVerb.OPEN: "the door did not answer; it may have opened",
    CommandVerb.REBOOT: "the device did not answer; it may have restarted",
}


def command_text(verb: CommandVerb, state: CommandState, result: str, lives: timedelta) -> str:
    """How a command went, honestly: "opened", "refused: ...", "unknown: the door did not answer; it may have opened".

    `result` is what the agent wrote, `lives` how long the command could be taken.
    """
    match state:
        case CommandState.QUEUED:
            return "waiting for the agent"
        case CommandState.CLAIMED:
            return "sent, waiting for the answer"
        case CommandState.DONE:
            return _DONE[verb]
        case CommandState.UNKNOWN:
            return f"unknown: {_UNANSWERED.get(verb, 'the device did not answer')}"
        case CommandState.EXPIRED:
            return f"expired: no agent took it within {age(lives)}"
        case _:
            return f"{state.value}: {result}" if result else state.value


def count_kinds(kinds: dict[CredentialKind, int]) -> str:
    """Credentials by kind in words, "PIN, 2 cards"."""
    words = []
    for kind, (one, many) in KINDS.items():
        number = kinds.get(kind, 0)
        if number:
            words.append(one if number == 1 else f"{number} {many}")
    return ", ".join(words)


def waiting_text(
    *,
    status: DeviceStatus,
    offline_since: datetime | None,
    held_reason: str,
    error: str,
    not_before: datetime | None,
    since: datetime | None,
    agent_alive: bool,
    now: datetime,
    formats: Formats,
) -> str:
    """Why a door does not hold a change yet: the one thing that a person could do something about comes first."""
    if held_reason:
        return f"held: {held_reason}"
    if not agent_alive:
        return "the agent is not running"
    if status is DeviceStatus.OFFLINE:
        return f"offline since {_when(offline_since, now, formats)}" if offline_since else "offline"
    if error:
        wait = not_before - now if not_before else timedelta(0)
        again = f" Next try in {age(wait)}." if wait > timedelta(0) else ""
        return f"{error}{again}"
    if status is DeviceStatus.NEVER_SEEN:
        return "has never answered yet"
    if since is not None and now - since > SLOW_AFTER:
        return f"slow: waiting for {age(now - since)}"
    return "waiting"


def _when(moment: datetime, now: datetime, formats: Formats) -> str:
    """The time of day of an instant of today, with the day for an older one."""
    same = formats.local(moment).date() == formats.local(now).date()
    return formats.time(moment) if same else formats.moment(moment)
