"""What the login screen shows: its ornament, and each step with its lines and keys (look: 01)."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from widgets.entries import Entry
from widgets.frame import Hint
from widgets.text import Part

_PHONE = """╭──────────────╮
│       ◉      │
│              │
│    ▪  ▪  ▪   │
│    ▪  ▪  ▪   │
│              │
│    1  2  3   │
│    4  5  6   │
│    7  8  9   │
│    *  0  #   │
│              │
│   ━━━━━━━━   │
╰──────────────╯"""

_TONES = {"◉": "$sp-acc", "━": "$sp-ok"}


def phone() -> Content:
    """The door phone, the only ornament of the product: its camera and its light have a colour."""
    return Content.assemble(*((letter, _TONES.get(letter, "")) for letter in _PHONE))


LEAD: tuple[tuple[Part, ...], ...] = (
    (("A demo community: two buildings, 40 apartments,", "$sp-t2"),),
    (("about 90 residents, 8 virtual door phones.", "$sp-t2"),),
    (("Everything runs on this machine.", "$sp-t2"),),
    (("", ""),),
    (("Add a resident with a PIN  ", "$sp-t2"), ("g r n", "bold $sp-acc")),
    (("Try it at a door           ", "$sp-t2"), ("g k", "bold $sp-acc")),
    (("See it in the logs         ", "$sp-t2"), ("g l", "bold $sp-acc")),
    (("Open a door by hand        ", "$sp-t2"), ("o", "bold $sp-acc")),
)
"""What the demo begins with."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called, the lines to type in, the keys in the footer."""

    title: str
    entries: tuple[Entry, ...]
    hints: tuple[Hint, ...]


_EMAIL = Entry("email", "E-mail", max_length=254)
_BACK = Hint("Esc", "Back")

STEPS = {
    "password": Step(
        "Log in",
        (_EMAIL, Entry("password", "Password", secret=True)),
        (
            Hint("Tab", "Next"),
            Hint("Enter", "Log in"),
            Hint("ctrl+r", "Remember"),
            Hint("F4", "Forgot password"),
        ),
    ),
    "code": Step(
        "Two-factor Authentication",
        (Entry("code", "Verification code", max_length=12, once=True),),
        (Hint("Enter", "Log in"), Hint("F5", "Obtain Code"), _BACK),
    ),
    "forgot": Step("Forgot password", (_EMAIL,), (Hint("Enter", "Mail a code"), _BACK)),
    "reset": Step(
        "New password",
        (Entry("code", "Code of the mail", max_length=16, once=True), Entry("password", "New password", secret=True)),
        (Hint("Tab", "Next"), Hint("Enter", "Save"), _BACK),
    ),
}
"""By name, in the order in which one may come by them."""
