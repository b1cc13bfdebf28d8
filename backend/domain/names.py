"""Names, apartment numbers, mail addresses and telephone numbers as people type them (rules 4, 5.1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from backend.domain.errors import Invalid

NAME_LONGEST = 64
"""Characters of a first or last name (import template of the guide)."""

JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner: invisible, yet Persian and Indic names are misspelt without them."""

_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that Unicode does not take apart although a keyboard without them writes the right-hand side."""

_APARTMENT = re.compile(r"[0-9]{1,6}")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:{_LABEL}\.)+(?![0-9]+$){_LABEL})")
_EMAIL_LONGEST, _LOCAL_LONGEST = 254, 64
_BRACKETED = re.compile(r"(?P<name>[^<>]*)<\s*(?P<email>[^<>]*?)\s*>")

_CALLING_CODE = re.compile(r"\+?([1-9][0-9]{0,2})")


@dataclass(frozen=True, slots=True)
class Pasted:
    """The parts of a pasted person; a part that is not there is "". `email` is as pasted, the form checks it."""

    first: str
    last: str
    email: str


def clean(text: str, limit: int) -> str:
    """`text` on one line, safe to draw and to store: at most `limit` characters, composed (NFC), single spaces.

    Control characters, bidi overrides, other invisible format characters and lone surrogates go, line breaks and tabs
    become spaces. What is too long is cut: for text of devices. A form refuses it instead, see `check_name`.
    """
    return " ".join(unicodedata.normalize("NFC", printable(text)).split())[:limit].rstrip()


def printable(text: str) -> str:
    """`text` with every kind of white space and control character that parts words as a plain space, and without other
    control characters, invisible format characters but the joiners of words, and lone surrogates."""
    if text.isascii() and text.isprintable():
        return text  # as most are: an import reads a hundred thousand of them
    return "".join(_printed(char) for char in text)


def check_name(text: str, field: str, limit: int = NAME_LONGEST) -> str:
    """The cleaned name; raises Invalid (field `field`) when nothing visible is left or it is over `limit`."""
    name = clean(text, len(text) + 1)
    if not name.strip(JOINERS + " "):
        raise Invalid({field: "Write a name."})
    if len(name) > limit:
        raise Invalid({field: f"At most {limit} characters, this has {len(name)}."})
    return name


def fold(name: str) -> str:
    """`name` as search compares it: no case, no accents, compatibility forms resolved, single spaces.

    "Łukasz  Müller" and "lukasz muller" fold to the same; folding twice changes nothing.
    """
    if name.isascii():
        return " ".join(name.casefold().split())
    folded = name
    for _ in range(2):  # folding the case can bring out new accents, and taking them off new capitals
        apart = unicodedata.normalize("NFKD", folded.casefold())
        folded = "".join(char for char in apart if unicodedata.category(char) != "Mn").translate(_UNDECOMPOSED)
    return " ".join(folded.split())


def display_name(first: str, last: str) -> str:
    """The name on lists, "Kowalska, Anna"; one part alone stands without a comma."""
    return ", ".join(part for part in (last, first) if part)


def split_pasted(text: str) -> Pasted:
    """First name, last name and mail address of one pasted person.

    Understands "Anna Maria Kowalska <mail>", "Kowalska, Anna <mail>" with or without quotes, a bare address at either
    end, or any part alone. Of words without a comma the last is the last name; a single word is the first name.
    """
    line = clean(text, len(text) + 1)
    bracketed = _BRACKETED.fullmatch(line)
    if bracketed:
        name, email = bracketed["name"], bracketed["email"]
    else:
        words = line.split()
        email = next((word for word in words if "@" in word), "")
        name = " ".join(word for word in words if word != email)
    name = name.strip(" \"'")
    if "," in name:
        last, _, first = name.partition(",")
        return Pasted(first.strip(), last.strip(), email)
    first, _, last = name.rpartition(" ")
    return Pasted(first, last, email) if first else Pasted(last, "", email)


def check_apartment(text: str) -> str:
    """An apartment number: 1 to 6 digits, kept as text with its leading zeros; raises Invalid (field "apartment")."""
    number = text.strip()
    if not _APARTMENT.fullmatch(number):
        raise Invalid({"apartment": "An apartment number has 1 to 6 digits, nothing else."})
    return number


def twin_apartments(number: str, others: Iterable[str]) -> tuple[str, ...]:
    """Those of `others` that are the same number written otherwise, "0101" and "101", to warn of (edge case 39)."""
    return tuple(other for other in others if other != number and other.lstrip("0") == number.lstrip("0"))


def check_email(text: str) -> str:
    """A mail address with its domain in lower case: plain ASCII, at most 254 characters.

    Raises Invalid (field "email"). Quoted local parts, addresses without a dot in the domain and IP addresses are
    refused: no provider hands them out.
    """
    address = text.strip()
    match = _EMAIL.fullmatch(address)
    if not match or len(address) > _EMAIL_LONGEST or len(match[1]) > _LOCAL_LONGEST:
        raise Invalid({"email": "This is no mail address. One looks like anna@example.com."})
    return f"{match[1]}@{match[2].lower()}"


def check_calling_code(text: str) -> str:
    """A country's calling code as digits, "48" from "+48" or "48"; raises Invalid (field "calling_code")."""
    match = _CALLING_CODE.fullmatch(text.strip())
    if not match:
        raise Invalid({"calling_code": "A calling code has 1 to 3 digits, as in +48."})
    return match[1]


def _printed(char: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    return "" if category in {"Cc", "Cs"} or (category == "Cf" and char not in JOINERS) else char
