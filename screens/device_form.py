"""Adding a device by its address (features DEV-01, AGT-01)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from backend.domain.errors import Busy
from screens.base.drawing import wrapped
from screens.base.form_page import FormPage
from screens.base.plan_pane import PlanPane
from screens.base.session import Session
from screens.places import buildings_of
from widgets.dialog import PickRow
from widgets.form import FormField, PickField, TextField
from widgets.frame import Part
from widgets.panel import Lines

if TYPE_CHECKING:
    from backend.domain.device_drafts import DeviceDraft, FindingRecord
    from backend.domain.records import Saved

KINDS = (
    PickRow("multi_door_phone", "Door phone for all"),
    PickRow("single_door_phone", "Door phone of one place"),
    PickRow("access_control", "Access control"),
)
PANE = 40
"""Cells of a sentence about what stands at an address."""
WITHIN = 60.0
MAX_RELAYS = 4


class DeviceForm(FormPage):
    """A new device: F2 asks the agent what stands at the address, and adds it when it can be used."""

    MODULE = "p"
    MAKES = "device"
    TITLE_TEXT = "New device"

    def sections(self) -> dict[str, Sequence[FormField]]:
        """Address and login first: the rest is read from the device."""
        relays = [TextField(f"relay_{number}", f"Relay {number}", max_length=63) for number in range(1, MAX_RELAYS + 1)]
        return {
            "Where it is": (
                TextField("address", "Address", required=True, hint="10.0.0.5 or https://10.0.0.5"),
                TextField("user", "User", hint="of its HTTP API", max_length=64),
                TextField("password", "Password", secret=True, max_length=128),
            ),
            "What it is": (
                TextField("name", "Name", required=True, max_length=63),
                PickField("building", "Building", hint="none: whole community"),
                PickField("kind", "Type", options=KINDS),
            ),
            "Doors": (*relays,),
        }

    async def load(self) -> None:
        """Offer the buildings."""
        self.form.offer("building", await self.session.ask(buildings_of, self.session))
        self.form.begin({"kind": "multi_door_phone", "user": "admin"})
        self.form.focus_first()
        self._say((("F2 asks the device what it is,", "$sp-t2"),), (("and adds it when it can be used.", "$sp-t2"),))

    def field_changed(self, field: FormField) -> None:
        """There is no plan before the device is known."""
        del field
        self.refresh_frame()

    async def save(self) -> Saved:
        """Ask what is there, say it in words, add it when it can be used."""
        from backend.domain.enums import DeviceKind
        from backend.domain.errors import Invalid

        session, values = self.session, self.form.values()
        if not values["address"].strip():
            raise Invalid({"address": "An address is needed, such as 192.168.1.20."})
        self._say((("Asking the device …", "$sp-t2"),))
        finding = await ask_device(session, values["address"], values["user"], values["password"])
        self._say(*finding_lines(finding))
        finding.demand_usable()
        relays = [values[f"relay_{number}"] for number in range(1, MAX_RELAYS + 1)]
        draft = found_draft(finding, values["name"], values["user"], values["password"]).model_copy(
            update={
                "building_id": int(values["building"]) if values["building"] else None,
                "kind": DeviceKind(values["kind"] or "multi_door_phone"),
                "relay_names": tuple(name for name in relays if name),
            }
        )
        return await session.ask(session.engine.devices.add, session.act(), draft)

    def _say(self, *lines: tuple[Part, ...]) -> None:
        pane = self.query_one(PlanPane)
        pane.heading = "What stands there"
        pane.query_one(Lines).lines = lines

    def saved_title(self) -> str:
        """Name of the device."""
        return str(self.form.values()["name"])


async def ask_device(
    session: Session, address: str, user: str, password: str, *, waited: Callable[[float], None] = lambda _seconds: None
) -> FindingRecord:
    """What the agent finds at an address; `waited` hears how many seconds it has taken. Raises Busy, Invalid."""
    command_id = await session.ask(session.engine.devices.identify, session.act(), address, user, password)
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() < began + WITHIN:
        finding = await session.ask(session.engine.devices.finding, session.context, command_id)
        if finding is not None:
            return finding
        waited(loop.time() - began)
        await asyncio.sleep(0.1)
    raise Busy("The agent did not ask the device in time. Is it running?")


def found_draft(finding: FindingRecord, name: str, user: str, password: str) -> DeviceDraft:
    """The device that was found, as it is added under a name."""
    from backend.domain.device_drafts import DeviceDraft

    facts = finding.model_dump(
        include={"model", "mac", "firmware", "profile", "scheme", "host", "port", "auth", "tls_pin", "legacy_tls"}
    )
    return DeviceDraft(name=name, http_user=user, password=password, **facts)


def finding_lines(finding: FindingRecord) -> list[tuple[Part, ...]]:
    """What was met, in words."""
    tone = "ok" if finding.usable else "bad"
    lines = wrapped(finding.sentence, PANE, f"$sp-{tone}")
    if finding.menu_path:
        lines += wrapped(f"On its own page: {finding.menu_path}", PANE, "$sp-t1")
    for label, value in (
        ("Model", finding.model),
        ("Firmware", finding.firmware),
        ("MAC", finding.mac),
        ("Login", finding.auth),
    ):
        if value:
            lines.append(((f"{label:<10}", "$sp-t3"), (value, "$sp-t1")))
    return lines
