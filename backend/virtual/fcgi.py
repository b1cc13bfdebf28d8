"""Opening a door through `/fcgi` (device protocol 2); off until the configuration switches it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.virtual.auth import Attempt, Credentials, Digest, basic_matches
from backend.virtual.core import VirtualDevice
from backend.virtual.settings import RELAY

IN_ADDRESS = "/fcgi/do"
"""Path of the old form: credentials in the query."""
IN_HEADER = "/fcgi/OpenDoor"
"""Path of the form with HTTP Basic or Digest."""

Answer = tuple[int, Mapping[str, Any], Mapping[str, str]]
"""HTTP status, JSON body, headers."""


def _said(retcode: int, message: str, *, status: int = 200) -> Answer:
    return status, {"retcode": retcode, "action": "OpenDoor", "message": message, "data": {}}, {}


class OpenDoor:
    """Both forms of the command. Retcodes: 0 opened, -1 unknown action, -2 bad relay, -3 not enabled, -4 not safe."""

    def __init__(self, device: VirtualDevice, digest: Digest) -> None:
        self._device = device
        self._digest = digest

    def answer(self, path: str, query: Mapping[str, str], attempt: Attempt) -> Answer:
        """Open the relay the query names, if everything is right."""
        settings = self._device.settings
        if self._device.profile.fcgi == "moved":
            return _said(-1, "please use new interface")
        if settings[f"{RELAY}RelayOnWeb"] != "1":
            return _said(-3, "Not Enabled", status=self._device.profile.fcgi_off_status)
        if query.get("action") != "OpenDoor":
            return _said(-1, "Unknown action")
        known = Credentials(settings[f"{RELAY}RelayOnWebUser"], settings[f"{RELAY}RelayOnWebPwd"])
        denied = self._denied(path, query, attempt, known)
        return denied or self._open(query.get("DoorNum", ""))

    def _denied(self, path: str, query: Mapping[str, str], attempt: Attempt, known: Credentials) -> Answer | None:
        if not known.user and not known.password:
            return None
        if path == IN_HEADER:
            if basic_matches(attempt.authorization, known):
                return None
            challenge = self._digest.check(attempt, known)
            return None if challenge is None else (401, {}, {"WWW-Authenticate": challenge})
        if self._device.config.high_security:
            return _said(-4, "Not Safe")
        given = Credentials(query.get("UserName", ""), query.get("Password", ""))
        return None if given == known else _said(-1, "Failed")

    def _open(self, door: str) -> Answer:
        if not door.isdecimal() or int(door) not in self._device.relays:
            return _said(-2, "Bad relay")
        self._device.advance()
        self._device.open_relay(int(door))
        return _said(0, "OK")
