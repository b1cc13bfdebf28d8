"""ID access: RUN and serial of a South American identity card, whose QR code opens the door (rules 5.6).

The formats are those of the Chilean card: the guide names the two fields and no format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from backend.domain.errors import Invalid

_RUN = re.compile(r"([0-9]{7,8})([0-9K])")
_SERIAL = re.compile(r"[0-9A-Z]{9,10}")
_PUNCTUATION = re.compile(r"[.\s-]+")
_MARK = "/"


@dataclass(frozen=True, slots=True)
class IdAccess:
    """A checked pair: RUN as "12345678-5", serial in capitals. The card's QR code carries both, and both must match."""

    run: str = field(repr=False)
    serial: str = field(repr=False)

    @property
    def text(self) -> str:
        """Both as one value, the RUN first."""
        return f"{self.run}{_MARK}{self.serial}"


def check_id_access(run: str, serial: str) -> IdAccess | None:
    """The pair as it is kept, None where neither is given; raises Invalid (run, serial)."""
    if not run.strip() and not serial.strip():
        return None
    bad: dict[str, str] = {}
    pair = {"run": "", "serial": ""}
    for name, text, check in (("run", run, check_run), ("serial", serial, check_serial)):
        try:
            pair[name] = check(text)
        except Invalid as error:
            bad |= error.fields
    if bad:
        raise Invalid(bad)
    return IdAccess(**pair)


def check_run(text: str) -> str:
    """A RUN as "12345678-5": 7 or 8 digits and their check digit; raises Invalid (run)."""
    match = _RUN.fullmatch(_PUNCTUATION.sub("", text).upper())
    if not match:
        raise Invalid({"run": "A RUN has 7 or 8 digits and a check digit, as in 12.345.678-5."})
    digits, given = match.groups()
    if given != check_digit(digits):
        raise Invalid({"run": "The check digit of this RUN does not fit its digits: one of them is mistyped."})
    return f"{digits}-{given}"


def check_serial(text: str) -> str:
    """The serial of a card: 9 or 10 letters and digits; raises Invalid (serial)."""
    serial = _PUNCTUATION.sub("", text).upper()
    if not _SERIAL.fullmatch(serial):
        raise Invalid({"serial": "A serial has 9 or 10 letters and digits, as printed on the card."})
    return serial


def check_digit(digits: str) -> str:
    """The check digit of a RUN by modulo 11: the weights 2 to 7 run from the right, 10 is written K."""
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits)))
    return "0123456789K"[-total % 11]


def split_value(value: str) -> IdAccess:
    """The pair in a value that `IdAccess.text` made."""
    run, _, serial = value.partition(_MARK)
    return IdAccess(run, serial)
