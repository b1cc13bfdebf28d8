"""Devices of Site Setup: by hand, where they stand, how they are reached (features SET-06, DEV-01; rules 13.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from screens.base.needs import needs, of_row
from screens.devices import DevicesScreen
from screens.setup_device_by_hand import ByHandForm
from screens.setup_device_forms import AddressForm, PlaceForm
from screens.setup_device_sheets import PickSheet, WriteTemplate, ask_to_add
from screens.setup_tabs import SetupTab

if TYPE_CHECKING:
    pass


class SetupDevicesTab(SetupTab, DevicesScreen):
    """The devices of the community; beside what their own list can, what only Site Setup does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("H", "by_hand", "By hand", id="setup.by-hand", tooltip="Add a device without asking it", show=False),
        Binding("i", "import_sheet", "Import", id="setup.import", tooltip="Add devices from a spreadsheet", show=False),
        Binding("T", "template", "Template", id="setup.template", tooltip="Write the empty spreadsheet", show=False),
        Binding("P", "place", "Place", id="setup.place", tooltip="Move it to a building or an apartment", show=False),
        Binding("A", "address", "Address", id="setup.address", tooltip="Change address, MAC or login", show=False),
    ]
    TAB = 4

    def hints(self) -> list[tuple[str, str]]:
        """What only Site Setup does stands first."""
        own = [("H", "By hand"), ("i", "Import"), ("P", "Place"), ("A", "Address")]
        shown = list(super().hints())
        after_add = next((at for at, hint in enumerate(shown, 1) if hint[0] == "n"), 0)
        return [*shown[:after_add], *own, *shown[after_add:], ("T", "Template")]

    @needs("device.write")
    def action_by_hand(self) -> None:
        """Add a device without asking it."""
        self.app.push_screen(ByHandForm(self.session))

    @needs("device.write")
    def action_import_sheet(self) -> None:
        """Add the devices of a spreadsheet, every row judged first."""
        self.app.push_screen(PickSheet(self.session), lambda rows: ask_to_add(self, rows) if rows else None)

    @needs("device.write")
    def action_template(self) -> None:
        """Write the empty spreadsheet."""
        told = "Template written"
        self.app.push_screen(WriteTemplate(self.session), lambda path: self.say(told, path) if path else None)

    @of_row
    @needs("device.write")
    def action_place(self) -> None:
        """Move the device under the cursor."""
        for device_id in self.under_cursor():
            self.app.push_screen(PlaceForm(self.session, device_id))

    @of_row
    @needs("device.write")
    def action_address(self) -> None:
        """Change how the device under the cursor is reached."""
        for device_id in self.under_cursor():
            self.app.push_screen(AddressForm(self.session, device_id))
