"""Visitors & Staff: three lists behind one letter, a digit for each (guide: Visitors & Staff; look: left column)."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from screens.base.tabs import TabbedScreen, tab_keys

TABS = {
    "Temporary keys": "visitor.read",
    "Delivery": "visitor.read",
    "Staff": "visitor.read",
}
"""In the order of their digits, each with what one must be allowed to go there."""


class VisitorTab(TabbedScreen):
    """One list of Visitors & Staff."""

    BINDINGS: ClassVar[list[BindingType]] = tab_keys("visitor", TABS)
    MODULE = "v"
    TITLE_TEXT = "Visitors & Staff"
    TABS = TABS
