"""The directory of a site: where its files are."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Site:
    """A site directory (mode 0700) and the names in it."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / "smartplus.db"

    @property
    def key_file(self) -> Path:
        """The key file, where no better place for the key exists."""
        return self.root / "key"

    @property
    def lock_file(self) -> Path:
        """Held by the one agent of the site."""
        return self.root / "agent.lock"

    @property
    def log_directory(self) -> Path:
        """Rotating logs."""
        return self.root / "logs"

    @property
    def backup_directory(self) -> Path:
        """Backups, and what a restore replaced."""
        return self.root / "backups"

    def socket(self, name: str) -> Path:
        """A Unix socket of the site; a long directory gets a short stand-in, as the kernel allows 107 bytes."""
        plain = self.root / f"{name}.sock"
        if len(os.fsencode(plain)) <= 100:
            return plain
        digest = hashlib.sha256(os.fsencode(self.root.resolve())).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"smartplus-{os.getuid()}-{digest}" / f"{name}.sock"

    def create(self) -> None:
        """Make the directory with 0700."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root.chmod(0o700)
