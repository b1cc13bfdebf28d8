"""PINs, card numbers and how both are masked (guide: Residents, access methods; rules 5.3; edge cases 1-11).

No sentence of an error repeats what was typed: it may be a PIN that is right but for one digit.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from backend.domain.errors import Conflict, Invalid

PIN_SHORTEST = 2
PIN_LONGEST = 8
RESERVED_FIRST_DIGIT = "9"
"""Temporary keys start with it, so no PIN of a person may."""

MASK = "··"
_SHOWN = 2

CARD_SHORTEST = 6
CARD_LONGEST = 16
"""In hex digits: three bytes (26 bit Wiegand) to eight."""

_DECIMAL = "dec:"
_DECIMAL_BYTES = {8: 3, 10: 4}
"""A decimal card number has 8 digits for three bytes or 10 for four."""

_DIGITS = re.compile(r"[0-9]+")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_SEPARATORS = re.compile(r"[\s:-]+")
_SPREADSHEET = re.compile(r"[0-9]+[.,][0-9]+(?:E[+-]?[0-9]+)?|[0-9]+E\+[0-9]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CardForms:
    """One card in the notations that readers and lists use; each is a secret and stays out of the repr.

    `hex` is the stored code, `reversed` its bytes backwards (8HR), `decimal` the last four bytes as ten digits, `hn8`
    the last four bytes as eight hex digits (8HN, the readers' default).
    """

    hex: str = field(repr=False)
    reversed: str = field(repr=False)
    decimal: str = field(repr=False)
    hn8: str = field(repr=False)


def check_pin(text: str) -> str:
    """The PIN in `text` without surrounding spaces: 2 to 8 digits, leading zeros kept, not starting with 9.

    Raises Invalid (field "pin"). It is text for ever: "007" and "7" are two PINs, and "7" is none.
    """
    pin = text.strip()
    if not _DIGITS.fullmatch(pin):
        raise Invalid({"pin": "A PIN has digits only, 2 to 8 of them."})
    if not PIN_SHORTEST <= len(pin) <= PIN_LONGEST:
        raise Invalid({"pin": f"A PIN has 2 to 8 digits, this one has {len(pin)}."})
    if pin.startswith(RESERVED_FIRST_DIGIT):
        raise Invalid({"pin": "A PIN cannot start with 9: those are temporary keys."})
    return pin


def contained_pins(pin: str, others: Iterable[str]) -> tuple[str, ...]:
    """Those of `others` that contain `pin` or are contained in it, equal ones left out, in their order (edge case 6).

    Some devices ignore digits around a PIN, so 12 and 1234 may clash there. The answer holds secrets.
    """
    return tuple(other for other in others if other != pin and (other in pin or pin in other))


def free_pins(length: int, taken: Collection[str]) -> int:
    """How many PINs of `length` digits are left (edge case 7: 90 usable ones of two digits); raises Invalid."""
    return _usable(length) - len(_numbers(length, taken))


def propose_pin(taken: Collection[str], length: int, rng: random.Random) -> str:
    """A free PIN of `length` digits, each equally likely; `rng` is `secrets.SystemRandom()` outside tests.

    Raises Invalid (field "pin") for a length that no PIN has, Conflict (field "pin") when none is free.
    """
    free = free_pins(length, taken)
    if free == 0:
        raise Conflict("pin", f"All {_usable(length):,} PINs of {length} digits are taken. Take a longer one.")
    number = rng.randrange(free)
    for used in _numbers(length, taken):
        if used > number:
            break
        number += 1
    return f"{number:0{length}}"


def normalise_card(text: str) -> str:
    """The code of a card as it is stored and compared: upper-case hex, an even number of digits, 6 to 16.

    Accepted are hex digits with spaces, colons or hyphens between them, and `dec:` before a decimal number of 8 digits
    (three bytes) or 10 (four bytes). Digits alone are hex as typed: nothing tells 12345678 in hex from decimal, and
    devices report hex. An odd number of digits has lost its leading zero and gets it back.
    Raises Invalid (field "card"), also for what a spreadsheet made of a number (`1.2E+11`, edge case 11).
    """
    typed = text.strip()
    if typed.casefold().startswith(_DECIMAL):
        return _from_decimal(_SEPARATORS.sub("", typed[len(_DECIMAL) :]))
    if _SPREADSHEET.fullmatch(typed):
        raise Invalid({"card": "A spreadsheet rounded this card number. Format the column as text, enter it again."})
    code = _SEPARATORS.sub("", typed).upper()
    if not _HEX.fullmatch(code):
        raise Invalid({"card": "A card number has the digits 0-9 and A-F, or dec: and a decimal number."})
    if not CARD_SHORTEST <= len(code) <= CARD_LONGEST:
        raise Invalid({"card": f"A card number has 6 to 16 hex digits, this one has {len(code)}."})
    return code.zfill(len(code) + len(code) % 2)


def card_formats(code: str) -> CardForms:
    """The notations of a stored card, to compare with what is printed on it; raises Invalid (field "card")."""
    stored = normalise_card(code)
    last = int(stored, 16) & 0xFFFF_FFFF
    return CardForms(hex=stored, reversed=_backwards(stored), decimal=f"{last:010}", hn8=f"{last:08X}")


def card_candidates(text: str) -> tuple[str, ...]:
    """Every code under which the card in `text` may be stored, the likeliest first; raises Invalid (field "card").

    For the question whose card this is: stored values are found by their whole value only, so the notations are tried
    on what was typed. Any notation of `card_formats` leads back to a card of three or four bytes; a longer one is
    found by its whole hex, forwards or backwards.
    """
    bases = [normalise_card(text)]
    digits = _SEPARATORS.sub("", text.strip())
    if len(digits) in _DECIMAL_BYTES and _DIGITS.fullmatch(digits) and _fits(digits):
        bases.append(_from_decimal(digits))
    found = [form for base in bases for code in (base, _backwards(base)) for form in (code, *_widths(code))]
    return tuple(dict.fromkeys(found))


def split_cards(text: str) -> tuple[str, ...]:
    """The cards of a list "a;b;;a ": normalised, empty parts and repeats left out (edge cases 8, 10).

    Raises Invalid (field "card"), saying which card of several is wrong.
    """
    parts = [part for part in text.split(";") if part.strip()]
    cards: dict[str, None] = {}
    for position, part in enumerate(parts, start=1):
        try:
            cards[normalise_card(part)] = None
        except Invalid as error:
            which = f"Card {position}: " if len(parts) > 1 else ""
            raise Invalid({"card": which + error.fields["card"]}) from None
    return tuple(cards)


def mask(value: str) -> str:
    """A secret as it may be seen: `··41`, the last two only, nothing of one that has no more than two."""
    return MASK + (value[-_SHOWN:] if len(value) > _SHOWN else "")


def _usable(length: int) -> int:
    if not PIN_SHORTEST <= length <= PIN_LONGEST:
        raise Invalid({"pin": "A PIN has 2 to 8 digits."})
    return 9 * int("1".ljust(length, "0"))


def _numbers(length: int, taken: Collection[str]) -> list[int]:
    """The taken PINs of this length as numbers, sorted; PINs of other lengths and old ones with a 9 do not count."""
    limit = _usable(length)
    return sorted({int(p) for p in taken if len(p) == length and _DIGITS.fullmatch(p) and int(p) < limit})


def _from_decimal(digits: str) -> str:
    if len(digits) not in _DECIMAL_BYTES or not _DIGITS.fullmatch(digits):
        raise Invalid({"card": "A decimal card number has 8 or 10 digits."})
    if not _fits(digits):
        raise Invalid({"card": f"No card has a decimal number of {len(digits)} digits as high as this."})
    return f"{int(digits):0{2 * _DECIMAL_BYTES[len(digits)]}X}"


def _fits(digits: str) -> bool:
    return int(digits).bit_length() <= 8 * _DECIMAL_BYTES[len(digits)]


def _backwards(code: str) -> str:
    return bytes.fromhex(code)[::-1].hex().upper()


def _widths(code: str) -> tuple[str, str]:
    """The code without leading zero bytes (three are kept), and with them up to four bytes."""
    short = code
    while len(short) > CARD_SHORTEST and short.startswith("00"):
        short = short[2:]
    return short, code.zfill(8)
