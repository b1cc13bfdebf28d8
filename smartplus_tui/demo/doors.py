"""The virtual devices of the demo: their process, and standing at one of their doors."""

from __future__ import annotations

import base64
import http.client
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from backend.domain.errors import Unreachable

START_WITHIN = 20.0


class VirtualDoors:
    """The process of the virtual devices, and their control plane for whoever stands at a door."""

    def __init__(self, site_file: Path, ready_file: Path, output: Path) -> None:
        """Start the devices of `site_file`; they end with this process, however it ends."""
        with output.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "backend.virtual", str(site_file), "--until-eof"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._ready_file = ready_file
        self._output = output
        self._control = urlsplit("")
        self.devices: dict[str, dict[str, Any]] = {}

    def wait(self) -> None:
        """Wait until all devices listen; raises Unreachable when they do not start."""
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._ready_file.exists():
                ready = json.loads(self._ready_file.read_text(encoding="utf-8"))
                self._control, self.devices = urlsplit(ready["control"]), ready["devices"]
                return
            time.sleep(0.02)
        raise Unreachable(f"The virtual devices did not start. See {self._output}.")

    def close(self) -> None:
        """End the devices."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=5)

    def type_pin(self, device: str, pin: str) -> tuple[bool, str]:
        """Type a PIN at a device; answers whether it opened, and the device's own reason."""
        return _outcome(self.ask("POST", f"/devices/{device}/keypad", {"pin": pin}))

    def present_card(self, device: str, card: str) -> tuple[bool, str]:
        """Hold a card to a device's reader; answers as `type_pin`."""
        return _outcome(self.ask("POST", f"/devices/{device}/card", {"card": card}))

    def show_face(self, device: str, photo: bytes) -> tuple[bool, str]:
        """Stand before a device's camera, looking as on a photo; answers as `type_pin`."""
        return _outcome(self.ask("POST", f"/devices/{device}/face", {"photo": base64.b64encode(photo).decode()}))

    def state(self, device: str) -> dict[str, Any]:
        """What a device holds and how its relays stand."""
        answer: dict[str, Any] = self.ask("GET", f"/devices/{device}")
        return answer

    def set_faults(self, device: str, faults: dict[str, Any]) -> None:
        """Switch faults of a device on or off."""
        self.ask("POST", f"/devices/{device}/faults", faults)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One request to the control plane; raises Unreachable."""
        connection = http.client.HTTPConnection(str(self._control.hostname), self._control.port, timeout=10)
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, path, payload, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read(4_000_000).decode()
        except OSError:
            raise Unreachable("The virtual devices do not answer.") from None
        finally:
            connection.close()
        if response.status != 200:
            raise Unreachable(f"The virtual device said: {text[:200]}")
        return json.loads(text)


def _outcome(answer: dict[str, Any]) -> tuple[bool, str]:
    return not answer["refused"], str(answer["reason"])
