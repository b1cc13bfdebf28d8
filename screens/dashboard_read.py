"""What the dashboard shows, read in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.domain.errors import Forbidden

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.dashboard import Dashboard
    from backend.domain.doors import LogLine
    from backend.engine import Engine

EVENTS = 60


@dataclass(frozen=True, slots=True)
class DashboardData:
    """Figures and newest events; `closed` is the permission that an account lacks for those, "" for none."""

    figures: Dashboard
    events: tuple[LogLine, ...]
    closed: str = ""


def read_dashboard(engine: Engine, context: Context) -> DashboardData:
    """Read figures and the newest events; blocks on the database. Raises Forbidden where even figures are closed."""
    figures = engine.dashboard.read(context)
    try:
        return DashboardData(figures, tuple(engine.logs.newest(context, EVENTS)))
    except Forbidden as error:
        return DashboardData(figures, (), error.permission)
