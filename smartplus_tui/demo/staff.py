"""Staff and deliveries of the demo community."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.engine import Engine

_Codes = tuple[str, ...]

STAFF: tuple[tuple[str, str, _Codes, _Codes], ...] = (
    ("Olek Wrona", "", ("3D5E7F90",), ("All Floors",)),
    ("Hania Bilska", "58206", ("3D5E7F91",), ()),
)
"""Name, PIN, cards, floors."""
DELIVERIES: tuple[tuple[str, str, _Codes], ...] = (("DHL", "46081", ()), ("Grocery boxes", "", ("3D5E7F92",)))
"""Name, PIN, cards."""


def add_personnel(engine: Engine, context: Context) -> None:
    """Add them; they open what the default groups open."""
    from backend.domain.staff import StaffDraft

    for name, pin, cards, floors in STAFF:
        engine.staff.add(context.again(), StaffDraft(name=name, pin=pin, cards=cards, floors=floors))
    for name, pin, cards in DELIVERIES:
        engine.deliveries.add(context.again(), StaffDraft(name=name, pin=pin, cards=cards))
