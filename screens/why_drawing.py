"""The answer to why in lines: verdict, chain of checks, the day as a strip, and what would open the door."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from backend.domain.formats import age
from backend.domain.walltime import WEEKDAYS
from screens.base.drawing import column, wrapped
from screens.base.session import Session
from widgets.frame import Part
from widgets.plots import day_strip

if TYPE_CHECKING:
    from backend.domain.answers import Answer

Line = tuple[Part, ...]

WIDE = 70
"""Cells of a line in the dialog."""
LABEL = 24
NAMED = 6
"""Others who are named under a change; its plan names more."""
NOTHING: Line = (("", ""),)
_AGAINST = {
    True: "The rules did not allow it: the door opened by what it held.",
    False: "The rules allowed it: the door alone refused.",
}
"""Whether the door opened, where that is against the rules."""
STILL_THERE = timedelta(hours=1)
"""How long after a refusal opening the door by hand is worth offering."""


def answer_lines(session: Session, answer: Answer) -> list[Line]:
    """The whole answer."""
    lines = [*_verdict(session, answer), NOTHING, *wrapped(answer.sentence, WIDE, "$sp-t1")]
    if answer.opened is not None and answer.opened is not answer.allowed:
        lines += wrapped(_AGAINST[answer.opened], WIDE, "$sp-warn", ("▲ ", "$sp-warn"))
    if answer.held:
        lines += wrapped(answer.held, WIDE, "$sp-t2")
    if answer.checks:
        lines += [NOTHING, _rule("Step by step", _read(session, answer)), *_checks(answer)]
    if answer.opens_next is not None:
        lines.append(
            (("  ", ""), (column("Opens next", LABEL), "$sp-t1"), (session.formats.moment(answer.opens_next), "$sp-t2"))
        )
    lines += _day(session, answer)
    return lines + offer_lines(session, answer)


def _verdict(session: Session, answer: Answer) -> list[Line]:
    """What happened, or what would: a line of the log tells what the door did, whatever the rules say."""
    formats = session.formats
    local, event = formats.local(answer.at), answer.opened is not None
    words = ("● Opened", "× Refused") if event else ("● May enter", "× May not enter")
    good = answer.opened if event else answer.allowed
    tone, word = ("ok", words[0]) if good else ("bad", words[1])
    when = f"{WEEKDAYS[local.weekday()]} {formats.moment(answer.at, seconds=event)}"
    person = answer.person or "Unknown"
    shown = f"{person} showed {answer.shown}." if answer.shown else person
    return [
        ((word, f"bold $sp-{tone}"), (f"  {answer.door}, {when}", "bold $sp-t1")),
        ((shown, "$sp-t2"),),
    ]


def _rule(heading: str, right: Part = ("", "")) -> Line:
    """A sub-heading with its line and what stands at its right end."""
    room = WIDE - len(heading) - len(right[0]) - 2 * bool(right[0]) - 2
    tail: tuple[Part, ...] = (("  ", ""), right) if right[0] else ()
    return ((f"{heading}  ", "bold $sp-t1"), ("─" * max(2, room), "$sp-line"), *tail)


def _read(session: Session, answer: Answer) -> Part:
    """How old the reading of the door is that the answer rests on."""
    if answer.read_at is None:
        return ("the door has not been read: not known", "$sp-warn")
    return (f"door read {age(max(timedelta(0), session.now() - answer.read_at))} ago", "$sp-t3")


def _checks(answer: Answer) -> list[Line]:
    """The chain, its first failing link in colour; what comes after it is told without."""
    lines: list[Line] = []
    failed = False
    for label, found, ok in answer.checks:
        mark, style = ("✓", "$sp-ok") if ok else ("–", "$sp-t3") if failed else ("×", "$sp-bad")
        shown = "$sp-t2" if ok else "$sp-t3" if failed else "$sp-bad"
        first, *more = wrapped(found, WIDE - LABEL - 2, shown) or [NOTHING]
        lines.append(((f"{mark} ", style), (column(label, LABEL), "$sp-t1"), *first))
        lines += [((" " * (LABEL + 2), ""), *line) for line in more]
        failed = failed or not ok
    return lines


def _day(session: Session, answer: Answer) -> list[Line]:
    """When the groups open the door on that day, with a mark at the minute asked about."""
    if answer.minute is None:
        return []
    local = session.formats.local(answer.at)
    tone = "ok" if answer.allowed else "bad"
    hours, strip = day_strip(answer.day, answer.minute, tone)
    name = WEEKDAYS[local.weekday()][:3]
    gap = " " * 6
    return [
        NOTHING,
        ((gap, ""), *hours),
        ((f"{name:<6}", "$sp-t1"), *strip, (f"  {session.formats.time(answer.at)}", f"$sp-{tone}")),
    ]


def offer_lines(session: Session, answer: Answer) -> list[Line]:
    """The smallest changes, numbered, each with whom else it lets in; or why there is none."""
    if answer.allowed or answer.holder_id is None:
        return []
    if answer.by_today:
        return [NOTHING, *wrapped("The rules were changed since: by those of today it would open.", WIDE, "$sp-ok")]
    lines: list[Line] = [NOTHING, _rule("The smallest change that would open it", _judged(session, answer))]
    for number, offer in enumerate(answer.offers, 1):
        lines.append(((f" {number}  ", "bold $sp-acc"), (offer.title, "$sp-t1")))
        lines += [(("    ", ""), *line) for line in wrapped(offer.effect, WIDE - 4, "$sp-t2")]
        if offer.others:
            lines += [(("    ", ""), *line) for line in wrapped(names(offer.others), WIDE - 4, "$sp-t3")]
    if not answer.offers:
        lines.append((("No single change would.", "$sp-t2"),))
    if offers_opening(session, answer):
        number = len(answer.offers) + 1
        lines.append(((f" {number}  ", "bold $sp-acc"), (f"Open {answer.door} once, now", "$sp-t1")))
        lines.append((("    nobody else, logged to you", "$sp-t2"),))
    if answer.offers:
        lines += [NOTHING, (("Each shows its plan per door before anything is written.", "$sp-t3"),)]
    return lines


def names(others: tuple[str, ...], most: int = NAMED) -> str:
    """Some names and how many more."""
    more = f" and {len(others) - most:,} more" if len(others) > most else ""
    return "; ".join(others[:most]) + more


def offers_opening(session: Session, answer: Answer) -> bool:
    """Whether somebody may still be standing there who could be let in by hand."""
    near = abs(session.now() - answer.at) < STILL_THERE
    return near and answer.relay_id is not None and len(answer.offers) < 3 and session.may("door.open")


def _judged(session: Session, answer: Answer) -> Part:
    """For which instant the changes are judged where it is not the one asked about."""
    at = answer.offered_at
    if at is None or at == answer.at:
        return ("", "")
    return (f"on {session.formats.moment(at)}", "$sp-t3")
