"""The forms of a device in Site Setup: where it stands, how it is reached (features SET-06, DEV-01)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from screens.base.plain_form import PlainForm
from screens.base.session import Session
from screens.setup_device_by_hand import AUTHS, offer_places, place_fields, place_id
from widgets.dialog import Choice, ConfirmDialog
from widgets.form import FormField, PickField, TextField

if TYPE_CHECKING:
    from backend.domain.devices import DeviceRecord
    from backend.domain.records import Saved


class _OfDevice(PlainForm):
    """A form about a device that is there."""

    MODULE = "z"
    MAKES = "device"

    def __init__(self, session: Session, device_id: int) -> None:
        super().__init__(session)
        self._device_id = device_id
        self._record: DeviceRecord | None = None

    def about(self) -> str:
        """Which device."""
        return f"{self._record.name} · {self._record.model}" if self._record else ""

    async def read(self) -> DeviceRecord:
        """The device as it stands."""
        session = self.session
        self._record = await session.ask(session.engine.devices.get, session.context, self._device_id)
        return self._record

    def saved_title(self) -> str:
        """Its name."""
        return self._record.name if self._record else ""


class PlaceForm(_OfDevice):
    """Where a device stands; its doors change their default groups with it."""

    TITLE_TEXT = "Place of device"

    def sections(self) -> dict[str, Sequence[FormField]]:
        """Building and apartment."""
        return {"": place_fields()}

    async def load(self) -> None:
        """Begin with where it stands."""
        record = await self.read()
        await offer_places(self)
        building = "" if record.apartment_id or record.building_id is None else str(record.building_id)
        self.form.begin({"building_id": building, "apartment_id": str(record.apartment_id or "")})
        self.form.focus_first()

    async def save(self) -> Saved:
        """Move it."""
        session, values, record = self.session, self.form.values(), self._record
        assert record is not None
        return await session.ask(
            session.engine.device_setup.place,
            session.act(),
            record.id,
            record.version,
            building_id=place_id(values["building_id"]),
            apartment_id=place_id(values["apartment_id"]),
        )


class AddressForm(_OfDevice):
    """How a device is reached; another MAC is another device, and that is asked first."""

    TITLE_TEXT = "Address of device"

    def sections(self) -> dict[str, Sequence[FormField]]:
        """Address, MAC and login."""
        return {
            "": (
                TextField("address", "Address", required=True),
                TextField("mac", "MAC", required=True, max_length=17, hint="another MAC is another device"),
                PickField("auth", "Login", options=AUTHS),
                TextField("http_user", "User", max_length=64, hint="typed replaces"),
                TextField("password", "Password", secret=True, max_length=128, hint="typed replaces"),
                TextField("tls_pin", "Certificate", max_length=95, hint="SHA-256, with https only"),
            )
        }

    async def load(self) -> None:
        """Begin with how it is reached now."""
        record = await self.read()
        values = {"address": record.address, "mac": record.mac, "auth": record.auth, "tls_pin": record.tls_pin}
        self.form.begin(values)
        self.form.focus_first()

    def action_save(self) -> None:
        """Ask first where it becomes another device."""
        record = self._record
        typed = self.form.values()["mac"].replace(":", "").replace("-", "").strip().upper()
        if record is None or typed == record.mac.replace(":", ""):
            super().action_save()
        else:
            self._ask_swap(record, super().action_save)

    def _ask_swap(self, record: DeviceRecord, save: Callable[[], None]) -> None:
        dialog = ConfirmDialog(
            "Another device",
            f"Replace {record.name} by another device?",
            lines=[
                (("▲ ", "$sp-warn"), ("What the old one held can never be proved gone any more.", "$sp-t2")),
                (("Its door logs stay. The new one is read before anything is sent.", "$sp-t2"),),
            ],
            choices=[Choice("y", "Replace", "swap", danger=True)],
            opened_by="f2",
        )
        self.app.push_screen(dialog, lambda answer: save() if answer else None)

    async def save(self) -> Saved:
        """Change what differs."""
        from backend.domain.device_drafts import Reach

        session, record = self.session, self._record
        assert record is not None
        reach = Reach(**self.form.changes())
        return await session.ask(session.engine.device_setup.readdress, session.act(), record.id, record.version, reach)
