"""How moves of families are drawn: who leaves, what goes and stays, what became of them (feature RES-16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.catalog.apartments import MOVES
from backend.catalog.words import label_of
from backend.domain.enums import MoveState
from backend.domain.formats import Formats, figure
from screens.base.drawing import beside, column, wrapped
from widgets.frame import Part

if TYPE_CHECKING:
    from backend.domain.moves import MovePreview, MoveRecord

Line = tuple[Part, ...]

GOES_WIDE, STAYS_WIDE = 34, 36
"""Cells of the two lists, beside each other."""
LABEL_WIDE = 13
MOST_PEOPLE = 6
"""People who are named; the others are counted."""

LOOKS = {
    MoveState.PLANNED: ("◐", "warn"),
    MoveState.DONE: ("✓", "ok"),
    MoveState.FAILED: ("×", "bad"),
    MoveState.CANCELLED: ("○", "t3"),
}
"""State -> symbol and its colour."""


def leaving_lines(found: MovePreview) -> list[Line]:
    """Who leaves."""
    if not found.leaves:
        return [(("Nobody lives here: the next family moves in.", "$sp-t2"),)]
    lines: list[Line] = [
        (("- ", "$sp-bad"), (column(one.name, 24), "$sp-t1"), (one.role, "$sp-t2"))
        for one in found.leaves[:MOST_PEOPLE]
    ]
    more = len(found.leaves) - MOST_PEOPLE
    return [*lines, ((f"  and {figure(more)} more", "$sp-t2"),)] if more > 0 else lines


def goes_lines(found: MovePreview, *, brief: bool = False) -> list[Line]:
    """What goes, with counts; `brief` leaves out what there is none of."""
    lines: list[Line] = [(("Goes", "bold $sp-t1"),)]
    for words, count in found.goes if found.leaves else ():
        tone = "$sp-t1" if count else "$sp-t3"
        if count or not brief:
            lines.append((("- ", "$sp-bad"), (column(words, 26), tone), (f"{figure(count):>5}", tone)))
    return lines if len(lines) > 1 else [*lines, (("nothing", "$sp-t3"),)]


def stays_lines(found: MovePreview, width: int) -> list[Line]:
    """What stays, in so many cells."""
    lines: list[Line] = [(("Stays", "bold $sp-t1"),)]
    for words, value in found.stays:
        first, *more = wrapped(value, width - LABEL_WIDE, "$sp-t1")
        lines.append(((column(words, LABEL_WIDE), "$sp-t3"), *first))
        lines += [((" " * LABEL_WIDE, ""), *line) for line in more]
    return lines


def goes_and_stays(found: MovePreview) -> list[Line]:
    """The two lists beside each other, in a dialog."""
    return beside(goes_lines(found, brief=True), stays_lines(found, STAYS_WIDE), GOES_WIDE)


def move_lines(moves: tuple[MoveRecord, ...], formats: Formats, width: int) -> list[Line]:
    """The moves of an apartment, the one that waits first, with what could not be done."""
    lines: list[Line] = []
    for one in moves:
        symbol, tone = ("○", "t3") if one.taken_back else LOOKS[one.state]
        word = "Taken back" if one.taken_back else label_of(MOVES, one.state)
        loud = one.state in (MoveState.PLANNED, MoveState.FAILED) and not one.taken_back
        lines.append(
            (
                (f"{symbol} ", f"$sp-{tone}"),
                (column(word, 14), f"$sp-{tone}" if loud else "$sp-t2"),
                (f"{formats.moment(one.at)}  ", "$sp-t2"),
                (one.title, "$sp-t1"),
                (f"  by {one.planned_by}", "$sp-t3"),
            )
        )
        if one.problem:
            lines += [(("  ", ""), *line) for line in wrapped(one.problem, width - 2, "$sp-t2")]
    return lines
