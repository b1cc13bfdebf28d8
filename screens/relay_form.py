"""Renaming a device with its relays (features DEV-02, DEV-04)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from screens.base.plain_form import PlainForm
from screens.base.session import Session
from screens.device_form import MAX_RELAYS
from widgets.form import FixedField, FormField, TextField

if TYPE_CHECKING:
    from backend.domain.devices import DeviceRecord
    from backend.domain.records import Saved


class RelayForm(PlainForm):
    """Name of a device, names and DTMF codes of its relays."""

    MODULE = "p"
    TITLE_TEXT = "Edit device"

    def __init__(self, session: Session, device_id: int, *, relay_number: int | None = None) -> None:
        super().__init__(session)
        self._device_id = device_id
        self._relay_number = relay_number
        self._record: DeviceRecord | None = None

    def sections(self) -> dict[str, Sequence[FormField]]:
        """A line for each relay that there may be; those that there are not stay hidden."""
        relays: list[FormField] = []
        for number in range(1, MAX_RELAYS + 1):
            relays.append(TextField(f"relay_{number}", f"Relay {number}", max_length=63))
            relays.append(TextField(f"dtmf_{number}", "  DTMF code", max_length=4, hint="0-9 * #"))
        return {
            "Device": (
                TextField("name", "Name", required=True, max_length=63),
                FixedField("model", "Model", hint="read from it"),
                FixedField("address", "Address", hint="set when added"),
            ),
            "Relays": tuple(relays),
        }

    def about(self) -> str:
        """Which device."""
        record = self._record
        return f"{record.name} · {record.model} · {record.building or 'whole community'}" if record else ""

    async def load(self) -> None:
        """Read the device."""
        session = self.session
        record = await session.ask(session.engine.devices.get, session.context, self._device_id)
        self._record = record
        fields = self.form.fields
        self.form.begin({"name": record.name, "model": record.model, "address": record.address})
        there = {relay.number: relay for relay in record.relays}
        for number in range(1, MAX_RELAYS + 1):
            relay = there.get(number)
            for key in (f"relay_{number}", f"dtmf_{number}"):
                fields[key].display = relay is not None
            if relay is not None:
                self.form.begin({f"relay_{number}": relay.name, f"dtmf_{number}": relay.dtmf})
        if self._relay_number is not None:
            fields[f"relay_{self._relay_number}"].focus_value()
        else:
            self.form.focus_first()

    async def save(self) -> Saved:
        """Change what differs."""
        session, record = self.session, self._record
        assert record is not None
        changes = self.form.changes()
        return await session.ask(
            session.engine.devices.edit,
            session.act(),
            self._device_id,
            record.version,
            name=changes.get("name"),
            relay_names={int(key[6:]): value for key, value in changes.items() if key.startswith("relay_")},
            dtmf={int(key[5:]): value for key, value in changes.items() if key.startswith("dtmf_")},
        )

    def saved_title(self) -> str:
        """Name of the device."""
        return str(self.form.values()["name"])
