"""A device typed by hand in Site Setup, and the fields that say where one stands (features SET-06, DEV-01)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from screens.base.plain_form import PlainForm
from screens.device_form import KINDS
from screens.places import apartments_of, buildings_of
from widgets.dialog import PickRow
from widgets.form import FormField, PickField, TextField

if TYPE_CHECKING:
    from backend.domain.records import Saved

MONITORS = (PickRow("indoor_monitor", "Indoor monitor"), PickRow("guard_phone", "Guard phone"))
AUTHS = (
    PickRow("digest", "Digest"),
    PickRow("basic", "Basic"),
    PickRow("none", "None"),
    PickRow("allowlist", "Allowlist of addresses"),
)
WHOLE = "whole community"


async def offer_places(form: PlainForm) -> None:
    """Offer buildings and apartments in the fields of a form."""
    session = form.session
    form.form.offer("building_id", await session.ask(buildings_of, session))
    form.form.offer("apartment_id", await session.ask(apartments_of, session))


def place_fields() -> tuple[FormField, ...]:
    """Where a device stands; neither is the whole community."""
    return (
        PickField("building_id", "Building", hint=f"none: {WHOLE}"),
        PickField("apartment_id", "APT", hint="of a device inside: it is private"),
    )


def place_id(text: str | None) -> int | None:
    """The building or apartment that was picked."""
    return int(text) if text else None


class ByHandForm(PlainForm):
    """A device with all its fields typed; it counts as never seen until it answers."""

    MODULE = "z"
    MAKES = "device"
    TITLE_TEXT = "Device by hand"

    def sections(self) -> dict[str, Sequence[FormField]]:
        """What it is, where it stands, how it is reached."""
        return {
            "What it is": (
                TextField("name", "Name", required=True, max_length=63),
                TextField("model", "Model", required=True, max_length=63, hint="as in X916"),
                TextField("mac", "MAC", required=True, max_length=17, hint="0C:11:05:2A:41:17"),
                TextField("firmware", "Firmware", max_length=63),
                PickField("kind", "Type", options=(*KINDS, *MONITORS)),
            ),
            "Where it stands": place_fields(),
            "How it is reached": (
                TextField("address", "Address", required=True, hint="10.0.0.5 or https://10.0.0.5"),
                PickField("auth", "Login", options=AUTHS),
                TextField("http_user", "User", max_length=64, hint="of its HTTP API"),
                TextField("password", "Password", secret=True, max_length=128),
                TextField("tls_pin", "Certificate", max_length=95, hint="SHA-256, with https only"),
            ),
            "Doors": (TextField("doors", "Relays", max_length=260, hint="by comma: Gate, Side"),),
        }

    async def load(self) -> None:
        """Offer the places."""
        await offer_places(self)
        self.form.begin({"kind": "multi_door_phone", "auth": "digest", "http_user": "admin"})
        self.form.focus_first()

    async def save(self) -> Saved:
        """Add it."""
        from backend.domain.device_address import typed_address
        from backend.domain.device_drafts import DeviceDraft
        from backend.domain.enums import DeviceKind
        from backend.domain.errors import Invalid

        session, values = self.session, self.form.values()
        place, bad = typed_address(values["address"])
        draft = DeviceDraft(
            name=values["name"],
            building_id=place_id(values["building_id"]),
            apartment_id=place_id(values["apartment_id"]),
            kind=DeviceKind(values["kind"] or "multi_door_phone"),
            model=values["model"],
            mac=values["mac"],
            firmware=values["firmware"],
            profile=values["model"].strip().upper(),
            scheme=place.scheme,
            host=place.host,
            port=place.port,
            auth=values["auth"] or "none",
            http_user=values["http_user"],
            password=values["password"],
            tls_pin=values["tls_pin"].replace(":", "").strip().lower(),
            relay_names=tuple(name.strip() for name in values["doors"].split(",") if name.strip()),
        )
        try:
            return await session.ask(session.engine.devices.add, session.act(), draft)
        except Invalid as error:
            raise Invalid({**error.fields, **bad}) from None

    def saved_title(self) -> str:
        """Its name."""
        return str(self.form.values()["name"])
