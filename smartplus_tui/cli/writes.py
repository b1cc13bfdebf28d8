"""Acts from the command line: asked before where they take away, told after, waited for where wanted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from backend.domain.errors import Forbidden, Invalid
from smartplus_tui.cli.call import Call
from smartplus_tui.cli.exits import Exit
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.words import counted, option_name

if TYPE_CHECKING:
    from backend.domain.records import Progress, Saved

COUNT_FROM = 21
"""From so many records on their number has to be typed, even with --yes."""

LOOK_EVERY = 0.5
"""Seconds between two looks at what no change tells, such as the time that passes."""

NO_AGENT = "No agent serves this site, so nothing reaches a door. Start one: smartplus agent"


def wait_option() -> click.Option:
    """`--wait [SECONDS]`: None without it, 60 where no seconds are named."""
    text = "Wait until every door holds the change, 60 seconds where none are named; 3 when some do not in time."
    return click.Option(
        ["--wait"], is_flag=False, flag_value="60", type=click.FloatRange(0, 86_400), metavar="[SECONDS]", help=text
    )


def count_option() -> click.Option:
    """`--count N`: the typed number that many records need."""
    return click.Option(["--count"], type=int, metavar="N", help="Their number, where more than 20 are concerned.")


def confirm(call: Call, question: str, losses: Callable[[], Sequence[str]] = tuple) -> None:
    """Ask y/N unless --yes, after saying what is lost; raises Invalid where the answer is not yes."""
    if call.yes:
        return
    for line in losses():
        say(line)
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        agreed = False
        say("")
    if not agreed:
        raise Invalid({"": "Nothing was done. Answer y, or add --yes."})


def need_count(number: int, typed: int | None, what: str) -> None:
    """Raise Invalid (count) unless the number of many records was typed."""
    if number >= COUNT_FROM and typed != number:
        raise Invalid({"count": f"This concerns {counted(number, what)}. Repeat it with --count {number}."})


def finish(call: Call, saved: Saved, fallback: str, wait: float | None = None, **facts: Any) -> None:
    """Tell what was done, its operation and how many doors it concerns; with `wait` until they hold it.

    `fallback` says it where the account may not read operations; `facts` go into the JSON object. Ends the command
    with 3 when doors are missing in the end, or when a part was not done.
    """
    did = _did(call, saved, fallback)
    doors = len(saved.doors)
    if not call.json:
        tell(f"{did} (id:{saved.id}). Operation {saved.operation}, {counted(doors, 'door')}.")
    for name, sentence in saved.skipped.items():
        say(f"{option_name(name)}: {sentence}")
    answer: dict[str, Any] = {"id": saved.id, "operation": saved.operation, "did": did, "doors": doors, **facts}
    if saved.skipped:
        answer |= {"skipped": saved.skipped}
    waiting = _wait(call, saved, wait) if wait is not None else None
    if waiting is not None:
        answer |= {"done": waiting.done, "total": waiting.total, "waiting": waiting.waiting}
    if call.json:
        emit(answer, call.formats)
    if saved.skipped or (waiting is not None and waiting.waiting):
        click.get_current_context().exit(Exit.PARTLY)


def warn_without_agent(call: Call) -> bool:
    """Say so when no agent lives; answers whether one does."""
    alive = call.engine.agents.state().alive
    if not alive:
        say(NO_AGENT)
    return alive


def follow(call: Call, seconds: float, saved: Saved) -> Progress:
    """The progress of a change once every door holds it, or after `seconds`; tells how far it is on the way."""
    changed = threading.Event()
    unsubscribe = call.engine.feed.subscribe(lambda _topics: changed.set())
    deadline = time.monotonic() + seconds
    told = -1
    try:
        while True:
            changed.clear()
            progress = call.engine.sync.progress(call.context, saved)
            if progress.done != told:
                told = progress.done
                say(f"{progress.done} of {counted(progress.total, 'door')}")
            left = deadline - time.monotonic()
            if progress.done == progress.total or left <= 0:
                return progress
            changed.wait(min(left, LOOK_EVERY))
    finally:
        unsubscribe()


def _wait(call: Call, saved: Saved, seconds: float) -> Progress:
    if saved.doors:
        warn_without_agent(call)
    progress = follow(call, seconds, saved)
    for door in progress.waiting:
        say(f"{door.device}: {door.reason}")
    return progress


def _did(call: Call, saved: Saved, fallback: str) -> str:
    """What was done, in the words of the operation log."""
    try:
        operation = call.engine.operations.get(call.context, saved.operation)
    except Forbidden:
        return fallback
    return f"{operation.action}: {operation.entity_name}" if operation.entity_name else operation.action
