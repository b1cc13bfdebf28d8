"""A QR code as text: half blocks with the quiet zone that readers look for (look: pictures)."""

from __future__ import annotations

from collections.abc import Sequence

QUIET = 4
"""Modules of white around the code."""

Modules = Sequence[Sequence[bool]]
"""Rows of modules, True for dark, without a quiet zone."""

_CELLS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def qr_lines(modules: Modules) -> list[str]:
    """The code as lines to be shown black on white, two modules above each other in a cell, quiet zone included."""
    width = (len(modules[0]) if modules else 0) + 2 * QUIET
    empty, side = [False] * width, [False] * QUIET
    rows = [empty] * QUIET + [[*side, *row, *side] for row in modules] + [empty] * QUIET
    if len(rows) % 2:
        rows.append(empty)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(_CELLS[pair] for pair in zip(above, below, strict=True)) for above, below in pairs]
