"""Teaching a device to call us: its Action URLs, each with the device's own token."""

from __future__ import annotations

import structlog

from backend.devices import action_url
from backend.devices.client import DeviceClient
from backend.domain.errors import SmartPlusError

log = structlog.get_logger()


class Callback:
    """The Action URLs that one device should have; none at all where `base_url` is empty."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url = base_url
        self._token = token

    async def ensure(self, device: DeviceClient) -> None:
        """Write the URLs that differ; keys that the firmware does not list are left alone (protocol 3).

        A device that cannot be taught, or an address too long for it, is no reason to stop: it is polled all the same.
        """
        if not self._base_url:
            return
        try:
            present = await device.config_get()
            wanted = action_url.settings(present.keys(), self._base_url, self._token)
            differing = {key: value for key, value in wanted.items() if present[key] != value}
            if differing:
                refused = await device.config_set(differing)
                if refused:
                    log.info("action URLs not taken", count=len(refused))
        except SmartPlusError as error:
            log.info("action URLs not written", error=str(error))
