"""How an exported file is called: what it holds, what was filtered, the day (task 6)."""

from __future__ import annotations

import re
from datetime import date

LONGEST = 80
"""Characters of a proposed name, without its suffix."""

_OTHER = re.compile(r"[^\w]+")
_LOOKED_UP = re.compile(r"\b(pin|card):(\"[^\"]*\"?|\S+)", re.IGNORECASE)
"""A look-up by a code: the name of a file does not keep it."""


def file_name(title: str, filter_text: str, day: date, suffix: str = ".xlsx") -> str:
    """A name such as "door-logs-on-last-week-2026-11-28.xlsx"; the day is never cut off."""
    told = _LOOKED_UP.sub(lambda found: found.group(1), filter_text)
    words = _OTHER.sub("-", f"{title} {told}".casefold()).strip("-_")
    end = f"-{day.isoformat()}"
    return f"{words[: LONGEST - len(end)].rstrip('-_')}{end}{suffix}"
