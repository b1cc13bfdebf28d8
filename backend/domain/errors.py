"""The closed set of errors that a service, a device or a command may raise on purpose."""

from __future__ import annotations

from collections.abc import Mapping

from backend.domain.permissions import refusal
from backend.domain.sentences import sentences


class SmartPlusError(Exception):
    """Base of every error with a sentence meant for the person at the screen."""


class NotFound(SmartPlusError):
    """The record named does not exist, or not in this community."""


class Conflict(SmartPlusError):
    """Another record already holds this value; `field` names where it was typed."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class Invalid(SmartPlusError):
    """Input that breaks a rule: `fields` maps a field name ("" for the whole form) to one sentence."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(sentences(fields.values()))
        self.fields = dict(fields)


class Stale(SmartPlusError):
    """The record was changed by somebody else meanwhile; `current` is its row version now."""

    def __init__(self, text: str, current: int | None = None) -> None:
        super().__init__(text)
        self.current = current


class Forbidden(SmartPlusError):
    """The actor lacks `permission`; the sentence says in words what for, and who can grant it."""

    def __init__(self, permission: str, text: str | None = None) -> None:
        super().__init__(text or refusal(permission))
        self.permission = permission


class Busy(SmartPlusError):
    """The site or the device is occupied; trying again later is right."""


class Unreachable(SmartPlusError):
    """The engine, the database or a device did not answer."""
