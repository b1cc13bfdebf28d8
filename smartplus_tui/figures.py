"""What the live figures of a site say: the gauges of the top bar, and the banner while something is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from backend.catalog.states import drawn
from backend.domain.enums import SyncState
from backend.domain.formats import age
from widgets.frame import Gauge

if TYPE_CHECKING:
    from backend.domain.dashboard import AgentRecord, Summary


def gauges(summary: Summary) -> tuple[Gauge, ...]:
    """The figures of the top bar, in their order; loud only where somebody should look."""
    return (_doors(summary), _sync(summary), _agent(summary.agent))


def _doors(summary: Summary) -> Gauge:
    short = f"{summary.doors_online}/{summary.doors}"
    if summary.doors_online == summary.doors:
        return Gauge("●", f"doors {short}", short, "ok", opens="p")
    return Gauge("○", f"doors {short}", short, "warn", loud=True, opens="p")


def _sync(summary: Summary) -> Gauge:
    """The worst state of all devices with its count, not a mixture."""
    for count, state in (
        (summary.red, SyncState.RED),
        (summary.held, SyncState.HELD),
        (summary.refused, SyncState.REFUSED),
        (summary.clock, SyncState.CLOCK),
        (summary.drift, SyncState.DRIFT),
        (summary.pending, SyncState.PENDING),
    ):
        if count:
            look = drawn("sync", state.value)
            return Gauge(look.symbol, f"{count} {look.word}", str(count), look.word_tone, loud=True, opens="n")
    return Gauge("✓", "in sync", "sync", "ok", opens="n")


def _agent(agent: AgentRecord) -> Gauge:
    if agent.alive:
        return Gauge("●", "agent ok", "agent", "ok")
    return Gauge("×", "agent silent" if agent.age_seconds is not None else "no agent", "agent", "bad", loud=True)


def badges(summary: Summary) -> dict[str, tuple[str, str]]:
    """Text and tone of the badges in the module column, by letter of the module: what wants a look there."""
    found = {
        "n": _badge(summary.red + summary.held + summary.refused + summary.clock, summary.drift + summary.pending),
        "o": _badge(summary.texts_failed, summary.texts_waiting),
    }
    return {letter: badge for letter, badge in found.items() if badge is not None}


def _badge(trouble: int, waiting: int) -> tuple[str, str] | None:
    """The worse of two counts."""
    if trouble:
        return str(trouble), "bad"
    return (str(waiting), "warn") if waiting else None


def banner(agent: AgentRecord) -> str:
    """The sentence over every page while no agent works; "" while one does."""
    if agent.alive:
        return ""
    if agent.age_seconds is None:
        return "No agent: doors are not written. Changes wait until one runs."
    silent = age(timedelta(seconds=agent.age_seconds))
    return f"Agent silent {silent}: doors are not written, figures are as old as that."
