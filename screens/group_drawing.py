"""How an access group is drawn, in the pane under the list and on its page (look: Week, picture 05)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.catalog.states import drawn
from backend.domain.access.rules import Window
from backend.domain.enums import CredentialKind, Repeat
from backend.domain.formats import Formats, figure
from backend.domain.schedule_line import describe_schedule
from screens.base.drawing import column, wrapped
from widgets.frame import Part
from widgets.panel import fact
from widgets.week import week_lines

if TYPE_CHECKING:
    from backend.domain.groups import GroupRecord

METHODS = {CredentialKind.PIN: "PIN", CredentialKind.CARD: "card", CredentialKind.FACE: "face"}
"""Methods of a relay that a group can be about."""


def hours_lines(record: GroupRecord, windows: Sequence[Window], formats: Formats, cell: int) -> list[tuple[Part, ...]]:
    """The week, then the spans of dates, which are in no week."""
    weekly = [window for window in windows if window.repeat is not Repeat.NEVER]
    dated = [window for window in windows if window.repeat is Repeat.NEVER]
    lines = week_lines(weekly, cell=cell) if weekly else []
    if dated:
        word = "Also" if weekly else "Only"
        lines.append(((f"{word} ", "$sp-t3"), (describe_schedule(dated, formats), "$sp-t1")))
    if not windows:
        lines.append((("No hours: it opens nothing.", "$sp-warn"),))
    if record.keeps_holidays:
        lines.append((("◐ ", "$sp-warn"), ("closed on holidays", "$sp-t2")))
    return lines


def facts_lines(record: GroupRecord) -> list[tuple[Part, ...]]:
    """What a group is, in a few lines."""
    kind = f"default group of {record.building}" if record.type == "default" else "custom"
    doors = ", ".join(door.door for door in record.doors) or "none"
    return [
        fact("Type", ((kind, "$sp-t1"),)),
        fact("Hours", ((record.hours or "none", "$sp-t1"),)),
        fact("Doors", ((doors, "$sp-t1"),)),
        fact("People", ((figure(record.people), "$sp-t1"),)),
        fact("Holidays", (("closed" if record.keeps_holidays else "open as always", "$sp-t2"),)),
    ]


def door_lines(record: GroupRecord) -> list[tuple[Part, ...]]:
    """The doors with their devices, whether these hold what they should, and which methods a relay does not take
    (edge case 48)."""
    lines: list[tuple[Part, ...]] = []
    for door in record.doors:
        missing = [
            word for kind, word in METHODS.items() if kind not in door.methods and kind is not CredentialKind.FACE
        ]
        off: Part = (f"takes no {' and no '.join(missing)}", "$sp-warn") if missing else ("", "")
        look = drawn("sync", door.sync.value)
        lines.append(
            (
                ("▸ ", "$sp-acc"),
                (column(door.door, 20), "$sp-t1"),
                (column(door.device, 16), "$sp-t2"),
                (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
                (column(look.word, 9), f"$sp-{look.word_tone}"),
                off,
            )
        )
    return lines or [(("no door: it opens nothing", "$sp-warn"),)]


def fixed_lines(record: GroupRecord, width: int) -> list[tuple[Part, ...]]:
    """Why a default group stays as it is."""
    if not record.fixed:
        return []
    first, *more = wrapped(record.fixed, width - 2, "$sp-t2")
    return [(("▲ ", "$sp-note"), *first), *((("  ", ""), *line) for line in more)]
