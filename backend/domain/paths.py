"""Paths as people type them."""

from __future__ import annotations

from pathlib import Path


def at_home(path: Path) -> Path:
    """A path with its `~` read as a home; one that names nobody stays as typed, and there is nothing at it."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path
