"""What a machine remembers of its managers between two runs (feature ACC-07).

Small things lie beside the site, sealed with its key: no copy of the directory without the key tells anything. A
password lies in a real keyring or nowhere. Nothing here is ever written in plain text.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from backend.domain.errors import SmartPlusError
from backend.services.base import Service
from backend.store.keys import load_key, real_keyring
from backend.store.site import Site

_LONGEST = 8192
PASSWORDS = "smartplus login"
"""Service name in the keyring."""


class Kept(Service):
    """Small sets of texts by their name: "login" of the app, "session" of the command line."""

    def put(self, name: str, values: Mapping[str, str]) -> None:
        """Replace what is kept under `name`; readable by the owner only from the first byte on."""
        path = self._path(name)
        sealed = self.store.sealer.seal_text(_place(name), json.dumps(dict(values)))
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="ascii") as target:
            target.write(base64.b64encode(sealed).decode())
        os.replace(temporary, path)

    def get(self, name: str) -> dict[str, str]:
        """What is kept under `name`; empty where there is nothing, or nothing that this site's key opens."""
        try:
            with self._path(name).open(encoding="ascii") as source:
                sealed = base64.b64decode(source.read(_LONGEST), validate=True)
            found = json.loads(self.store.sealer.open_text(_place(name), sealed))
        except (OSError, ValueError, SmartPlusError):
            return {}
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}

    def drop(self, name: str) -> None:
        """Forget what is kept under `name`."""
        self._path(name).unlink(missing_ok=True)

    def keep_password(self, email: str, password: str) -> None:
        """Put a password into the keyring of this machine, "" to forget it; does nothing where there is none."""
        backend = real_keyring()
        if backend is None:
            return
        from keyring.errors import KeyringError

        with suppress(KeyringError):  # one that is locked or full remembers nothing
            if password:
                backend.set_password(PASSWORDS, self._account(email), password)
            else:
                backend.delete_password(PASSWORDS, self._account(email))

    def password(self, email: str) -> str:
        """The password that the keyring of this machine holds for an account of this site, a secret; "" for none."""
        backend = real_keyring()
        if backend is None:
            return ""
        from keyring.errors import KeyringError

        with suppress(KeyringError):
            return backend.get_password(PASSWORDS, self._account(email)) or ""
        return ""

    def has_keyring(self) -> bool:
        """Whether this machine has a keyring that would hold a password."""
        return real_keyring() is not None

    def _account(self, email: str) -> str:
        return f"{email} at {self.store.path.parent.resolve()}"

    def where(self) -> str:
        """Where the key lies that seals it, in words: "key file ...", "keyring (...)"."""
        return load_key(Site(self.store.path.parent), create=False).where

    def _path(self, name: str) -> Path:
        return self.store.path.parent / name


def _place(name: str) -> str:
    return f"kept.{name}:1"
