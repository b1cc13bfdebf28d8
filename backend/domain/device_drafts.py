"""Devices as an installer finds and adds them (rules 13.7)."""

from __future__ import annotations

from pydantic import Field

from backend.domain.enums import DeviceKind
from backend.domain.errors import Invalid
from backend.domain.frozen import Frozen


class Reach(Frozen):
    """Changes to the way to a device; None keeps, an empty password, fingerprint or user is none."""

    address: str | None = None
    mac: str | None = None
    auth: str | None = None
    http_user: str | None = None
    password: str | None = Field(default=None, repr=False)
    tls_pin: str | None = None


class DeviceDraft(Frozen):
    """A device as the installer adds it: the finding's facts plus name and place.

    In an apartment it is private, and its building is the apartment's.
    """

    name: str
    building_id: int | None = None
    apartment_id: int | None = None
    kind: DeviceKind = DeviceKind.MULTI_DOOR_PHONE
    model: str
    mac: str
    firmware: str
    profile: str
    scheme: str
    host: str
    port: int
    auth: str
    http_user: str = ""
    password: str = Field(default="", repr=False)
    tls_pin: str = ""
    legacy_tls: bool = False
    relay_names: tuple[str, ...] = ()


class FindingRecord(Frozen):
    """What stood at an address, in words: its factory state, what to do, and the menu path on its own page."""

    state: str
    sentence: str
    menu_path: str = ""
    scheme: str = ""
    host: str = ""
    port: int = 0
    auth: str = ""
    tls_pin: str = ""
    legacy_tls: bool = False
    model: str = ""
    mac: str = ""
    firmware: str = ""
    profile: str = ""

    @property
    def usable(self) -> bool:
        """Whether the device can be added as it is."""
        return self.state in ("ok", "legacy_tls")

    def demand_usable(self) -> None:
        """Raises Invalid at what was typed wrong, password or address, where the device cannot be added as it is."""
        if self.usable:
            return
        field = "password" if self.state in ("wrong_password", "password_needed") else "address"
        where = f" On its own page: {self.menu_path}." if self.menu_path else ""
        raise Invalid({field: f"{self.sentence}{where}"})
