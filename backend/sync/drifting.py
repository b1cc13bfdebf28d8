"""Why a device holds something else than we believed: each difference with its cause (feature SYNC-04). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from backend.devices.users import RemoteUser
from backend.domain.enums import DriftCause
from backend.sync.difference import HeldSchedule, HeldUser, canonical
from backend.sync.readback import Found

TOGETHER = 50
"""So many records that went for one cause are one difference: nobody chooses row by row among more."""
MOST_STRANGERS = 500
"""Users of nobody that are told apart; a device that holds more of them is counted only."""
NAME_LONGEST = 63

Fingerprint = Callable[[object], bytes]


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: at which record, whose, why, and what was found instead of what we believed.

    `ours` is the fingerprint of the record believed, `theirs` the one found as it decides who gets in; `mac` is the
    fingerprint of that. Names come from devices: they are cut short and hold nothing unprintable.
    """

    cause: DriftCause
    key: str
    name: str = ""
    remote_id: str = ""
    holder_id: int | None = None
    note: str = ""
    ours: bytes | None = None
    theirs: Mapping[str, object] | None = field(default=None, repr=False)
    mac: bytes | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a device said of itself when records of ours were gone: words, "" where nothing speaks for it."""

    reset: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What we believed before the device was read: users, schedules, and per user the record before the present one.

    `first` says that the device was never read before: what it then holds under our keys nobody changed.
    """

    users: Mapping[str, HeldUser]
    schedules: Mapping[str, HeldSchedule]
    earlier: Mapping[str, bytes]
    first: bool = False

    def gone(self, found: Found) -> list[HeldUser]:
        """The users that were believed there for certain and are not."""
        return [held for key, held in sorted(self.users.items()) if not held.unknown and key not in found.ours]

    def all_gone(self, found: Found) -> bool:
        """Whether nothing of ours is there, though something should be."""
        return bool(self.gone(found)) and not found.ours


def classify(
    beliefs: Beliefs,
    found: Found,
    schedules: Mapping[str, HeldSchedule],
    evidence: Evidence,
    fingerprint: Fingerprint,
) -> list[Finding]:
    """Every difference between what we believed and what was found, each with its cause."""
    return [
        *_gone(beliefs, found, evidence),
        *_edited(beliefs, found, fingerprint),
        *_schedules(beliefs, schedules),
        *_strangers(beliefs, found, fingerprint),
    ]


def stranger_key(user: RemoteUser) -> str:
    """What a user of nobody is called in our books."""
    return f"#{user.remote_id}"


def stranger_body(user: RemoteUser) -> dict[str, object]:
    """What of a user of nobody decides who gets in; `editable` says whether it may be removed from here."""
    return {
        "name": readable(user.name),
        "pin": user.pin or "",
        "cards": sorted(card.upper() for card in user.cards),
        "grants": sorted([schedule, *relays] for schedule, relays in user.grants),
        "editable": user.editable,
    }


def readable(name: str) -> str:
    """A name as a device has it, fit to be shown: one short line of what can be printed."""
    return " ".join("".join(one if one.isprintable() else " " for one in name).split())[:NAME_LONGEST]


def _gone(beliefs: Beliefs, found: Found, evidence: Evidence) -> Iterator[Finding]:
    gone = beliefs.gone(found)
    if gone and not found.ours and evidence.reset:
        yield Finding(DriftCause.RESET, "", f"all {len(gone):,} users", note=evidence.reset)
        return
    findings = [
        Finding(DriftCause.LOST, held.key, holder_id=held.holder_id, note=evidence.firmware, ours=held.mac)
        if held.seen
        else Finding(DriftCause.MISSED, held.key, holder_id=held.holder_id, ours=held.mac)
        for held in gone
    ]
    yield from _together(findings)


def _together(findings: list[Finding]) -> Iterator[Finding]:
    """Findings of a cause that has very many as one."""
    counts = Counter(one.cause for one in findings)
    for cause, count in counts.items():
        mine = [one for one in findings if one.cause is cause]
        if count <= TOGETHER:
            yield from mine
        else:
            yield Finding(cause, "", f"{count:,} users", note=mine[0].note)


def _edited(beliefs: Beliefs, found: Found, fingerprint: Fingerprint) -> Iterator[Finding]:
    if beliefs.first:
        return
    findings = []
    for key, here in sorted(found.ours.items()):
        held = beliefs.users.get(key)
        if held is not None and (held.unknown or held.mac == here.mac or _by_schedule(held, found, fingerprint)):
            continue
        body = found.bodies[key]
        finding = Finding(
            DriftCause.EDITED,
            key,
            readable(body.name),
            here.remote_id,
            here.holder_id,
            ours=held.mac if held else None,
            theirs=canonical(body),
            mac=here.mac,
        )
        if held is not None and not held.seen and beliefs.earlier.get(key) == here.mac:
            finding = replace(finding, cause=DriftCause.MISSED, note="it kept the record before")
        elif held is None:
            back = key in beliefs.earlier
            finding = replace(finding, note="it was taken away and is back" if back else "we never wrote it there")
        findings.append(finding)
    yield from _together(findings)


def _by_schedule(held: HeldUser, found: Found, fingerprint: Fingerprint) -> bool:
    """Whether a record differs only because a schedule of ours was given other hours."""
    user = found.bodies[held.key]
    plain: dict[str, tuple[int, ...]] = {}
    for key, relays in user.grants:
        plain[key.partition("#")[0]] = relays
    same = replace(user, grants=tuple(sorted(plain.items())))
    return plain.keys() != {key for key, _ in user.grants} and fingerprint(canonical(same)) == held.mac


def _schedules(beliefs: Beliefs, schedules: Mapping[str, HeldSchedule]) -> Iterator[Finding]:
    for key, schedule in sorted(schedules.items()):
        name, changed, _ = key.partition("#")
        if changed and not beliefs.first and name in beliefs.schedules and key not in beliefs.schedules:
            note = "its hours were changed"
            yield Finding(DriftCause.EDITED, name, f"Schedule {schedule.ref}", schedule.remote_id, note=note)


def relay_findings(changed: Iterable[int]) -> list[Finding]:
    """Relays whose schedules were changed at the device, as differences."""
    note = "its relay schedule was changed"
    return [Finding(DriftCause.EDITED, f"relay {number}", f"Relay {number}", note=note) for number in sorted(changed)]


def _strangers(beliefs: Beliefs, found: Found, fingerprint: Fingerprint) -> Iterator[Finding]:
    note = "was there before we first read the device" if beliefs.first else ""
    for user in found.strangers[:MOST_STRANGERS]:
        body = stranger_body(user)
        yield Finding(
            DriftCause.UNKNOWN,
            stranger_key(user),
            readable(user.name) or "no name",
            user.remote_id,
            note=note,
            theirs=body,
            mac=fingerprint(body),
        )
