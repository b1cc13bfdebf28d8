"""How one try to send a text ended, in the server's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.names import clean

LONGEST_ANSWER = 300
"""Characters of a server's words that are kept."""
RUN = 3
"""So many words of the text one after another are no accident: the server repeats it."""
_WORD = re.compile(r"\w+")
_CODE = re.compile(r"(?=.*[0-9])\w{4,}|\w+[A-Z]\w*")
"""A word that could be a code or a password by itself."""


class End(StrEnum):
    """What a try came to."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a try; `server_down` says that no other text would fare better now."""

    end: End
    answer: str
    server_down: bool = False


def without(answer: str, text: str, secret: str = "") -> str:
    """The server's words on one line, without what it repeats of the text or of the secret it was shown."""
    line = clean(answer.replace(secret, "···") if secret else answer, len(answer) + 1)
    told = _WORD.findall(text)
    length = max(1, min(RUN, len(told)))
    runs = {tuple(told[at : at + length]) for at in range(len(told) - length + 1)}
    codes = {word for word in told if _CODE.fullmatch(word)}
    said = list(_WORD.finditer(line))
    words = [found[0] for found in said]
    hidden = {at for at, word in enumerate(words) if word in codes}
    for at in range(len(words) - length + 1):
        if tuple(words[at : at + length]) in runs:
            hidden.update(range(at, at + length))
    for at in sorted(hidden, reverse=True):
        line = f"{line[: said[at].start()]}···{line[said[at].end() :]}"
    return clean(line, LONGEST_ANSWER)
