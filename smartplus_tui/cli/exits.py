"""Exit codes and what each error says; the one place where both are decided."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from backend.domain.errors import Busy, Conflict, Invalid, SmartPlusError, Unreachable
from smartplus_tui.cli.words import option_name


class Exit(IntEnum):
    """What a command ends with; scripts rely on these numbers."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    PARTLY = 3
    UNREACHABLE = 4


def exit_of(error: SmartPlusError) -> Exit:
    """The code for an error: 4 where trying again later is right, else 1."""
    return Exit.UNREACHABLE if isinstance(error, Busy | Unreachable) else Exit.REFUSED


def lines_of(error: SmartPlusError) -> Iterator[str]:
    """What an error says, a line each: `option: sentence` where it concerns one."""
    if isinstance(error, Invalid):
        for field, sentence in error.fields.items():
            yield _line(field, sentence)
    elif isinstance(error, Conflict):
        yield _line(error.field, str(error))
    else:
        yield str(error)


def _line(field: str, sentence: str) -> str:
    return f"{option_name(field)}: {sentence}" if field else sentence
