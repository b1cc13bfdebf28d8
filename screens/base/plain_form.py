"""A form that concerns no door: fields alone, without a plan."""

from __future__ import annotations

from collections.abc import Iterable

from screens.base.form_page import FormPage
from screens.base.plan_pane import PlanPane


class PlainForm(FormPage):
    """Base of forms whose saving changes nothing at a door."""

    def on_mount(self) -> None:
        """No door receives anything."""
        super().on_mount()
        self.query_one(PlanPane).display = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing leads to a plan that is not there."""
        return action != "plan" and super().check_action(action, parameters)

    def hints(self) -> Iterable[tuple[str, str]]:
        """There is no plan."""
        return [hint for hint in super().hints() if not hint[0].startswith("F3")]
