"""Faults that can be switched on in the site file or while a device runs."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field


class Faults(BaseModel):
    """What is wrong with a device at the moment.

    "The next n requests" are those the device lets in: a challenge of the authentication does not use one up.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    slow: float = Field(default=0.0, ge=0, le=600)
    """Seconds that every request waits before the device looks at it."""
    drop_before: int = Field(default=0, ge=0)
    """The next n requests: the connection is cut, nothing is done."""
    drop_after: int = Field(default=0, ge=0)
    """The next n requests: done, then the connection is cut without an answer."""
    reboot: int = Field(default=0, ge=0)
    """The next n requests: the device restarts instead of answering."""
    unauthorized: bool = False
    """Every request is answered with 401, whatever the credentials."""
    full: bool = False
    """`user add` is refused as if the memory were full."""
    ignore_writes: bool = False
    """Adds and sets are answered with success and nothing is stored."""
    ignore_deletes: bool = False
    """Deletes and clears are answered with success and nothing is removed."""
    log_wrap: int = Field(default=0, ge=0)
    """When above 0: the door log holds this many lines only, the oldest are lost."""
    clock_offset: float = Field(default=0.0, ge=-3e9, le=3e9)
    """Seconds by which the device's clock is ahead of the true time."""
    garbage: bool = False
    """Every answer is a body that is no JSON."""
    huge: bool = False
    """Every answer is a body of 10 MB."""
    redirect: bool = False
    """Every request is redirected to another host."""
    not_found: bool = False
    """Every request is answered with 404."""

    def take(self, name: str) -> bool:
        """Use up one of the next requests a counting fault spoils; False when none is left."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0

    def changed(self, values: Mapping[str, object]) -> Faults:
        """A copy with `values` in place of the present ones; raises pydantic's ValidationError."""
        return Faults.model_validate(self.model_dump() | dict(values))
