"""The site file: which virtual devices there are, where they listen and what is wrong with them."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import tomllib
import zoneinfo
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from backend.virtual.faults import Faults
from backend.virtual.profiles import AUTH_MODES, PROFILES, AuthName, Profile


def _loopback(address: str) -> str:
    if not ipaddress.IPv4Address(address).is_loopback:
        raise ValueError("a virtual device lives in 127.0.0.0/8 only")
    return address


Loopback = Annotated[str, AfterValidator(_loopback)]
Port = Annotated[int, Field(ge=0, le=65535)]


class DeviceConfig(BaseModel):
    """One `[[device]]` of the site file; what is left out comes from the model's profile."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")
    model: str
    address: Loopback = "127.0.0.1"
    port: Port = 0
    """0 takes a free port at every start."""
    https: bool | None = None
    auth: AuthName | None = None
    user: str = "admin"
    password: str = Field(default="httpapi", repr=False)
    allowlist: tuple[str, ...] = Field(default=(), max_length=5)
    """Source addresses of the five allowlist slots."""
    mac: str = ""
    """Twelve hex digits; made from the name when empty."""
    timezone: str = "UTC"
    """The IANA zone in which the device keeps its clock, schedules and logs."""
    seed: Path | None = None
    """JSON with `schedules`, `users`, `config` and `doorlog` that the device holds from the start."""
    settings: dict[str, str] = Field(default_factory=dict, repr=False)
    """Configuration keys that differ from the factory's values."""
    max_users: int | None = Field(default=None, ge=0)
    log_capacity: int | None = Field(default=None, ge=1)
    reboot_seconds: float = Field(default=2.0, ge=0, le=600)
    nonce_seconds: float = Field(default=300.0, gt=0)
    high_security: bool = True
    """The High Security Mode of `/fcgi/do`: credentials in the address are refused."""
    faults: Faults = Field(default_factory=Faults)

    @field_validator("model")
    @classmethod
    def _known_model(cls, model: str) -> str:
        if model not in PROFILES:
            raise ValueError(f"known models are {', '.join(sorted(PROFILES))}")
        return model

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no time zone is called {name}") from error
        return name

    @field_validator("mac")
    @classmethod
    def _plain_mac(cls, mac: str) -> str:
        plain = re.sub(r"[:-]", "", mac).upper()
        if plain and not re.fullmatch(r"[0-9A-F]{12}", plain):
            raise ValueError("a MAC has twelve hex digits")
        return plain

    @model_validator(mode="after")
    def _auth_offered(self) -> DeviceConfig:
        if self.auth_name not in self.profile.auth_offered:
            raise ValueError(f"{self.model} does not offer {self.auth_name}")
        return self

    @property
    def profile(self) -> Profile:
        """The profile of the model."""
        return PROFILES[self.model]

    @property
    def auth_name(self) -> AuthName:
        """The authentication mode in force at the first start."""
        return self.auth or self.profile.auth

    @property
    def auth_mode(self) -> str:
        """The same as the device's configuration writes it."""
        return AUTH_MODES[self.auth_name]

    @property
    def secure(self) -> bool:
        """Whether the device speaks HTTPS."""
        return self.profile.https if self.https is None else self.https

    @property
    def plain_mac(self) -> str:
        """Twelve upper-case hex digits, the vendor's prefix first when made from the name."""
        return self.mac or "0C1105" + hashlib.sha256(self.name.encode()).hexdigest()[:6].upper()


class SiteConfig(BaseModel):
    """A whole site file: the devices, the control plane and what outlives the process."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    device: tuple[DeviceConfig, ...] = Field(min_length=1)
    control_address: Loopback = "127.0.0.1"
    control_port: Port = 0
    state: Path | None = None
    """JSON file in which users, schedules, configuration and logs survive the process."""
    ready_file: Path | None = None
    """Written once all ports listen: names, addresses, fingerprints."""

    @model_validator(mode="after")
    def _names_differ(self) -> SiteConfig:
        for what, values in (
            ("name", [device.name for device in self.device]),
            ("mac", [device.plain_mac for device in self.device]),
        ):
            if len(set(values)) != len(values):
                raise ValueError(f"two devices have the same {what}")
        return self


def load_site(path: Path) -> SiteConfig:
    """Read a TOML site file; paths inside it are relative to it.

    Raises OSError, tomllib.TOMLDecodeError or pydantic.ValidationError.
    """
    with path.open("rb") as file:
        data: dict[str, Any] = tomllib.load(file)
    for record, key in [
        (data, "state"),
        (data, "ready_file"),
        *((device, "seed") for device in data.get("device", []) if isinstance(device, dict)),
    ]:
        if isinstance(record.get(key), str):
            record[key] = str(path.parent / record[key])
    return SiteConfig.model_validate(data)
