"""Which columns of a table fit a width, and how wide each becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from widgets.table_source import Column

GUTTER = 3
"""Cells before the first column: cursor bar, tick, space."""

GAP = 2
"""Cells between two columns."""

FLEX_LEAST = 12
"""A column that takes what is left folds others before it gets narrower than this."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column that is shown: its index among all columns and its width in cells."""

    index: int
    column: Column
    width: int


def place(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """The columns that fit `width` cells, in their order; the least important fold first, the first one never."""
    shown = list(range(len(columns)))
    while len(shown) > 1 and _least_width(columns, shown) > width:
        shown.remove(min(shown[1:], key=lambda index: (columns[index].importance, -index)))
    flexible = [index for index in shown if not columns[index].width]
    spare = width - _least_width(columns, shown) + FLEX_LEAST * len(flexible)
    widths = {index: columns[index].width for index in shown}
    for position, index in enumerate(flexible):
        widths[index] = max(1, spare // len(flexible) + (position < spare % len(flexible)))
    return tuple(Placed(index, columns[index], widths[index]) for index in shown)


def _least_width(columns: Sequence[Column], shown: Sequence[int]) -> int:
    """Cells needed by the shown columns with gutter and gaps."""
    return GUTTER + sum(columns[index].width or FLEX_LEAST for index in shown) + GAP * (len(shown) - 1)
