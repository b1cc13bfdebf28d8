"""The text that brings a resident the key of a reservation (rules 6; feature BOOK-02)."""

from __future__ import annotations

from dataclasses import dataclass, field

PURPOSE = "Reservation key"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: subject and plain text; its QR code says the digits."""

    subject: str
    text: str = field(repr=False)


def reservation(*, name: str, amenity: str, community: str, when: str, digits: str, doors: tuple[str, ...]) -> Letter:
    """The mail with a key; `when` is the slot in the words of the community."""
    opens = ", ".join(doors) or "no door yet"
    return Letter(
        f"{community}: your reservation of {amenity}",
        f"""Hello {name},

{amenity} is reserved for you.

    When   {when}
    Door   {opens}
    Key    {digits}

The key opens the door in that time only. Type it there, or show the QR code that is attached where the door reads one.
When the reservation is moved the key stays the same.
""",
    )
