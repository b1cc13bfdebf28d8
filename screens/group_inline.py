"""An access group made out of a form that asks for groups: it comes back taken, nothing typed is lost (rules 7.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from screens.base.form_page import FormPage
from screens.base.needs import needs
from screens.base.session import Session
from screens.group_form import GroupForm
from screens.group_rows import group_rows
from widgets.form import PickField

if TYPE_CHECKING:
    from backend.domain.records import Saved

KEY = "F6"


class GroupsFormPage(FormPage):
    """A form with a field of access groups, of which one more can be made on the way."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f6,ctrl+n", "new_group", "New group", id="form.new-group", tooltip="Make a group, take it", show=False
        ),
    ]

    @property
    def groups(self) -> PickField:
        """The field of access groups."""
        field = self.form.fields["group_ids"]
        assert isinstance(field, PickField), "groups are picked"
        return field

    async def offer_groups(self) -> None:
        """Offer every group there is."""
        self.groups.set_options(await group_rows(self.session))

    def hints(self) -> Iterable[tuple[str, str]]:
        """Making a group stands behind what ends the form."""
        for key, word in super().hints():
            if key == "Esc":
                yield KEY, "New group"
            yield key, word

    @needs("access_group.write")
    def action_new_group(self) -> None:
        """Make a group, called as what was typed where no group is called so."""
        self.app.push_screen(InlineGroup(self.session, self.groups.typed, self._made))

    def _made(self, group_id: int) -> None:
        self.start(self._take, group_id)

    async def _take(self, group_id: int) -> None:
        await self.offer_groups()
        self.groups.take(str(group_id))


class InlineGroup(GroupForm):
    """A new group for the form below, which hears of it from `made`."""

    def __init__(self, session: Session, name: str, made: Callable[[int], None]) -> None:
        super().__init__(session)
        self._name = name
        self._made = made

    async def load(self) -> None:
        """Begin with the name that was typed below."""
        await super().load()
        if self._name:
            self.form.fields["name"].begin(self._name)
            self.form.fields["schedule"].focus_value()

    async def save(self) -> Saved:
        """Add it, and have it taken below."""
        saved = await super().save()
        self._made(saved.id)
        return saved

    def next_form(self) -> FormPage | None:
        """One group is made on the way."""
        return None

    def hints(self) -> Iterable[tuple[str, str]]:
        """There is no next one here."""
        return [hint for hint in super().hints() if hint[0] != "F4"]
