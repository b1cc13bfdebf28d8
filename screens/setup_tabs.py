"""Site Setup: five lists behind one letter, a digit for each (feature SET-06; look: left column)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType

from screens.base.tabs import TabbedScreen, tab_keys
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part

if TYPE_CHECKING:
    from backend.catalog.model import Verb

TABS = {
    "Communities": "community.write",
    "Buildings": "building.write",
    "Apartments": "apartment.create",
    "Devices": "device.write",
    "Accounts": "manager.write",
}
"""In the order of their digits, each with what one must be allowed to go there."""


class SetupTab(TabbedScreen):
    """One list of Site Setup."""

    BINDINGS: ClassVar[list[BindingType]] = tab_keys("setup", TABS)
    MODULE = "z"
    TITLE_TEXT = "Site Setup"
    TABS = TABS

    def hints(self) -> Iterable[tuple[str, str]]:
        """The verbs, then what lists can; doors are opened elsewhere."""
        return [hint for hint in super().hints() if hint[0] not in ("o", "space")]

    def ask(
        self,
        verb: Verb,
        question: str,
        act: Callable[[], Coroutine[Any, Any, None]],
        lines: Sequence[tuple[Part, ...]] = (),
        word: str = "",
    ) -> None:
        """Ask before a verb takes something away, then do it."""
        dialog = ConfirmDialog(
            verb.label,
            question,
            lines=lines,
            choices=[Choice(verb.confirm_key, word or verb.label, verb.name, danger=True)],
            opened_by=verb.key,
        )

        def answered(answer: str | None) -> None:
            if answer:
                self.start(act)

        self.app.push_screen(dialog, answered)
