"""Carrying out one command at a device, and saying honestly how it went."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from backend.devices.client import DeviceClient
from backend.devices.errors import AccessDenied, DeviceError, DeviceRefused, LoginRefused
from backend.domain.enums import CommandState, CommandVerb
from backend.domain.errors import Invalid
from backend.sync.commands import Claimed

_NO = (DeviceRefused, LoginRefused, AccessDenied, Invalid)
"""The device, or what we know of it, says no: nothing has happened."""


async def carry_out(
    command: Claimed, client: DeviceClient, prove: Callable[[], Awaitable[None]]
) -> tuple[CommandState, str]:
    """Open a door or restart a device; answers the state and the words to end the command with.

    `prove` raises where the device at the address is not the one meant, before anything is sent. Sent once. UNKNOWN
    where the request may have had its effect without an answer.
    """
    try:
        if command.verb is CommandVerb.OPEN and command.relay_number is not None:
            await prove()
            await client.trigger_relay(command.relay_number)
            return CommandState.DONE, "opened"
        if command.verb is CommandVerb.REBOOT:
            await prove()
            await client.reboot()
            return CommandState.DONE, "restarting"
    except _NO as error:
        return CommandState.REFUSED, str(error)
    except DeviceError as error:
        return (CommandState.UNKNOWN if error.ambiguous else CommandState.FAILED), str(error)
    return CommandState.REFUSED, "this device cannot do that"
