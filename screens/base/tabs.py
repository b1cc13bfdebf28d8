"""Several lists behind one letter, a digit for each (look: left column)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.base.messages import GoTo
from screens.base.resource import ResourceScreen
from widgets.frame import Part, Title


def tab_keys(module: str, tabs: Iterable[str]) -> list[BindingType]:
    """The digits of the tabs, for the `BINDINGS` of their common class."""
    return [
        Binding(str(number), f"tab({number})", name, id=f"{module}.tab-{number}", tooltip=f"Go to {name}", show=False)
        for number, name in enumerate(tabs, 1)
    ]


class TabbedScreen(ResourceScreen):
    """One list of a module that has several; its class for all of them declares `TABS` and their `tab_keys`."""

    TABS: ClassVar[Mapping[str, str]] = {}
    """Name of each tab, in the order of their digits -> what one must be allowed to go there."""
    TAB: ClassVar[int] = 1

    def heading(self) -> Title:
        """The tabs, the present one underlined; on narrow terminals the others are digits."""
        tabs: list[Part] = []
        for number, (name, permission) in enumerate(self.TABS.items(), 1):
            if not self.session.may(permission):
                continue
            here, narrow = number == self.TAB, self.has_class("-narrow")
            tabs += [
                (f"{number}", "$sp-acc"),
                (f" {name}" if here or not narrow else "", "bold underline $sp-acc" if here else "$sp-t2"),
                ("  ", ""),
            ]
        shown = super().heading()
        return Title(self.TITLE_TEXT, tuple(tabs), shown.right)

    def hints(self) -> Iterable[tuple[str, str]]:
        """The tabs stand first where there are others."""
        others = sum(self.session.may(permission) for permission in self.TABS.values()) > 1
        return [*([(f"1-{len(self.TABS)}", "Tabs")] if others else []), *super().hints()]

    def action_tab(self, number: int) -> None:
        """Another list of the module, for whoever may see it."""
        tabs = list(self.TABS.values())
        if number <= len(tabs) and self.session.may(tabs[number - 1]):
            self.app.post_message(GoTo(place_of(self.MODULE, number)))


def place_of(letter: str, number: int) -> str:
    """The name by which the application knows a tab: the first one is the module itself."""
    return letter if number == 1 else f"{letter}{number}"
