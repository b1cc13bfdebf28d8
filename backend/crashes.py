"""What is kept of an error that nobody foresaw: where it happened, and nothing of what was being worked on.

Values of variables and the words of such an error may be codes, so neither is ever written, shown or logged.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

KEPT = 20
"""Files; older ones go."""
_HOME = Path(__file__).resolve().parents[1]
_DIRECTORY = "logs"


def where(error: BaseException) -> str:
    """The kind of an error and the line of ours that it came through last: "KeyError in screens/who.py, line 20"."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_HOME) and ".venv" not in frame.filename]
    for frame in reversed(ours or frames):
        return f"{type(error).__name__} in {_short(frame.filename)}, line {frame.lineno}"
    return type(error).__name__


def trace(error: BaseException) -> str:
    """The way of an error through the code with what led to it, without values and without its words."""
    return "\n".join(_lines(error, set()))


def keep(root: Path, error: BaseException, version: str = "") -> Path | None:
    """Write the trace of an error into the logs of the site at `root`, mode 0600; None where that cannot be."""
    import platform

    now = datetime.now(UTC)
    directory = root / _DIRECTORY
    path = directory / f"crash-{now:%Y%m%d-%H%M%S-%f}.txt"
    head = f"SmartPlus {version}, Python {platform.python_version()}, {platform.system()}, {now.isoformat()}\n\n"
    try:
        if not root.is_dir():
            return None
        directory.mkdir(exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{head}{trace(error)}\n")
    except OSError:
        return None
    for old in sorted(directory.glob("crash-*.txt"))[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
    return path


def sentence(error: BaseException, kept: Path | None) -> str:
    """One sentence for people: what kind of error it was, where, and which file to pass on."""
    passed_on = f"; {kept} says where, without codes or names." if kept else "."
    return f"Something unexpected went wrong ({where(error)}){passed_on}"


def watch_threads(root: Path) -> None:
    """Have what ends a thread of this process kept as well, instead of written over the screen."""

    def ended(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not isinstance(arguments.exc_value, SystemExit):
            keep(root, arguments.exc_value)

    threading.excepthook = ended


def format_exc_info(_logger: object, _name: str, event: dict[str, object]) -> dict[str, object]:
    """For structured logs: the trace of `exc_info` in place of the error."""
    told = event.pop("exc_info", None)
    error = told if isinstance(told, BaseException) else told[1] if isinstance(told, tuple) else None
    error = error or (sys.exc_info()[1] if told else None)
    return {**event, "exception": trace(error)} if error is not None else event


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    if id(error) in seen:
        return
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _lines(before, seen)
        yield "  which led to"
    yield type(error).__name__
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {_short(frame.filename)}, line {frame.lineno}, in {frame.name}: {frame.line or ''}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield "  one of"
            yield from _lines(one, seen)


def _short(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(_HOME)) if path.is_relative_to(_HOME) else name
