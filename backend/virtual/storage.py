"""The state file: what all devices of a site keep while the process is gone."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

VERSION = 1


def read_state(path: Path) -> dict[str, Any]:
    """Device name -> what it kept; empty when there is no file yet.

    Raises OSError, or ValueError for a file that is no state file of this version.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    state = json.loads(text)
    if not isinstance(state, dict) or state.get("version") != VERSION:
        raise ValueError(f"{path.name} is not a state file of virtual devices, version {VERSION}")
    devices: dict[str, Any] = state["devices"]
    return devices


def write_state(path: Path, devices: dict[str, Any]) -> None:
    """Replace the file in one step, readable by its owner only since it holds PINs and keys; raises OSError."""
    write_private(path, json.dumps({"version": VERSION, "devices": devices}, ensure_ascii=False))


def write_private(path: Path, text: str) -> None:
    """Write `text` to a file of mode 0600 that is either the old one or whole; raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
