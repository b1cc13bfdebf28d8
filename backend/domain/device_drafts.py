"""What an installer types of a device by hand: how it is reached (rules 13.7)."""

from __future__ import annotations

from pydantic import Field

from backend.domain.records import Frozen


class Reach(Frozen):
    """Changes to the way to a device; None keeps, an empty password, fingerprint or user is none."""

    address: str | None = None
    mac: str | None = None
    auth: str | None = None
    http_user: str | None = None
    password: str | None = Field(default=None, repr=False)
    tls_pin: str | None = None
