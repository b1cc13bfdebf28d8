"""Site Setup: five lists behind one letter, a digit for each (feature SET-06; look: left column)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from screens.base.messages import GoTo
from screens.base.needs import needs
from screens.base.resource import ResourceScreen
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part, Title

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


def place_of(number: int) -> str:
    """The name by which the application knows a tab: the first one is the module itself."""
    return "z" if number == 1 else f"z{number}"


class SetupTab(ResourceScreen):
    """One list of Site Setup; digits go to the others."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(number), f"tab({number})", name, id=f"setup.tab-{number}", tooltip=f"Go to {name}", show=False)
        for number, name in enumerate(TABS, 1)
    ]
    MODULE = "z"
    TAB: ClassVar[int] = 1

    def heading(self) -> Title:
        """The tabs, the present one underlined; on narrow terminals the others are digits."""
        tabs: list[Part] = []
        for number, (name, permission) in enumerate(TABS.items(), 1):
            if not self.session.may(permission):
                continue
            here, narrow = number == self.TAB, self.has_class("-narrow")
            tabs += [
                (f"{number}", "$sp-acc"),
                (f" {name}" if here or not narrow else "", "bold underline $sp-acc" if here else "$sp-t2"),
                ("  ", ""),
            ]
        shown = super().heading()
        return Title("Site Setup", tuple(tabs), shown.right)

    def hints(self) -> Iterable[tuple[str, str]]:
        """The verbs, then what lists can; doors are opened elsewhere."""
        tabs = [("1-5", "Tabs")] if self.session.may("community.write") else []
        return [*tabs, *(hint for hint in super().hints() if hint[0] not in ("o", "space"))]

    @needs("device.write")
    def action_tab(self, number: int) -> None:
        """Another list of Site Setup, for whoever may see it."""
        if self.session.may(list(TABS.values())[number - 1]):
            self.post_message(GoTo(place_of(number)))

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
