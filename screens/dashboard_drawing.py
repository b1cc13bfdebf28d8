"""How figures, doors and events of the dashboard are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.catalog.states import drawn
from backend.catalog.words import LOG_ACTIONS, label_of
from backend.domain.formats import Formats, counted, figure
from screens.base.drawing import column
from widgets.frame import Part

if TYPE_CHECKING:
    from backend.domain.dashboard import Dashboard, DoorGlance
    from backend.domain.doors import LogLine

Block = tuple[tuple[Part, ...], ...]
GOOD = ("in_sync", "online", "open", "held_open")
METHOD_FROM = 50
"""Cells of an event from which on the method is shown."""
LEAST_DOOR = 16
"""Cells of a door in one of two columns."""


def in_order(door: DoorGlance) -> bool:
    """Whether nobody has to look at a door."""
    return door.state in GOOD


def summary_line(data: Dashboard) -> tuple[Part, ...]:
    """The tiles in one line, for narrow terminals."""
    offline = data.devices - data.devices_online
    return (
        (figure(data.masters + data.members), "bold $sp-t1"),
        (" resident   " if data.masters + data.members == 1 else " residents   ", "$sp-t3"),
        (figure(data.active), "bold $sp-t1"),
        (" active   ", "$sp-t3"),
        (f"◐ {data.expiring} expiring   " if data.expiring else "", "$sp-warn"),
        (figure(data.devices), "bold $sp-t1"),
        (" device   " if data.devices == 1 else " devices   ", "$sp-t3"),
        _online(data.devices, offline),
    )


def _online(devices: int, offline: int) -> Part:
    if not devices:
        return ("– none yet", "$sp-t3")
    return (f"○ {offline} offline", "$sp-bad") if offline else ("● all online", "$sp-t2")


def tiles(data: Dashboard) -> dict[str, Block]:
    """Each tile: name, figure, two second readings; coloured only what wants a look."""
    offline = data.devices - data.devices_online
    look = sum(1 for door in data.doors if not in_order(door))
    return {
        "residents": _tile(
            "Residents",
            figure(data.masters + data.members),
            ((counted(data.masters, "master"), "$sp-t2"),),
            ((counted(data.members, "member"), "$sp-t2"),),
        ),
        "accounts": _tile(
            "Accounts",
            f"{figure(data.active)} active",
            _counted("◐", data.expiring, "expiring", "warn"),
            _counted("○", data.inactive, "inactive", ""),
        ),
        "devices": _tile(
            "Devices",
            figure(data.devices),
            (("● ", "$sp-ok"), (f"{data.devices_online} online", "$sp-t2")),
            _counted("○", offline, "offline", "bad"),
        ),
        "doors": _tile(
            "Doors",
            figure(len(data.doors)),
            (("✓ ", "$sp-ok"), (f"{len(data.doors) - look} in order", "$sp-t2")),
            _counted("×", look, "wants a look" if look == 1 else "want a look", "warn"),
        ),
    }


def _tile(name: str, number: str, second: tuple[Part, ...], third: tuple[Part, ...]) -> Block:
    return (((name, "$sp-t3"),), ((number, "bold $sp-t1"),), second, third)


def _counted(symbol: str, count: int, word: str, tone: str) -> tuple[Part, ...]:
    """A count that is coloured only when there is one."""
    style = f"$sp-{tone}" if tone and count else "$sp-t2"
    return ((f"{symbol} ", style), (f"{figure(count)} {word}", style))


def door_lines(doors: Sequence[DoorGlance], width: int, height: int) -> list[tuple[Part, ...]]:
    """Every door by name where there is room, in two columns; else those that want a look, worst first."""
    columns = 2 if width >= 2 * LEAST_DOOR else 1
    trouble = [door for door in doors if not in_order(door)]
    if len(doors) <= height:
        columns = 1
    if len(doors) > columns * height:
        shown = [_door(door, width) for door in trouble[: height - 1]]
        return [*shown, (("● ", "$sp-ok"), (f"{len(doors) - len(shown)} others in order", "$sp-t2"))]
    named = sorted(doors, key=lambda door: door.name.casefold())
    rows = -(-len(named) // columns)
    cell = width // columns
    return [tuple(part for door in named[row::rows] for part in _door(door, cell)) for row in range(rows)]


def _door(door: DoorGlance, width: int) -> tuple[Part, ...]:
    """A door: name alone in order, else its worst word with it."""
    look = drawn(door.vocabulary, door.state)
    if in_order(door):
        return ((f"{look.symbol or '●'} ", f"$sp-{look.symbol_tone}"), (column(door.name, width - 2), "$sp-t2"))
    word = f"{look.word} {door.detail}".strip()
    name = min(len(door.name) + 1, max(8, width - 2 - len(word) - 1))
    return (
        (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
        (column(door.name, name), "$sp-t1"),
        (column(word, width - 2 - name), f"$sp-{look.word_tone}"),
    )


def event_line(line: LogLine, formats: Formats, width: int) -> tuple[Part, ...]:
    """When, where, who, how, and whether it opened."""
    wide = width >= METHOD_FROM
    opened = line.response == "success"
    look = drawn("response", line.response)
    word = "opened" if opened else "refused" if line.response == "failed" else "unknown"
    when = f"{formats.time(line.happened_at, seconds=wide)} "
    room = width - len(when) - 2 - 7
    door = min(16, room * 2 // 7 if wide else room * 3 // 7)
    method = min(16, room * 2 // 7) if wide else 0
    how = f"{label_of(LOG_ACTIONS, line.action.value)} {line.key}".removeprefix("RF ").strip()
    return (
        (when, "$sp-t3"),
        (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
        (column(line.door or line.device, door), "$sp-t1"),
        (column(line.initiated_by or "–", room - door - method), "$sp-t2"),
        (column(how, method) if method else "", "$sp-t3"),
        (word, "$sp-t2" if opened else f"$sp-{look.word_tone}"),
    )
