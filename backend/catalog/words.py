"""The words of the guide for the values of the log, device and account vocabularies."""

from __future__ import annotations

from backend.catalog.model import Choice
from backend.domain.enums import CredentialKind, DeviceKind, HolderKind, LogAction, LogResponse, LogType, Role, Via

LOG_TYPES = (
    Choice(LogType.CALL.value, "Call"),
    Choice(LogType.RELEASE.value, "Door Release"),
    Choice(LogType.CLOSE.value, "Door Close"),
    Choice(LogType.NOTE.value, "Note"),
)
LOG_ACTIONS = (
    Choice(LogAction.PIN.value, "PIN"),
    Choice(LogAction.CARD.value, "RF Card"),
    Choice(LogAction.FACE.value, "Face"),
    Choice(LogAction.QR.value, "QR Code"),
    Choice(LogAction.DTMF.value, "DTMF"),
    Choice(LogAction.HTTP.value, "By hand"),
    Choice(LogAction.EXIT_BUTTON.value, "Exit Button"),
    Choice(LogAction.UNKNOWN.value, "Unknown"),
)
LOG_RESPONSES = (
    Choice(LogResponse.SUCCESS.value, "Success"),
    Choice(LogResponse.FAILED.value, "Failed"),
    Choice(LogResponse.UNKNOWN.value, "Unknown"),
)
HOLDER_KINDS = (
    Choice(HolderKind.RESIDENT.value, "Resident"),
    Choice(HolderKind.STAFF.value, "Staff"),
    Choice(HolderKind.DELIVERY.value, "Delivery"),
    Choice(HolderKind.VISITOR.value, "Temp key"),
    Choice(HolderKind.BOOKING.value, "Booking"),
)
CODE_KINDS = (
    Choice(CredentialKind.PIN.value, "PIN"),
    Choice(CredentialKind.CARD.value, "Card"),
    Choice(CredentialKind.FACE.value, "Face"),
    Choice(CredentialKind.ID_ACCESS.value, "ID access"),
    Choice(CredentialKind.QR.value, "QR code"),
)
DEVICE_KINDS = (
    Choice(DeviceKind.MULTI_DOOR_PHONE.value, "Door phone"),
    Choice(DeviceKind.SINGLE_DOOR_PHONE.value, "Single-tenant door phone"),
    Choice(DeviceKind.INDOOR_MONITOR.value, "Indoor monitor"),
    Choice(DeviceKind.GUARD_PHONE.value, "Guard phone"),
    Choice(DeviceKind.ACCESS_CONTROL.value, "Access control"),
)
ROLES = (
    Choice(Role.INSTALLER.value, "Installer"),
    Choice(Role.MANAGER.value, "Property manager"),
    Choice(Role.TECHNICIAN.value, "Technician"),
    Choice(Role.VIEWER.value, "Viewer"),
)
WAYS = (
    Choice(Via.APP.value, "App"),
    Choice(Via.COMMAND.value, "Command"),
    Choice(Via.AGENT.value, "Agent"),
)


def label_of(choices: tuple[Choice, ...], value: str) -> str:
    """The word for a value; the value itself where nobody gave it one."""
    return next((choice.label for choice in choices if choice.value == value), value)
