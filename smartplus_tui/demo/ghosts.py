"""A few PINs of the demo community that the ghost hunt finds: people choose such."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from smartplus_tui.demo.people import DemoResident

EASY = ("1234", "7777", "1984")
"""PINs that are guessed first."""


def with_easy_pins(everyone: list[DemoResident]) -> list[DemoResident]:
    """The same people, four masters of building B with a PIN that is easily guessed; one has the APT's own number."""
    masters = count()
    made = []
    for one in everyone:
        place = next(masters) if one.building == "B" and one.master else len(EASY) + 1
        pin = one.apartment if place == len(EASY) else EASY[place] if place < len(EASY) else one.pin
        made.append(replace(one, pin=pin))
    return made
