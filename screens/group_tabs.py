"""Access Groups: the groups and the holidays behind one letter (guide: Access Group; look: left column)."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from screens.base.tabs import TabbedScreen, tab_keys

TABS = {"Groups": "access_group.read", "Holidays": "access_group.read"}
"""In the order of their digits, each with what one must be allowed to go there."""


class GroupTab(TabbedScreen):
    """One list of Access Groups."""

    BINDINGS: ClassVar[list[BindingType]] = tab_keys("groups", TABS)
    MODULE = "g"
    TITLE_TEXT = "Access Groups"
    TABS = TABS
