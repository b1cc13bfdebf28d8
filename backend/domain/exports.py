"""How an exported file is called: what it holds, what was filtered, the day (task 6)."""

from __future__ import annotations

import re
from datetime import date

LONGEST = 80
"""Characters of a proposed name, without its suffix."""

_OTHER = re.compile(r"[^\w]+")


def file_name(title: str, filter_text: str, day: date, suffix: str = ".xlsx") -> str:
    """A name such as "door-logs-on-last-week-2026-11-28.xlsx"; the day is never cut off."""
    words = _OTHER.sub("-", f"{title} {filter_text}".casefold()).strip("-_")
    end = f"-{day.isoformat()}"
    return f"{words[: LONGEST - len(end)].rstrip('-_')}{end}{suffix}"
