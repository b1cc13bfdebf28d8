"""Everything that can go wrong on the wire to a device, as a closed set with a plain sentence each.

All derive from `Unreachable`, so that a caller who does not care catches one class. Every error says in `ambiguous`
whether the request may have had its effect: False means it certainly had none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.devices.results import ItemResult
from backend.domain.errors import Unreachable

if TYPE_CHECKING:
    from backend.devices.address import DeviceAddress


class DeviceError(Unreachable):
    """Base of all errors of this package.

    `ambiguous`: the request may have been carried out. `done` and `in_doubt` are filled when a bulk call breaks off:
    results known before, and the indexes of the records that were on the way.
    """

    def __init__(self, text: str, *, ambiguous: bool = False) -> None:
        super().__init__(f"{text} It may have been carried out all the same." if ambiguous else text)
        self.ambiguous = ambiguous
        self.done: tuple[ItemResult, ...] = ()
        self.in_doubt: tuple[int, ...] = ()


class ConnectFailed(DeviceError):
    """No connection came about: nothing was sent."""

    def __init__(self, sentence: str = "No connection to the device: check power, cable and address.") -> None:
        super().__init__(sentence)


class PortClosed(ConnectFailed):
    """Somebody at the address refused the connection: nothing listens at the port."""

    def __init__(self) -> None:
        super().__init__("The address answers, but nothing listens at this port: check it, or wait for a restart.")


class UnknownHost(ConnectFailed):
    """No name server knows the name."""

    def __init__(self) -> None:
        super().__init__("Nobody knows this host name: check how it is spelt, or use the address in figures.")


class DeviceTimeout(DeviceError):
    """The answer was not complete within `seconds`, counted over the whole request."""

    def __init__(self, seconds: float, *, ambiguous: bool = False) -> None:
        super().__init__(f"The device did not finish its answer within {seconds:g} s.", ambiguous=ambiguous)
        self.seconds = seconds


class ConnectionLost(DeviceError):
    """The connection broke before the answer was complete."""

    def __init__(self, *, ambiguous: bool = False) -> None:
        super().__init__("The connection to the device broke before its answer was complete.", ambiguous=ambiguous)


class LoginRefused(DeviceError):
    """The device answered 401: trying again by itself is wrong, a person has to look."""


class WrongPassword(LoginRefused):
    """The login method is the right one, the user name or password is not."""

    def __init__(self) -> None:
        super().__init__("The device refuses the user name or password of its HTTP API.")


class LoginChanged(LoginRefused):
    """The device asks for another login method than the one set; `offered` holds lower-case scheme names."""

    def __init__(self, offered: tuple[str, ...]) -> None:
        methods = " or ".join(offered) or "unknown"
        super().__init__(f"The device asks for another login method than the one set ({methods}).")
        self.offered = offered


class AccessDenied(DeviceError):
    """The device answered 403: its allowlist misses this computer, or its HTTP API is off."""

    def __init__(self) -> None:
        super().__init__("The device refuses this computer: its HTTP API is off or its allowlist does not name us.")


class TlsRefused(DeviceError):
    """No TLS connection could be agreed."""

    def __init__(self) -> None:
        super().__init__("The device and this computer could not agree on an encrypted connection.")


class PinMismatch(DeviceError):
    """The certificate is not the pinned one; nothing was sent. `fingerprint` is what was seen (SHA-256, hex)."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__(
            "The device shows another certificate than the one known: it was reset, replaced, or it is not the device."
        )
        self.fingerprint = fingerprint


class PinUnknown(DeviceError):
    """No certificate is pinned yet; nothing was sent. `fingerprint` is what was seen (SHA-256, hex)."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__("The device's certificate is not known yet: identify the device first.")
        self.fingerprint = fingerprint


class NotAkuvox(DeviceError):
    """What answers at this address does not speak the Akuvox HTTP API."""

    def __init__(self, *, ambiguous: bool = False) -> None:
        super().__init__("What answers at this address does not look like an Akuvox device.", ambiguous=ambiguous)


class WrongDevice(DeviceError):
    """Another device than the one meant answers at its address; `mac` is the one it gave."""

    def __init__(self, mac: str) -> None:
        spaced = ":".join(mac[at : at + 2] for at in range(0, len(mac), 2))
        super().__init__(f"Another device answers at its address: that one has the MAC {spaced}. Set the address anew.")
        self.mac = mac


class BadAnswer(DeviceError):
    """The device answered something that makes no sense; `what` completes "The device ..."."""

    def __init__(self, what: str, *, ambiguous: bool = False) -> None:
        super().__init__(f"The device {what}.", ambiguous=ambiguous)


class TooLarge(DeviceError):
    """The answer passed a size limit and was cut off; `limit` is a phrase like "4 MiB"."""

    def __init__(self, limit: str, *, ambiguous: bool = False) -> None:
        super().__init__(f"The device's answer is larger than {limit}; it was cut off.", ambiguous=ambiguous)


class RedirectRefused(DeviceError):
    """The device sends us elsewhere; `upgrade` is set where that is merely HTTPS on the same host."""

    def __init__(self, upgrade: DeviceAddress | None) -> None:
        text = (
            f"The device accepts HTTPS only: use {upgrade}."
            if upgrade
            else "The device sends us to another address, which is not followed."
        )
        super().__init__(text)
        self.upgrade = upgrade


class ApiUnsupported(DeviceError):
    """The firmware has no such call; it was not carried out."""

    def __init__(self, target: str, action: str) -> None:
        super().__init__(f"The device's firmware does not know the call {target}/{action}.")
        self.target = target
        self.action = action


class DeviceRefused(DeviceError):
    """The device understood and said no: `retcode` below zero, its `message`, and what it said per record."""

    def __init__(self, retcode: int, message: str, items: tuple[ItemResult, ...] = ()) -> None:
        super().__init__(f"The device refused: {message or 'no reason given'} ({retcode}).")
        self.retcode = retcode
        self.message = message
        self.items = items


class RelayRefused(DeviceRefused):
    """The device refused to switch the relay: the door stayed as it was."""


class DeviceFull(DeviceRefused):
    """The device says that its memory for these records is full."""
