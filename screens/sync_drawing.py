"""How Sync is drawn: a door's standing and plan, a revocation door by door, a difference with its cause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from backend.catalog.states import drawn
from backend.domain.drift import CAUSES
from backend.domain.formats import Formats, age, counted, figure
from backend.domain.revocations import Proof, still_words
from screens.base.drawing import column
from widgets.frame import Part
from widgets.panel import fact
from widgets.plots import gauge
from widgets.table_source import Cell

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.drift import DriftRecord
    from backend.domain.revocations import Revocation, RevokedDoor
    from backend.domain.sync import DoorStanding

LABEL = 11
DOOR = 16
WHAT = 34
LOSSES = 3
"""Losses that are listed of each kind."""
PEOPLE = 200
"""Names of a plan that are listed."""

Line = tuple[Part, ...]


def plan_words(plan: DoorPlan) -> Cell:
    """A plan as counts: "+3 ~1 -2"."""
    counts = (("+", plan.adds), ("~", plan.changes), ("-", plan.removes))
    text = " ".join(f"{sign}{len(lines)}" for sign, lines in counts if lines)
    return Cell(text or "–", tone="bad" if plan.removes else "ok" if plan.adds else "t2")


def standing_lines(found: DoorStanding, plans: Sequence[DoorPlan], formats: Formats, now: datetime) -> list[Line]:
    """State, what waits and why, what will be written, room, age of what it rests on."""
    sync, look, device = found.sync, drawn("sync", found.sync.state), drawn("device", found.status)
    read = age(max(timedelta(0), now - sync.read_back_at)) if sync.read_back_at else "never"
    lines: list[Line] = [
        fact(
            "State",
            (
                (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
                (look.word, f"$sp-{look.word_tone}"),
                (f"   {device.symbol} ", f"$sp-{device.symbol_tone}"),
                (device.word, f"$sp-{device.word_tone}"),
                (f"   read back {read}", "$sp-t3"),
            ),
            LABEL,
        )
    ]
    lines += [fact("Refused", ((text, "$sp-bad"),), LABEL) for text in sync.refusals[:LOSSES]]
    if sync.clock:
        lines.append(fact("Clock", ((sync.clock, "$sp-bad"),), LABEL))
    if found.waiting:
        since = f"   for {age(now - sync.since)}" if sync.since else ""
        lines.append(fact("Waits", ((found.waiting, "$sp-t1"), (since, "$sp-t3")), LABEL))
    if sync.reason:
        lines.append(fact("After", ((sync.reason, "$sp-t2"),), LABEL))
    lines += [fact("To write", _sum(plan), LABEL) for plan in plans]
    room = f" {figure(sync.users)} of {figure(sync.users_limit)}"
    strangers = f"   {sync.unmanaged} not ours" if sync.unmanaged else ""
    lines.append(
        fact("Users", (*gauge(sync.users, sync.users_limit, 12), (room, "$sp-t2"), (strangers, "$sp-warn")), LABEL)
    )
    if sync.next_change_at:
        lines.append(fact("Next edge", ((formats.moment(sync.next_change_at), "$sp-t2"),), LABEL))
    lines += [fact("Not held", ((text, "$sp-warn"),), LABEL) for text in sync.unfit[:LOSSES]]
    return lines


def held_lines(found: DoorStanding) -> list[Line]:
    """A stop: what it would take away, where it comes from, and the two ways on."""
    cause: Line = ((found.cause or "not known", "$sp-t2"),)
    if found.operation:
        cause = (("operation ", "$sp-t3"), (f"{figure(found.operation)}  ", "$sp-t2"), *cause)
    ways: Line = (("t", "bold $sp-acc"), (" Type the count and go on", "$sp-t2"))
    if found.operation:
        ways = (("u", "bold $sp-acc"), (" Undo it   ", "$sp-t2"), *ways)
    return [
        (
            ("▲ ", "$sp-bad"),
            (found.sync.held_reason, "$sp-t1"),
            ("; a mass removal is never pushed by itself.", "$sp-t2"),
        ),
        fact("Cause", cause, LABEL),
        fact("Way on", ways, LABEL),
    ]


def people_lines(plans: Sequence[DoorPlan]) -> list[Line]:
    """Everybody who would gain or lose the door, losses first."""
    lines: list[Line] = []
    for plan in plans:
        for sign, people, tone in (("-", plan.removes, "bad"), ("+", plan.adds, "ok"), ("~", plan.changes, "t2")):
            lines += [
                ((f"{sign} ", f"$sp-{tone}"), (column(one.name, 30), "$sp-t1"), (one.what, "$sp-t2"))
                for one in people[: PEOPLE - len(lines)]
            ]
        lines += [(("▲ ", "$sp-warn"), (loss.text, "$sp-t2")) for loss in plan.losses]
    return lines or [(("Nothing is to be written: the door holds what it should.", "$sp-t2"),)]


def _sum(plan: DoorPlan) -> Line:
    return (
        (f"+{len(plan.adds)} ", "$sp-ok" if plan.adds else "$sp-t3"),
        (f"~{len(plan.changes)} ", "$sp-t2" if plan.changes else "$sp-t3"),
        (f"-{len(plan.removes)}", "$sp-bad" if plan.removes else "$sp-t3"),
        (f"   {figure(plan.users_after)} of {figure(plan.users_limit)} after   ] who", "$sp-t3"),
    )


def revocation_figure(found: Revocation) -> Line:
    """The sum; green only when each door was read back."""
    doors = len(found.doors)
    if found.proved:
        return ((f"✓ {doors} of {counted(doors, 'door')} read back, gone", "$sp-ok"),)
    holds = any(door.proof is Proof.HOLDS for door in found.doors)
    sign, open_of_all = "×" if holds else "◐", f"{found.open_doors} of {counted(doors, 'door')}"
    return ((f"{sign} {open_of_all} not proved", f"$sp-{_tone(holds)}"),)


def revocation_lines(found: Revocation, formats: Formats, now: datetime) -> list[Line]:
    """Door by door, the worst first: what is known, its age, why not yet and what to do."""
    taken = f"   {formats.moment(found.taken_at)}" if found.taken_at else ""
    lines: list[Line] = [((found.what or "nothing", "$sp-t1"), (taken, "$sp-t3"))]
    wide = max([DOOR, *(len(door.device) + 1 for door in found.doors if door.relay)])
    for door in found.doors:
        lines.append(_door_line(door, wide, formats, now))
        if door.reason:
            lines.append(((" " * (wide + 2), ""), (door.reason, "$sp-t2")))
            lines.append(((" " * (wide + 2), ""), (door.todo, "$sp-t3")))
    return lines


def _door_line(door: RevokedDoor, wide: int, formats: Formats, now: datetime) -> Line:
    look = drawn("revocation", door.proof)
    words = f"{still_words(door.relay)} {door.what}" if door.proof is Proof.HOLDS else look.word
    if door.proof is Proof.GONE and door.read_at:
        when: Part = (formats.moment(door.read_at, seconds=True), "$sp-t3")
    else:
        when = (age(max(timedelta(0), now - door.taken_at)), f"$sp-{look.word_tone}")
    return (
        (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
        (column(door.device, wide), "$sp-t1"),
        (column(words, WHAT), f"$sp-{look.word_tone}"),
        when,
    )


def _tone(holds: bool) -> str:
    return "bad" if holds else "warn"


def drift_lines(one: DriftRecord, formats: Formats, now: datetime, *, ways: bool) -> list[Line]:
    """A difference: what we hold, what the door holds, why, since when, and with `ways` what can be done."""
    look = drawn("drift", one.state)
    note = f"   {one.note}" if one.note else ""
    lines: list[Line] = [
        fact("We hold", ((one.ours, "$sp-t2"),), LABEL),
        fact("Door holds", ((one.theirs, "$sp-warn" if one.ended_at is None else "$sp-t2"),), LABEL),
        fact("Cause", ((CAUSES[one.cause], "$sp-t1"), (note, "$sp-t3")), LABEL),
        fact(
            "State",
            (
                (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
                (look.word, f"$sp-{look.word_tone}"),
                (f"   found {formats.moment(one.found_at)}, seen {age(max(timedelta(0), now - one.seen_at))} ago",
                 "$sp-t3"),
            ),
            LABEL,
        ),
    ]  # fmt: skip
    return [*lines, fact("Ways", _ways(one), LABEL)] if ways and (one.can_adopt or one.can_overwrite) else lines


def _ways(one: DriftRecord) -> Line:
    ways: list[Part] = []
    if one.can_adopt:
        ways += [("A", "bold $sp-acc"), (" Adopt   ", "$sp-t2")]
    if one.can_overwrite:
        ways += [("W", "bold $sp-acc"), (" Overwrite   ", "$sp-t2")]
    if one.stranger and one.can_overwrite and one.state == "open":
        ways += [("l", "bold $sp-acc"), (" Leave alone", "$sp-t2")]
    return tuple(ways)


def drift_panel_lines(found: Sequence[DriftRecord], now: datetime) -> list[Line]:
    """The differences of one device, two lines each: what, and its cause."""
    lines: list[Line] = []
    for one in found:
        look = drawn("drift", one.state)
        seen = age(max(timedelta(0), now - one.found_at))
        lines.append(
            (
                (f"{look.symbol or ' '} ", f"$sp-{look.symbol_tone}"),
                (column(one.name, 24), "$sp-t1"),
                (column(f"{one.theirs} there, {one.ours} here", 44), "$sp-t2"),
                (look.word, f"$sp-{look.word_tone}"),
            )
        )
        note = f", {one.note}" if one.note else ""
        lines.append((("  Cause  ", "$sp-t3"), (f"{CAUSES[one.cause]}{note}", "$sp-t2"), (f"   {seen}", "$sp-t3")))
    return lines or [(("✓ ", "$sp-ok"), ("Nothing but what we wrote.", "$sp-t2"))]
