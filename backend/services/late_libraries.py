"""Libraries that residents need and nobody else does: loaded late, but never while the write lock is held."""

from __future__ import annotations

from importlib import import_module

LIBRARIES = ("email_validator", "phonenumbers", "segno")
"""Together they take a tenth of a second; a write may take half of that."""


def load() -> None:
    """Load them; nothing happens from the second time on."""
    for name in LIBRARIES:
        import_module(name)
