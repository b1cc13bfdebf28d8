"""What visitors are written: their temporary key (guide: Temporary keys; feature VIS-02)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A key as its mail tells it: for whom, where, when in words, uses per door (None: as often as wanted).

    `doors` are the names of the doors with whether each reads the QR code.
    """

    name: str
    community: str
    place: str
    when: str
    each_count: int | None
    doors: Sequence[tuple[str, bool]]
    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyLetter:
    """A mail: subject and plain text; the QR code of the digits goes along as a picture."""

    subject: str
    text: str = field(repr=False)


def key_letter(key: KeyFacts, *, changed: bool = False) -> KeyLetter:
    """The mail with a key; `changed` where its time is another than a mail before said."""
    what = f"{key.community}: {'new times of ' if changed else ''}your key"
    host = f"{key.place}, {key.community}" if key.place else key.community
    doors = "\n".join(f"  {name}{'' if reads else '   (type the digits here)'}" for name, reads in key.doors)
    text = f"""Hello {key.name},

this is your key for {host}.

When:   {key.when}
Digits: {spaced(key.digits)}
{_uses(key)}
It opens:
{doors}

{_how(key)}
Whoever has this key can enter as you do: pass it on to nobody.
"""
    return KeyLetter(what, text)


def spaced(digits: str) -> str:
    """The digits in two halves, as people read them out: "9341 8207"."""
    return f"{digits[:4]} {digits[4:]}"


def _uses(key: KeyFacts) -> str:
    if key.each_count is None:
        return ""
    total = key.each_count * len(key.doors)
    return f"Uses:   {'once' if total == 1 else f'{total} times in all'}\n"


def _how(key: KeyFacts) -> str:
    if not any(reads for _, reads in key.doors):
        return "Type the digits at the door."
    if all(reads for _, reads in key.doors):
        return "Hold the attached QR code before the camera of the door, or type the digits."
    return "Hold the attached QR code before the camera of a door that reads it, or type the digits."
