"""The outer form of a filter expression: words, fields, signs, quotes and commas, before any meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.domain.errors import Invalid

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(
    rf'(?P<minus>-?)(?:(?P<field>[A-Za-z][\w-]*)(?P<sign><=|>=|[:=<>]))?(?P<rest>(?:{_QUOTED}|[^\s"])*)'
)
_PIECE = re.compile(rf'(?:{_QUOTED}|[^,"])+')
_INSIDE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_HEX_PAIRS = re.compile(r"-?[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){2,}")
_PLAIN = re.compile(r"\w[\w.@+#/-]*")


@dataclass(frozen=True, slots=True)
class Piece:
    """One value of a token; `quoted` when any of it stood in quotes."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `-field:a,b` or a bare word, whose `field` and `sign` are "". `end` is where it ends in the text.

    `rest` is what stands after the sign as typed. Empty pieces are left out, an empty pair of quotes is kept.
    """

    negated: bool
    field: str
    sign: str
    rest: str
    end: int

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The values between the commas."""
        return tuple(Piece(_unquoted(piece), '"' in piece) for piece in _PIECE.findall(self.rest))


def tokens(text: str) -> list[Token]:
    """The tokens of `text`; raises Invalid (field "filter") for a quote that is not closed.

    Hex pairs with colons (a MAC address, a card) are a word, not a field. Linear in the length of the text.
    """
    found: list[Token] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        found.append(_token(text, position))
        position = found[-1].end
    return found


def quote(value: str) -> str:
    """`value` so that it is read back as it is: bare where nothing in it has a meaning, else in quotes."""
    if _PLAIN.fullmatch(value):
        return value
    return quote_always(value)


def quote_always(value: str) -> str:
    """`value` in quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _token(text: str, position: int) -> Token:
    pairs = _HEX_PAIRS.match(text, position)
    if pairs and text[pairs.end() : pairs.end() + 1].strip() == "":
        word = pairs.group()
        return Token(word.startswith("-"), "", "", word.removeprefix("-"), pairs.end())
    match = _TOKEN.match(text, position)
    assert match, "every part of the pattern may be empty"
    if match.end() < len(text) and not text[match.end()].isspace():
        raise Invalid({"filter": "A quote is opened and not closed."})
    return Token(bool(match["minus"]), match["field"] or "", match["sign"] or "", match["rest"], match.end())


def _unquoted(piece: str) -> str:
    return _INSIDE.sub(lambda inside: re.sub(r"\\(.)", r"\1", inside[1]), piece)
