"""The key of a site and the places where it may lie: systemd credential, key file, keyring; the first hit wins."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from backend.domain.errors import Unreachable
from backend.store.driver import connect, pick_driver
from backend.store.seal import Sealer
from backend.store.site import Site

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

CREDENTIAL = "smartplus.key"
"""Name of the systemd credential (LoadCredential=smartplus.key)."""
SERVICE = "smartplus"
"""Service name in the keyring; the account is the site's directory."""
KEY_BYTES = 32
_LONGEST = 1024
_NO_KEYRING = ("keyring.backends.fail.", "keyring.backends.null.", "keyrings.alt.")
"""Back ends that keep nothing, or keep it readable for everybody (keyrings.alt)."""


@dataclass(frozen=True, slots=True)
class FoundKey:
    """The 32-byte master key and the words in which Settings say where it lies."""

    master: bytes = field(repr=False)
    where: str


def load_key(site: Site, *, create: bool, key_file: bool = False) -> FoundKey:
    """The key of `site` from the first place that has one.

    With `create` a site without a database and without a key gets a new one: in a real keyring, else (or with
    `key_file`) in the key file. A site with a database never gets a second key: what the first one sealed would be
    lost. Raises Unreachable when no key is found, or one is damaged or readable by others.
    """
    found = _from_systemd() or _from_file(site.key_file)
    if found is None and not key_file:
        found = _from_keyring(site)
    if found is not None:
        return found
    if not create or site.database.exists():
        raise Unreachable(
            f"The key of the site in {site.root} was not found: neither as systemd credential {CREDENTIAL}, nor as "
            f"{site.key_file}, nor in the keyring. Put it back; without it nothing sealed can be read."
        )
    master = os.urandom(KEY_BYTES)
    return (not key_file and _to_keyring(site, master)) or _to_file(site.key_file, master)


def unlock(path: Path, key: FoundKey) -> Sealer:
    """The sealer of the database at `path`; raises Unreachable when `key` is not the one it was sealed with."""
    driver, sealer = pick_driver(), Sealer(key.master)
    try:
        with closing(connect(path)) as connection:
            rows = dict(connection.execute("SELECT key_id, canary FROM sealed_key").fetchall())
    except driver.Error as error:
        raise Unreachable(f"The database {path} cannot be read: {error}.") from None
    if not sealer.knows(rows.get(sealer.key_id, b"")):
        raise Unreachable(
            f"The key found ({key.where}) is not the key of {path}. Put the right one back; nothing was changed."
        )
    return sealer


def _from_systemd() -> FoundKey | None:
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory or not (path := Path(directory, CREDENTIAL)).exists():
        return None
    with path.open("rb") as source:
        return FoundKey(_parse(source.read(_LONGEST), str(path)), "systemd credential")


def _from_file(path: Path) -> FoundKey | None:
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreachable(f"The key file {path} cannot be read: {error.strerror}.") from None
    with open(number, "rb") as source:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            raise Unreachable(f"The key file {path} is not a plain file.")
        if status.st_uid != os.geteuid():
            raise Unreachable(f"The key file {path} belongs to another user.")
        if status.st_mode & 0o077:
            raise Unreachable(f"Other users may read the key file {path}. Allow only its owner: chmod 600.")
        return FoundKey(_parse(source.read(_LONGEST), str(path)), f"key file {path}")


def _to_file(path: Path, master: bytes) -> FoundKey:
    """Write the key whole or not at all; where another process was faster, its key counts."""
    number, temporary = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    try:
        with open(number, "w", encoding="ascii") as target:
            target.write(master.hex() + "\n")
            target.flush()
            os.fsync(number)
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(temporary)
    found = _from_file(path)
    assert found is not None
    return found


def _from_keyring(site: Site) -> FoundKey | None:
    backend = real_keyring()
    if backend is None:
        return None
    from keyring.errors import KeyringError

    try:
        text = backend.get_password(SERVICE, str(site.root.resolve()))
    except KeyringError as error:
        raise Unreachable(f"The keyring ({backend.name}) did not answer: {error}. Unlock it and try again.") from None
    return None if text is None else FoundKey(_parse(text.encode(), "in the keyring"), f"keyring ({backend.name})")


def _to_keyring(site: Site, master: bytes) -> FoundKey | None:
    """Keep the key in a real keyring and read it back; None where there is none that keeps it."""
    backend = real_keyring()
    if backend is None:
        return None
    from keyring.errors import KeyringError

    try:
        backend.set_password(SERVICE, str(site.root.resolve()), master.hex())
    except KeyringError:
        return None
    return _from_keyring(site)


def real_keyring() -> KeyringBackend | None:
    """The keyring of this machine, unless all it offers is a back end that keeps no secret."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    choice = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    return next((backend for backend in choice if not _is_refused(backend)), None)


def _is_refused(backend: KeyringBackend) -> bool:
    kind = type(backend)
    name = f"{kind.__module__}.{kind.__qualname__}"
    return name.startswith(_NO_KEYRING) or "plaintext" in name.lower()


def _parse(text: bytes, where: str) -> bytes:
    try:
        master = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        master = b""
    if len(master) != KEY_BYTES:
        raise Unreachable(f"The key {where} is damaged: it must be {2 * KEY_BYTES} hexadecimal digits.")
    return master
