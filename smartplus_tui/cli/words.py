"""How fields are called in options and how figures are spoken."""

from __future__ import annotations

from backend.domain import formats

_SPELT = {
    "cards": "card",
    "cards_add": "card",
    "credentials_remove": "remove-code",
    "expected": "count",
    "pins_add": "further-pins",
    "own_relay_ids": "own-doors",
    "relay_ids": "doors",
    "relay_names": "door",
}
"""Fields whose option has another name than theirs."""


def option_name(field: str) -> str:
    """The option of a field without its dashes: "apartment_id" is "apartment", "group_ids" is "group"."""
    return _SPELT.get(field) or field.removesuffix("_ids").removesuffix("_id").replace("_", "-")


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things: "no doors", "1 door", "1,284 doors"."""
    return formats.counted(number, one, many) if number else f"no {many or f'{one}s'}"
