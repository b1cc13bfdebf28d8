"""Several things to say in one line."""

from __future__ import annotations

from collections.abc import Iterable


def sentences(texts: Iterable[str]) -> str:
    """The texts one after the other, each ended: "This PIN is too short. Write a name." """
    ended = (text if text.endswith((".", "!", "?")) else f"{text}." for text in texts if text)
    return " ".join(dict.fromkeys(ended))
